-- name: run_put
INSERT INTO erplink_runs
    (tenant, id, connection, actor_kind, mode, lane, state, started, finished, told, report)
VALUES (:tenant, :id, :connection, :actor_kind, :mode, :lane, :state, :started, :finished, :told,
    :report)
ON CONFLICT (tenant, id) DO UPDATE SET connection = excluded.connection,
    actor_kind = excluded.actor_kind, mode = excluded.mode, lane = excluded.lane,
    state = excluded.state, started = excluded.started, finished = excluded.finished,
    told = excluded.told, report = excluded.report

-- name: run_get
SELECT id, connection, actor_kind, mode, lane, state, started, finished, told, report
FROM erplink_runs WHERE tenant = :tenant AND id = :id

-- name: runs_of
SELECT id, connection, actor_kind, mode, lane, state, started, finished, told, report
FROM erplink_runs WHERE tenant = :tenant AND connection = :connection
ORDER BY started DESC, id DESC LIMIT :most

-- name: runs_held
SELECT id, connection, actor_kind, mode, lane, state, started, finished, told, report
FROM (
    SELECT id, connection, actor_kind, mode, lane, state, started, finished, told, report
    FROM erplink_runs WHERE tenant = :tenant AND connection = :connection
    ORDER BY started DESC, id DESC LIMIT :most
) AS newest
WHERE state = :state ORDER BY started DESC, id DESC
