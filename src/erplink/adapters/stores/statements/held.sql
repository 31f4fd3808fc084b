-- name: held_put
INSERT INTO erplink_held (tenant, run, record, document)
VALUES (:tenant, :run, :record, :document)

-- name: held_of
SELECT position, record, document FROM erplink_held
WHERE tenant = :tenant AND run = :run AND position > :after ORDER BY position LIMIT :most

-- name: held_remove
DELETE FROM erplink_held WHERE tenant = :tenant AND run = :run AND position <= :upto
