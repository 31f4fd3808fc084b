"""Delimited texts: lines and cells exactly as they stand, so that joining them gives the text."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from attrs import frozen

from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["DELIMITERS", "Line", "delimiter_of", "joined", "lines_of", "quoted", "unquoted"]

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""What is looked for between cells, and what people call it."""

_LINES_TRIED = 100
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)(?:\r\n|\r|\n|\Z)", re.IGNORECASE)


@frozen
class Line:
    """One record of the text: its cells with their quotes, and how the line ends."""

    cells: tuple[str, ...]
    end: str

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in any cell."""
        return not any(map(unquoted, self.cells))


def unquoted(raw: str) -> str:
    """What a cell says, without the quotes around it."""
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def quoted(text: str) -> str:
    """The cell in quotes."""
    return '"{}"'.format(text.replace('"', '""'))


def joined(lines: Iterable[Line], delimiter: str) -> str:
    """The text that the lines were read from."""
    return "".join(delimiter.join(line.cells) + line.end for line in lines)


def lines_of(text: str, delimiter: str, limits: FileLimits) -> Iterator[Line]:
    """The lines of a text, each with all its cells; FileTrouble where quotes do not match."""
    cell = re.compile(
        rf'("[^"]*+(?:""[^"]*+)*+"|(?!")[^{re.escape(delimiter)}\r\n]*+)'
        rf"({re.escape(delimiter)}|\r\n|\r|\n|\Z)"
    )
    position, cells, count = 0, list[str](), 1
    while position < len(text) or cells:
        match = cell.match(text, position)
        if match is None:
            raise _damaged(count)
        raw, end = match.groups()
        cells.append(raw)
        if len(raw) > limits.cell_characters_max or len(cells) > limits.columns_max:
            _check_cell(cells, count, limits)
        position = match.end()
        if end != delimiter:
            if count > limits.rows_max:
                raise _too_large(f"more than {limits.rows_max} rows; rows_max")
            yield Line(tuple(cells), end)
            cells.clear()
            count += 1


def _damaged(line: int) -> FileTrouble:
    message = "A quotation mark of the file has no end, or stands in the middle of a cell."
    return FileTrouble("damaged", message, f"line {line}")


def _check_cell(cells: list[str], line: int, limits: FileLimits) -> None:
    if len(cells) > limits.columns_max:
        raise _too_large(f"line {line} has more than {limits.columns_max} columns; columns_max")
    longest = limits.cell_characters_max
    if len(unquoted(cells[-1])) > longest:
        raise _too_large(
            f"a cell of line {line} has more than {longest} characters; cell_characters_max"
        )


def _too_large(technical: str) -> FileTrouble:
    return FileTrouble("too-large", "The file is larger than what is read of a file.", technical)


def delimiter_of(
    text: str, header_row: int, limits: FileLimits, *, given: str = "", tabs: bool = False
) -> tuple[str, int]:
    """What stands between the cells, and how many characters at the beginning say so."""
    said = _SEPARATOR_LINE.match(text)
    skipped = said.end() if said else 0
    if given:
        return given, skipped
    if said:
        return said[1], skipped
    if tabs:
        return "\t", 0
    widths = {each: _width(text, each, header_row, limits) for each in DELIMITERS}
    possible = [each for each, width in widths.items() if width]
    if len(possible) == 1:
        return possible[0], 0
    if not possible and not any(each in text for each in DELIMITERS):
        return ",", 0  # there is one column only
    several = " or ".join(DELIMITERS[each] for each in possible) or "none of the usual ones"
    message = "It cannot be told what stands between the cells of the file; name the delimiter."
    raise FileTrouble("ambiguous-delimiter", message, several)


def _width(text: str, delimiter: str, header_row: int, limits: FileLimits) -> int:
    """How many columns there are, if this stands between them; 0 where it does not."""
    try:
        lines = list(islice(lines_of(text, delimiter, limits), header_row - 1 + _LINES_TRIED))
    except FileTrouble as trouble:
        if trouble.code == "too-large":
            raise
        return 0
    widths = [len(line.cells) for line in lines[header_row - 1 :] if not line.is_blank]
    if not widths or widths[0] == 1 or any(width > widths[0] for width in widths):
        return 0
    # Rows may end early, but not most of them.
    return widths[0] if 2 * widths.count(widths[0]) >= len(widths) else 0
