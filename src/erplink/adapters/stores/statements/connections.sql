-- name: connection_put
INSERT INTO erplink_connections (tenant, id, document, deleted_at)
VALUES (:tenant, :id, :document, NULL)
ON CONFLICT (tenant, id) DO UPDATE SET document = excluded.document, deleted_at = NULL

-- name: connection_get
SELECT document FROM erplink_connections
WHERE tenant = :tenant AND id = :id AND deleted_at IS NULL

-- name: connections_living
SELECT document FROM erplink_connections
WHERE tenant = :tenant AND deleted_at IS NULL ORDER BY id

-- name: connections_deleted
SELECT document FROM erplink_connections
WHERE tenant = :tenant AND deleted_at IS NOT NULL ORDER BY id

-- name: connection_delete
UPDATE erplink_connections SET deleted_at = :at
WHERE tenant = :tenant AND id = :id AND deleted_at IS NULL

-- name: connection_documents
SELECT id, document FROM erplink_connections WHERE tenant = :tenant ORDER BY id

-- name: connection_rewrite
UPDATE erplink_connections SET document = :document WHERE tenant = :tenant AND id = :id
