"""Typed cells: between the values of fields and the cells of a workbook, which know their type."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Final

from erplink.adapters.erp.files.cells import Cell
from erplink.adapters.erp.files.codec import Codec
from erplink.adapters.erp.files.moments import Moments
from erplink.domain.fields import FieldType
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["DIGITS_MAX", "number_of", "shown", "typed_codec"]

DIGITS_MAX = 15
"""How many digits of a number a workbook keeps."""


def shown(cell: Cell) -> str:
    """The text that stands for a cell where a text is wanted."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float() if isfinite(cell):
            return format(number_of(cell), "f")
        case datetime():
            return cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
    return str(cell)


def number_of(cell: float) -> Decimal:
    """The number that a cell shows: what is beyond its digits is an accident of arithmetic."""
    number = Decimal(f"{cell:.{DIGITS_MAX}g}")
    if not number.is_finite():
        raise BadValue("numbers must be finite", value=shorten(cell))
    return number or Decimal(0)


def typed_codec(kind: FieldType, texts: Codec, moments: Moments) -> Codec:
    """How a column of a workbook is read and written; a text in it is read by ``texts``."""
    read, write = _WAYS[kind](moments)

    def reads(cell: Cell) -> Value:
        return texts.read(cell) if isinstance(cell, str) else read(cell)

    return Codec(reads, write or texts.write)


_Read = Callable[[Cell], Value]
_Write = Callable[[Value], Cell]


def _texts(_: Moments) -> tuple[_Read, None]:
    return shown, None


def _decimals(_: Moments) -> tuple[_Read, _Write]:
    return _a_number, _number


def _integers(_: Moments) -> tuple[_Read, _Write]:
    def read(cell: Cell) -> Value:
        number = _a_number(cell)
        if number != number.to_integral_value():
            raise BadValue("a whole number is expected", value=shorten(cell))
        return int(number)

    return read, _number


def _checkboxes(_: Moments) -> tuple[_Read, _Write]:
    def read(cell: Cell) -> Value:
        if isinstance(cell, bool):
            return cell
        raise BadValue("TRUE or FALSE is expected", value=shorten(cell))

    def write(value: Value) -> Cell:
        return bool(value)

    return read, write


def _dates(_: Moments) -> tuple[_Read, _Write]:
    def read(cell: Cell) -> Value:
        if isinstance(cell, date) and not isinstance(cell, datetime):
            return cell
        raise BadValue("a date is expected", value=shorten(cell))

    def write(value: Value) -> Cell:
        assert isinstance(value, date)  # noqa: S101 - the field holds nothing else
        return value

    return read, write


def _datetimes(moments: Moments) -> tuple[_Read, _Write]:
    def read(cell: Cell) -> Value:
        if isinstance(cell, datetime):
            return moments.at(cell)
        if isinstance(cell, date):
            return moments.at(datetime.combine(cell, time.min))
        raise BadValue("a date and time is expected", value=shorten(cell))

    def write(value: Value) -> Cell:
        assert isinstance(value, datetime)  # noqa: S101 - the field holds nothing else
        return moments.shown(value)

    return read, write


_WAYS: Final[dict[FieldType, Callable[[Moments], tuple[_Read, _Write | None]]]] = {
    FieldType.TEXT: _texts,
    FieldType.LIST: _texts,
    FieldType.TEXTS: _texts,
    FieldType.INTEGER: _integers,
    FieldType.DECIMAL: _decimals,
    FieldType.CHECKBOX: _checkboxes,
    FieldType.DATE: _dates,
    FieldType.DATETIME: _datetimes,
}


def _a_number(cell: Cell) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadValue("a number is expected", value=shorten(cell))
    return number_of(cell)


def _number(value: Value) -> Cell:
    assert isinstance(value, int | Decimal)  # noqa: S101 - the field holds nothing else
    number = Decimal(value)
    if number_of(float(number)) != number:
        rule = f"a workbook keeps {DIGITS_MAX} digits of a number"
        raise BadValue(rule, value=shorten(value))
    return int(number) if number == number.to_integral_value() else float(number)
