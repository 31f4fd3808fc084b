"""Inference: what a column holds, found out from its title and all of its cells.

The order of the rows plays no part. What can be read in two ways is no number and no date but a
text, and the doubt is told: a thousand for a one is worse than a text for a number.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Final

from attrs import frozen

from erplink.adapters.erp.files.cells import Cell
from erplink.adapters.erp.files.columntypes import ColumnType
from erplink.adapters.erp.files.notation import ISO_DATE, ISO_MOMENT, Notation, there
from erplink.adapters.erp.files.textcells import AMBIGUOUS, TRUTHS, text_codec, text_style
from erplink.adapters.erp.files.typedcells import number_of
from erplink.domain.fields import FieldType
from erplink.errors import BadValue

__all__ = ["Inferred", "holds_codes", "inferred"]

_ADDRESS_CODES: Final = ("fax", "mobile", "phone", "tel", "telephone")
_POST_CODES: Final = ("postal", "postcode", "zip", "zipcode")
_OTHER_CODES: Final = ("account", "bic", "code", "ean", "gtin", "iban", "id", "isbn", "sku", "vat")
_CODES: Final = frozenset(_ADDRESS_CODES + _POST_CODES + _OTHER_CODES)
"""Words in the title of a column whose digits are no number: nobody adds them up."""

_WORD: Final = re.compile(r"[^\W_]+")
#: No leading zeros, no sign for plus: those are codes and telephone numbers.
_PLAIN: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_CODE: Final = re.compile(r"\s*[-\u2212]?0[0-9]|\s*\+|[0-9]{16}")
_LOOKS_NUMERIC: Final = re.compile(r"[-+]?[0-9](?:[0-9.,'\u2019 \u00a0\u202f]*[0-9])?-?")
_LOOKS_DATED: Final = re.compile(r"[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}(?:[T ].*)?")
_LONGEST = 50


@frozen
class Inferred:
    """What a column holds, and where there is a doubt, what it looks like."""

    type: ColumnType
    #: ``numbers`` or ``dates`` that a locale would have to tell; else empty.
    doubt: str = ""


_TEXT: Final = Inferred(ColumnType())


def holds_codes(title: str) -> bool:
    """Whether the title says that the column holds codes."""
    return not _CODES.isdisjoint(_WORD.findall(title.casefold()))


def inferred(
    title: str, cells: Sequence[Cell], notation: Notation, *, typed: bool, marked: bool = False
) -> Inferred:
    """What the column called ``title`` holds, of which these are the cells with something in them.

    Args:
        title: The title of the column.
        cells: All its cells that are not empty.
        notation: How texts write numbers, days and times.
        typed: Whether the sheet knows what its cells hold.
        marked: Whether a text that looks like something else is marked as a text.
    """
    if not cells or marked or holds_codes(title):
        return _TEXT
    if typed:
        return _of_types(cells)
    return _of_texts([str(cell).strip() for cell in cells], notation)


def _of_types(cells: Sequence[Cell]) -> Inferred:
    types = {type(cell) for cell in cells}
    if types == {bool}:
        return Inferred(ColumnType(FieldType.CHECKBOX))
    if types <= {int, float}:
        return _of_numbers([cell for cell in cells if isinstance(cell, int | float)])
    if types == {date}:
        return Inferred(ColumnType(FieldType.DATE))
    return Inferred(ColumnType(FieldType.DATETIME)) if types <= {date, datetime} else _TEXT


def _of_numbers(cells: list[float]) -> Inferred:
    if not all(map(isfinite, cells)):
        return _TEXT
    numbers = list(map(number_of, cells))
    whole = all(number == number.to_integral_value() for number in numbers)
    return Inferred(ColumnType(FieldType.INTEGER if whole else FieldType.DECIMAL))


def _of_texts(cells: list[str], notation: Notation) -> Inferred:
    cells = [cell for cell in cells if cell]
    if not cells or any(len(cell) > _LONGEST for cell in cells):
        return _TEXT
    if _all(TRUTHS, cells):
        return Inferred(ColumnType(FieldType.CHECKBOX))
    if not any(map(_CODE.match, cells)):
        found = _number_type(cells, notation)
        if found is not None:
            return Inferred(ColumnType(found))
        if _all(_LOOKS_NUMERIC, cells):
            dated = _all(_LOOKS_DATED, cells)
            return _dated(cells, notation) if dated else Inferred(ColumnType(), "numbers")
    return _dated(cells, notation)


def _number_type(cells: list[str], notation: Notation) -> FieldType | None:
    if notation.locale:
        if not _reads(there(notation.numbers), cells):
            return None
        fractions = [cell for cell in cells if notation.point in cell]
        return FieldType.DECIMAL if fractions else FieldType.INTEGER
    if not _all(_PLAIN, cells):
        return None
    fractions = [cell for cell in cells if "." in cell]
    if not fractions:
        return FieldType.INTEGER
    # One number that can be read in one way only shows how the others are to be read.
    return None if _all(AMBIGUOUS, fractions) else FieldType.DECIMAL


def _dated(cells: list[str], notation: Notation) -> Inferred:
    for kind, pattern in ((FieldType.DATE, ISO_DATE), (FieldType.DATETIME, ISO_MOMENT)):
        if notation.days is not None or _all(pattern, cells):
            style = text_style(cells, notation)
            codec = text_codec(ColumnType(kind), notation, style, marks=False)
            if _reads(codec.read, cells):
                return Inferred(ColumnType(kind))
    return Inferred(ColumnType(), "dates" if _all(_LOOKS_DATED, cells) else "")


def _all(pattern: re.Pattern[str], cells: Iterable[str]) -> bool:
    return all(map(pattern.fullmatch, cells))


def _reads(read: Callable[[str], object], cells: Iterable[str]) -> bool:
    try:
        for cell in cells:
            read(cell)
    except BadValue:
        return False
    return True
