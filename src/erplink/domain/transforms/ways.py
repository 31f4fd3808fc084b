"""Ways: one direction of a transform, made of a plain function over one type of value.

``taking(a_text, str.strip)`` lets None through, refuses what is no text or too long, and bounds
what comes out, so that the functions of the transforms need to think of their own matter only.
"""

import decimal
from collections.abc import Callable
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Final, TypeVar

from erplink.domain.canonical import DIGITS_MAX
from erplink.domain.transforms.transform import OneWay
from erplink.domain.values import Part, Value, check_value, shorten
from erplink.errors import BadValue

__all__ = [
    "ARITHMETIC",
    "PARTS_MAX",
    "TEXT_LENGTH_MAX",
    "a_checkbox",
    "a_date",
    "a_filled_text",
    "a_moment",
    "a_number",
    "a_text",
    "a_tuple",
    "taking",
    "tidy",
]

TEXT_LENGTH_MAX = 1_000_000
"""The longest text a transform takes or gives."""

PARTS_MAX = 1_000
"""The most parts of a tuple that a transform takes or gives."""

T = TypeVar("T")

ARITHMETIC: Final = Context(prec=4 * DIGITS_MAX, traps=[decimal.Inexact, decimal.InvalidOperation])
"""Arithmetic that refuses to lose a digit; the context of the process plays no part."""


def taking(check: Callable[[Value], T | None], function: Callable[[T], Value]) -> OneWay:
    """A way that lets None through and hands ``function`` only what ``check`` accepted."""

    def way(value: Value) -> Value:
        taken = None if value is None else check(value)
        return None if taken is None else _bounded(function(taken))

    return way


def _bounded(value: Value) -> Value:
    if isinstance(value, str):
        return a_text(value)
    return a_tuple(value) if isinstance(value, tuple) else value


def a_text(value: Value) -> str:
    """The value as a text of a bearable length."""
    if not isinstance(value, str):
        raise BadValue("a text is expected", value=shorten(value))
    if len(value) > TEXT_LENGTH_MAX:
        raise BadValue(f"longer than {TEXT_LENGTH_MAX} characters", value=shorten(value[:99]))
    return value


def a_filled_text(value: Value) -> str | None:
    """The value as a text without space around it; None where nothing is left."""
    return a_text(value).strip() or None


def a_number(value: Value) -> Decimal:
    """The value as a tidy number; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue("a number is expected", value=shorten(value))
    return tidy(Decimal(value))


def tidy(number: Decimal) -> Decimal:
    """The same number written plainly: no -0, no exponent; refused where it has too many digits."""
    if not number:
        return Decimal(0) if not -DIGITS_MAX <= _exponent(number) <= 0 else number.copy_abs()
    if not number.is_finite():
        raise BadValue("numbers must be finite", value=shorten(number))
    try:
        if number.adjusted() <= DIGITS_MAX:
            plain = _plain(number)
            if _exponent(plain) >= -DIGITS_MAX:
                return plain
    except decimal.Inexact:
        pass  # far more digits than the arithmetic holds: refused with the others
    rule = f"more than {DIGITS_MAX} digits before or after the point"
    raise BadValue(rule, value=shorten(number))


def _plain(number: Decimal) -> Decimal:
    exponent = _exponent(number)
    if exponent > 0:
        return number.quantize(Decimal(1), context=ARITHMETIC)
    # Zeros at the far end may take a number over the limit, and mean nothing.
    return number.normalize(ARITHMETIC) if exponent < -DIGITS_MAX else number


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def a_checkbox(value: Value) -> bool:
    """The value as a yes or no."""
    if not isinstance(value, bool):
        raise BadValue("True or False is expected", value=shorten(value))
    return value


def a_date(value: Value) -> date:
    """The value as a day, which a moment is not."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadValue("a date is expected", value=shorten(value))
    return value


def a_moment(value: Value) -> datetime:
    """The value as an aware moment."""
    checked = check_value(value)
    if not isinstance(checked, datetime):
        raise BadValue("a moment is expected", value=shorten(value))
    return checked


def a_tuple(value: Value) -> tuple[Part, ...]:
    """The value as a tuple of a bearable number of parts."""
    if not isinstance(value, tuple):
        raise BadValue("a tuple is expected", value=shorten(value))
    if len(value) > PARTS_MAX:
        raise BadValue(f"more than {PARTS_MAX} parts", value=shorten(value[:9]))
    return value
