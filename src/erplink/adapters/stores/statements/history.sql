-- name: history_add
INSERT INTO erplink_history (tenant, link, system, kind, key, run, principal, at, document)
VALUES (:tenant, :link, :system, :kind, :key, :run, :principal, :at, :document)

-- name: history_of_link
SELECT position, link, system, kind, key, run, principal, at, document FROM erplink_history
WHERE tenant = :tenant AND link = :link ORDER BY at DESC, position DESC LIMIT :most

-- name: history_of_record
SELECT position, link, system, kind, key, run, principal, at, document FROM erplink_history
WHERE tenant = :tenant AND system = :system AND kind = :kind AND key = :key
ORDER BY at DESC, position DESC LIMIT :most

-- name: history_of_run
SELECT position, link, system, kind, key, run, principal, at, document FROM erplink_history
WHERE tenant = :tenant AND run = :run AND position > :after ORDER BY position LIMIT :most

-- name: history_follow
UPDATE erplink_history SET link = :to WHERE tenant = :tenant AND link = :link
