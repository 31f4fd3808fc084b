"""DjangoCrmSession: an open session to the host's models."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from attrs import frozen
from django.db.models import Q

from erplink.adapters.crm.django.assembly import ModelKind
from erplink.adapters.crm.django.columns import ListItems
from erplink.adapters.crm.django.conditions import Conditions
from erplink.adapters.crm.django.faults import told_by_django
from erplink.adapters.crm.django.feeds import ChangeTableFeed, StampFeed, listed
from erplink.adapters.crm.django.reader import ModelReader
from erplink.adapters.crm.django.writer import ModelWriter
from erplink.adapters.erp.sql.cursors import Position, position_of, text_of
from erplink.connectors import (
    AllOf,
    Capabilities,
    Condition,
    DeletionResult,
    Edit,
    EditResult,
    Kind,
    KindCapabilities,
    Operator,
    Page,
    Query,
    Record,
    Removal,
    matches,
)
from erplink.domain.fields import FieldType
from erplink.domain.records import Entity
from erplink.domain.values import Value
from erplink.errors import BadName, Refused

__all__ = ["DjangoCrmSession", "Schema"]

_BATCH_MAX: Final = 200
_FOUND_MAX: Final = 100
_ITEMS_MAX: Final = 10_000


@frozen(eq=False, kw_only=True)
class Schema:
    """All kinds and lists of a CRM, and how they are read."""

    kinds: Mapping[str, ModelKind]
    lists: Mapping[str, ListItems | Mapping[str, str]]
    using: str
    commit_lag: int
    page_max: int

    def kind(self, name: str) -> ModelKind:
        """The kind called ``name``."""
        if name not in self.kinds:
            raise BadName.among("kind", name, self.kinds)
        return self.kinds[name]

    def claims(self) -> Capabilities:
        """What is promised."""
        kinds = {name: self._claims(kind) for name, kind in self.kinds.items()}
        return Capabilities(kinds=kinds, lists=True, threads=True)

    def _claims(self, kind: ModelKind) -> KindCapabilities:
        writes, mark = not kind.said.read_only, kind.mark
        request = kind.request.target if kind.request is not None else None
        stamped = mark is not None and kind.changes is None
        timed = mark is not None and stamped and mark.field.type is not FieldType.INTEGER
        of_days = mark is not None and mark.field.type is FieldType.DATE
        return KindCapabilities(
            read=True,
            search=True,
            count=True,
            changes=True,
            deletions=kind.stone is not None or kind.changes is not None,
            create=writes,
            save=writes,
            delete=writes,
            versions=True,
            idempotent_create=writes and request is not None and request.unique,
            find_created=request is not None or bool(kind.natural_key),
            natural_key=kind.natural_key,
            ordered=stamped and mark is not None and not getattr(mark.target, "null", True),
            precision=timedelta(days=1)
            if timed and of_days
            else timedelta(microseconds=int(timed)),
            commit_lag=timedelta(seconds=self.commit_lag if timed else 0),
            page_max=self.page_max,
            batch_max=_BATCH_MAX,
        )


class DjangoCrmSession:
    """The host's models as kinds of entities.

    Each thread works over its own connection of Django's, and within a transaction that is open on
    it: what is written inside ``transaction.atomic()`` is undone with it.
    """

    def __init__(self, schema: Schema) -> None:
        """Serve ``schema``."""
        self._schema = schema
        self._kinds = tuple(kind.kind for kind in schema.kinds.values())
        self.capabilities = schema.claims()

    def __repr__(self) -> str:
        """The number of kinds."""
        return f"DjangoCrmSession({len(self._kinds)} kinds)"

    def kinds(self) -> Sequence[Kind]:
        """The kinds that the host described."""
        return self._kinds

    # reading -------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``; None for one that is not there or marked as gone."""
        with told_by_django(self._schema.using):
            found = self._reader(kind, fields).by_key(keys)
        return [found.get(key) for key in keys]

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed, from the change table where there is one, or else by the stamp."""
        schema, of_kind = self._schema, self._schema.kind(kind)
        reader = self._reader(kind, fields)
        with told_by_django(schema.using):
            if of_kind.changes is not None:
                return ChangeTableFeed(of_kind, schema.using, schema.page_max).page(since, reader)
            return StampFeed(of_kind, schema.commit_lag, schema.page_max).page(since, reader)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the keys."""
        key = None if cursor is None else position_of(cursor).key
        after, most = None if key is None else key[0], self._schema.page_max
        with told_by_django(self._schema.using):
            found, last, more = self._found(kind, query, fields, after, most)
        there = text_of(Position(key=(last,))) if more else None
        return Page(found, cursor=there, more=more)

    def count(self, kind: str, query: Query) -> int:
        """How many records ``query`` finds."""
        of_kind = self._schema.kind(kind)
        with told_by_django(self._schema.using):
            found = Conditions(of_kind, self._schema.using).of(query)
            if found.is_exact:
                return int(self._reader(kind, ()).select().filter(found.condition).count())
            count, after, more = 0, None, True
            while more:
                part, after, more = self._found(kind, query, (), after, self._schema.page_max)
                count += len(part)
        return count

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or else what has the natural key."""
        of_kind = self._schema.kind(kind)
        reader, request = self._reader(kind, of_kind.fields), of_kind.request
        with told_by_django(self._schema.using):
            if request is not None and idempotency_key:
                made = reader.select().filter(of_kind.alive, **{request.path: idempotency_key})
                if rows := list(made[:_FOUND_MAX]):
                    return reader.records(rows)
            if not natural_key:
                return []
            equal = [Condition(key, Operator.EQUALS, (each,)) for key, each in natural_key.items()]
            query = Query(criteria=AllOf(equal))
            return self._found(kind, query, list(of_kind.fields), None, _FOUND_MAX)[0]

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The choices of a field, the records a foreign key leads to, or what the host gave."""
        source = self._schema.lists.get(name, {})
        if not isinstance(source, ListItems):
            items = dict(source)
        elif source.model is not None:
            with told_by_django(self._schema.using):
                items = self._records_as_items(name, source.model)
        else:
            items = dict(source.choices)
        return items if keys is None else {key: items[key] for key in keys if key in items}

    def _records_as_items(self, name: str, model: Any) -> dict[str, str]:
        rows = model._base_manager.using(self._schema.using).order_by("pk")  # noqa: SLF001 - Django's own way
        items = {str(row.pk): str(row) for row in rows[: _ITEMS_MAX + 1]}
        if len(items) > _ITEMS_MAX:
            raise Refused(f"{name!r} has more than {_ITEMS_MAX} items, and is no list")
        return items

    # writing -------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself, all in one transaction or within the one that is open."""
        with told_by_django(self._schema.using, writes=True):
            return ModelWriter(self._schema.kind(kind), self._schema.using).save(edits)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records, or mark them as gone, likewise."""
        with told_by_django(self._schema.using, writes=True):
            return ModelWriter(self._schema.kind(kind), self._schema.using).remove(removals)

    def close(self) -> None:
        """There is nothing to let go of: connections are Django's."""

    # parts ---------------------------------------------------------------------------------------

    def _reader(self, kind: str, fields: Sequence[str] | Mapping[str, Any]) -> ModelReader:
        return ModelReader(self._schema.kind(kind), self._schema.using, fields)

    def _found(
        self, kind: str, query: Query, fields: Sequence[str], after: Any, count: int
    ) -> tuple[list[Entity], Any, bool]:
        """So many records that a query finds, the key of the last row, and whether there are more.

        Where the database cannot tell exactly, as many rows are read as may be told of.
        """
        of_kind = self._schema.kind(kind)
        found = Conditions(of_kind, self._schema.using).of(query)
        reader, condition = self._reader(kind, fields), Q(found.condition)
        if found.is_exact:
            rows = listed(reader, of_kind, condition, after, count)
            part = rows[:count]
            last = reader.raw(part[-1], of_kind.key) if part else after
            return reader.records(part), last, len(rows) > count
        # Not more than the whole of the kind, a page at a time.
        whole = ModelReader(of_kind, self._schema.using, of_kind.fields)
        rows = listed(whole, of_kind, condition, after, count)
        part = rows[:count]
        last = whole.raw(part[-1], of_kind.key) if part else after
        known = of_kind.fields
        keys = [
            record.ref.key
            for record in whole.records(part)
            if matches(query, record.fields, known, tuple(known), record.parent)
        ]
        wanted = reader.by_key(keys)
        return [wanted[key] for key in keys if key in wanted], last, len(rows) > count
