"""Keys: the values of a row's key columns as one text, and back."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from erplink.domain.fields import FieldType
from erplink.domain.records import KEY_LENGTH_MAX

__all__ = ["join_key", "part_text", "part_value", "split_key"]

_SEPARATOR: Final = "|"
_ESCAPES: Final = (("~", "~0"), (_SEPARATOR, "~1"))
_EMPTY: Final = "~"


def join_key(parts: Sequence[str]) -> str | None:
    """One text for all parts, from which they can be told again; None where it gets too long.

    A single part without ``~`` and ``|`` is its own key.
    """
    text = _SEPARATOR.join(map(_escaped, parts))
    return text if len(text) <= KEY_LENGTH_MAX else None


def split_key(text: str) -> tuple[str, ...] | None:
    """The parts of a key; None for a text that :func:`join_key` never gives."""
    if len(text) > KEY_LENGTH_MAX:
        return None
    parts = tuple(map(_plain, text.split(_SEPARATOR)))
    return parts if join_key(parts) == text else None


def _escaped(part: str) -> str:
    for plain, escape in _ESCAPES:
        part = part.replace(plain, escape)
    return part or _EMPTY


def _plain(part: str) -> str:
    if part == _EMPTY:
        return ""
    for plain, escape in reversed(_ESCAPES):
        part = part.replace(escape, plain)
    return part


def part_text(value: Any) -> str:
    """A value as a part of a key."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def part_value(kind: FieldType, text: str) -> Any:
    """The value that a part of a key stands for; None where the part is of no such value."""
    try:
        value = _READERS[kind](text)
    except (ValueError, ArithmeticError, KeyError):
        return None
    # A number has many writings, and only one of them is a key.
    return value if value is not None and part_text(value) == text else None


def _number(text: str) -> Decimal | None:
    number = Decimal(text)
    return number if number.is_finite() else None


_READERS: Final[dict[FieldType, Callable[[str], Any]]] = {
    FieldType.TEXT: str,
    FieldType.LIST: str,
    FieldType.INTEGER: int,
    FieldType.DECIMAL: _number,
    FieldType.CHECKBOX: {"true": True, "false": False}.__getitem__,
    FieldType.DATE: date.fromisoformat,
    FieldType.DATETIME: datetime.fromisoformat,
}
