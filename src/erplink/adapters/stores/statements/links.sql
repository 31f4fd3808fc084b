-- name: link_add
INSERT INTO erplink_links (tenant, connection, actor_kind, actor_key, entity_kind, entity_key,
    status, version, since, base, extra)
VALUES (:tenant, :connection, :actor_kind, :actor_key, :entity_kind, :entity_key,
    :status, :version, :since, :base, :extra)
ON CONFLICT DO NOTHING

-- name: link_living
SELECT id, actor_kind, actor_key, status, since FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND entity_kind = :entity_kind
    AND entity_key = :entity_key AND status <> 'dead' AND version = :expects

-- name: link_dead
SELECT id, actor_kind, actor_key, status, since FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :actor_kind
    AND actor_key = :actor_key AND entity_kind = :entity_kind AND entity_key = :entity_key
    AND status = 'dead' AND version = :expects
ORDER BY id DESC LIMIT 1

-- name: link_change
UPDATE erplink_links SET actor_kind = :actor_kind, actor_key = :actor_key, status = :status,
    version = :version, since = :since, base = :base, extra = :extra
WHERE tenant = :tenant AND id = :id AND version = :expects

-- name: link_advance
UPDATE erplink_links SET version = :version, since = :since, base = :base, extra = :extra
WHERE tenant = :tenant AND connection = :connection AND entity_kind = :entity_kind
    AND entity_key = :entity_key AND status <> 'dead' AND status = :status
    AND actor_kind = :actor_kind AND actor_key = :actor_key AND version = :expects

-- name: link_remove_living
DELETE FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND entity_kind = :entity_kind
    AND entity_key = :entity_key AND status <> 'dead' AND version BETWEEN :lowest AND :highest

-- name: link_remove_dead
DELETE FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :actor_kind
    AND actor_key = :actor_key AND entity_kind = :entity_kind AND entity_key = :entity_key
    AND status = 'dead' AND version BETWEEN :lowest AND :highest

-- name: links_by_actor
SELECT connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since,
    base, extra
FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :kind
    AND status <> 'dead' AND actor_key IN :keys

-- name: links_by_entity
SELECT connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since,
    base, extra
FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND entity_kind = :kind
    AND status <> 'dead' AND entity_key IN :keys

-- name: links_of_entities
SELECT connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since,
    base, extra
FROM erplink_links
WHERE tenant = :tenant AND entity_kind = :kind AND status <> 'dead' AND entity_key IN :keys
    AND connection <> :but
ORDER BY entity_key, connection

-- name: links_versions
SELECT entity_key, connection, actor_kind, actor_key, version
FROM erplink_links
WHERE tenant = :tenant AND entity_kind = :kind AND status <> 'dead' AND entity_key IN :keys

-- name: links_living
SELECT connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since,
    base, extra
FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :kind
    AND status <> 'dead' AND actor_key > :after
ORDER BY actor_key LIMIT :most

-- name: links_dead
SELECT connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since,
    base, extra
FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :kind
    AND status = 'dead' AND actor_key > :after
ORDER BY actor_key, id LIMIT :most

-- name: links_dead_of
SELECT connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since,
    base, extra
FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :kind
    AND status = 'dead' AND actor_key = :key
ORDER BY id

-- name: links_count
SELECT count(*) FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :kind AND status <> 'dead'
