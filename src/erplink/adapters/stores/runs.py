"""SqlRuns: what was run, and what came of it."""

from collections.abc import Sequence

from attrs import frozen

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_bytes, from_json, to_bytes, to_json
from erplink.adapters.stores.moments import from_nullable, from_stored, to_nullable, to_stored
from erplink.sync.state import Run, RunState

__all__ = ["SqlRuns"]


@frozen
class SqlRuns:
    """What was run, and what came of it."""

    _database: Database

    def put(self, run: Run) -> None:
        """Keep a run, or its new state."""
        self._database.execute(
            "run_put",
            id=run.id,
            connection=run.connection,
            actor_kind=run.actor_kind,
            mode=run.mode.value,
            lane=int(run.lane),
            state=run.state.value,
            started=to_stored(run.started),
            finished=to_nullable(run.finished),
            told=to_json([run.principal, run.reason]),
            report=to_bytes(run.report),
        )

    def get(self, run: str) -> Run | None:
        """The run with this id."""
        rows = self._database.query("run_get", id=run)
        return _read(rows[0]) if rows else None

    def held(self, connection: str, *, most: int = 100) -> Sequence[Run]:
        """Those of the newest runs of a connection that are held, the newest first."""
        rows = self._database.query(
            "runs_held", connection=connection, state=RunState.HELD.value, most=most
        )
        return [_read(row) for row in rows]

    def of(self, connection: str, *, most: int = 100) -> Sequence[Run]:
        """The runs of a connection, the newest first."""
        rows = self._database.query("runs_of", connection=connection, most=most)
        return [_read(row) for row in rows]


def _read(row: Row) -> Run:
    each, connection, actor_kind, mode, lane, state, started, finished, told, report = row
    principal, reason = from_json(told)
    return Run(
        id=each,
        connection=connection,
        actor_kind=actor_kind,
        mode=mode,
        lane=lane,
        principal=principal,
        state=state,
        started=from_stored(started),
        finished=from_nullable(finished),
        reason=reason,
        report=from_bytes(report),
    )
