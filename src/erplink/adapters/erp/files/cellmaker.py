"""CellMaker: the cells that a patch comes to, each checked before anything is written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import define
from attrs import field as attr

from erplink.adapters.erp.files.cells import Book, Cell, Row
from erplink.adapters.erp.files.columns import Column
from erplink.adapters.erp.files.settings import NewKeys
from erplink.adapters.erp.files.snapshot import Snapshot
from erplink.adapters.erp.files.typedcells import DIGITS_MAX
from erplink.connectors import Clock
from erplink.domain.canonical import canonical, same
from erplink.domain.fields import Access, FieldType
from erplink.domain.values import Value, shorten
from erplink.errors import BadName, BadValue

__all__ = ["CellMaker", "Draft"]

_HOURS_TRIED: Final = 3


@define
class Draft:
    """A row as it will be."""

    #: The row as it stands; None where it is new.
    row: Row | None
    cells: dict[int, Cell] = attr(factory=dict)
    removed: bool = False


class CellMaker:
    """Makes cells for one sheet; raises BadValue for what it cannot hold."""

    def __init__(self, snapshot: Snapshot, book: Book, clock: Clock) -> None:
        """Know what is in the sheet, and the time."""
        self._now, self._book, self._clock = snapshot, book, clock
        self._plan, self._table = snapshot.plan, snapshot.table

    def at(self, title: str) -> int:
        """Where the column called ``title`` stands."""
        at = self._now.positions.get(title)
        if at is None:
            raise BadValue("its column is gone", value=shorten(title), field=title)
        return at

    def of_patch(self, patch: Mapping[str, Value], draft: Draft) -> dict[int, Cell]:
        """The cells that the patch changes; what is there already is left as it is written."""
        cells: dict[int, Cell] = {}
        for key, value in patch.items():
            column = self._plan.columns.get(key)
            if column is None:
                raise BadName.among("field", key, self._plan.columns)
            at = self.at(key)
            self._check_writable(column, draft, at)
            stored = canonical(column.field, value)
            if not self._holds(column, draft, at, stored):
                cells[at] = self._cell(column, stored)
        return cells

    def _check_writable(self, column: Column, draft: Draft, at: int) -> None:
        field = column.field
        why = field.why_not_writable
        if not why and draft.row is not None:
            why = self._table.why_fixed(draft.row.number, at)
            if field.access is Access.WRITE_ONCE:
                why = why or "it is written once only"
        elif not why and at in self._table.computed:
            why = "formulas stand in this column"
        if why:
            raise BadValue(why, value=shorten(field.key), field=field.key)

    def _holds(self, column: Column, draft: Draft, at: int, stored: Value) -> bool:
        if draft.row is not None and at in draft.row.unsaid and at not in draft.cells:
            return False
        cell = draft.cells.get(at, None if draft.row is None else draft.row.cell(at))
        try:
            return same(column.field, column.codec.value(cell), stored)
        except BadValue:
            return False

    def _cell(self, column: Column, stored: Value) -> Cell:
        try:
            cell = column.codec.cell(stored)
        except BadValue as error:
            raise error.at(field=column.title) from None
        if why := self._book.why_not_fitting(cell):
            raise BadValue(why, value=shorten(stored), field=column.title)
        return cell

    def of_key(self, title: str, code: str) -> Cell:
        """The cell for a key: a number where the column holds numbers."""
        column = self._plan.columns[title]
        is_number = self._book.typed and code.isascii() and code.isdecimal()
        if is_number and len(code) <= DIGITS_MAX and str(int(code)) == code:
            cells = self._table.column(self.at(title))
            begins = title == self._plan.key and self._plan.new_keys is NewKeys.NUMBER
            if any(isinstance(cell, int | float) for cell in cells) or (begins and not cells):
                return int(code)
        return self._cell(column, code)

    def stamp(self, cells: dict[int, Cell]) -> None:
        """Say when the row was changed, as everybody does who changes rows of this sheet."""
        column = self._plan.columns.get(self._plan.modified)
        at = self._now.positions.get(self._plan.modified, -1)
        if column is not None and at >= 0 and at not in self._table.computed:
            cells[at] = self._mark(column)

    def _mark(self, column: Column) -> Cell:
        if column.field.type is FieldType.INTEGER:
            marks = (self._now.mark(row) for row in self._now.rows.values())
            numbers = [mark for mark in marks if isinstance(mark, int)]
            return self._cell(column, max(numbers, default=0) + 1)
        moment = self._clock.now().replace(microsecond=0)
        for hours in range(_HOURS_TRIED):
            try:
                return self._moment_cell(column, moment - timedelta(hours=hours))
            except BadValue:
                continue  # an hour that clocks show twice; the one before will do
        return None

    def _moment_cell(self, column: Column, moment: datetime) -> Cell:
        day = column.field.type is FieldType.DATE
        return self._cell(column, self._now.day_of(moment) if day else moment)
