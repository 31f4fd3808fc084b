"""Undo: what it takes to take a run back, as a plan that can be shown, and three lists.

Only what the run wrote is taken back, and only where nobody has edited it since. What the other
side holds stays: that the two differ is then what they agreed on, until somebody edits either.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from attrs import define, evolve, frozen
from attrs import field as attr

from erplink.connectors import Query, Record, all_found
from erplink.domain.canonical import same
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
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
from erplink.domain.merge import FieldDecision, FieldWrite, Outcome, SideView
from erplink.domain.plan import Advance, Change, Delete, Patch, Plan, Promise, RemoveLink, Step
from erplink.domain.records import CRM, Ref
from erplink.domain.values import UNSET, Maybe, Value
from erplink.errors import BadName
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Run, Side
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


@define
class _Entity:
    """What is taken back of one entity and its actors, which one plan does."""

    feed: FeedName
    key: str
    #: All links of the records that are touched.
    links: dict[str, Link] = attr(factory=dict)
    steps: list[Step] = attr(factory=list)
    patches: list[tuple[Patch, Sequence[FieldChange]]] = attr(factory=list)

    def plan(
        self, record: str, run: str, rules: Callable[[Link], Sequence[FieldRule]]
    ) -> RecordPlan:
        """The plan under the name of ``record``."""
        removed = {step.link for step in self.steps if isinstance(step, RemoveLink)}
        patches = [patch for patch, _ in self.patches]
        advances = [
            Advance(link.key, promises, link.version)
            for link in self.links.values()
            if link.key not in removed and (promises := self._promises(link, rules(link)))
        ]
        return RecordPlan(
            record=record,
            feed=self.feed,
            key=self.key,
            plan=Plan([*self.steps, *patches, *advances]),
            decisions=tuple(_decision(patch, change, run) for patch, change in self._undone()),
        )

    def _promises(self, link: Link, rules: Sequence[FieldRule]) -> list[Promise]:
        """That the two sides differ from now on is what the link agrees on."""
        promises: list[Promise] = []
        for rule in rules:
            agreed, needs = link.base.get(rule.key), set[str]()
            for patch, change in self._undone():
                if agreed is not None and _is_about(patch, change, link, rule):
                    old = _old(change)
                    on_crm = change.system == CRM
                    agreed = Agreed(old, agreed.erp) if on_crm else Agreed(agreed.crm, old)
                    needs.add(patch.id)
            if agreed is not None and needs:
                promises.append(Promise(rule.key, agreed, rule.crm, rule.erp, frozenset(needs)))
        return promises

    def _undone(self) -> list[tuple[Patch, FieldChange]]:
        return [(patch, change) for patch, changes in self.patches for change in changes]


class _Undoing:
    """The plans and lists as they grow."""

    def __init__(
        self, run: str, systems: Systems, store: Store, of: Run, going: Collection[Ref]
    ) -> None:
        self.run, self.systems, self.store = run, systems, store
        #: The run as it is kept, and the records that are removed anyway.
        self.of, self.going = of, frozenset(going)
        self.entities: dict[str, _Entity] = {}
        self.kept: list[NotUndone] = []
        self.impossible: list[NotUndone] = []

    def add_all(self, rows: Sequence[RecordChange], chosen: frozenset[str] | None) -> None:
        """Take back what some rows of the history tell of, one for each record."""
        held = self._held(rows)
        for row in rows:
            record = held.get(row.record)
            if record is None:
                self.impossible.append(NotUndone(str(row.record), "", "the record is gone"))
            else:
                self._add(row, record, chosen)

    def plans(self) -> list[RecordPlan]:
        """A plan for each entity of which anything is taken back."""
        return [
            entity.plan(name, self.run, self._rules)
            for name, entity in self.entities.items()
            if entity.steps or entity.patches
        ]

    def _held(self, rows: Sequence[RecordChange]) -> dict[Ref, Record]:
        """The records as they are, read many at once."""
        wanted: dict[tuple[str, str], list[Ref]] = {}
        for row in rows:
            wanted.setdefault((row.record.system, row.record.kind), []).append(row.record)
        found: dict[Ref, Record] = {}
        for (system, kind), refs in wanted.items():
            fields = [field.key for field in self.systems.kind(system, kind).fields]
            records = self.systems.get(system, kind, [ref.key for ref in refs], fields)
            found.update((ref, records[ref.key]) for ref in refs if ref.key in records)
        return found

    def _add(self, row: RecordChange, record: Record, chosen: frozenset[str] | None) -> None:
        links = self._links(row.record)
        link = next((each for each in links if each.key == row.link), links[0] if links else None)
        entity = self._entity(row.record, link)
        entity.links.update((each.key, each) for each in links)
        # Whoever takes back single fields does not ask for the end of the record.
        if chosen is None and row.created:
            entity.steps += self._removal(row, record, link)
        else:
            self._patch(entity, row, record, chosen)

    def _entity(self, ref: Ref, link: Link | None) -> _Entity:
        side = Side.CRM if ref.system == CRM else Side.ERP
        if link is not None:
            feed = FeedName(link.connection, link.actor.kind, side)
        else:
            feed = FeedName(self.of.connection, self.of.actor_kind, side)
        name = str(ref if link is None else link.entity)
        return self.entities.setdefault(name, _Entity(feed, ref.key))

    def _links(self, ref: Ref) -> Sequence[Link]:
        with self.store.look() as state:
            if ref.system == CRM:
                return state.links.of_entities(ref.kind, [ref.key]).get(ref.key, ())
            return list(state.links.by_actor(ref.system, ref.kind, [ref.key]).values())

    def _rules(self, link: Link) -> Sequence[FieldRule]:
        with self.store.look() as state:
            mapping = state.mappings.get(link.connection, link.actor.kind)
        return mapping.rules if mapping else ()

    def _described(self, ref: Ref) -> dict[str, Field]:
        return {field.key: field for field in self.systems.kind(ref.system, ref.kind).fields}

    def _removal(self, row: RecordChange, record: Record, link: Link | None) -> list[Step]:
        """A record that the run made goes again, unless somebody has worked on it since."""
        if touched := self._touched(row, record):
            self.kept.append(touched)
            return []
        reason = f"{row.run} made it, and is taken back"
        removal = self._removed(row, record, link, reason)
        if removal is None:
            text = f"{row.record.system} cannot remove it, and no field is named that archives it"
            self.impossible.append(NotUndone(str(row.record), "", text))
            return []
        return [removal, *([] if link is None else [RemoveLink(link.key, link.version, reason)])]

    def _touched(self, row: RecordChange, record: Record) -> NotUndone | None:
        """What stands in the way of removing a record: somebody's work on it, or beneath it."""
        name, fields = str(row.record), self._described(row.record)
        edited = [
            change.field for change in row.changes if not _holds(change, record, fields, change.new)
        ]
        if edited or (row.version is not None and record.version != row.version):
            return NotUndone(name, ", ".join(edited), "edited since")
        if self._has_others(row.record):
            return NotUndone(name, "", "others belong to it")
        return None

    def _has_others(self, ref: Ref) -> bool:
        """Whether records belong to this one that are not removed with it."""
        session = self.systems.session(ref.system)
        for kind in session.kinds():
            if kind.parent == ref.kind and self.systems.claims(ref.system, kind.name).search:
                for page in all_found(session, kind.name, Query(parent=ref), []):
                    if any(record.ref not in self.going for record in page):
                        return True
        return False

    def _removed(
        self, row: RecordChange, record: Record, link: Link | None, reason: str
    ) -> Delete | Patch | None:
        """The step that removes a record, or archives it; None where its system does neither."""
        ref = row.record
        if self.systems.claims(ref.system, ref.kind).delete:
            return Delete(ref, record.version, reason)
        told = self._archive_field(ref, link)
        field = told.removeprefix("not ")
        if not field or field not in self._described(ref):
            return None
        value = not told.startswith("not ")
        change = Change(field, record.value(field), value, "undo", reason)
        return Patch(ref, {field: value}, record.version, [change])

    def _archive_field(self, ref: Ref, link: Link | None) -> str:
        of = self.of
        place = (link.connection, link.actor.kind) if link else (of.connection, of.actor_kind)
        with self.store.look() as state:
            mapping = state.mappings.get(*place)
        if mapping is None:
            return ""
        return mapping.on_delete.crm_archive if ref.system == CRM else mapping.on_delete.erp_archive

    def _patch(
        self, entity: _Entity, row: RecordChange, record: Record, chosen: frozenset[str] | None
    ) -> None:
        fields, patch = self._described(row.record), dict[str, Value]()
        undone: list[FieldChange] = []
        for change in row.changes:
            if chosen is not None and change.field not in chosen:
                continue
            back = self._reversal(row, change, record, fields)
            if back:
                patch.update(back)
                undone.append(change)
        if undone:
            why = f"{self.run} is undone"
            changes = [Change(each.field, each.new, _old(each), "undo", why) for each in undone]
            step = Patch(row.record, patch, record.version, changes)
            entity.patches.append((step, undone))

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
    run: str,
    systems: Systems,
    store: Store,
    *,
    fields: Iterable[str] | None = None,
    records: Collection[Ref] | None = None,
    going: Collection[Ref] = (),
) -> Undo:
    """Plan to take back what ``run`` wrote, or only some of it; nothing is written.

    Args:
        run: The id of the run.
        systems: Where the records are.
        store: Where the history is.
        fields: Only these; then no record is removed that the run made.
        records: Only what was written to these.
        going: What is removed in any case, so that it keeps nothing alive that it belongs to.
    """
    chosen = None if fields is None else frozenset(fields)
    with store.look() as state:
        known = state.runs.get(run)
    if known is None:
        raise BadName(f"there is no run {run!r}")
    undoing = _Undoing(run, systems, store, known, going)
    rows = [
        row
        for record, row in _rows_by_record(run, store).items()
        if records is None or record in records
    ]
    for start in range(0, len(rows), _PAGE):
        undoing.add_all(rows[start : start + _PAGE], chosen)
    return Undo(
        run=run, plans=tuple(undoing.plans()), kept=undoing.kept, impossible=undoing.impossible
    )


