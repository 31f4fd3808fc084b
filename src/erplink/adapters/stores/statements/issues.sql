-- name: issue_put
INSERT INTO erplink_issues
    (tenant, id, connection, actor_kind, side, key, kind, record, asked_at, told)
VALUES (:tenant, :id, :connection, :actor_kind, :side, :key, :kind, :record, :asked_at, :told)
ON CONFLICT (tenant, id) DO UPDATE SET connection = excluded.connection,
    actor_kind = excluded.actor_kind, side = excluded.side, key = excluded.key,
    kind = excluded.kind, record = excluded.record, told = excluded.told

-- name: issues_withdraw
DELETE FROM erplink_issues WHERE tenant = :tenant AND record IN :records AND id NOT IN :but

-- name: issue_get
SELECT id, connection, actor_kind, side, key, kind, record, asked_at, told FROM erplink_issues
WHERE tenant = :tenant AND id = :id

-- name: issues_of
SELECT id, connection, actor_kind, side, key, kind, record, asked_at, told FROM erplink_issues
WHERE tenant = :tenant AND connection = :connection AND id > :after ORDER BY id LIMIT :most

-- name: issues_count
SELECT count(*) FROM erplink_issues WHERE tenant = :tenant AND connection = :connection
