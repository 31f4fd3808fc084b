-- name: history_expire
DELETE FROM erplink_history WHERE tenant = :tenant AND at < :before

-- name: held_expire
DELETE FROM erplink_held WHERE tenant = :tenant AND run IN (
    SELECT id FROM erplink_runs
    WHERE tenant = :tenant AND finished < :before AND state NOT IN ('running', 'held')
)

-- name: runs_expire
DELETE FROM erplink_runs
WHERE tenant = :tenant AND finished < :before AND state NOT IN ('running', 'held')

-- name: dead_links_expire
DELETE FROM erplink_links WHERE tenant = :tenant AND status = 'dead' AND since < :before

-- name: connections_expired
SELECT id FROM erplink_connections WHERE tenant = :tenant AND deleted_at < :before

-- name: connections_expire
DELETE FROM erplink_connections WHERE tenant = :tenant AND id IN :connections

-- name: expire_mappings
DELETE FROM erplink_mappings WHERE tenant = :tenant AND connection IN :connections

-- name: expire_links
DELETE FROM erplink_links WHERE tenant = :tenant AND connection IN :connections

-- name: expire_fingerprints
DELETE FROM erplink_fingerprints WHERE feed IN (
    SELECT id FROM erplink_feeds WHERE tenant = :tenant AND connection IN :connections
)

-- name: expire_pending
DELETE FROM erplink_pending WHERE feed IN (
    SELECT id FROM erplink_feeds WHERE tenant = :tenant AND connection IN :connections
)

-- name: expire_feeds
DELETE FROM erplink_feeds WHERE tenant = :tenant AND connection IN :connections

-- name: expire_intents
DELETE FROM erplink_intents WHERE tenant = :tenant AND connection IN :connections

-- name: expire_issues
DELETE FROM erplink_issues WHERE tenant = :tenant AND connection IN :connections
