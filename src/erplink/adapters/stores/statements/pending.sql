-- name: pending_mark
INSERT INTO erplink_pending AS known
    (feed, key, lane, due, since, attempts, refusals, parked, marked, told)
VALUES (:feed, :key, :lane, :due, :since, :attempts, :refusals, :parked, :marked, :told)
ON CONFLICT (feed, key) DO UPDATE SET
    lane = CASE WHEN excluded.lane < known.lane THEN excluded.lane ELSE known.lane END,
    due = CASE WHEN excluded.due < known.due THEN excluded.due ELSE known.due END,
    marked = known.marked + 1

-- name: pending_put
INSERT INTO erplink_pending AS known
    (feed, key, lane, due, since, attempts, refusals, parked, marked, told)
VALUES (:feed, :key, :lane, :due, :since, :attempts, :refusals, :parked, :marked, :told)
ON CONFLICT (feed, key) DO UPDATE SET
    lane = excluded.lane, due = excluded.due, since = excluded.since,
    attempts = excluded.attempts, refusals = excluded.refusals, parked = excluded.parked,
    marked = CASE WHEN excluded.marked > known.marked THEN excluded.marked ELSE known.marked END,
    told = excluded.told

-- name: pending_settle
DELETE FROM erplink_pending WHERE feed = :feed AND key = :key AND marked <= :marked

-- name: pending_due
SELECT key, lane, due, since, attempts, refusals, parked, marked, told FROM erplink_pending
WHERE feed = :feed AND parked = 0 AND lane BETWEEN :lowest AND :highest AND due <= :now
ORDER BY lane, since, key LIMIT :most

-- name: pending_of
SELECT key, lane, due, since, attempts, refusals, parked, marked, told FROM erplink_pending
WHERE feed = :feed AND key IN :keys

-- name: pending_parked
SELECT f.actor_kind, f.side,
    p.key, p.lane, p.due, p.since, p.attempts, p.refusals, p.parked, p.marked, p.told
FROM erplink_feeds AS f JOIN erplink_pending AS p ON p.feed = f.id
WHERE f.tenant = :tenant AND f.connection = :connection AND p.parked = 1
    AND (f.actor_kind, f.side, p.key) > (:kind, :side, :key)
ORDER BY f.actor_kind, f.side, p.key LIMIT :most

-- name: pending_replay_all
UPDATE erplink_pending SET parked = 0, due = :now, marked = marked + 1
WHERE parked = 1 AND feed IN (
    SELECT id FROM erplink_feeds WHERE tenant = :tenant AND connection = :connection
)

-- name: pending_replay
UPDATE erplink_pending SET parked = 0, due = :now, marked = marked + 1
WHERE parked = 1 AND feed = :feed AND key = :key

-- name: pending_next_due
SELECT min(due) FROM (
    SELECT (
        SELECT min(p.due) FROM erplink_pending AS p WHERE p.feed = f.id AND p.parked = 0
    ) AS due
    FROM erplink_feeds AS f WHERE f.tenant = :tenant AND f.connection = :connection
) AS of_feeds

-- name: pending_count
SELECT count(*), coalesce(sum(p.parked), 0)
FROM erplink_feeds AS f JOIN erplink_pending AS p ON p.feed = f.id
WHERE f.tenant = :tenant AND f.connection = :connection
