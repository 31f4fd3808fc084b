"""TextBook: the content of a CSV or TSV file, read and changed without touching the rest."""

import re
from collections.abc import Mapping
from typing import Final

from erplink.adapters.erp.files.cells import (
    Cell,
    CellsSet,
    Row,
    RowAdded,
    RowChange,
    RowRemoved,
    Table,
    Text,
)
from erplink.adapters.erp.files.content import Content
from erplink.adapters.erp.files.delimited import (
    Line,
    delimiter_of,
    joined,
    lines_of,
    quoted,
    unquoted,
)
from erplink.adapters.erp.files.encodings import encoding_of
from erplink.adapters.erp.files.header import header_of
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["TextBook"]

#: What could be taken for a number, a date or a yes or no.
_LOOKS_TYPED: Final = re.compile(
    r"(?=[^0-9]*[0-9])[\s0-9.,:+\-TZ/'\u2019\u2212]+|\s*(?i:true|false)\s*"
)


class TextBook:
    """A file with one sheet, which is named as the file is."""

    typed = False
    hidden: tuple[str, ...] = ()

    def __init__(
        self,
        content: Content,
        limits: FileLimits,
        *,
        header_row: int = 1,
        encoding: str = "",
        delimiter: str = "",
    ) -> None:
        """Decode the content and find its delimiter, or take those that are given."""
        self._content, self._limits = content, limits
        self._encoding = encoding_of(content.data, encoding)
        self._text = self._encoding.decode(content.data)
        tabs = content.path.suffix.lower() == ".tsv"
        self._delimiter, self._skipped = delimiter_of(
            self._text, header_row, limits, given=delimiter, tabs=tabs
        )
        self.sheets = (content.path.stem,)
        self._tables: dict[int, Table] = {}

    @property
    def delimiter(self) -> str:
        """What stands between the cells."""
        return self._delimiter

    @property
    def encoding(self) -> str:
        """The name of the encoding."""
        return self._encoding.name

    @property
    def why_not_writable(self) -> str:
        """The reason why nothing may be written; empty where something may."""
        if self._encoding.encode(self._text) != self._content.data:
            return f"what {self._encoding.name} reads, it would write in another way"
        return ""

    def table(self, sheet: str, header_row: int) -> Table:  # noqa: ARG002 - there is one sheet
        """The sheet, with the header in the line with this number."""
        if header_row not in self._tables:
            self._tables[header_row] = self._table(header_row)
        return self._tables[header_row]

    def _table(self, header_row: int) -> Table:
        lines = self._lines()
        header = header_of(map(unquoted, _at(lines, header_row).cells))
        rows, marked = list[Row](), set[int]()
        quotes_say_something = not _quotes_all(lines)
        for number, line in enumerate(lines[header_row:], header_row + 1):
            cells = tuple(map(unquoted, line.cells))
            if not any(cells):
                continue
            if any(cells[len(header) :]):
                message = "A row has more cells than there are columns; maybe a quote is missing."
                raise FileTrouble("damaged", message, f"line {number}")
            rows.append(Row(number, cells))
            if quotes_say_something and '"' in "".join(line.cells):
                marked.update(self._marked(line.cells))
        return Table(header, tuple(rows), marked=frozenset(marked))

    def why_not_fitting(self, cell: Cell) -> str:
        """The reason why this cannot stand in a cell; empty where it can."""
        text = _written(cell)
        if len(text) > self._limits.cell_characters_max:
            return f"longer than the {self._limits.cell_characters_max} characters of a cell"
        return self._encoding.why_not_fitting(text)

    def changed(self, sheet: str, header_row: int, changes: list[RowChange]) -> bytes:  # noqa: ARG002 - there is one sheet
        """The content with the changes made; every other cell keeps its very characters."""
        lines = self._lines()
        always = _quotes_all(lines)
        removed = set[int]()
        added = list[RowAdded]()
        for change in changes:
            match change:
                case CellsSet(number, cells):
                    lines[number - 1] = self._line(lines[number - 1], cells, always=always)
                case RowRemoved(number):
                    removed.add(number)
                case RowAdded():
                    added.append(change)
        if added:
            self._add(lines, header_row, added, always=always)
        kept = (line for number, line in enumerate(lines, 1) if number not in removed)
        text = self._text[: self._skipped] + joined(kept, self._delimiter)
        return self._encoding.encode(text)

    def _lines(self) -> list[Line]:
        return list(lines_of(self._text[self._skipped :], self._delimiter, self._limits))

    def _add(
        self, lines: list[Line], header_row: int, added: list[RowAdded], *, always: bool
    ) -> None:
        """Put rows below the last one that is not empty, ending as the lines of the file do."""
        last = max(at for at, line in enumerate(lines) if at < header_row or not line.is_blank)
        end = next((line.end for line in lines if line.end), "\n")
        width = len(lines[header_row - 1].cells)
        new = [self._line(Line(("",) * width, end), each.cells, always=always) for each in added]
        if not lines[last].end:  # the file does not end with a line break, and still will not
            lines[last] = Line(lines[last].cells, end)
            new[-1] = Line(new[-1].cells, "")
        lines[last + 1 : last + 1] = new

    def _line(self, line: Line, cells: Mapping[int, Cell], *, always: bool) -> Line:
        raw = list(line.cells)
        for index, cell in cells.items():
            raw += [""] * (index + 1 - len(raw))
            raw[index] = self._raw(cell, quotes=always or raw[index].startswith('"'))
        return Line(tuple(raw), line.end)

    def _marked(self, cells: tuple[str, ...]) -> set[int]:
        """The cells that are in quotes without need, and without them would not be texts."""
        return {
            index
            for index, raw in enumerate(cells)
            if raw.startswith('"')
            and self._delimiter not in raw
            and _LOOKS_TYPED.fullmatch(raw[1:-1])
        }

    def _raw(self, cell: Cell, *, quotes: bool) -> str:
        text = _written(cell)
        needed = any(sign in text for sign in (self._delimiter, '"', "\r", "\n"))
        marks = isinstance(cell, Text) and _LOOKS_TYPED.fullmatch(text)
        return quoted(text) if needed or marks or (quotes and text) else text


def _at(lines: list[Line], header_row: int) -> Line:
    if len(lines) < header_row:
        message = f"The file ends before its row {header_row}, where its header is to be."
        raise FileTrouble("no-header", message)
    return lines[header_row - 1]


def _written(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _quotes_all(lines: list[Line]) -> bool:
    """Whether every cell is in quotes, so that quotes do not tell a text from a number."""
    return all(raw.startswith('"') for line in lines for raw in line.cells if raw)
