"""Drawer: the plans of a pass until they are carried out, in memory or in the store."""

from collections.abc import Iterator, Sequence

from erplink.sync.plain_plan import AnyPlan
from erplink.sync.rails import Tally
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import HeldPlan
from erplink.sync.store import Store

__all__ = ["Drawer", "stored_batches"]


class Drawer:
    """Collects plans; gives them back in order, a batch at a time."""

    def __init__(self, store: Store, run: str, *, in_memory_max: int) -> None:
        """Collect the plans of ``run``."""
        self._store, self._run, self._most = store, run, in_memory_max
        self._plans: list[AnyPlan] = []
        self._stored = 0
        #: What the plans would do, all together.
        self.tally = Tally()

    def __len__(self) -> int:
        """How many plans there are."""
        return self._stored + len(self._plans)

    def add(self, plan: AnyPlan) -> None:
        """Lay a plan in."""
        self._plans.append(plan)
        self.tally += plan.tally
        if len(self._plans) >= self._most:
            self.store()

    def store(self) -> None:
        """Put what is in memory into the store, where it outlives the pass."""
        if self._plans:
            held = [HeldPlan(record=plan.record, document=plan.to_json()) for plan in self._plans]
            with self._store.begin() as state:
                state.held.put(self._run, held)
            self._stored += len(held)
            self._plans.clear()

    def batches(self, size: int) -> Iterator[Sequence[AnyPlan]]:
        """All plans, ``size`` at a time, forgotten once they are out."""
        yield from stored_batches(self._store, self._run, size) if self._stored else ()
        self._stored = 0
        while self._plans:
            batch = self._plans[:size]
            del self._plans[:size]
            yield batch


def stored_batches(store: Store, run: str, size: int) -> Iterator[list[RecordPlan]]:
    """The plans of a run that are in the store, ``size`` at a time, forgotten once they are out."""
    after = 0
    while True:
        with store.look() as state:
            rows = state.held.of(run, after=after, most=size)
        if not rows:
            return
        yield [RecordPlan.from_json(plan.document) for _, plan in rows]
        after = rows[-1][0]
        with store.begin() as state:
            state.held.remove(run, upto=after)
