-- name: fingerprints_packed
SELECT max(key), group_concat(hex(fingerprint), '') FROM (
    SELECT key, fingerprint FROM erplink_fingerprints
    WHERE feed = :feed AND key > :after ORDER BY key LIMIT :most
) AS portion

-- name: fingerprints_items
SELECT key, fingerprint FROM erplink_fingerprints WHERE feed = :feed

-- name: fingerprints_of
SELECT key, fingerprint FROM erplink_fingerprints WHERE feed = :feed AND key IN :keys

-- name: fingerprints_put
INSERT INTO erplink_fingerprints (feed, key, fingerprint) VALUES (?, ?, ?)
ON CONFLICT (feed, key) DO UPDATE SET fingerprint = excluded.fingerprint

-- name: fingerprints_remove
DELETE FROM erplink_fingerprints WHERE feed = :feed AND key IN :keys

-- name: fingerprints_put_all
UPDATE erplink_fingerprints SET fingerprint = :fingerprint WHERE feed = :feed

-- name: fingerprints_count
SELECT count(*) FROM erplink_fingerprints WHERE feed = :feed
