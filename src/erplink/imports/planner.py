"""Planner: what the import of each row would do: a verdict to be shown, and the plan itself.

The same code makes the preview and the run, so that a run does what was shown or nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from erplink.connectors import Record
from erplink.domain.links import Agreed, Link
from erplink.domain.merge import RecordMerge
from erplink.domain.plan import (
    Advance,
    Create,
    MakeLink,
    Patch,
    Place,
    Plan,
    Promise,
    Step,
    plan_link,
)
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.staging import (
    Action,
    Cell,
    ImportSettings,
    OnAlone,
    OnDuplicate,
    OnUnknownItem,
    Problem,
    Severity,
    StagedRow,
    Verdict,
)
from erplink.domain.values import UNSET, Value, is_empty, shorten
from erplink.errors import BadValue
from erplink.imports.finder import Finder
from erplink.imports.outline import Outline
from erplink.imports.words import Words
from erplink.sync import Store
from erplink.sync.creation import new_record
from erplink.sync.pairing import Pairing
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import Side
from erplink.sync.systems import Systems

__all__ = ["Planned", "Planner"]

NEW, SKIP = "new", "skip"


@frozen
class Planned:
    """What is to become of one row."""

    row: StagedRow
    verdict: Verdict
    #: None where nothing is to be done, or where something else was shown.
    plan: RecordPlan | None = None


@frozen
class _Case:
    """One row with what it says in the CRM's words, and what there is for it."""

    row: StagedRow
    words: Mapping[str, Value]
    link: Link | None
    #: The record of the CRM that it is about; empty for a new one.
    target: str = ""
    #: Decided already, without looking at any field.
    verdict: Verdict | None = None


