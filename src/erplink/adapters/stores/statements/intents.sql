-- name: intent_add
INSERT INTO erplink_intents
    (tenant, record, run, connection, actor_kind, lease, fence, at, document)
VALUES (:tenant, :record, :run, :connection, :actor_kind, :lease, :fence, :at, :document)
ON CONFLICT (tenant, record) DO NOTHING

-- name: intents_there
SELECT record FROM erplink_intents WHERE tenant = :tenant AND record IN :records

-- name: intents_of
SELECT record, run, connection, actor_kind, lease, fence, at, document FROM erplink_intents
WHERE tenant = :tenant AND record IN :records

-- name: intents_remove
DELETE FROM erplink_intents WHERE tenant = :tenant AND run = :run AND record IN :records

-- name: intent_replace
UPDATE erplink_intents SET run = :run, connection = :connection, actor_kind = :actor_kind,
    lease = :lease, fence = :fence, at = :at, document = :document
WHERE tenant = :tenant AND record = :record AND run = :before

-- name: intents_orphans
SELECT i.record, i.run, i.connection, i.actor_kind, i.lease, i.fence, i.at, i.document
FROM erplink_intents AS i
LEFT JOIN erplink_leases AS l ON l.tenant = i.tenant AND l.key = i.lease
WHERE i.tenant = :tenant AND i.connection = :connection AND i.actor_kind <> ''
    AND (l.holder IS NULL OR l.expires <= :now OR l.fence > i.fence)
ORDER BY i.record LIMIT :most

-- name: intents_count
SELECT count(*) FROM erplink_intents
WHERE tenant = :tenant AND connection = :connection AND actor_kind <> ''
