"""Cells, rows and tables: what is read from a sheet; and the changes that are written to one."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict

__all__ = [
    "Book",
    "Cell",
    "CellsSet",
    "Row",
    "RowAdded",
    "RowChange",
    "RowRemoved",
    "Table",
    "Text",
    "is_blank",
]

Cell: TypeAlias = str | int | float | date | datetime | time | timedelta | None
"""What stands in a cell; a sheet of a text file has texts only."""


class Text(str):
    """A text that must not be taken for anything else, whatever it looks like."""

    __slots__ = ()


def is_blank(cell: Cell) -> bool:
    """Whether nothing stands in the cell."""
    return cell is None or cell == ""


@frozen
class Row:
    """One row as it stands in its sheet."""

    #: Where it stands; for people, and for changing it.
    number: int
    cells: tuple[Cell, ...]
    #: The cells whose value nobody knows: formulas not yet calculated, and errors.
    unsaid: frozenset[int] = frozenset()

    def cell(self, index: int) -> Cell:
        """What stands in a column; nothing where the row is shorter."""
        return self.cells[index] if index < len(self.cells) else None

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in any of its cells."""
        return not self.unsaid and all(map(is_blank, self.cells))


@frozen
class Table:
    """A sheet from its header on, without its empty rows."""

    #: The titles of the columns; an empty one for a column without.
    header: tuple[str, ...]
    rows: tuple[Row, ...] = attr(repr=False)
    #: The columns in which formulas stand.
    computed: frozenset[int] = frozenset()
    #: The columns in which something that looks like a number is marked as a text.
    marked: frozenset[int] = frozenset()
    #: Areas that look like one cell: the first and last row, by number, and column of each.
    merged: tuple[tuple[int, int, int, int], ...] = ()
    #: Whether a row of totals stands last, below which nothing can be added.
    has_totals: bool = False

    def column(self, index: int) -> list[Cell]:
        """What stands in a column, without what is empty."""
        filled = (row.cells for row in self.rows if index < len(row.cells))
        return [cells[index] for cells in filled if not is_blank(cells[index])]

    def why_fixed(self, row: int, index: int) -> str:
        """The reason why a cell cannot be changed; empty where it can."""
        if index in self.computed:
            return "formulas stand in this column"
        for top, bottom, left, right in self.merged:
            inside = top <= row <= bottom and left <= index <= right
            if inside and (row, index) != (top, left):
                return "the cell is merged with others"
        return ""


def _cells(cells: Mapping[int, Cell]) -> FrozenDict[int, Cell]:
    return FrozenDict(cells)


@frozen
class CellsSet:
    """Some cells of a row get another content; the others stay as they are."""

    row: int
    cells: FrozenDict[int, Cell] = attr(converter=_cells)


@frozen
class RowAdded:
    """A row is added below the others."""

    cells: FrozenDict[int, Cell] = attr(converter=_cells)


@frozen
class RowRemoved:
    """A row is removed, with all that is in it."""

    row: int


RowChange: TypeAlias = CellsSet | RowAdded | RowRemoved


class Book(Protocol):
    """The content of a file at one moment: sheets that can be read, and changed into new bytes."""

    @property
    def typed(self) -> bool:
        """Whether cells hold numbers and dates, and not just texts."""
        ...

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that anyone sees."""
        ...

    @property
    def hidden(self) -> tuple[str, ...]:
        """The names of the sheets that are hidden, or empty."""
        ...

    @property
    def why_not_writable(self) -> str:
        """The reason why nothing may be written; empty where something may."""
        ...

    def table(self, sheet: str, header_row: int) -> Table:
        """The sheet, with the header in the row with this number."""
        ...

    def why_not_fitting(self, cell: Cell) -> str:
        """The reason why this cannot stand in a cell; empty where it can."""
        ...

    def changed(self, sheet: str, header_row: int, changes: list[RowChange]) -> bytes:
        """The content of the file with the changes made and everything else kept."""
        ...
