"""History: what was written, and why."""

from collections.abc import Sequence

from erplink.domain.history import RecordChange
from erplink.domain.records import ActorRef, EntityRef
from erplink.hub.operations import Group, query

__all__ = ["History"]


class History(Group):
    """What was written through the connections that the user sees."""

    @query
    def of(self, record: ActorRef | EntityRef, *, most: int = 1000) -> Sequence[RecordChange]:
        """What was written to a record, the newest first."""
        with self._desk.wiring.store.look() as state:
            rows = state.history.of_record(record, most=most)
        return self._desk.sight.history(rows)
