"""Work: the run of one kind of an import: rows become plans again, or are refused as stale."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from erplink.domain.plan import Create, MakeLink, Patch, RecordResult
from erplink.domain.records import CRM, EntityRef
from erplink.domain.staging import Action, Fate, RowFilter, StagedRow
from erplink.imports.planner import Planned, Planner
from erplink.sync import Store
from erplink.sync.record_plan import RecordPlan
from erplink.sync.settled import Settled
from erplink.sync.store import Transaction
from erplink.sync.systems import Systems
from erplink.sync.workbench import Workbench

__all__ = ["Work"]

_FATES: Final[Mapping[RecordResult, Fate]] = {
    RecordResult.CREATED: Fate.CREATED,
    RecordResult.UPDATED: Fate.UPDATED,
    RecordResult.UNCHANGED: Fate.SKIPPED,
    RecordResult.SKIPPED: Fate.STALE,
}
_MOVED: Final = "the CRM is not what was shown any more"

Plans = Callable[[Systems], Planner]
Pages = Callable[[RowFilter], Iterator[Sequence[StagedRow]]]


class Work:
    """Makes plans of the rows that were shown, and keeps what came of each."""

    def __init__(
        self,
        store: Store,
        each: str,
        kind: str,
        planner: "Callable[..., Planner]",
        pages: Pages,
    ) -> None:
        """Run the rows of one kind of the import ``each``."""
        self._store, self._import, self._kind = store, each, kind
        self._planner, self._pages = planner, pages
        self._positions: dict[str, int] = {}

    def batches(self, bench: Workbench) -> Iterator[Sequence[RecordPlan]]:
        """The plans of the rows that are still to be run, a page at a time."""
        planner = self._planner(systems=bench.systems, pairing=bench.pairing)
        for rows in self._pages(RowFilter(actor_kind=self._kind, run=True)):
            planner.learn(rows)
        for rows in self._pages(RowFilter(actor_kind=self._kind, checked=True, run=False)):
            self._positions = {row.key: row.position for row in rows}
            plans: list[RecordPlan] = []
            fates: list[tuple[int, Fate, str, str]] = []
            for planned in planner.plan(rows):
                fate, reason = _fate(planned)
                if planned.plan is not None and fate is None:
                    plans.append(planned.plan)
                else:
                    target = planned.verdict.target
                    fates.append((planned.row.position, fate or Fate.SKIPPED, reason, target))
            with self._store.begin() as state:
                state.staged.settle(self._import, fates)
            if plans:
                yield plans

    def note(self, state: Transaction, settled: Sequence[Settled]) -> None:
        """Keep what came of rows, with everything else that is remembered about them."""
        strange = [each.plan.key for each in settled if each.plan.key not in self._positions]
        known = state.staged.of(self._import, self._kind, strange)
        positions = {**{key: row.position for key, row in known.items()}, **self._positions}
        state.staged.settle(
            self._import,
            [
                (
                    positions[each.plan.key],
                    Fate.STALE if each.again else _FATES.get(each.result, Fate.FAILED),
                    each.reason,
                    _entity(each.plan.whole()),
                )
                for each in settled
                if each.plan.key in positions
            ],
        )


def _fate(planned: Planned) -> tuple[Fate | None, str]:
    """What becomes of a row without anything being written; None where its plan is carried out."""
    shown = planned.row.verdict
    if shown is None:
        return Fate.STALE, "it was staged after the preview"
    if shown != planned.verdict:
        return Fate.STALE, _MOVED
    if shown.action is Action.QUESTION:
        return Fate.SKIPPED, "nobody said which record it is about"
    if planned.plan is None:
        return Fate.SKIPPED, shown.reason
    return None, ""


def _entity(plan: RecordPlan) -> str:
    """The key of the CRM's record that a plan is about, if there is one by now."""
    for step in plan.plan.steps:
        if isinstance(step, Create) and step.system == CRM:
            outcome = plan.outcomes.get(step.id)
            return outcome.key or "" if outcome else ""
        if isinstance(step, Patch) and isinstance(step.target, EntityRef):
            return step.target.key
        if isinstance(step, MakeLink) and isinstance(step.entity, EntityRef):
            return step.entity.key
    return ""
