-- name: feed_id
SELECT id FROM erplink_feeds
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :actor_kind AND side = :side

-- name: feed_make
INSERT INTO erplink_feeds (tenant, connection, actor_kind, side)
VALUES (:tenant, :connection, :actor_kind, :side)
ON CONFLICT (tenant, connection, actor_kind, side) DO NOTHING

-- name: feed_get
SELECT state FROM erplink_feeds
WHERE tenant = :tenant AND connection = :connection AND actor_kind = :actor_kind AND side = :side
    AND state IS NOT NULL

-- name: feed_put
UPDATE erplink_feeds SET state = :state WHERE tenant = :tenant AND id = :feed

-- name: feeds_of
SELECT actor_kind, side, state FROM erplink_feeds
WHERE tenant = :tenant AND connection = :connection AND state IS NOT NULL
ORDER BY actor_kind, side
