"""Writer: edits of one kind, many in a call; where one is refused, each by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import frozen

from erplink.adapters.erp.tryton.draft import Draft, Raw
from erplink.adapters.erp.tryton.faults import field_named
from erplink.adapters.erp.tryton.keys import id_of
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.lists import Lists
from erplink.adapters.erp.tryton.locator import Found, Locator
from erplink.adapters.erp.tryton.warnings import Warned
from erplink.connectors import (
    Deleted,
    DeletionResult,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    EditUnknown,
    Removal,
    Saved,
)
from erplink.domain.canonical import canonical
from erplink.domain.fields import Access, Field
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue, Refused, Stale, Unauthorised, Unavailable, Unknown, likely

__all__ = ["Writer"]


@frozen(eq=False)
class _Task:
    """Something that is sent, and for which edit of the batch."""

    place: int
    draft: Draft
    #: The record that is changed; None for a creation.
    found: Found | None = None

    @property
    def raw(self) -> Raw:
        """The record that is changed."""
        return {} if self.found is None else self.found.raw

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.raw["id"])


@frozen
class _Done:
    """The server did it; the record is read back when all are."""

    id: int
    #: Whether anything was sent for it.
    sent: bool = False


_Outcome = _Done | EditRefused | EditStale | EditUnknown
T = TypeVar("T")


@frozen(eq=False)
class Writer:
    """Saves and removes records of one kind."""

    kind: TrytonKind
    locator: Locator
    lists: Lists
    warned: Warned
    #: The id of the user whom erplink is to the server; None where that is not known.
    user: int | None
    system: str

    # saving ---------------------------------------------------------------------------------------

    def save(self, edits: Sequence[Edit]) -> list[EditResult]:
        """Do each edit, and answer each in its place."""
        results: dict[int, EditResult] = {}
        for round_ in _rounds(edits):
            try:
                results |= self._saved({place: edits[place] for place in round_})
            except (Unavailable, Unauthorised) as error:
                if not results:
                    raise
                # Some are done, and this must be told; the others are read back like lost ones.
                results |= {place: EditUnknown(str(error)) for place in round_}
        return [results[place] for place in range(len(edits))]

    def _saved(self, edits: Mapping[int, Edit]) -> dict[int, EditResult]:
        """Edits of which no two are about one record."""
        there = self.locator.with_keys([e.key for e in edits.values() if e.key is not None])
        made = self.locator.made_by([e.idempotency_key for e in edits.values() if e.creates])
        outcomes: dict[int, _Outcome] = {}
        tasks: list[_Task] = []
        for place, edit in edits.items():
            try:
                planned = self._planned(place, edit, there, made)
            except BadValue as error:
                planned = EditRefused(f"{error.value}: {error.rule}", error.field, "bad-value")
            if isinstance(planned, _Task):
                tasks.append(planned)
            else:
                outcomes[place] = planned
        changes = [task for task in tasks if task.found is not None]
        creations = [task for task in tasks if task.found is None]
        outcomes |= self._each(changes, self._change)
        try:
            outcomes |= self._each(creations, self._create)
        except (Unavailable, Unauthorised) as error:
            if not changes:
                raise
            # Changes are done, and this must be told; the others are read back like lost ones.
            outcomes |= {task.place: EditUnknown(str(error)) for task in creations}
        return self._read_back(outcomes)

    def _planned(
        self, place: int, edit: Edit, there: Mapping[str, Found], made: Mapping[str, Found]
    ) -> _Task | _Outcome:
        values = {key: self._value(key, value) for key, value in edit.patch.items()}
        if edit.key is None:
            return self._creation(place, edit, values, made)
        found = there.get(edit.key)
        if found is None:
            return EditStale(None)
        if edit.expects not in (None, self.locator.reader.version(found.raw)):
            return EditStale(self.locator.actor(found))
        draft = Draft(found.raw)
        for key, value in values.items():
            if self.kind.parts[key].field.access is Access.WRITE_ONCE:
                self._keep(key, value, found)
            else:
                self.kind.parts[key].write(draft, value, self.lists)
        if not draft.payload():
            return _Done(int(found.raw["id"]))
        return _Task(place, draft, found)

    def _creation(
        self, place: int, edit: Edit, values: Mapping[str, Value], made: Mapping[str, Found]
    ) -> _Task | _Outcome:
        before = made.get(edit.idempotency_key)
        if before is not None:
            return _Done(int(before.raw["id"]))
        for key, part in self.kind.parts.items():
            if part.field.mandatory and values.get(key) is None:
                raise BadValue("the field is mandatory", value="None", field=key)
        draft = Draft(None)
        for key, value in values.items():
            if value is not None:
                self.kind.parts[key].write(draft, value, self.lists)
        self.kind.belonging.admit(draft, self._parent(edit))
        if self.locator.creation_key is not None and edit.idempotency_key:
            self.locator.creation_key.keep(draft, edit.idempotency_key)
        return _Task(place, draft)

    def _parent(self, edit: Edit) -> int | None:
        if edit.parent is None:
            return None
        ours = edit.parent.system == self.system and edit.parent.kind == self.kind.parent
        parent = id_of(edit.parent.key) if ours else None
        if parent is None:
            rule = f"the parent is to be a {self.kind.parent or 'record'} of this connection"
            raise BadValue(rule, value=shorten(str(edit.parent)))
        return parent

    def _value(self, key: str, value: Value) -> Value:
        part = self.kind.parts.get(key)
        if part is None:
            rule = f"there is no such field{likely(key, self.kind.parts)}"
            raise BadValue(rule, value=shorten(key), field=key)
        field: Field = part.field
        if field.why_not_writable:
            raise BadValue(field.why_not_writable, value=shorten(value), field=key)
        return canonical(field, value)

    def _keep(self, key: str, value: Value, found: Found) -> None:
        if self.kind.parts[key].value(found.raw) != value:
            raise BadValue("it is written once only", value=shorten(value), field=key)

    # sending --------------------------------------------------------------------------------------

    def _each(
        self, tasks: Sequence[_Task], send: Callable[[Sequence[_Task]], list[int]]
    ) -> dict[int, _Outcome]:
        """All in one call, which does all or nothing; each by itself where it was nothing."""
        if not tasks:
            return {}
        try:
            ids = self.warned.heeded(lambda: send(tasks))
        except Unknown as error:
            return {task.place: EditUnknown(str(error)) for task in tasks}
        except Unauthorised:
            raise
        except Refused as error:
            if len(tasks) == 1:
                return {tasks[0].place: self._refusal(tasks[0], error)}
        else:
            return {t.place: _Done(id_, sent=True) for t, id_ in zip(tasks, ids, strict=True)}
        return self._one_by_one(tasks, send)

    def _one_by_one(
        self, tasks: Sequence[_Task], send: Callable[[Sequence[_Task]], list[int]]
    ) -> dict[int, _Outcome]:
        outcomes: dict[int, _Outcome] = {}
        for task in tasks:
            try:
                outcomes |= self._each([task], send)
            except Unavailable as error:
                outcomes[task.place] = EditUnknown(str(error))
            except Unauthorised as error:
                outcomes[task.place] = self._refusal(task, error)
        return outcomes

    def _change(self, tasks: Sequence[_Task]) -> list[int]:
        reader, params, stamps = self.locator.reader, list[Any](), dict[str, str]()
        for task in tasks:
            params += [[task.id], task.draft.payload()]
            stamps |= reader.stamps(task.raw)
        self.locator.caller.act(f"model.{self.kind.model}.write", *params, stamps=stamps)
        return [task.id for task in tasks]

    def _create(self, tasks: Sequence[_Task]) -> list[int]:
        values = [task.draft.payload() for task in tasks]
        ids: list[int] = self.locator.caller.act(f"model.{self.kind.model}.create", values)
        return ids

    def _refusal(self, task: _Task, error: Refused) -> _Outcome:
        if isinstance(error, Stale) and task.found is not None:
            now = self.locator.with_ids([task.id]).get(task.id)
            return EditStale(None if now is None else self.locator.actor(now))
        return EditRefused(error.reason, self._field(error), error.code)

    def _field(self, error: Refused) -> str:
        field = error.field or field_named(error.reason, self.kind.labels)
        return field if field in self.kind.parts else ""

    def _read_back(self, outcomes: Mapping[int, _Outcome]) -> dict[int, EditResult]:
        done = [outcome.id for outcome in outcomes.values() if isinstance(outcome, _Done)]
        try:
            now = self.locator.with_ids(done)
        except (Unavailable, Refused) as error:
            reason = f"written, and not read back: {error}"
            return {
                place: EditUnknown(reason) if isinstance(outcome, _Done) else outcome
                for place, outcome in outcomes.items()
            }
        return {
            place: self._answer(outcome, now) if isinstance(outcome, _Done) else outcome
            for place, outcome in outcomes.items()
        }

    def _answer(self, done: _Done, now: Mapping[int, Found]) -> EditResult:
        found = now.get(done.id)
        if found is None:
            return EditUnknown("it was written, and is not there any more")
        writer = found.raw.get("write_uid")
        if done.sent and None not in (self.user, writer) and writer != self.user:
            # What is there is perhaps not what was written: whoever asked looks for themselves.
            return EditUnknown("somebody else wrote to it at the same moment")
        return Saved(self.locator.actor(found))

    # removing -------------------------------------------------------------------------------------

    def delete(self, removals: Sequence[Removal]) -> list[DeletionResult]:
        """Remove each record, and answer each removal in its place."""
        there = self.locator.with_keys([removal.key for removal in removals])
        results: list[DeletionResult] = []
        for removal in removals:
            try:
                results.append(self._removed(removal, there.get(removal.key)))
            except (Unavailable, Unauthorised) as error:
                if not results:
                    raise
                results.append(EditUnknown(str(error)))
        return results

    def _removed(self, removal: Removal, found: Found | None) -> DeletionResult:
        if found is None:
            return EditStale(None)
        if removal.expects not in (None, self.locator.reader.version(found.raw)):
            return EditStale(self.locator.actor(found))
        id_ = int(found.raw["id"])
        delete, stamps = f"model.{self.kind.model}.delete", self.locator.reader.stamps(found.raw)
        try:
            self.warned.heeded(lambda: self.locator.caller.act(delete, [id_], stamps=stamps))
        except Unknown as error:
            return EditUnknown(str(error))
        except Unauthorised:
            raise
        except Stale:
            now = self.locator.with_ids([id_]).get(id_)
            return EditStale(None if now is None else self.locator.actor(now))
        except Refused as error:
            return EditRefused(error.reason, "", error.code)
        return Deleted(removal.key)


def _rounds(edits: Sequence[Edit]) -> Iterable[list[int]]:
    """The places of the edits in groups, in none of which a record or a creation stands twice."""
    rounds: list[tuple[set[str], list[int]]] = []
    for place, edit in enumerate(edits):
        name = f"key {edit.key}" if edit.key is not None else f"new {edit.idempotency_key or place}"
        # After the last one that is about the same record, for their order counts.
        last = max((at for at, (names, _) in enumerate(rounds) if name in names), default=-1)
        if last + 1 == len(rounds):
            rounds.append((set(), []))
        names, places = rounds[last + 1]
        names.add(name)
        places.append(place)
    return [places for _, places in rounds]
