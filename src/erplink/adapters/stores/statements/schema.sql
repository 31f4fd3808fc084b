-- name: schema_make
CREATE TABLE IF NOT EXISTS erplink_schema (number INTEGER NOT NULL)

-- name: schema_number
SELECT number FROM erplink_schema

-- name: schema_first
INSERT INTO erplink_schema (number) VALUES (:number)

-- name: schema_next
UPDATE erplink_schema SET number = :number
