"""Work: the run of one kind of an import: rows become plans again, or are refused as stale."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from erplink.domain.plan import Create, MakeLink, Patch, RecordResult, StepResult
from erplink.domain.records import CRM, EntityRef
from erplink.domain.staging import Action, Fate, RowFilter, StagedRow
from erplink.imports.planner import Planned, Planner
from erplink.sync import Store
from erplink.sync.record_plan import RecordPlan
from erplink.sync.settled import Settled
from erplink.sync.store import Transaction
from erplink.sync.workbench import Workbench

__all__ = ["Work"]

_FATES: Final[Mapping[RecordResult, Fate]] = {
    RecordResult.CREATED: Fate.CREATED,
    RecordResult.UPDATED: Fate.UPDATED,
    RecordResult.UNCHANGED: Fate.SKIPPED,
}
_MOVED: Final = "the CRM is not what was shown any more"

Pages = Callable[[RowFilter], Iterator[Sequence[StagedRow]]]


class Work:
    """Makes plans of the rows that were shown, and keeps what came of each."""

    def __init__(
        self,
        store: Store,
        each: str,
        kind: str,
        planner: Callable[..., Planner],
        pages: Pages,
    ) -> None:
        """Run the rows of one kind of the import ``each``."""
        self._store, self._import, self._kind = store, each, kind
        self._planner, self._pages = planner, pages

    def batches(self, bench: Workbench) -> Iterator[Sequence[RecordPlan]]:
        """The plans of the rows that are still to be run, a page at a time."""
        planner = self._planner(bench.systems, pairing=bench.pairing, running=True)
        for rows in self._pages(RowFilter(actor_kind=self._kind, run=True)):
            planner.learn(rows)
        for rows in self._pages(RowFilter(actor_kind=self._kind, checked=True, run=False)):
            plans: list[RecordPlan] = []
            fates: list[tuple[int, Fate, str, str]] = []
            for planned in planner.plan(rows):
                fate, reason = _fate(planned)
                if planned.plan is not None and fate is None:
                    plans.append(planned.plan)
                else:
                    fate = fate or Fate.SKIPPED
                    target = planned.verdict.target if fate is Fate.SKIPPED else ""
                    fates.append((planned.row.position, fate, reason, target))
            with self._store.begin() as state:
                state.staged.settle(self._import, fates)
            if plans:
                yield plans

    def note(self, state: Transaction, settled: Sequence[Settled]) -> None:
        """Keep what came of rows, with everything else that is remembered about them.

        A row stays open that was not done for no fault of its own: it is not known yet what became
        of it, somebody else is writing its record, or the CRM was down. A run comes back to it.
        """
        mine = [each for each in settled if each.plan.feed.actor_kind == self._kind]
        rows = state.staged.of(self._import, self._kind, [each.plan.key for each in mine])
        busy = state.intents.of([each.plan.record for each in mine])
        state.staged.settle(
            self._import,
            [
                (rows[each.plan.key].position, *_came_of(each, rows[each.plan.key]))
                for each in mine
                if each.plan.key in rows
                and each.plan.record not in busy
                and not _to_be_tried_again(each)
            ],
        )


def _to_be_tried_again(settled: Settled) -> bool:
    """Whether the CRM surely did nothing, and said nothing against it either."""
    results = {each.result for each in settled.plan.outcomes.values()}
    return StepResult.UNAVAILABLE in results


def _came_of(settled: Settled, row: StagedRow) -> tuple[Fate, str, str]:
    """The fate of a row, why, and the key of the CRM's record that came of it."""
    entity = _entity(settled.plan.whole())
    if settled.result in _FATES:
        shown = row.verdict.reason if row.verdict else ""
        return _FATES[settled.result], settled.reason or shown, entity
    results = {each.result for each in settled.plan.outcomes.values()}
    moved = StepResult.STALE in results or not results
    return Fate.STALE if moved else Fate.FAILED, settled.reason, ""


def _fate(planned: Planned) -> tuple[Fate | None, str]:
    """What becomes of a row without anything being written; None where its plan is carried out."""
    shown = planned.row.verdict
    if shown is None:
        return Fate.STALE, "it was staged after the preview"
    if shown != planned.verdict:
        if planned.orphaned and shown.action is Action.NEW:
            return Fate.FAILED, planned.verdict.reason
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
