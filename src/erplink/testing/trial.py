"""Trial: one kind of records, tried over one session; the words in which checks are written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from erplink.connectors import (
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    GuardedSession,
    Kind,
    KindCapabilities,
    Page,
    Query,
    Record,
    Removal,
    Saved,
    all_changes,
    all_found,
)
from erplink.connectors.edit import DeletionResult
from erplink.domain.canonical import same
from erplink.domain.fields import Access, Field, FieldType
from erplink.domain.values import UNSET, Value, shorten
from erplink.errors import BadValue, Refused, Stale
from erplink.testing.promises import NotTried, ensure, fail
from erplink.testing.samples import sample_value
from erplink.testing.told import Told

if TYPE_CHECKING:
    from erplink.testing.harness import Harness

__all__ = ["Trial"]

_OF_THE_SESSION = ("lists", "threads")
_PAGES = 2


class Trial:
    """A kind of records, a session, and the world behind it; everything a check does goes here."""

    def __init__(self, harness: "Harness", kind: str = "") -> None:
        """Try ``kind``, or the first kind there is."""
        self.harness, self._name = harness, kind
        self._opened: list[GuardedSession] = []

    def __enter__(self) -> Self:
        """The trial itself; nothing is opened before it is used."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every session that was opened."""
        for session in self._opened:
            session.close()

    # what is tried ------------------------------------------------------------------------------

    def open(self) -> GuardedSession:
        """Open one more session; it is closed with the trial."""
        session = self.harness.open()
        self._opened.append(session)
        return session

    @cached_property
    def session(self) -> GuardedSession:
        """The session that is tried."""
        return self.open()

    @cached_property
    def kind(self) -> Kind:
        """The kind that is tried."""
        kinds = {kind.name: kind for kind in self.session.kinds()}
        ensure(kinds, "the session tells of no kinds of records")
        if not self._name:
            return next(iter(kinds.values()))
        ensure(self._name in kinds, f"the harness names a kind {self._name!r} that there is not")
        return kinds[self._name]

    @property
    def claims(self) -> KindCapabilities:
        """What the session claims of the kind."""
        return self.session.capabilities.of(self.kind.name)

    @property
    def fields(self) -> list[str]:
        """The keys of all fields of the kind."""
        return [field.key for field in self.kind.fields]

    def require(self, claims: Iterable[str], hooks: Iterable[str] = ()) -> None:
        """Raise NotTried where something is not claimed, or not in the harness."""
        for claim in claims:
            of_session = claim in _OF_THE_SESSION
            claimed = getattr(self.session.capabilities if of_session else self.claims, claim)
            if not claimed:
                whose = "the session" if of_session else self.kind.name
                raise NotTried(f"{whose}: does not claim {claim}")
        for hook in hooks:
            self.hook(hook)

    def hook(self, name: str) -> Any:
        """Something that the harness may have; NotTried where it has not."""
        hook = getattr(self.harness, name)
        if hook is None:
            raise NotTried(f"the harness has no {name}")
        return hook

    # values -------------------------------------------------------------------------------------

    @cached_property
    def tried(self) -> tuple[Field, ...]:
        """The fields that records are made with: those of a sample, or all that may be written."""
        named = self.harness.sample.get(self.kind.name, {})
        return tuple(
            field
            for field in self.kind.fields
            if not field.why_not_writable and (not named or field.key in named)
        )

    @cached_property
    def changeable(self) -> tuple[Field, ...]:
        """The tried fields that may be changed later."""
        return tuple(field for field in self.tried if field.access is not Access.WRITE_ONCE)

    def of_type(self, *types: FieldType) -> tuple[Field, ...]:
        """The changeable fields of some types; NotTried where there is none."""
        found = tuple(field for field in self.changeable if field.type in types)
        if not found:
            names = " or ".join(each.value for each in types)
            raise NotTried(f"{self.kind.name}: no field of type {names} can be changed")
        return found

    def sample(self) -> dict[str, Value]:
        """Values for a new record, other ones each time."""
        number = self.harness.number()
        given = self.harness.sample.get(self.kind.name, {})
        return {field.key: self._value(field, number, given) for field in self.tried}

    def other(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Other values than ``values``, for every field that may be changed and has another one."""
        number = self.harness.number()
        given = {**self._functions(), **self.harness.other.get(self.kind.name, {})}
        others: dict[str, Value] = {}
        for field in self.changeable:
            value = self._value(field, number, given)
            if same(field, value, values.get(field.key)):
                value = self._value(field, self.harness.number(), given)
            if not same(field, value, values.get(field.key)):
                others[field.key] = value
        if not others:
            raise NotTried(f"{self.kind.name}: no field has another value to be changed to")
        return others

    def sample_to_change(self) -> dict[str, Value]:
        """Values for all fields that may be changed, other ones each time."""
        values = self.sample()
        return {field.key: values[field.key] for field in self.changeable}

    def any_value(self, field: Field) -> Value:
        """Some value for any field, one that may not be written too."""
        return self._value(field, self.harness.number(), {})

    def one_of(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The first of ``values`` alone."""
        return dict(list(values.items())[:1])

    def _functions(self) -> dict[str, Any]:
        given = self.harness.sample.get(self.kind.name, {})
        return {key: value for key, value in given.items() if callable(value)}

    def _value(self, field: Field, number: int, given: Mapping[str, Any]) -> Value:
        if field.key in given:
            value = given[field.key]
            made: Value = value(number) if callable(value) else value
            return made
        items = self._items(field)
        try:
            return sample_value(field, number, items, salt=self.harness.salt)
        except BadValue as error:
            raise NotTried(f"{self.kind.name}: give the harness a sample; {error}") from None

    def _items(self, field: Field) -> Sequence[str]:
        if field.type is not FieldType.LIST or not self.session.capabilities.lists:
            return ()
        return sorted(self.session.list_items(field.list_name))

    # the world ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let the time pass that a change may take to become visible."""
        if seconds := self.claims.commit_lag.total_seconds():
            self.harness.clock.sleep(seconds)

    def pause(self) -> None:
        """Let the time pass that the next change has another mark; not so long as to be late."""
        lag = 0.9 * self.claims.commit_lag.total_seconds()
        seconds = 2 * self.claims.precision.total_seconds()
        if seconds:
            self.harness.clock.sleep(min(seconds, lag) if lag else seconds)

    def make(self, values: Mapping[str, Value] | None = None, parent: str = "") -> str:
        """Make a record, behind the connector's back where the harness can; gives its key."""
        key = self._make(values, parent)
        self.settle()
        return key

    def _make(self, values: Mapping[str, Value] | None = None, parent: str = "") -> str:
        values = self.sample() if values is None else values
        parent = parent or self._usual_parent
        if self.harness.seed is not None:
            under = {"parent": parent} if parent else {}
            return self.harness.seed(self.kind.name, values, **under)
        if self.claims.create:
            above = self.parent_of(parent) if parent else None
            return self.saved(self.creation(values, above)).ref.key
        raise NotTried("neither the harness nor the connector can make records: give it a seed")

    @cached_property
    def _usual_parent(self) -> str:
        """A record that others may be made under; empty where that is not how it is."""
        if self.kind.parent in ("", self.kind.name):
            return ""
        try:
            with Trial(self.harness, self.kind.parent) as above:
                return above.make()
        except NotTried:
            return ""

    def make_parent(self) -> str:
        """A new record that others can be made under."""
        if not self.kind.parent:
            raise NotTried(f"{self.kind.name}: records have no parents")
        with Trial(self.harness, self.kind.parent) as above:
            return above.make()

    def make_many(self, count: int, *, settle: bool = True) -> list[str]:
        """Make ``count`` records, or as many as one check may make."""
        made = [self._make() for _ in range(min(count, self.harness.records_max))]
        if settle:
            self.settle()
        return made

    def make_pages(self) -> list[str]:
        """Make records for more than two pages, or as many as one check may make."""
        return self.make_many(2 * self.claims.page_max + 1)

    def spans_pages(self, keys: Collection[str], told: Told) -> None:
        """Raise NotTried where what was told is on too few pages to show anything of paging."""
        if len(keys) <= 2 * self.claims.page_max and told.pages <= _PAGES:
            raise NotTried(f"{self.kind.name}: {len(keys)} records are few; {self.smaller_pages}")

    @property
    def smaller_pages(self) -> str:
        """What it takes to try paging."""
        return "let a page hold fewer records for the suite, or raise the harness's records_max"

    def some(self, count: int = 3) -> list[str]:
        """The keys of some records: made ones, or where none can be made, some that there are."""
        if self.harness.seed is not None or self.claims.create:
            return self.make_many(count)
        keys = [*self._any_reading().records][:count]
        ensure(keys, f"no {self.kind.name} was found: fill the world, or give the harness a seed")
        return keys

    def edit(self, key: str, values: Mapping[str, Value]) -> None:
        """Change a record behind the connector's back."""
        self.hook("edit")(self.kind.name, key, values)
        self.settle()

    def change(self, key: str, values: Mapping[str, Value]) -> None:
        """Change a record, behind the connector's back where the harness can."""
        if self.harness.edit is not None:
            self.edit(key, values)
        else:
            self.saved(Edit(values, key))
            self.settle()

    def remove(self, key: str) -> None:
        """Remove a record behind the connector's back."""
        self.hook("remove")(self.kind.name, key)
        self.settle()

    def merge(self, key: str, into: str) -> None:
        """Merge a record into another one behind the connector's back."""
        self.hook("merge")(self.kind.name, key, into)
        self.settle()

    def word(self) -> str:
        """A text that was not used before, for keys."""
        return f"erplink-{self.harness.salt}{self.harness.number()}"

    # what the session tells ---------------------------------------------------------------------

    def feed(self, since: str | None = None, session: GuardedSession | None = None) -> Told:
        """All that changed since a cursor."""
        over, limit = session or self.session, self.harness.pages_max
        return Told.of(all_changes(over, self.kind.name, self.fields, since, pages_max=limit))

    def page(self, since: str | None) -> Page:
        """One page of what changed since a cursor."""
        return self.session.changes(self.kind.name, since, self.fields)

    def found(self, query: Query) -> Told:
        """All that a query finds."""
        limit = self.harness.pages_max
        return Told.of(all_found(self.session, self.kind.name, query, self.fields, pages_max=limit))

    def _any_reading(self) -> Told:
        if self.claims.changes:
            return self.feed()
        if self.claims.search:
            return self.found(Query())
        raise NotTried(f"{self.kind.name}: neither changes nor search is claimed")

    def count_of_keys(self) -> int | None:
        """How many records there are; None where they cannot be listed."""
        if self.claims.changes or self.claims.search:
            return len(self._any_reading().records)
        return None

    def counts(self, expected: int | None, when: str) -> None:
        """Raise AssertionError unless there are so many records, so far as they can be listed."""
        came = self.count_of_keys()
        if expected != came:
            fail(f"{self.kind.name}: expected {expected} records {when}, came {came}")

    def look(self, key: str) -> Record | None:
        """A record as it is told now, in whichever way records are told; None where it is gone."""
        if self.claims.read:
            return self.session.get(self.kind.name, [key], self.fields)[0]
        return self._any_reading().records.get(key)

    def read(self, key: str) -> Record:
        """A record that must be there."""
        record = self.look(key)
        if record is None:
            fail(f"no record was found: {self.kind.name} {key!r} is not told")
        return record

    def read_whole(self, key: str) -> Record:
        """A record that must be there, with every field that is tried."""
        record = self.read(key)
        for field in self.tried:
            ensure(field.key in record.fields, f"{record.ref}.{field.key} is not told")
        return record

    def parent_of(self, key: str) -> Any:
        """The reference to the record ``key`` of the kind of parents."""
        with Trial(self.harness, self.kind.parent) as above:
            return above.read(key).ref

    # what the session is asked to do --------------------------------------------------------------

    def creation(self, values: Mapping[str, Value], parent: Any = None) -> Edit:
        """An edit that makes a record, under ``parent`` or where such records usually are."""
        if parent is None and self._usual_parent:
            parent = self.parent_of(self._usual_parent)
        return Edit(values, idempotency_key=self.word(), parent=parent)

    def save(self, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Ask for some edits in one saving."""
        return self.session.save(self.kind.name, edits)

    def save_one(self, edit: Edit) -> EditResult:
        """Ask for one edit; a refusal that was raised is an answer like any other."""
        try:
            return self.save([edit])[0]
        except Stale:
            return EditStale(None)
        except Refused as error:
            return EditRefused(error.reason, error.field, error.code)

    def saved(self, edit: Edit) -> Record:
        """The record as stored, of an edit that must be taken."""
        result = self.save_one(edit)
        if not isinstance(result, Saved):
            fail(f"{shorten(dict(edit.patch))} was not saved: {result}")
        return result.record

    def refused(self, edit: Edit, why: str) -> EditRefused:
        """The refusal of an edit that must be refused."""
        result = self.save_one(edit)
        if not isinstance(result, EditRefused):
            fail(f"{why} is to be refused, and came to {result}")
        return result

    def delete_one(self, removal: Removal) -> DeletionResult:
        """Ask for one removal; a refusal that was raised is an answer like any other."""
        try:
            return self.session.delete(self.kind.name, [removal])[0]
        except Stale:
            return EditStale(None)
        except Refused as error:
            return EditRefused(error.reason, error.field, error.code)

    # what must be so ----------------------------------------------------------------------------

    def holds(self, record: Record, expected: Mapping[str, Value], when: str = "") -> None:
        """Raise AssertionError unless ``record`` tells what is stored of ``expected``."""
        for key, value in expected.items():
            field, told = self.kind.field(key), record.value(key)
            if told is UNSET or field is None:
                fail(f"{record.ref}.{key} is not told{when}")
            if not same(field, value, told):
                expects, came = shorten(value), shorten(told)
                fail(f"{record.ref}.{key}: expected {expects}, came {came}{when}")

    def has_all(self, keys: Iterable[str], told: Collection[str], where: str) -> None:
        """Raise AssertionError where one of ``keys`` was not told."""
        missing = [key for key in keys if key not in told]
        if missing:
            some = ", ".join(map(repr, missing[:5]))
            fail(f"no record was found for {len(missing)} keys {where}: {some}")

    def values_of(self, record: Record) -> dict[str, Value]:
        """The values of all changeable fields that ``record`` tells."""
        return {
            field.key: record.fields[field.key]
            for field in self.changeable
            if field.key in record.fields
        }
