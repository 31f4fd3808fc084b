"""FilesSession: records in the sheets of files, read and written like those of any ERP."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from erplink.adapters.erp.files.bucketfeed import next_of_buckets
from erplink.adapters.erp.files.cells import Book, Row
from erplink.adapters.erp.files.editing import Editing
from erplink.adapters.erp.files.kindplan import KindPlan
from erplink.adapters.erp.files.layout import layout_of
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.markfeed import COMMIT_LAG, next_of_marks
from erplink.adapters.erp.files.newkeys import creation_mark
from erplink.adapters.erp.files.remarks import Remarks
from erplink.adapters.erp.files.settings import NewKeys, Settings
from erplink.adapters.erp.files.snapshot import Snapshot
from erplink.adapters.erp.files.source import Source
from erplink.adapters.erp.files.trouble import translated
from erplink.adapters.erp.files.writable import why_not_writable
from erplink.connectors import (
    Capabilities,
    Context,
    DeletionResult,
    Edit,
    EditResult,
    Kind,
    KindCapabilities,
    Page,
    Query,
    Record,
    Removal,
    matches,
)
from erplink.domain.canonical import same
from erplink.domain.fields import FieldType
from erplink.domain.values import Value

__all__ = ["FilesSession"]

T = TypeVar("T")

_FOUND_MAX: Final = 100
_PRECISIONS: Final = {FieldType.DATE: timedelta(days=1), FieldType.DATETIME: timedelta(seconds=1)}


class FilesSession:
    """A session over one workbook, or over the files of a folder."""

    def __init__(self, settings: Settings, limits: FileLimits, context: Context) -> None:
        """Find out what there is; FileTrouble where that cannot be used."""
        self._limits, self._context = limits, context
        self._remarks = Remarks(context.logger)
        self._source = Source(settings, limits, context.clock)
        self._layout = layout_of(self._source, settings, limits)
        for plan in self._layout.kinds.values():
            self._source.snapshot(plan)
        claims = {
            name: self._claims(plan, why_not_writable(plan, self._layout, self._source, settings))
            for name, plan in self._layout.kinds.items()
        }
        self.capabilities = Capabilities(kinds=claims, lists=bool(self._layout.lists))

    def _claims(self, plan: KindPlan, why_not: str) -> KindCapabilities:
        writes = not why_not
        marks = plan.columns[plan.modified].field.type if plan.modified else None
        moments = marks in _PRECISIONS
        return KindCapabilities(
            read=True,
            search=True,
            count=True,
            changes=True,
            create=writes,
            save=writes,
            delete=writes,
            versions=True,
            idempotent_create=writes and plan.tells_creations,
            find_created=plan.tells_creations,
            natural_key=plan.natural_key,
            precision=_PRECISIONS[marks] if marks is not None and moments else timedelta(0),
            commit_lag=COMMIT_LAG if moments else timedelta(0),
            page_max=self._limits.page_records_max,
            batch_max=self._limits.page_records_max,
        )

    # what there is ------------------------------------------------------------------------------

    def kinds(self) -> Sequence[Kind]:
        """The kinds that the sheets hold."""
        return tuple(plan.kind for plan in self._layout.kinds.values())

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list, or some of them."""
        with translated():
            items = self._layout.items(self._source, name, self._limits)
        return items if keys is None else {key: items[key] for key in keys if key in items}

    # reading ------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        snapshot = self._snapshot(kind)
        found = (snapshot.rows.get(key) for key in keys)
        return [None if row is None else self._record(snapshot, row, fields) for row in found]

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor, by the column that says when or by comparing the rows."""
        snapshot, most = self._snapshot(kind), self._limits.page_records_max
        if snapshot.plan.modified:
            part = next_of_marks(snapshot, since, most, self._context.clock.now())
        else:
            part = next_of_buckets(snapshot, since, most)
        rows = (snapshot.rows[key] for key in part.keys)
        records = [self._record(snapshot, row, fields) for row in rows]
        return Page(records, cursor=part.cursor, more=part.more)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the keys; the cursor is the last one told."""
        snapshot, most = self._snapshot(kind), self._limits.page_records_max
        found = list[Row]()
        for row in self._found(snapshot, query, cursor):
            if len(found) == most:
                last = snapshot.key_in(found[-1])
                return Page(self._records(snapshot, found, fields), cursor=last, more=True)
            found.append(row)
        return Page(self._records(snapshot, found, fields))

    def count(self, kind: str, query: Query) -> int:
        """How many ``query`` finds."""
        snapshot = self._snapshot(kind)
        return sum(1 for _ in self._found(snapshot, query, None))

    def _found(self, snapshot: Snapshot, query: Query, after: str | None) -> Iterator[Row]:
        plan = snapshot.plan
        fields, names = plan.fields, tuple(plan.columns)
        begin = 0 if after is None else bisect_right(snapshot.keys, after)
        everything = not query.text.strip() and query.criteria is None and query.parent is None
        for key in snapshot.keys[begin:]:
            row = snapshot.rows[key]
            if everything or matches(
                query,
                snapshot.values(row, names),
                fields,
                names,
                snapshot.parent(self._context, row),
            ):
                yield row

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or what has the natural key."""
        snapshot = self._snapshot(kind)
        made = self._made(snapshot, idempotency_key)
        if made is not None:
            return self._records(snapshot, [made], list(snapshot.plan.columns))
        fields = snapshot.plan.fields
        if not natural_key or not natural_key.keys() <= fields.keys():
            return []

        def has_it(row: Row) -> bool:
            values = snapshot.values(row, list(natural_key))
            return all(
                name in values and same(fields[name], value, values[name])
                for name, value in natural_key.items()
            )

        rows = [row for row in snapshot.rows.values() if has_it(row)][:_FOUND_MAX]
        return self._records(snapshot, rows, list(fields))

    def _made(self, snapshot: Snapshot, idempotency_key: str) -> Row | None:
        if not idempotency_key:
            return None
        mark, plan = creation_mark(idempotency_key), snapshot.plan
        key = snapshot.by_creation(mark)
        if key is None and plan.new_keys is NewKeys.UUID:
            key = mark
        return None if key is None else snapshot.rows.get(key)

    # writing ------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit, and replace the file once for all of them."""
        return self._change(kind, edits, Editing.save)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove rows, and replace the file once for all of them."""
        return self._change(kind, removals, Editing.remove)

    def close(self) -> None:
        """Nothing is held open between two calls."""

    # parts --------------------------------------------------------------------------------------

    def _change(self, kind: str, asked: Sequence[T], do: Callable[[Editing, T], None]) -> list[Any]:
        def edit(snapshot: Snapshot, book: Book) -> Editing:
            editing = Editing(snapshot, book, self._context, self._limits)
            for each in asked:
                do(editing, each)
            return editing

        with translated():
            after, editing = self._source.change(self._layout.kinds[kind], edit)
            return editing.answers(after)

    def _snapshot(self, kind: str) -> Snapshot:
        with translated():
            snapshot = self._source.snapshot(self._layout.kinds[kind])
        self._remarks.on_sheet(snapshot)
        return snapshot

    def _records(
        self, snapshot: Snapshot, rows: Iterable[Row], fields: Sequence[str]
    ) -> list[Record]:
        return [self._record(snapshot, row, fields) for row in rows]

    def _record(self, snapshot: Snapshot, row: Row, fields: Sequence[str]) -> Record:
        record = snapshot.record(self._context, row, fields)
        if len(record.fields) < len(fields):
            self._remarks.on_row(snapshot, row, fields)
        return record
