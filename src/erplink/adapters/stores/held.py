"""SqlHeld: the plans of runs that are not carried out yet."""

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.documents import from_bytes, to_bytes
from erplink.sync.state import HeldPlan

__all__ = ["SqlHeld"]

_POSITION_MAX: Final = (1 << 63) - 1


@frozen
class SqlHeld:
    """The plans of runs that are not carried out yet, record by record."""

    _database: Database

    def put(self, run: str, plans: Iterable[HeldPlan]) -> None:
        """Keep plans of a run, after those it has."""
        tenant = self._database.tenant
        rows = [
            {
                "tenant": tenant,
                "run": run,
                "record": plan.record,
                "document": to_bytes(plan.document),
            }
            for plan in plans
        ]
        if rows:
            self._database.execute_many("held_put", rows)

    def of(self, run: str, *, after: int = 0, most: int = 1000) -> Sequence[tuple[int, HeldPlan]]:
        """The plans of a run with their positions, in the order they were put."""
        rows = self._database.query("held_of", run=run, after=after, most=most)
        return [
            (position, HeldPlan(record=record, document=from_bytes(document)))
            for position, record, document in rows
        ]

    def remove(self, run: str, *, upto: int | None = None) -> None:
        """Forget the plans of a run, up to a position or all."""
        self._database.execute("held_remove", run=run, upto=_POSITION_MAX if upto is None else upto)
