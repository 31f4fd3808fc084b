"""What a field may hold: the closed set of value types, and how emptiness is told from silence."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, Literal, TypeAlias

from erplink.errors import BadValue

__all__ = [
    "SHOWN_CHARACTERS_MAX",
    "UNSET",
    "Maybe",
    "Part",
    "Scalar",
    "Unset",
    "Value",
    "check_value",
    "in_utc",
    "is_empty",
    "shorten",
]

SHOWN_CHARACTERS_MAX = 60


class Unset(Enum):
    """The type of :data:`UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        """Just the name."""
        return "UNSET"

    def __bool__(self) -> bool:
        """Nothing was said, so there is nothing to act on."""
        return False


UNSET: Final = Unset.UNSET
"""Never said; not the same as ``None``, which is said to be empty."""

Scalar: TypeAlias = str | int | Decimal | bool | date | datetime
"""One value: a text or list-item key, a number, a yes or no, a day, or an aware moment."""

Part: TypeAlias = Scalar | Unset | None
"""One part of a tuple; a part of a compound field may be empty or not said."""

Value: TypeAlias = Scalar | tuple[Part, ...] | None
"""What a field holds: a scalar, a tuple where the field has many values or parts, or empty."""

Maybe: TypeAlias = Value | Literal[Unset.UNSET]
"""A value, or :data:`UNSET` where nothing was said."""


def is_empty(value: object) -> bool:
    """Whether ``value`` says that there is nothing: None, an empty text or an empty tuple."""
    return value is None or value in ("", ())


def shorten(value: object) -> str:
    """A text of ``value`` that fits on a line of an error or a log."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python writes out neither very long integers nor very deep tuples.
        text = f"<a very long {type(value).__name__}>"
    if len(text) <= SHOWN_CHARACTERS_MAX:
        return text
    return f"{text[: SHOWN_CHARACTERS_MAX - 1]}…"


def check_value(value: object) -> Value:
    """Return ``value`` if it is of the closed set, else raise BadValue naming the remedy."""
    if isinstance(value, tuple):
        return tuple(_check_part(part) for part in value)
    return _check_scalar(value)


def _check_part(part: object) -> Part:
    if part is UNSET:
        return UNSET
    if isinstance(part, tuple):
        # Never looked into: tuples in tuples may be deeper than Python can follow.
        raise BadValue("a tuple holds single values, not tuples", value=shorten(part))
    return _check_scalar(part)


def _check_scalar(value: object) -> Scalar | None:
    match value:
        case None | str() | int():  # bool is an int
            return value
        case Decimal():
            if value.is_finite():
                return value
            raise BadValue("numbers must be finite", value=shorten(value))
        case datetime():
            if value.tzinfo is not None and value.utcoffset() is not None:
                return value
            raise BadValue("moments must be aware: give them a time zone", value=shorten(value))
        case date():
            return value
        case float():
            rule = "floats lose digits: use Decimal"
        case _:
            rule = f"{type(value).__name__} is not a type of value"
    raise BadValue(rule, value=shorten(value))


def in_utc(moment: datetime) -> datetime:
    """The same moment told in UTC, where equal moments are equal values."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        rule = "too near an end of the calendar to be told in UTC"
        raise BadValue(rule, value=shorten(moment)) from None
