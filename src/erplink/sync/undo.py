"""Undo: what it takes to take a run back, as a plan that can be shown, and three lists.

Only what the run wrote is taken back, and only where nobody has edited it since. What the other
side holds stays: that the two differ is then what they agreed on, until somebody edits either.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Record
from erplink.domain.canonical import same
from erplink.domain.fields import Field
from erplink.domain.history import (
    CannotReverse,
    FieldChange,
    KeptBecauseEdited,
    RecordChange,
    Reversed,
    reversal,
)
from erplink.domain.links import Agreed, Link
from erplink.domain.mapping import FieldRule
from erplink.domain.plan import Advance, Change, Delete, Patch, Plan, Promise, RemoveLink, Step
from erplink.domain.records import CRM, Ref
from erplink.domain.values import UNSET, Maybe, Value
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side
from erplink.sync.store import Store
from erplink.sync.systems import Systems

__all__ = ["NotUndone", "Undo", "plan_undo"]

_PAGE = 1000


@frozen
class NotUndone:
    """A field, or a whole record, that stays as it is, and why."""

    record: str
    #: Empty for the record as a whole.
    field: str
    reason: str


def _tuple(items: Iterable[NotUndone]) -> tuple[NotUndone, ...]:
    return tuple(items)


@frozen(kw_only=True)
class Undo:
    """What taking a run back comes to; the plans are carried out like any others."""

    run: str
    plans: tuple[RecordPlan, ...]
    #: What was edited since, and is kept.
    kept: tuple[NotUndone, ...] = attr(default=(), converter=_tuple)
    #: What cannot be taken back.
    impossible: tuple[NotUndone, ...] = attr(default=(), converter=_tuple)

    @property
    def plan(self) -> Plan:
        """All of it as one plan, to be shown."""
        return Plan.joined(each.plan for each in self.plans)


class _Undoing:
    """The plans and lists as they grow."""

    def __init__(self, systems: Systems, store: Store) -> None:
        self.systems, self.store = systems, store
        self.plans: list[RecordPlan] = []
        self.kept: list[NotUndone] = []
        self.impossible: list[NotUndone] = []

    def add(self, row: RecordChange, wanted: Callable[[FieldChange], bool]) -> None:
        """Take back what one row of the history tells of."""
        record = self._record(row.record)
        if record is None:
            self.impossible.append(NotUndone(str(row.record), "", "the record is gone"))
            return
        link = _link(self._links(row.record), row)
        steps: list[Step] = []
        if link is not None and link.created == row.record.system and _made(row):
            steps = self._removal(row, record, link)
        else:
            steps = self._patch(row, record, wanted)
        if steps:
            self.plans.append(_record_plan(row, link, steps))

    def _record(self, ref: Ref) -> Record | None:
        kind = self.systems.kind(ref.system, ref.kind)
        fields = [field.key for field in kind.fields]
        return self.systems.get(ref.system, ref.kind, [ref.key], fields).get(ref.key)

    def _links(self, ref: Ref) -> Sequence[Link]:
        with self.store.look() as state:
            if ref.system == CRM:
                return state.links.of_entities(ref.kind, [ref.key]).get(ref.key, ())
            return list(state.links.by_actor(ref.system, ref.kind, [ref.key]).values())

    def _described(self, ref: Ref) -> dict[str, Field]:
        return {field.key: field for field in self.systems.kind(ref.system, ref.kind).fields}

    def _removal(self, row: RecordChange, record: Record, link: Link) -> list[Step]:
        """A record that the run made goes again, unless somebody has worked on it since."""
        fields = self._described(row.record)
        edited = [
            change.field for change in row.changes if not _holds(change, record, fields, change.new)
        ]
        if edited:
            self.kept.append(NotUndone(str(row.record), ", ".join(edited), "edited since"))
            return []
        reason = f"{row.run} made it, and is taken back"
        return [
            Delete(row.record, record.version, reason),
            RemoveLink(link.key, link.version, reason),
        ]

    def _patch(
        self,
        row: RecordChange,
        record: Record,
        wanted: Callable[[FieldChange], bool],
    ) -> list[Step]:
        fields, patch = self._described(row.record), dict[str, Value]()
        undone: list[FieldChange] = []
        for change in filter(wanted, row.changes):
            back = self._reversal(row, change, record, fields)
            if back:
                patch.update(back)
                undone.append(change)
        if not patch:
            return []
        changes = [
            Change(each.field, each.new, _old(each), "undo", f"{row.run} is undone")
            for each in undone
        ]
        step = Patch(row.record, patch, record.version, changes)
        return [step, *self._advances(step, undone)]

    def _advances(self, step: Patch, undone: Sequence[FieldChange]) -> list[Step]:
        """That the two sides differ from now on is what every link of the record agrees on."""
        advances: list[Step] = []
        for link in self._links(step.target):
            with self.store.look() as state:
                mapping = state.mappings.get(link.connection, link.actor.kind)
            rules = mapping.rules if mapping else ()
            promises = [
                promise
                for change in undone
                for rule in rules
                if rule.key in link.base
                for promise in _promises(rule, change, link.base[rule.key], step)
            ]
            if promises:
                advances.append(Advance(link.key, promises, link.version))
        return advances

    def _reversal(
        self, row: RecordChange, change: FieldChange, record: Record, fields: dict[str, Field]
    ) -> dict[str, Value]:
        current = _read(record, change.keys)
        told = reversal(change, current, same=partial(_same, fields, change.keys))
        if isinstance(told, KeptBecauseEdited):
            self.kept.append(NotUndone(str(row.record), change.field, "edited since"))
        elif isinstance(told, CannotReverse):
            self.impossible.append(NotUndone(str(row.record), change.field, told.reason))
        return dict(told.patch) if isinstance(told, Reversed) else {}


def plan_undo(
    run: str, systems: Systems, store: Store, *, fields: Iterable[str] | None = None
) -> Undo:
    """Plan to take back what ``run`` wrote, or only some fields of it; nothing is written."""
    chosen = None if fields is None else frozenset(fields)
    undoing = _Undoing(systems, store)
    after = 0
    while rows := _rows(store, run, after):
        after = rows[-1][0]
        for _, row in rows:
            undoing.add(row, lambda change: chosen is None or change.field in chosen)
    return Undo(
        run=run, plans=tuple(undoing.plans), kept=undoing.kept, impossible=undoing.impossible
    )


def _made(row: RecordChange) -> bool:
    """Whether the row tells of the making of its record: nothing of it was there before."""
    return bool(row.changes) and all(change.old is UNSET for change in row.changes)


def _rows(store: Store, run: str, after: int) -> Sequence[tuple[int, RecordChange]]:
    with store.look() as state:
        return state.history.of_run(run, after=after, most=_PAGE)


def _link(links: Sequence[Link], row: RecordChange) -> Link | None:
    """The link that the row was written through, or another one of its record."""
    return next((link for link in links if link.key == row.link), links[0] if links else None)


def _read(record: Record, keys: tuple[str, ...]) -> Maybe:
    parts = tuple(record.value(key) for key in keys)
    if UNSET in parts:
        return UNSET
    whole: Maybe = parts[0] if len(parts) == 1 else parts  # type: ignore[assignment]
    return whole


def _same(fields: dict[str, Field], keys: tuple[str, ...], one: Maybe, other: Maybe) -> bool:
    if len(keys) == 1:
        return same(fields[keys[0]], one, other)
    return one == other


def _holds(change: FieldChange, record: Record, fields: dict[str, Field], value: Maybe) -> bool:
    return _same(fields, change.keys, _read(record, change.keys), value)


def _old(change: FieldChange) -> Value:
    return None if change.old is UNSET else change.old


def _promises(
    rule: FieldRule, change: FieldChange, agreed: Agreed, step: Patch
) -> Iterator[Promise]:
    needs, old = frozenset({step.id}), _old(change)
    if change.system == CRM and rule.crm_key == change.field:
        yield Promise(rule.key, Agreed(old, agreed.erp), rule.crm, rule.erp, needs)
    elif change.system != CRM and rule.key == change.field:
        yield Promise(rule.key, Agreed(agreed.crm, old), rule.crm, rule.erp, needs)


def _record_plan(row: RecordChange, link: Link | None, steps: list[Step]) -> RecordPlan:
    ref = row.record
    if link is None:
        feed = FeedName(ref.system, ref.kind, Side.ERP)
    else:
        side = Side.CRM if ref.system == CRM else Side.ERP
        feed = FeedName(link.connection, link.actor.kind, side)
    record = str(ref if link is None else link.entity)
    return RecordPlan(record=record, feed=feed, key=ref.key, plan=Plan(steps))
