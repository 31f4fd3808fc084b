"""Workbook: the content of an ``.xlsx`` file, read with calamine once it is known to be sound."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final, TypeVar

from erplink.adapters.erp.files.cells import Cell, Row, RowChange, Table
from erplink.adapters.erp.files.content import Content
from erplink.adapters.erp.files.drivers import driver
from erplink.adapters.erp.files.facts import SheetFacts, facts_of
from erplink.adapters.erp.files.header import header_of
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.rewriting import rewritten
from erplink.adapters.erp.files.textforms import escaped
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.adapters.erp.files.typedcells import shown

__all__ = ["Workbook"]

T = TypeVar("T")

_FIRST: Final = date(1904, 1, 2)


class Workbook:
    """A file with several sheets, whose cells know what they hold."""

    typed = True

    def __init__(self, content: Content, limits: FileLimits) -> None:
        """Look through the content; FileTrouble where it is no workbook, or too much of one."""
        self._content, self._limits = content, limits
        self._facts = facts_of(content.data, limits)
        loaded = driver("python_calamine").CalamineWorkbook.from_filelike
        self._tables: dict[tuple[str, int], Table] = {}
        self._calamine: Any = _attempted(lambda: loaded(BytesIO(content.data)))

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that anyone sees."""
        return tuple(sheet.title for sheet in self._facts.sheets if not sheet.hidden)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The names of the sheets that are hidden, or empty."""
        return tuple(sheet.title for sheet in self._facts.sheets if sheet.hidden)

    @property
    def why_not_writable(self) -> str:
        """The reason why nothing may be written; empty where something may."""
        lost = list(self._facts.losses)
        if self._content.path.suffix.lower() != ".xlsx":
            lost.insert(0, "macros")
        return f"writing the workbook would lose {', '.join(dict.fromkeys(lost))}" if lost else ""

    def table(self, sheet: str, header_row: int) -> Table:
        """The sheet, with the header in the row with this number."""
        if (sheet, header_row) not in self._tables:
            self._tables[sheet, header_row] = self._table(sheet, header_row)
        return self._tables[sheet, header_row]

    def _table(self, sheet: str, header_row: int) -> Table:
        facts = self._facts.sheet(sheet)
        found = _attempted(
            lambda: self._calamine.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        )
        if len(found) < header_row:
            message = f"The sheet {sheet!r} ends before its row {header_row}, its header."
            raise FileTrouble("no-header", message)
        header = header_of(map(shown, found[header_row - 1]))
        rows = tuple(row for row in self._rows(found, header_row, facts) if not row.is_blank)
        computed = frozenset(column for row, column in facts.formulas if row >= header_row)
        merged = tuple(
            (top + 1, bottom + 1, left, right) for top, bottom, left, right in facts.merged
        )
        last = rows[-1].number if rows else header_row
        return Table(header, rows, computed, merged=merged, has_totals=last - 1 in facts.totals)

    def _rows(self, found: list[list[Any]], header_row: int, facts: SheetFacts) -> Iterator[Row]:
        unsaid: dict[int, set[int]] = {}
        for at, column in facts.unsaid:
            unsaid.setdefault(at, set()).add(column)
        longest = self._limits.cell_characters_max
        for at in range(header_row, len(found)):
            cells = tuple(found[at])
            if any(isinstance(cell, str) and len(cell) > longest for cell in cells):
                message = "The workbook is larger than what is read of one."
                technical = f"a cell of row {at + 1} has more than {longest} characters"
                raise FileTrouble("too-large", message, f"{technical}; cell_characters_max")
            yield Row(at + 1, cells, frozenset(unsaid.get(at, ())))

    def why_not_fitting(self, cell: Cell) -> str:
        """The reason why this cannot stand in a cell; empty where it can."""
        if isinstance(cell, str):
            return self._why_no_text(cell)
        if isinstance(cell, date) and _day_of(cell) < _FIRST:
            return f"a workbook tells the days before {_FIRST} in several ways"
        return ""

    def _why_no_text(self, text: str) -> str:
        if len(escaped(text)) > self._limits.cell_characters_max:
            return f"longer than the {self._limits.cell_characters_max} characters of a cell"
        try:
            text.encode()
        except UnicodeEncodeError:
            return "it has half a character (a lone surrogate)"
        return ""

    def changed(self, sheet: str, header_row: int, changes: list[RowChange]) -> bytes:
        """The content with the changes made; other sheets, styles, widths and types are kept."""
        table = self.table(sheet, header_row)
        results = {facts.title: facts.formulas for facts in self._facts.sheets}
        return rewritten(self._content.data, sheet, table, header_row, changes, results)


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _attempted(do: Callable[[], T]) -> T:
    """What calamine gives; whatever goes wrong in it is the fault of the file."""
    try:
        return do()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A panic of its own language arrives as something that is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        message = "The workbook is damaged, or not one in the format .xlsx."
        raise FileTrouble("not-a-workbook", message, f"{type(error).__name__}: {error}") from error
