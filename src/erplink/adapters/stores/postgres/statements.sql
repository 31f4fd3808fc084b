-- What PostgreSQL says in words of its own: locks, and arrays for what comes by the thousand.

-- name: schema_there
SELECT count(*) FROM pg_class WHERE oid = to_regclass('erplink_schema')

-- name: schema_lock
SELECT pg_advisory_xact_lock(7305820147)

-- name: link_living
SELECT id, actor_kind, actor_key, status, since FROM erplink_links
WHERE tenant = :tenant AND connection = :connection AND entity_kind = :entity_kind
    AND entity_key = :entity_key AND status <> 'dead' AND version = :expects
FOR UPDATE

-- name: lease_lock
SELECT holder, fence, expires FROM erplink_leases WHERE tenant = :tenant AND key = :key
FOR NO KEY UPDATE

-- name: fingerprints_packed
SELECT max(key), encode(string_agg(fingerprint, ''::bytea ORDER BY key), 'hex') FROM (
    SELECT key, fingerprint FROM erplink_fingerprints
    WHERE feed = :feed AND key > :after ORDER BY key LIMIT :most
) AS portion

-- name: fingerprints_put
INSERT INTO erplink_fingerprints (feed, key, fingerprint)
SELECT * FROM unnest(?::bigint[], ?::text[], ?::bytea[])
ON CONFLICT (feed, key) DO UPDATE SET fingerprint = excluded.fingerprint
WHERE erplink_fingerprints.fingerprint IS DISTINCT FROM excluded.fingerprint

-- name: intents_move
SELECT nextval('erplink_moves')

-- name: intents_mark
SELECT last_value, EXISTS (SELECT 1 FROM erplink_intents WHERE tenant = :tenant)
FROM erplink_moves
