"""Snapshot: the records of one kind at one moment of its file."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from functools import cached_property
from hashlib import blake2b
from typing import TypeAlias

from erplink.adapters.erp.files.buckets import Buckets
from erplink.adapters.erp.files.cells import Cell, Row, Table, is_blank
from erplink.adapters.erp.files.kindplan import KindPlan
from erplink.adapters.erp.files.moments import Moments
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.adapters.erp.files.typedcells import shown
from erplink.connectors import Context
from erplink.domain.records import KEY_LENGTH_MAX, Actor, ActorRef
from erplink.domain.values import Value
from erplink.errors import BadValue

__all__ = ["RowMark", "Snapshot", "row_digest"]

RowMark: TypeAlias = datetime | int | None
"""When a row was changed last: a moment, or a number that grows; None where it does not say."""

_DIGEST_BYTES = 12


def row_digest(cells: Sequence[object]) -> bytes:
    """The same bytes for the same cells; empty ones at the end do not count."""
    filled = len(cells)
    while filled and cells[filled - 1] in (None, ""):
        filled -= 1
    return blake2b(repr(tuple(cells[:filled])).encode(), digest_size=_DIGEST_BYTES).digest()


def _as_shown(cell: Cell) -> str:
    text = shown(cell)
    return text if text.strip() else ""


def _is_empty(row: Row) -> bool:
    return not row.unsaid and all(is_blank(cell) for cell in row.cells)


class Snapshot:
    """The rows of a sheet by their keys; made once for one content of the file."""

    def __init__(self, plan: KindPlan, table: Table, digest: str, moments: Moments) -> None:
        """Sort the rows of the sheet by their keys; FileTrouble where one is not its own."""
        self.plan, self.table, self.digest = plan, table, digest
        self._moments = moments
        self.positions = {title: at for at, title in enumerate(table.header) if title}
        #: How many rows have something in them, but no key.
        self.unkeyed = 0
        self.rows = self._by_key()

    def _by_key(self) -> dict[str, Row]:
        if not self.plan.key:
            return {self.key_in(row): row for row in self.table.rows if not _is_empty(row)}
        at = self.positions.get(self.plan.key)
        if at is None:
            message = f"The column {self.plan.key!r} with the keys is gone."
            raise FileTrouble("no-key-column", message, self.plan.place.sheet)
        rows: dict[str, Row] = {}
        for row in self.table.rows:
            if at in row.unsaid:
                message = "The key of a row is a formula that was not calculated, or an error."
                raise FileTrouble("unknown-key", message, f"row {row.number}")
            key = self.key_of(row.cell(at))
            if not key:
                self.unkeyed += 1
            elif key in rows:
                places = f"{key[:60]!r} in rows {rows[key].number} and {row.number}"
                message = "Two rows have the same key; give one of them another one."
                raise FileTrouble("duplicate-keys", message, places)
            else:
                rows[key] = row
        return rows

    def key_in(self, row: Row) -> str:
        """The key of a row: what its column holds, or its number where there is none."""
        if not self.plan.key:
            return f"{row.number:07}"
        return self.key_of(self.cell(row, self.plan.key))

    def key_of(self, cell: Cell) -> str:
        """The key that a cell holds, without space around it."""
        if is_blank(cell):
            return ""
        key = str(self.plan.columns[self.plan.key].codec.read(cell)).strip()
        if len(key) > KEY_LENGTH_MAX:
            message = f"A key has more than {KEY_LENGTH_MAX} characters."
            raise FileTrouble("long-key", message, key[:60])
        return key

    @cached_property
    def keys(self) -> list[str]:
        """All keys, in the order in which they are listed."""
        return sorted(self.rows)

    @cached_property
    def buckets(self) -> Buckets:
        """The keys in buckets, each with a hash of all that is told of its rows."""
        return Buckets(self.keys, lambda key: self.fingerprint(self.rows[key]))

    @cached_property
    def marks(self) -> dict[str, RowMark]:
        """When each row was changed last, as far as it says."""
        return {key: self.mark(row) for key, row in self.rows.items()}

    def version(self, row: Row) -> str:
        """What stands in the row, as a short text; what formulas came to plays no part."""
        computed = self.table.computed
        said = [None if at in computed else cell for at, cell in enumerate(row.cells)]
        return row_digest(said).hex()

    def is_same(self, row: Row, other: Row | None) -> bool:
        """Whether the same stands in another row, but for formulas and space by itself."""
        if other is None:
            return False
        if row.cells == other.cells:
            return row.unsaid == other.unsaid
        return all(
            at in self.table.computed or _as_shown(row.cell(at)) == _as_shown(other.cell(at))
            for at in range(max(len(row.cells), len(other.cells)))
        )

    def fingerprint(self, row: Row) -> bytes:
        """All that is told of the row, as a few bytes."""
        return row_digest((*row.cells, "unsaid", *sorted(row.unsaid)) if row.unsaid else row.cells)

    def cell(self, row: Row, title: str) -> Cell:
        """What stands in a row under a title; nothing where nobody knows."""
        at = self.positions.get(title)
        return None if at is None or at in row.unsaid else row.cell(at)

    def values(self, row: Row, fields: Sequence[str]) -> dict[str, Value]:
        """The values of a row; those that its cells do not tell are left out."""
        values: dict[str, Value] = {}
        for key in fields:
            at = self.positions.get(key, -1)
            if at >= 0 and at not in row.unsaid and key in self.plan.columns:
                try:
                    values[key] = self.plan.columns[key].codec.value(row.cell(at))
                except BadValue:
                    continue  # see misfits()
        return values

    def misfits(self, rows: Iterable[Row], fields: Sequence[str]) -> Iterator[str]:
        """What stands in cells and is told by no value, each with its place and the reason."""
        for row in rows:
            for key in fields:
                place = f"row {row.number}, {key}"
                at = self.positions.get(key)
                if at is None:
                    yield f"{place}: the column is gone"
                elif at in row.unsaid:
                    yield f"{place}: a formula that was not calculated, or an error"
                else:
                    try:
                        self.plan.columns[key].codec.value(row.cell(at))
                    except BadValue as error:
                        yield f"{place}: {error}"

    def record(self, context: Context, row: Row, fields: Sequence[str]) -> Actor:
        """The row as a record with these fields."""
        plan = self.plan
        key = self.key_in(row)
        return Actor(
            ActorRef(context.connection, plan.name, key),
            self.parent(context, row),
            fields=self.values(row, fields),
            version=self.version(row),
            modified=self.mark(row),
        )

    def parent(self, context: Context, row: Row) -> ActorRef | None:
        """The record above that of the row, if it names one."""
        if not self.plan.parent:
            return None
        cell = self.cell(row, self.plan.parent_column)
        key = (
            ""
            if is_blank(cell)
            else str(self.plan.columns[self.plan.parent_column].codec.read(cell))
        )
        named = 0 < len(key.strip()) <= KEY_LENGTH_MAX
        return context.ref(self.plan.parent, key.strip()) if named else None

    def mark(self, row: Row) -> RowMark:
        """When the row was changed last, as far as it says."""
        if not self.plan.modified:
            return None
        try:
            mark = self.plan.columns[self.plan.modified].codec.value(
                self.cell(row, self.plan.modified)
            )
            if isinstance(mark, date) and not isinstance(mark, datetime):
                return self._moments.at(datetime.combine(mark, time.min))
        except BadValue:
            return None
        return mark if isinstance(mark, datetime | int) else None

    def day_of(self, moment: datetime) -> date:
        """The day that it is at a moment where the file is kept."""
        return self._moments.shown(moment.replace(microsecond=0)).date()

    def by_creation(self, mark: str) -> str | None:
        """The key of the record that remembers this creation."""
        if not self.plan.creation or not mark:
            return None
        found = (key for key, row in self.rows.items() if self._remembers(row, mark))
        return next(found, None)

    def _remembers(self, row: Row, mark: str) -> bool:
        return str(self.cell(row, self.plan.creation) or "").strip() == mark