class Planner:
    """Plans rows of one kind, in the order in which they were staged."""

    def __init__(
        self,
        store: Store,
        systems: Systems,
        pairing: Pairing,
        settings: ImportSettings,
        finder: Finder,
        *,
        each: str,
        parent_kinds: tuple[str, str] | None = None,
    ) -> None:
        """Plan by what the settings say.

        Args:
            store: Where links and the rows of parents are.
            systems: The CRM is among them; nothing else is asked.
            pairing: The mapping of the import with both kinds, compiled.
            settings: What is to become of what is found.
            finder: Tells what the CRM has already.
            each: The import.
            parent_kinds: The kinds of actor and entity that the rows belong to, if to any.
        """
        self._store, self._systems, self._pairing = store, systems, pairing
        self._settings, self._finder, self._import = settings, finder, each
        self._parent_kinds = parent_kinds
        self._outline = Outline(pairing, settings.new_values(pairing.entity.name))
        self._words = Words(pairing, finder.fields)

    def plan(self, rows: Sequence[StagedRow]) -> Iterator[Planned]:
        """What is to become of each of the rows, in their order."""
        cases = list(self._cases(rows))
        keys = [case.target for case in cases if case.target and case.verdict is None]
        pairing = self._pairing
        records = self._systems.get(CRM, pairing.entity.name, keys, pairing.fields(Side.CRM))
        parents = self._parents(rows)
        for case in cases:
            yield self._planned(case, records, parents)

    def judge(self, rows: Sequence[StagedRow]) -> Iterator[tuple[int, Verdict]]:
        """The verdicts of those of the rows that have none, by position; the others are learnt."""
        self.learn([row for row in rows if row.verdict is not None])
        for planned in self.plan([row for row in rows if row.verdict is None]):
            yield planned.row.position, planned.verdict

    def learn(self, rows: Sequence[StagedRow]) -> None:
        """Take in what was decided about rows: which records are theirs, or are made by them."""
        for row in rows:
            target = row.entity or (row.verdict.target if row.verdict else "")
            if target:
                self._finder.take(target, row.position)
            elif row.verdict is not None and row.verdict.action is Action.NEW and row.checked:
                self._finder.add(row.position, self._words(row.values))

    # what there is for a row ----------------------------------------------------------------------

    def _cases(self, rows: Sequence[StagedRow]) -> Iterator[_Case]:
        pairing, words_of, keys = self._pairing, self._words, [row.key for row in rows]
        with self._store.look() as state:
            links = state.links.by_actor(pairing.connection, pairing.actor.name, keys)
        for row in rows:
            yield self._case(row, words_of(row.values), links.get(row.key))

    def _case(self, row: StagedRow, words: Mapping[str, Value], link: Link | None) -> _Case:
        if link is not None:
            return self._taken(_Case(row, words, link, link.entity.key))
        if row.answer == SKIP:
            return _Case(row, words, None, verdict=_nothing("somebody chose to skip it"))
        if row.answer == NEW or self._settings.on_duplicate is OnDuplicate.ADD:
            return self._new(row, words)
        if row.answer:
            return self._taken(_Case(row, words, None, row.answer))
        return self._matched(row, words)

    def _matched(self, row: StagedRow, words: Mapping[str, Value]) -> _Case:
        found = self._finder.find(words)
        if found.row:
            same = f"the same {self._pairing.entity.name} as row {found.row} of this import"
            problem = Problem(Severity.WARNING, same, "uncheck one of them")
            return _Case(row, words, None, verdict=evolve(_nothing(same), problems=[problem]))
        if found.several:
            asked = Verdict(action=Action.QUESTION, reason=found.sentence, candidates=found.several)
            return _Case(row, words, None, verdict=asked)
        if found.key:
            return self._taken(_Case(row, words, None, found.key))
        return self._new(row, words)

    def _taken(self, case: _Case) -> _Case:
        if case.row.checked:
            self._finder.take(case.target, case.row.position)
        return case

    def _new(self, row: StagedRow, words: Mapping[str, Value]) -> _Case:
        if row.checked:
            self._finder.add(row.position, words)
        return _Case(row, words, None)

    # parents --------------------------------------------------------------------------------------

    def _parents(self, rows: Sequence[StagedRow]) -> dict[str, str]:
        """The entity of each parent, by the parent's key; empty for one that is yet to be made."""
        if self._parent_kinds is None:
            return {}
        keys = sorted({row.parent for row in rows if row.parent})
        kind, _ = self._parent_kinds
        with self._store.look() as state:
            links = state.links.by_actor(self._pairing.connection, kind, keys)
            staged = state.staged.of(self._import, kind, keys)
        found = {key: link.entity.key for key, link in links.items()}
        for key, row in staged.items():
            if key not in found and (entity := _entity_of(row)) is not None:
                found[key] = entity
        return found

    # the plan -------------------------------------------------------------------------------------

    def _planned(
        self, case: _Case, records: Mapping[str, Record], parents: Mapping[str, str]
    ) -> Planned:
        if case.verdict is not None:
            return Planned(case.row, case.verdict)
        if not case.target:
            return self._creation(case, parents)
        record = records.get(case.target)
        if record is None:
            gone = Problem(Severity.ERROR, "the record that it is about is gone")
            return Planned(case.row, evolve(_nothing(gone.text), problems=[gone]))
        if self._settings.on_duplicate is OnDuplicate.SKIP and not case.row.answer:
            there = f"the CRM has it already, as {shorten(case.target)}"
            return Planned(case.row, evolve(_nothing(there), target=case.target))
        return self._change(case, record)

    def _change(self, case: _Case, record: Record) -> Planned:
        cells = self._outline.of_change(case.row.values, record.fields)
        if cells is None:
            return self._change_at_length(case, record)
        verdict = _changed(case.target, cells, ())
        if verdict != case.row.verdict or not (cells or self._makes_link(case)):
            return Planned(case.row, verdict)
        return evolve(self._change_at_length(case, record), verdict=verdict)

    def _makes_link(self, case: _Case) -> bool:
        return self._settings.link and case.link is None

    def _change_at_length(self, case: _Case, record: Record) -> Planned:
        place = Place(EntityRef.of(self._pairing.entity.name, case.target), record.version)
        merged = self._pairing.merger.merge({}, record.fields, case.row.values)
        plan, problems = self._made(case, merged, place, record.fields)
        patch = next((each for each in plan.steps if isinstance(each, Patch)), None)
        cells = [] if patch is None else _cells(patch.patch, record.fields)
        verdict = _changed(case.target, cells, problems)
        return Planned(case.row, verdict, self._record_plan(case, plan, merged))

    def _creation(self, case: _Case, parents: Mapping[str, str]) -> Planned:
        entity, problem = self._parent_of(case, parents)
        if problem is not None:
            return Planned(case.row, evolve(_nothing(problem.text), problems=[problem]))
        cells = self._outline.of_creation(case.row.values)
        if cells is not None:
            verdict = Verdict(action=Action.NEW, cells=cells)
            if verdict != case.row.verdict:
                return Planned(case.row, verdict)
        return self._creation_at_length(case, entity)

    def _creation_at_length(self, case: _Case, entity: EntityRef | None) -> Planned:
        pairing = self._pairing
        new = new_record(self._actor(case.row), CRM, pairing.entity.name, entity)
        merged = pairing.merger.merge({}, {}, case.row.values)
        plan, problems = self._made(case, merged, Place(new), {})
        made = next(each for each in plan.steps if isinstance(each, Create))
        missing = [
            field.key
            for field in pairing.entity.fields
            if field.mandatory and is_empty(made.values.get(field.key))
        ]
        if missing:
            text = f"a new {pairing.entity.name} needs {', '.join(missing)}"
            lacking = Problem(Severity.ERROR, text, "give it a default, or uncheck the row")
            return Planned(case.row, evolve(_nothing(text), problems=[*problems, lacking]))
        cells = _cells(made.values, {})
        verdict = Verdict(action=Action.NEW, cells=cells, problems=problems)
        return Planned(case.row, verdict, self._record_plan(case, plan, merged))

    def _parent_of(
        self, case: _Case, parents: Mapping[str, str]
    ) -> tuple[EntityRef | None, Problem | None]:
        if self._parent_kinds is None:
            return None, None
        _, kind = self._parent_kinds
        entity = parents.get(case.row.parent) if case.row.parent else None
        if entity:
            return EntityRef.of(kind, entity), None
        if entity == "" or self._settings.on_alone is OnAlone.ALONE:
            return None, None
        text = f"it belongs to no {kind} of the CRM"
        return None, Problem(Severity.WARNING, text, f"import its {kind} too")

    def _made(
        self, case: _Case, merged: RecordMerge, place: Place, held: Mapping[str, Value]
    ) -> tuple[Plan, list[Problem]]:
        """The plan for one record of the CRM, and what is to be said about it."""
        name, actor = str(self._actor(case.row)), self._actor(case.row)
        plan = plan_link(
            name, merged, place, Place(actor, case.row.version), self._pairing.connection
        )
        stand_ins, problems = self._unknown_items(case.row)
        steps = [self._completed(step, stand_ins, held) for step in plan.steps]
        if not self._makes_link(case):
            steps = [each for each in steps if not isinstance(each, MakeLink | Advance)]
        else:
            steps = self._remembered(case.row, steps, held)
        rest = [Problem(Severity.WARNING, text) for text in plan.problems] if not problems else []
        return Plan(steps), [*problems, *rest]

    def _completed(
        self, step: Step, stand_ins: Mapping[str, Value], held: Mapping[str, Value]
    ) -> Step:
        """The step with what the settings give where the row says nothing."""
        if isinstance(step, Create):
            said = {key: value for key, value in step.values.items() if not is_empty(value)}
            given = {**self._settings.new_values(step.kind), **stand_ins}
            return evolve(step, values={**given, **said})
        if isinstance(step, Patch) and stand_ins:
            more = {key: each for key, each in stand_ins.items() if is_empty(held.get(key))}
            return evolve(step, patch={**more, **step.patch})
        return step

    def _unknown_items(self, row: StagedRow) -> tuple[dict[str, Value], list[Problem]]:
        """What stands in for list items that the CRM does not have, by field."""
        stand_ins: dict[str, Value] = {}
        problems: list[Problem] = []
        for pair in self._pairing.merger.pairs:
            field, value = pair.crm.single, pair.erp.read(row.values)
            if field is None or not field.list_name or value is UNSET or is_empty(value):
                continue
            try:
                pair.to_crm(value)
            except BadValue:
                wish = self._settings.wish(field.list_name)
                if wish.unknown is OnUnknownItem.DEFAULT:
                    stand_ins[field.key] = wish.default
                told = f"{field.key}: the CRM has no item for {shorten(value)}"
                becomes = wish.default or "nothing"
                problems.append(Problem(Severity.WARNING, f"{told}; it becomes {becomes}"))
        return stand_ins, problems

    def _remembered(
        self, row: StagedRow, steps: Iterable[Step], held: Mapping[str, Value]
    ) -> list[Step]:
        """The steps, with a base of both sides as they are, so that nothing moves by itself."""
        known: list[Step] = list(steps)
        link = next(each for each in known if isinstance(each, MakeLink)).id.removeprefix("link ")
        promised = {
            promise.field
            for step in known
            if isinstance(step, Advance)
            for promise in step.promises
        }
        write = next((each for each in known if isinstance(each, Create | Patch)), None)
        after = dict(held)
        if write is not None:
            after |= write.values if isinstance(write, Create) else write.patch
        more: list[Promise] = []
        for pair in self._pairing.merger.pairs:
            crm, erp = pair.crm.read(after), pair.erp.read(row.values)
            if pair.key in promised or erp is UNSET:
                continue
            agreed = Agreed(None if crm is UNSET else crm, erp)
            needs = frozenset({write.id} if write else ())
            more.append(Promise(pair.key, agreed, pair.crm.keys, pair.erp.keys, needs))
        return [*known, Advance(link, more)] if more else known

    def _record_plan(self, case: _Case, plan: Plan, merged: RecordMerge) -> RecordPlan | None:
        if not plan.steps:
            return None
        return RecordPlan(
            record=str(self._actor(case.row)),
            feed=self._pairing.feed(Side.ERP),
            key=case.row.key,
            plan=plan,
            decisions=tuple(each for each in merged.decisions if each.writes),
        )

    def _actor(self, row: StagedRow) -> ActorRef:
        return ActorRef(self._pairing.connection, row.actor_kind, row.key)


def _entity_of(row: StagedRow) -> str | None:
    """The entity that a staged row comes to: empty where it is yet to be made, None for none."""
    if row.entity:
        return row.entity
    if row.verdict is None or not row.checked:
        return None
    if row.verdict.target:
        return row.verdict.target
    return "" if row.verdict.action is Action.NEW else None


def _nothing(reason: str) -> Verdict:
    return Verdict(action=Action.NOTHING, reason=reason)


def _changed(target: str, cells: Sequence[Cell], problems: Sequence[Problem]) -> Verdict:
    action = Action.CHANGED if cells else Action.NOTHING
    reason = "" if cells else "the CRM holds all of it"
    return Verdict(action=action, reason=reason, target=target, cells=cells, problems=problems)


def _cells(values: Mapping[str, Value], held: Mapping[str, Value]) -> list[Cell]:
    return [
        Cell(field, held.get(field, UNSET), value)
        for field, value in values.items()
        if not (is_empty(value) and is_empty(held.get(field)))
    ]
