"""SheetScan: where the cells of a sheet stand and which are formulas, before it is laid out.

A sheet is laid out in memory as a full rectangle, so that one cell in the far corner would fill
the machine; and what a formula came to is told without telling that it was one.
"""

import re
from array import array
from typing import Final
from xml.parsers import expat

from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.package import Attributes, local_name
from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["SharedTexts", "SheetScan"]

_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_ROW: Final = re.compile(r"[1-9][0-9]{0,6}")
_INDEX: Final = re.compile(r"[0-9]{1,9}")
_LETTERS: Final = 26
#: What openpyxl drops from a sheet when it writes it.
_LOST: Final = {
    "AlternateContent": "parts for newer programs",
    "controls": "form controls",
    "customProperties": "custom properties",
    "drawing": "drawings",
    "extLst": "sparklines, or rules of newer programs",
    "oleObjects": "embedded objects",
    "picture": "a background",
    "protectedRanges": "protected ranges",
    "sortState": "a remembered order",
}
_AREAS: Final = ("mergeCell", "hyperlink")


class SharedTexts:
    """How long each of the texts is that the cells of a workbook share."""

    def __init__(self) -> None:
        """Nothing is known before the part was read."""
        self.lengths = array("Q")

    def attach(self, parser: expat.XMLParserType) -> None:
        """Listen to a parser."""

        def start(name: str, _: Attributes) -> None:
            if local_name(name) == "si":
                self.lengths.append(0)

        def characters(text: str) -> None:
            if self.lengths:
                self.lengths[-1] += len(text)

        parser.StartElementHandler = start
        parser.CharacterDataHandler = characters


class SheetScan:
    """What is to be known of one sheet; listens to a parser, and refuses what is too much."""

    def __init__(self, limits: FileLimits, texts: SharedTexts) -> None:
        """Know the limits, and the texts that cells may refer to."""
        self._limits, self._texts = limits, texts
        self._row = self._column = -1
        self._cell_type = ""
        self._is_formula = self._has_value = False
        self._content: list[str] = []
        self.is_sheet = False
        self.rows = self.columns = 0
        self.text_characters = 0
        #: The cells with formulas: the type of what each came to last, and how that is written.
        self.formulas: dict[tuple[int, int], tuple[str, str]] = {}
        #: The cells of which nobody knows the value.
        self.unsaid: set[tuple[int, int]] = set()
        self.losses: set[str] = set()
        #: The areas that look like one cell: the first and last row and column of each.
        self.merged: list[tuple[int, int, int, int]] = []
        #: Where the part is a table with a row of totals: that row; else -1.
        self.totals = -1
        self._area = 0

    def attach(self, parser: expat.XMLParserType) -> None:
        """Listen to a parser."""

        def first(name: str, attributes: Attributes) -> None:
            parser.StartElementHandler = None
            if local_name(name) == "worksheet":
                self.is_sheet = True
                parser.StartElementHandler = self._start
                parser.CharacterDataHandler = self._characters
            elif local_name(name) == "table" and attributes.get("totalsRowCount", "0") != "0":
                self.totals, _ = _place(attributes.get("ref", "").rpartition(":")[2])

        parser.StartElementHandler = first

    def _start(self, name: str, attributes: Attributes) -> None:
        # In the order of how often they come, for this is called for every element of a sheet.
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._has_value = True
            self._content.clear()
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._is_formula = True
        elif ":" in name:
            self._start(local_name(name), attributes)
        elif name in _LOST:
            self.losses.add(_LOST[name])
        elif name in _AREAS:
            self._count_area(name, attributes.get("ref", ""))

    def _characters(self, text: str) -> None:
        self._content.append(text)

    def _start_row(self, attributes: Attributes) -> None:
        self.finish_cell()
        given = attributes.get("r")
        if given is not None and not _ROW.fullmatch(given):
            raise _damaged(f"a row with the number {given[:20]!r}")
        self._row = self._row + 1 if given is None else int(given) - 1
        self._column = -1
        self._grow()

    def _start_cell(self, attributes: Attributes) -> None:
        self.finish_cell()
        given = attributes.get("r")
        if given is None:
            self._column += 1
        else:
            self._row, self._column = _place(given)
        self._cell_type = attributes.get("t", "n")
        self._grow()

    def finish_cell(self) -> None:
        """Take in what came of the last cell; to be called once more at the end."""
        content = "".join(self._content)
        if self._is_formula:
            result = content if self._has_value else ""
            self.formulas[self._row, self._column] = (self._cell_type, result)
        has_value = self._has_value and bool(content)
        if self._cell_type == "e" or (self._is_formula and not has_value):
            self.unsaid.add((self._row, self._column))
        elif self._cell_type == "s" and content.strip():
            self._count_text(content.strip())
        self._content.clear()
        self._is_formula = self._has_value = False
        self._cell_type = ""

    def _count_text(self, index: str) -> None:
        if not _INDEX.fullmatch(index) or int(index) >= len(self._texts.lengths):
            raise _damaged("a cell refers to a text that there is not")
        self.text_characters += self._texts.lengths[int(index)]
        if self.text_characters > self._limits.text_characters_max:
            most = self._limits.text_characters_max
            raise _too_large(f"more than {most} characters in all cells; text_characters_max")

    def _grow(self) -> None:
        self.rows = max(self.rows, self._row + 1)
        self.columns = max(self.columns, self._column + 1)
        limits = self._limits
        if self.rows > limits.rows_max:
            raise _too_large(f"something stands in row {self.rows}; rows_max {limits.rows_max}")
        if self.columns > limits.columns_max:
            most = limits.columns_max
            raise _too_large(f"something stands in column {self.columns}; columns_max {most}")
        self._check_cells(self.rows * self.columns)

    def _count_area(self, name: str, reference: str) -> None:
        """Count the cells that one mark lies over, for each of them is made in memory."""
        one, _, other = reference.partition(":")
        (top, left), (bottom, right) = _place(one), _place(other or one)
        self._area += (abs(bottom - top) + 1) * (abs(right - left) + 1)
        self._check_cells(self._area)
        if name == "mergeCell":
            self.merged.append((top, bottom, left, right))

    def _check_cells(self, cells: int) -> None:
        if cells > self._limits.cells_max:
            raise _too_large(f"{cells} cells; cells_max {self._limits.cells_max}")


def _place(reference: str) -> tuple[int, int]:
    """The row and the column of ``B7``, from 0."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise _damaged(f"a cell at {reference[:20]!r}")
    column = 0
    for letter in match[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _damaged(technical: str) -> FileTrouble:
    message = "The workbook is damaged, or was made to do harm."
    return FileTrouble("not-a-workbook", message, technical)


def _too_large(technical: str) -> FileTrouble:
    message = "A sheet of the workbook is larger than what is read of one."
    return FileTrouble("too-large", message, technical)
