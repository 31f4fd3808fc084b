"""The ``memory`` connector: an ERP that lives in a dict, for notebooks and tests.

It is honest and small, and reads like the contract: every operation is a few lines. A
:class:`MemoryErp` is the world; the sessions of any number of connections may share it.
"""

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from threading import RLock
from typing import Any

from attrs import define, evolve, field, frozen

from erplink.connectors import (
    Capabilities,
    Configuration,
    Context,
    Deleted,
    DeletionResult,
    Diagnosis,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    Kind,
    KindCapabilities,
    Page,
    Query,
    Record,
    Removal,
    Saved,
    Session,
    matches,
)
from erplink.domain.canonical import canonical, same
from erplink.domain.fields import Access, Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef, Mark, Ref
from erplink.domain.values import Value, is_empty
from erplink.errors import BadName, BadValue

__all__ = ["MemoryConnector", "MemoryErp", "MemorySession", "Row"]

PAGE = 1000


@frozen
class Row:
    """A record as the world keeps it."""

    key: str
    values: FrozenDict[str, Value]
    #: Grows with every change in the world, so that it is a version and a mark at once.
    stamp: int
    parent: Ref | None = None
    created_by: str = ""
    #: Where the record was merged into another one: the key of that one.
    merged_into: str = ""
    gone: bool = False


@define
class MemoryErp:
    """The world: kinds, lists, and rows that people and sessions change."""

    kinds: Sequence[Kind]
    lists: Mapping[str, Mapping[str, str]] = field(factory=dict)
    page_max: int = PAGE
    #: For each kind, the fields that tell a record from every other.
    natural_keys: Mapping[str, Sequence[str]] = field(factory=dict)
    _rows: dict[str, dict[str, Row]] = field(factory=dict, init=False)
    #: What happened to each kind, in order: the stamp and the key.
    _log: dict[str, list[tuple[int, str]]] = field(factory=dict, init=False, repr=False)
    _stamps: Iterator[int] = field(factory=lambda: itertools.count(1), init=False, repr=False)
    _numbers: dict[str, Iterator[int]] = field(
        factory=lambda: defaultdict(lambda: itertools.count(1)), init=False, repr=False
    )
    _lock: Any = field(factory=RLock, init=False, repr=False)

    def kind(self, name: str) -> Kind:
        """The kind called ``name``."""
        for kind in self.kinds:
            if kind.name == name:
                return kind
        raise BadName.among("kind", name, (kind.name for kind in self.kinds))

    def rows(self, kind: str) -> dict[str, Row]:
        """The rows of ``kind`` by key, those that are gone included."""
        return self._rows.setdefault(kind, {})

    def put(self, kind: str, key: str, values: Mapping[str, Value], **more: Any) -> str:
        """Make or change a record as somebody does who works in the ERP itself; gives its key."""
        fields = {each.key: each for each in self.kind(kind).fields}
        for name in values:
            if name not in fields:
                raise BadName.among(f"field of {kind}", name, fields)
        stored = {name: canonical(fields[name], value) for name, value in values.items()}
        self.store(kind, key, stored, **more)
        return key

    def store(self, kind: str, key: str, values: Mapping[str, Value], **more: Any) -> Row:
        """Lay ``values``, as they are to be stored, over a row or a new one."""
        with self._lock:
            row = self.rows(kind).get(key)
            if row is None or row.gone:
                blank = {each.key: each.default for each in self.kind(kind).fields}
                row = Row(key, FrozenDict(blank), 0)
            return self.keep(kind, evolve(row, values=row.values | values, **more))

    def keep(self, kind: str, row: Row) -> Row:
        """Keep ``row`` as the newest change of the world; gives it with its stamp."""
        with self._lock:
            stamped = evolve(row, stamp=next(self._stamps))
            rows = self.rows(kind)
            # A row that changes goes to the end: the rows stand in the order of their stamps.
            rows.pop(row.key, None)
            rows[row.key] = stamped
            self._log.setdefault(kind, []).append((stamped.stamp, row.key))
            return stamped

    def mark(self, row: Row) -> Mark:
        """What tells an older state of a record from a newer one, across the world."""
        return row.stamp

    def since(self, kind: str, stamp: int) -> list[Row]:
        """The rows changed after ``stamp``, in that order; at most one more than a page."""
        log, rows = self._log.get(kind, []), self.rows(kind)
        found: list[Row] = []
        for index in range(bisect_right(log, stamp, key=itemgetter(0)), len(log)):
            at, key = log[index]
            if rows[key].stamp == at:  # else it changed again, and comes later
                found.append(rows[key])
            if len(found) > self.page_max:
                break
        return found

    def remove(self, kind: str, key: str) -> None:
        """Remove a record, leaving the mark that it is gone."""
        self._retire(kind, key, gone=True)

    def merge(self, kind: str, key: str, into: str) -> None:
        """Merge a record into another one, which also is how a record gets a new number."""
        self._retire(kind, key, gone=True, merged_into=into)

    def _retire(self, kind: str, key: str, **how: Any) -> None:
        with self._lock:
            self.keep(kind, evolve(self.rows(kind)[key], **how))

    def next_key(self, kind: str) -> str:
        """A key that no record of ``kind`` has or had."""
        with self._lock:
            rows = self.rows(kind)
            return next(key for n in self._numbers[kind] if (key := str(n)) not in rows)

    def session(self, system: str) -> Session:
        """Open a session whose records belong to ``system``; the CRM's are entities."""
        return MemorySession(self, system)

    def locked(self) -> Any:
        """Hold the world still while the block runs."""
        return self._lock


