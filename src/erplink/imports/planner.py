"""Planner: what the import of each row would do: a verdict to be shown, and the plan itself.

The same code makes the preview and the run, so that a run does what was shown or nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from erplink.connectors import Record
from erplink.domain.links import Agreed, Link
from erplink.domain.merge import RecordMerge
from erplink.domain.plan import (
    Advance,
    Create,
    MakeLink,
    NewRecord,
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
    Problem,
    RowFilter,
    Severity,
    StagedRow,
    Verdict,
)
from erplink.domain.values import UNSET, Value, is_empty, shorten
from erplink.errors import BadValue
from erplink.imports.creation import plan_of_creation
from erplink.imports.draft import Draft, decision_of, with_given
from erplink.imports.finder import PARENT, Finder
from erplink.imports.items import Items, StandIn
from erplink.imports.outline import Outline
from erplink.imports.words import Words
from erplink.sync import Store
from erplink.sync.creation import new_record
from erplink.sync.pairing import Pairing
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import Side
from erplink.sync.systems import Systems

__all__ = ["NEW", "ORPHAN", "SKIP", "Above", "Planned", "Planner"]

ORPHAN: Final = "it belongs to no"
"""How the reason begins of a row that cannot be made for lack of what it belongs to."""
NEW: Final = "new"
SKIP: Final = "skip"
_TO_COME: Final = ""
"""Stands for the key of a record that is yet to be made."""
_LOST: Final = "\0"
"""Stands for the key of a record that should have been made, and was not."""


@frozen
class Above:
    """What records of a kind belong to, and from which rows those come."""

    #: The kind of entity.
    entity: str
    #: The kind of the actors that they belong to; empty where those are not imported.
    actor: str = ""
    #: The kind of the rows that stand in for those who belong to nobody.
    made: str = ""


@frozen
class Planned:
    """What is to become of one row."""

    row: StagedRow
    verdict: Verdict
    #: None where nothing is to be done, or something else was shown.
    plan: RecordPlan | None = None
    #: Whether it cannot be made because what it belongs to was not.
    orphaned: bool = False


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

    def is_as_planned(self, *, alone: bool) -> bool:
        """Whether what was planned for the row is about the same record still."""
        planned = self.row.verdict
        if planned is None:
            return False
        if self.verdict is not None:
            return planned == self.verdict
        if self.target:
            return planned.target == self.target and planned.action is not Action.QUESTION
        return planned.action is Action.NEW and alone


class Planner:
    """Plans rows of one kind, in the order in which they were staged."""

    def __init__(  # noqa: PLR0913 - one plan needs to know all of it
        self,
        store: Store,
        systems: Systems,
        pairing: Pairing,
        settings: ImportSettings,
        finder: Finder,
        items: Items,
        *,
        each: str,
        above: Above | None = None,
        running: bool = False,
    ) -> None:
        """Plan by what the settings say.

        Args:
            store: Where links and the rows of parents are.
            systems: The CRM is among them; nothing else is asked.
            pairing: The mapping of the import with both kinds, compiled.
            settings: What is to become of what is found.
            finder: Tells what the CRM has already.
            items: Tell what becomes of unknown list items.
            each: The import.
            above: What the records belong to, if to any.
            running: Whether the rows of parents have come to their end.
        """
        self._store, self._systems, self._pairing = store, systems, pairing
        self._settings, self._finder, self._items = settings, finder, items
        self._import, self._above, self._running = each, above, running
        self._outline = Outline(pairing, settings.new_values(pairing.entity.name))
        self._told = Words(pairing, finder.fields)

    def plan(self, rows: Sequence[StagedRow], *, anew: bool = True) -> Iterator[Planned]:
        """What is to become of each of the rows, in their order.

        Unless they are planned anew, those are left out that are about the same record still.
        """
        parents = self._parents(rows)
        cases = self._without_linked(list(self._cases(rows, parents)))
        if not anew:
            alone = self._above is None
            cases = [case for case in cases if not case.is_as_planned(alone=alone)]
        keys = [case.target for case in cases if case.target and case.verdict is None]
        pairing = self._pairing
        records = self._systems.get(CRM, pairing.entity.name, keys, pairing.fields(Side.CRM))
        for case in cases:
            yield self._planned(case, records, parents)

    def judge(self, rows: Sequence[StagedRow]) -> Iterator[tuple[int, Verdict]]:
        """The verdicts that are other ones than those that the rows have, by position."""
        for planned in self.plan(rows, anew=False):
            if planned.verdict != planned.row.verdict:
                yield planned.row.position, planned.verdict

    def learn(self, rows: Sequence[StagedRow]) -> None:
        """Take in what came of rows: which records are theirs, or were made by them."""
        parents = self._parents(rows)
        for row in rows:
            target = row.entity or (row.verdict.target if row.verdict else "")
            if target:
                self._finder.take(target, row.position)
            elif row.verdict is not None and row.verdict.action is Action.NEW and row.checked:
                self._finder.add(row.position, self._words(row, parents))

    def learn_of_others(self, rows: Sequence[StagedRow], pairing: Pairing) -> None:
        """Take in rows of another kind, which are about entities of the same kind."""
        for row in rows:
            verdict = row.verdict
            target = row.entity or (verdict.target if verdict else "")
            if not row.checked or verdict is None:
                continue
            if target:
                self._finder.take(target, row.position)
            elif verdict.action is Action.NEW and not self._running:
                self._finder.add(row.position, pairing.in_crm_words(row.values))

    # what there is for a row ----------------------------------------------------------------------

    def _cases(self, rows: Sequence[StagedRow], parents: Mapping[str, str]) -> Iterator[_Case]:
        pairing, keys = self._pairing, [row.key for row in rows]
        with self._store.look() as state:
            links = state.links.by_actor(pairing.connection, pairing.actor.name, keys)
        for row in rows:
            yield self._case(row, self._words(row, parents), links.get(row.key))

    def _words(self, row: StagedRow, parents: Mapping[str, str]) -> Mapping[str, Value]:
        """What a row says in the CRM's words, and to what it belongs, for match rules."""
        words = self._told(row.values)
        if self._above is None or not row.parent:
            return words
        return {PARENT: parents.get(row.parent) or f"to come: {row.parent}", **words}

    def _case(self, row: StagedRow, words: Mapping[str, Value], link: Link | None) -> _Case:
        if link is not None:
            if row.checked:
                self._finder.take(link.entity.key, row.position)
            return _Case(row, words, link, link.entity.key)
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
            return self._twin(_Case(row, words, None), found.row)
        if found.several:
            asked = Verdict(action=Action.QUESTION, reason=found.sentence, candidates=found.several)
            return _Case(row, words, None, verdict=asked)
        if found.key:
            return self._taken(_Case(row, words, None, found.key))
        return self._new(row, words)

    def _taken(self, case: _Case) -> _Case:
        taker = self._finder.taker(case.target)
        if taker and taker != case.row.position:
            return self._twin(case, taker)
        if case.row.checked:
            self._finder.take(case.target, case.row.position)
        return case

    def _twin(self, case: _Case, row: int) -> _Case:
        same = f"the same {self._pairing.entity.name} as row {row} of this import"
        problem = Problem(Severity.WARNING, same, "uncheck one of them")
        verdict = evolve(_nothing(same, problem), twin=row)
        return evolve(case, target="", verdict=verdict)

    def _new(self, row: StagedRow, words: Mapping[str, Value]) -> _Case:
        if row.checked:
            self._finder.add(row.position, words)
        return _Case(row, words, None)

    def _without_linked(self, cases: list[_Case]) -> list[_Case]:
        """The cases, where none is about a record that is kept in step with another actor."""
        if not self._settings.link:
            return cases
        pairing = self._pairing
        targets = sorted({case.target for case in cases if case.target and case.link is None})
        with self._store.look() as state:
            links = state.links.by_entity(pairing.connection, pairing.entity.name, targets)
        return [
            self._is_linked(case, links[case.target])
            if case.link is None and case.target in links
            else case
            for case in cases
        ]

    def _is_linked(self, case: _Case, link: Link) -> _Case:
        told = f"{link.entity} is linked to {link.actor}"
        problem = Problem(Severity.WARNING, told, "unlink that one, or import without linking")
        return evolve(case, target="", verdict=_nothing(told, problem))

    # parents --------------------------------------------------------------------------------------

    def _parents(self, rows: Sequence[StagedRow]) -> dict[str, str]:
        """The entity of each parent, by the parent's key; _TO_COME for one yet to be made.

        Whoever belongs to nobody is found by a space and their own key.
        """
        above = self._above
        if above is None:
            return {}
        keys = sorted({row.parent for row in rows if row.parent})
        alone = sorted({row.key for row in rows if not row.parent})
        with self._store.look() as state:
            links = state.links.by_actor(self._pairing.connection, above.actor, keys)
            staged = state.staged.of(self._import, above.actor, keys)
            made = state.staged.of(self._import, above.made, alone)
        found = {key: link.entity.key for key, link in links.items()}
        for key, row in staged.items():
            if key not in found and (entity := self._entity_of(row)) is not None:
                found[key] = entity
        for key in alone:
            entity = self._entity_of(made[key]) if key in made else self._not_staged_yet
            if entity is not None:
                found[f" {key}"] = entity
        return found

    @property
    def _not_staged_yet(self) -> str | None:
        wished = self._settings.on_alone is OnAlone.CREATE and not self._running
        return _TO_COME if wished else None

    def _entity_of(self, row: StagedRow) -> str | None:
        """The entity that a staged row comes to: _TO_COME for one yet to be made, None for none."""
        if row.entity or not row.checked:
            return row.entity or None
        if row.verdict is not None and row.verdict.twin:
            return self._entity_of_twin(row.verdict.twin)
        if row.verdict is None:
            return _TO_COME
        shown = row.verdict.target or (_TO_COME if row.verdict.action is Action.NEW else None)
        return _LOST if self._running and shown is not None else shown

    def _entity_of_twin(self, position: int) -> str | None:
        with self._store.look() as state:
            rows = state.staged.page(self._import, RowFilter(), after=position - 1, most=1)
        return self._entity_of(rows[0]) if rows and rows[0].position == position else None

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
            return Planned(case.row, _nothing(gone.text, gone))
        if self._settings.on_duplicate is OnDuplicate.SKIP and not case.row.answer:
            there = f"the CRM has it already, as {shorten(case.target)}"
            return Planned(case.row, evolve(_nothing(there), target=case.target))
        return self._change(case, record)

    def _change(self, case: _Case, record: Record) -> Planned:
        cells = None
        if not self._unread(case.row):
            cells = self._outline.of_change(case.row.values, record.fields)
        if cells is not None:
            verdict = _changed(case.target, cells)
            if verdict != case.row.verdict or not (cells or self._makes_link(case)):
                return Planned(case.row, verdict)
        return self._change_at_length(case, record)

    def _makes_link(self, case: _Case) -> bool:
        return self._settings.link and case.link is None

    def _change_at_length(self, case: _Case, record: Record) -> Planned:
        place = Place(EntityRef.of(self._pairing.entity.name, case.target), record.version)
        merged = self._pairing.merger.merge({}, record.fields, case.row.values)
        draft = self._draft(case, merged, place, record.fields)
        cells = draft.cells(record.fields)
        verdict = _changed(case.target, cells, *draft.problems)
        return Planned(case.row, verdict, self._record_plan(case, draft))

    def _creation(self, case: _Case, parents: Mapping[str, str]) -> Planned:
        entity, problem = self._parent_of(case, parents)
        if problem is not None:
            verdict = _nothing(problem.text, problem)
            return Planned(case.row, verdict, orphaned=self._running)
        actor, kind = self._actor(case.row), self._pairing.entity.name
        new = new_record(actor, CRM, kind, entity, within=self._import)
        unread = self._unread(case.row)
        cells = None if unread else self._outline.of_creation(case.row.values)
        if cells is None:
            return self._creation_at_length(case, new)
        verdict = Verdict(action=Action.NEW, cells=cells)
        if verdict != case.row.verdict:
            return Planned(case.row, verdict)
        return self._creation_as_shown(case, verdict, new)

    def _creation_as_shown(self, case: _Case, verdict: Verdict, new: NewRecord) -> Planned:
        given = self._outline.given(case.row.values) if self._outline.gives_all else None
        if given is None:
            return self._creation_at_length(case, new)
        link = self._makes_link(case)
        made = plan_of_creation(self._pairing, case.row, new, given, link=link)
        return Planned(case.row, verdict, self._record_plan(case, Draft(*made, (), {})))

    def _creation_at_length(self, case: _Case, new: NewRecord) -> Planned:
        pairing = self._pairing
        merged = pairing.merger.merge({}, {}, case.row.values)
        draft = self._draft(case, merged, Place(new), {})
        values = draft.write.values if isinstance(draft.write, Create) else {}
        missing = [
            field.key
            for field in pairing.entity.fields
            if field.mandatory
            and is_empty(values.get(field.key))
            and is_empty(draft.shown.get(field.key))
        ]
        if missing:
            text = f"a new {pairing.entity.name} needs {', '.join(missing)}"
            lacking = Problem(Severity.ERROR, text, "give it a default, or uncheck the row")
            return Planned(case.row, _nothing(text, *draft.problems, lacking))
        verdict = Verdict(action=Action.NEW, cells=draft.cells({}), problems=draft.problems)
        return Planned(case.row, verdict, self._record_plan(case, draft))

    def _parent_of(
        self, case: _Case, parents: Mapping[str, str]
    ) -> tuple[EntityRef | None, Problem | None]:
        above, row = self._above, case.row
        if above is None:
            return None, None
        entity = parents.get(row.parent or f" {row.key}")
        if entity and entity != _LOST:
            return EntityRef.of(above.entity, entity), None
        if entity == _TO_COME or (entity is None and self._settings.on_alone is OnAlone.ALONE):
            return None, None
        text = f"{ORPHAN} {above.entity} of the CRM"
        advice = f"import its {above.entity} too" if row.parent else "choose what becomes of it"
        return None, Problem(Severity.WARNING, text, advice)

    def _draft(
        self, case: _Case, merged: RecordMerge, place: Place, held: Mapping[str, Value]
    ) -> Draft:
        """What would be written to one record of the CRM, and what is to be said about it."""
        row, actor = case.row, self._actor(case.row)
        plan = plan_link(
            str(actor), merged, place, Place(actor, row.version), self._pairing.connection
        )
        stand_ins, problems = self._stand_ins(row)
        write = next((each for each in plan.steps if isinstance(each, Create | Patch)), None)
        given = self._given(write, stand_ins, held)
        write = with_given(write, given, place, held)
        rest = [each for each in plan.steps if not isinstance(each, Create | Patch)]
        steps = [*([] if write is None else [write]), *rest]
        if not self._makes_link(case):
            steps = [each for each in steps if not isinstance(each, MakeLink | Advance)]
        else:
            steps = self._remembered(row, steps, held)
        problems += [
            Problem(Severity.WARNING, f"{key}: its cell cannot be read", "correct it in the file")
            for key in self._unread(row)
        ]
        problems += [
            Problem(Severity.WARNING, f"{each.field}: {problem}", "it is left out")
            for each in merged.decisions
            if each.field not in stand_ins
            for problem in each.problems
        ]
        return Draft(
            Plan(steps),
            write,
            (
                *(each for each in merged.decisions if each.writes),
                *(decision_of(field, each, held) for field, each in given.items()),
            ),
            tuple(problems),
            {field: each.shown for field, each in given.items()},
        )

    def _unread(self, row: StagedRow) -> list[str]:
        """The columns of a file in which a row has something that its field cannot hold."""
        if self._pairing.connection != self._import:
            return []
        keys = (pair.erp.keys[0] for pair in self._pairing.merger.pairs)
        return [key for key in keys if key not in row.values]

    def _given(
        self,
        write: Create | Patch | None,
        stand_ins: Mapping[str, StandIn],
        held: Mapping[str, Value],
    ) -> dict[str, StandIn]:
        """What is written where the row itself says nothing that can be."""
        useful = {key: each for key, each in stand_ins.items() if not is_empty(each.shown)}
        if isinstance(write, Create):
            new = self._settings.new_values(write.kind)
            wanted = {**{key: StandIn(value, value) for key, value in new.items()}, **useful}
            return {key: each for key, each in wanted.items() if is_empty(write.values.get(key))}
        replaces = self._settings.on_duplicate is OnDuplicate.REPLACE
        return {
            key: each
            for key, each in useful.items()
            if is_empty(held.get(key)) or (replaces and each.meant and each.value != held.get(key))
        }

    def _stand_ins(self, row: StagedRow) -> tuple[dict[str, StandIn], list[Problem]]:
        """What stands in for list items that the CRM does not have, by field."""
        found: dict[str, StandIn] = {}
        problems: list[Problem] = []
        for pair in self._pairing.merger.pairs:
            field, value = pair.crm.single, pair.erp.read(row.values)
            if field is None or not field.list_name or value is UNSET or is_empty(value):
                continue
            try:
                pair.to_crm(value)
            except BadValue:
                found[field.key], problem = self._items.stand_in(field, pair.erp.single, value)
                problems.append(problem)
        return found, problems

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

    def _record_plan(self, case: _Case, draft: Draft) -> RecordPlan | None:
        if not draft.plan.steps:
            return None
        return RecordPlan(
            record=str(self._actor(case.row)),
            feed=self._pairing.feed(Side.ERP),
            key=case.row.key,
            plan=draft.plan,
            decisions=draft.decisions,
            # What was shown is done as a whole, and whoever chose it is told what came of it.
            personal=True,
        )

    def _actor(self, row: StagedRow) -> ActorRef:
        return ActorRef(self._pairing.connection, row.actor_kind, row.key)


def _nothing(reason: str, *problems: Problem) -> Verdict:
    return Verdict(action=Action.NOTHING, reason=reason, problems=problems)


def _changed(target: str, cells: Sequence[Cell], *problems: Problem) -> Verdict:
    action = Action.CHANGED if cells else Action.NOTHING
    reason = "" if cells else "the CRM holds all of it"
    return Verdict(action=action, reason=reason, target=target, cells=cells, problems=problems)