def _rows_by_record(run: str, store: Store) -> dict[Ref, RecordChange]:
    """What the run did to each record, all together: it may have written one several times."""
    found: dict[Ref, RecordChange] = {}
    after = 0
    while True:
        with store.look() as state:
            rows = state.history.of_run(run, after=after, most=_PAGE)
        if not rows:
            return found
        after = rows[-1][0]
        for _, row in rows:
            before = found.get(row.record)
            found[row.record] = row if before is None else _joined(before, row)


def _joined(one: RecordChange, later: RecordChange) -> RecordChange:
    changes = {change.field: change for change in one.changes}
    for change in later.changes:
        first = changes.get(change.field, change)
        changes[change.field] = evolve(change, old=first.old)
    made = one.created or later.created
    return evolve(later, changes=changes.values(), created=made)


def _is_about(patch: Patch, change: FieldChange, link: Link, rule: FieldRule) -> bool:
    if change.system == CRM:
        return rule.crm_key == change.field
    return patch.target == link.actor and rule.key == change.field


def _decision(patch: Patch, change: FieldChange, run: str) -> FieldDecision:
    """Taking a change back, as the history will tell it."""
    back = FrozenDict({key: patch.patch[key] for key in change.keys})
    write = FieldWrite(change.system, change.field, back, change.new, _old(change))
    side = SideView(change.system, change.new, change.base, moved=False)
    reason = f"{run} is undone"
    return FieldDecision(
        change.field, Outcome.WRITE, "undo", reason, writes=(write,), sides=(side,)
    )


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