class MemorySession:
    """A session over a :class:`MemoryErp`."""

    def __init__(self, erp: MemoryErp, system: str) -> None:
        """Serve ``erp`` as ``system``."""
        self._erp, self._system = erp, system
        self.capabilities = Capabilities(
            kinds={kind.name: self._claims(kind.name) for kind in erp.kinds},
            lists=True,
            add_items=True,
            threads=True,
        )

    def _claims(self, kind: str) -> KindCapabilities:
        return KindCapabilities(
            read=True,
            search=True,
            count=True,
            changes=True,
            deletions=True,
            create=True,
            save=True,
            delete=True,
            versions=True,
            idempotent_create=True,
            find_created=True,
            natural_key=self._erp.natural_keys.get(kind, ()),
            ordered=True,
            page_max=self._erp.page_max,
            batch_max=self._erp.page_max,
        )

    def kinds(self) -> Sequence[Kind]:
        """The kinds of the world."""
        return self._erp.kinds

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list, or some of them."""
        items = self._erp.lists.get(name, {})
        return items if keys is None else {key: items[key] for key in keys if key in items}

    def add_item(self, name: str, text: str) -> str:
        """The key of the item with this text, whatever its case; a new one is its own key."""
        with self._erp.locked():
            items = self._erp.lists.get(name, {})
            for key, there in items.items():
                if there.casefold() == text.casefold():
                    return key
            keys = itertools.chain([text], map(str, itertools.count(1)))
            key = next(key for key in keys if key not in items)
            self._erp.lists = {**self._erp.lists, name: {**items, key: text}}
            return key

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        rows = self._erp.rows(kind)
        with self._erp.locked():  # a row that changes is out of its place for a moment
            found = [rows.get(key) for key in keys]
        return [
            None if row is None or row.gone else self._record(kind, row, fields) for row in found
        ]

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed after the stamp ``since``, in the order of the changes."""
        with self._erp.locked():
            rows = self._erp.since(kind, int(since or 0))
        part = rows[: self._erp.page_max]
        told = [row for row in part if not row.gone]
        return Page(
            [self._record(kind, row, fields) for row in told],
            deletions=[row.key for row in part if row.gone and not row.merged_into],
            aliases={row.key: row.merged_into for row in part if row.merged_into},
            cursor=str(part[-1].stamp) if part else since,
            more=len(rows) > len(part),
        )

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the changes."""
        rows = [row for row in self._found(kind, query) if row.stamp > int(cursor or 0)]
        part = rows[: self._erp.page_max]
        last = str(part[-1].stamp) if part else None
        records = [self._record(kind, row, fields) for row in part]
        return Page(records, cursor=last, more=len(rows) > len(part))

    def count(self, kind: str, query: Query) -> int:
        """How many ``query`` finds."""
        return sum(1 for _ in self._found(kind, query))

    def _found(self, kind: str, query: Query) -> Iterable[Row]:
        described = self._erp.kind(kind)
        fields = {each.key: each for each in described.fields}
        return (
            row
            for row in self._alive(kind)
            if matches(query, row.values, fields, described.searchable, row.parent)
        )

    def _alive(self, kind: str) -> list[Row]:
        with self._erp.locked():
            return [row for row in self._erp.rows(kind).values() if not row.gone]

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself."""
        with self._erp.locked():
            return [self._save(kind, edit) for edit in edits]

    def _save(self, kind: str, edit: Edit) -> EditResult:
        fields = {each.key: each for each in self._erp.kind(kind).fields}
        row = self._known(kind, edit)
        if row is None and not edit.creates:
            return EditStale(None)
        if row is not None and row.gone:
            return EditStale(None)  # also where a creation is sent again, and was removed since
        if row is not None and edit.creates:
            return Saved(self._whole(kind, row))  # the same creation, sent again
        if row is not None and edit.expects not in (None, str(row.stamp)):
            return EditStale(self._whole(kind, row))
        try:
            values = {key: _stored(fields, key, value, row) for key, value in edit.patch.items()}
            _check_complete(fields, values, row)
        except BadValue as error:
            return EditRefused(error.rule, error.field)
        return Saved(self._whole(kind, self._written(kind, edit, values, row)))

    def _known(self, kind: str, edit: Edit) -> Row | None:
        rows = self._erp.rows(kind)
        if edit.key is not None:
            return rows.get(edit.key)
        wanted = edit.idempotency_key
        return next((row for row in rows.values() if wanted and row.created_by == wanted), None)

    def _written(self, kind: str, edit: Edit, values: dict[str, Value], row: Row | None) -> Row:
        if row is None:
            more = {"parent": edit.parent, "created_by": edit.idempotency_key}
            return self._erp.store(kind, self._erp.next_key(kind), values, **more)
        if all(row.values.get(key) == value for key, value in values.items()):
            return row
        return self._erp.store(kind, row.key, values)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        with self._erp.locked():
            return [self._delete(kind, removal) for removal in removals]

    def _delete(self, kind: str, removal: Removal) -> DeletionResult:
        row = self._erp.rows(kind).get(removal.key)
        if row is None or row.gone:
            return Deleted(removal.key)
        if removal.expects not in (None, str(row.stamp)):
            return EditStale(self._whole(kind, row))
        self._erp.remove(kind, removal.key)
        return Deleted(removal.key)

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or what has the natural key."""
        fields, alive = {each.key: each for each in self._erp.kind(kind).fields}, self._alive(kind)
        made = [row for row in alive if idempotency_key and row.created_by == idempotency_key]
        if not made and natural_key:
            made = [
                row
                for row in alive
                if all(
                    same(fields[key], value, row.values[key]) for key, value in natural_key.items()
                )
            ]
        return [self._whole(kind, row) for row in made]

    def close(self) -> None:
        """There is nothing to let go of."""

    def _whole(self, kind: str, row: Row) -> Record:
        return self._record(kind, row, [each.key for each in self._erp.kind(kind).fields])

    def _record(self, kind: str, row: Row, fields: Sequence[str]) -> Record:
        values = {key: row.values[key] for key in fields if key in row.values}
        stamp: dict[str, Any] = {"version": str(row.stamp), "modified": self._erp.mark(row)}
        if self._system == CRM:
            parent = row.parent if isinstance(row.parent, EntityRef) else None
            return Entity(EntityRef(CRM, kind, row.key), parent, fields=values, **stamp)
        above = row.parent if isinstance(row.parent, ActorRef) else None
        return Actor(ActorRef(self._system, kind, row.key), above, fields=values, **stamp)


def _stored(fields: Mapping[str, Field], key: str, value: Value, row: Row | None) -> Value:
    if key not in fields:
        raise BadValue("there is no such field", value=repr(key), field=key)
    described = fields[key]
    if described.why_not_writable:
        raise BadValue(described.why_not_writable, value=repr(key), field=key)
    stored = canonical(described, value)
    if row is not None and described.access is Access.WRITE_ONCE:
        held = row.values[key]
        if not is_empty(held) and held != stored:
            raise BadValue("the field is written once only", value=repr(key), field=key)
    return stored


def _check_complete(
    fields: Mapping[str, Field], values: Mapping[str, Value], row: Row | None
) -> None:
    for key, described in fields.items():
        if described.mandatory and row is None and values.get(key) is None:
            raise BadValue("the field is mandatory", value="None", field=key)


_CUSTOMERS_AND_PERSONS = (
    Kind(
        "customer",
        (Field("name", access=Access.MANDATORY), Field("vat"), Field("city"), Field("phone")),
        ("name", "vat", "city"),
        title="Customers",
    ),
    Kind(
        "person",
        (Field("name", access=Access.MANDATORY), Field("email"), Field("phone")),
        ("name", "email"),
        parent="customer",
        title="Persons",
    ),
)


@frozen
class MemoryConnector:
    """Opens sessions over one world; without one of your own, over one of customers and persons."""

    erp: MemoryErp = field(factory=lambda: MemoryErp(_CUSTOMERS_AND_PERSONS))
    name: str = "memory"
    title: str = "Memory"
    versions: str = "any"

    def config_fields(self) -> Sequence[Field]:
        """Nothing has to be configured."""
        return ()

    def test(self, config: Configuration, context: Context) -> Diagnosis:  # noqa: ARG002 - the contract
        """It always works."""
        return Diagnosis.ok("The records are held in memory and are gone when the program ends.")

    def open(self, config: Configuration, context: Context) -> Session:  # noqa: ARG002 - the contract
        """Open a session for the connection."""
        return self.erp.session(context.connection)
