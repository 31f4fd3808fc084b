-- name: mapping_put
INSERT INTO erplink_mappings (tenant, connection, actor_kind, document)
VALUES (:tenant, :connection, :actor_kind, :document)
ON CONFLICT (tenant, connection, actor_kind) DO UPDATE SET document = excluded.document

-- name: mapping_get
SELECT document FROM erplink_mappings
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :actor_kind

-- name: mappings_of
SELECT document FROM erplink_mappings
WHERE tenant = :tenant AND connection = :connection ORDER BY actor_kind

-- name: mapping_delete
DELETE FROM erplink_mappings
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :actor_kind
