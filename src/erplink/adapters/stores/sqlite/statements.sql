-- What SQLite says in words of its own. Without statistics it does not see that few records are
-- parked, and is told which index is the small one.

-- name: schema_there
SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'erplink_schema'

-- name: schema_lock
SELECT 1

-- name: pending_parked
SELECT f.actor_kind, f.side,
    p.key, p.lane, p.due, p.since, p.attempts, p.refusals, p.parked, p.marked, p.told
FROM erplink_feeds AS f JOIN erplink_pending AS p INDEXED BY erplink_pending_parked ON p.feed = f.id
WHERE f.tenant = :tenant AND f.connection = :connection AND p.parked = 1
    AND (f.actor_kind, f.side, p.key) > (:kind, :side, :key)
ORDER BY f.actor_kind, f.side, p.key LIMIT :most

-- name: pending_replay_all
UPDATE erplink_pending INDEXED BY erplink_pending_parked SET parked = 0, due = :now, marked = marked + 1
WHERE parked = 1 AND feed IN (
    SELECT id FROM erplink_feeds WHERE tenant = :tenant AND connection = :connection
)

-- name: intents_move
INSERT INTO erplink_moves (tenant, moves) VALUES (:tenant, 1)
ON CONFLICT (tenant) DO UPDATE SET moves = moves + 1

-- name: intents_mark
SELECT (SELECT moves FROM erplink_moves WHERE tenant = :tenant),
    EXISTS (SELECT 1 FROM erplink_intents WHERE tenant = :tenant)
