"""Undoing: taking an import back: what would be, what cannot be, and doing it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.plan import Create, Delete, RecordResult
from erplink.domain.records import EntityRef, Ref
from erplink.domain.staging import Fate
from erplink.sync.recheck import rechecked
from erplink.sync.record_plan import RecordPlan
from erplink.sync.settled import Settled
from erplink.sync.store import Transaction
from erplink.sync.undo import NotUndone, Undo
from erplink.sync.workbench import Workbench

__all__ = ["ImportUndo", "UndoResult", "UndoWork", "going_with"]


def _undos(undos: Iterable[Undo]) -> tuple[Undo, ...]:
    return tuple(undos)


def _lines(lines: Iterable[NotUndone]) -> tuple[NotUndone, ...]:
    return tuple(lines)


@frozen
class ImportUndo:
    """What taking an import back comes to, children before what they belong to."""

    undos: tuple[Undo, ...] = attr(converter=_undos)

    @property
    def records(self) -> tuple[str, ...]:
        """The records of the CRM of which anything would be taken back."""
        return tuple(str(target) for each in self.plans for target in _targets(each))

    @property
    def plans(self) -> tuple[RecordPlan, ...]:
        """What would be done, record by record."""
        return tuple(plan for undo in self.undos for plan in undo.plans)

    @property
    def kept(self) -> tuple[NotUndone, ...]:
        """What was edited since, and stays."""
        return tuple(line for undo in self.undos for line in undo.kept)

    @property
    def impossible(self) -> tuple[NotUndone, ...]:
        """What cannot be taken back."""
        return tuple(line for undo in self.undos for line in undo.impossible)


@frozen(kw_only=True)
class UndoResult:
    """What came of taking an import back: three lists."""

    #: The records of the CRM that are as they were before.
    reversed: tuple[EntityRef, ...] = ()
    #: What was edited since.
    kept: tuple[NotUndone, ...] = attr(default=(), converter=_lines)
    failed: tuple[NotUndone, ...] = attr(default=(), converter=_lines)


def going_with(undo: Undo) -> set[Ref]:
    """The records that an undo removes."""
    return {step.target for step in undo.plan.steps if isinstance(step, Delete)}


class UndoWork:
    """Carries out what was shown of an undo, and keeps what became of it."""

    def __init__(self, each: str, undo: Undo, positions: Mapping[str, int], *, batch: int) -> None:
        """Carry out ``undo``.

        Args:
            each: The import.
            undo: What was shown.
            positions: Of the rows that the CRM's records came of, by key.
            batch: How many plans are sent between two transactions.
        """
        self._import, self._positions, self._batch = each, positions, batch
        self._plans, self._shown = undo.plans, undo
        self._reversed: dict[str, EntityRef] = {}
        self._failed: dict[str, NotUndone] = {}
        self._kept: dict[str, NotUndone] = {}

    def batches(self, bench: Workbench) -> Iterator[Sequence[RecordPlan]]:
        """The plans, but for those whose records moved since they were shown."""
        for start in range(0, len(self._plans), self._batch):
            part = self._plans[start : start + self._batch]
            fresh, stale = rechecked(part, bench.systems)
            for plan in stale:
                self._kept[plan.record] = NotUndone(_name(plan), "", "edited since it was shown")
            yield [evolve(plan, personal=True) for plan in fresh]

    def note(self, state: Transaction, settled: Sequence[Settled]) -> None:
        """Keep what became of plans, and of the rows that the records came of."""
        for each in settled:
            if each.result in (RecordResult.DELETED, RecordResult.UPDATED):
                refs = [ref for ref in _targets(each.plan.whole()) if isinstance(ref, EntityRef)]
                self._reversed.update((str(ref), ref) for ref in refs)
                known = self._positions
                at = [(known[ref.key], ref.key) for ref in refs if ref.key in known]
                fates = [(position, Fate.UNDONE, "", key) for position, key in at]
                state.staged.settle(self._import, fates)
            else:
                self._failed[each.plan.record] = NotUndone(
                    _name(each.plan.whole()), "", each.reason
                )

    def result(self) -> UndoResult:
        """The three lists, with what was on them already when it was shown."""
        shown = self._shown
        return UndoResult(
            reversed=tuple(self._reversed.values()),
            kept=[*shown.kept, *self._kept.values()],
            failed=[*shown.impossible, *self._failed.values()],
        )


def _targets(plan: RecordPlan) -> list[Ref]:
    return [write.target for write in plan.writes if not isinstance(write, Create)]


def _name(plan: RecordPlan) -> str:
    return str(next(iter(_targets(plan)), plan.record))
