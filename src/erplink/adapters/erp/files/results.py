"""Results: what the formulas of a workbook came to, put back where openpyxl has left it out.

Whoever reads the workbook before a spreadsheet program calculated it again would find nothing in
the cells with formulas. They find what was there before, as if the change had not been calculated
yet, which is so; a spreadsheet program that opens the workbook calculates everything.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

__all__ = ["Results", "with_results"]

Results: TypeAlias = Mapping[tuple[int, int], tuple[str, str]]
"""By row and column from 0: the type of what a formula came to, and how that is written."""

#: How openpyxl writes a cell with a formula; this is never asked of anything else.
_CELL: Final = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"([^>]*)>(<f[^>]*/>|<f[^>]*>[^<]*</f>)<v ?(?:/>|></v>)</c>'
)
_LETTERS: Final = 26
#: A number needs no type to be named.
_NUMBER: Final = "n"


def with_results(part: bytes, results: Results) -> bytes:
    """The part of a sheet that openpyxl made, with what its formulas came to."""

    def fill(match: re.Match[bytes]) -> bytes:
        letters, number, attributes, formula = match.groups()
        kind, text = results.get((int(number) - 1, _column(letters)), ("", ""))
        if not text:
            return match[0]
        told = b"" if kind == _NUMBER else f' t="{escape(kind)}"'.encode()
        value = escape(text).encode()
        place = letters + number
        return b'<c r="%b"%b%b>%b<v>%b</v></c>' % (place, attributes, told, formula, value)

    return _CELL.sub(fill, part)


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * _LETTERS + letter - ord("A") + 1
    return column - 1
