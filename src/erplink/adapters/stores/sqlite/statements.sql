-- name: schema_there
SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'erplink_schema'

-- name: schema_lock
SELECT 1
