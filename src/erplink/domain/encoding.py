"""Encode values as plain data that JSON and TOML can carry, and decode them without loss.

Texts, whole numbers and booleans stand for themselves. Every other value is a table with one key
that says what it is, so that nothing is ever guessed from how a text looks:

.. code-block:: text

    {"decimal": "1.50"}      {"date": "2026-01-31"}      {"moment": "2026-01-31T12:00:00+00:00"}
    {"empty": true}          {"unset": true}             {"many": ["+47 22", {"empty": true}]}
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from erplink.domain.values import UNSET, Maybe, check_value, shorten
from erplink.errors import BadDocument, BadValue, likely

__all__ = ["INTEGER_BITS_MAX", "PARTS_MAX", "Plain", "decode_value", "encode_value"]

INTEGER_BITS_MAX = 4096
"""The most bits of a whole number; Python refuses to read and write much longer ones."""

PARTS_MAX = 10_000
"""The most values or parts of one tuple."""

Plain: TypeAlias = str | int | dict[str, Any]
"""What a value is encoded as: a text, a whole number, a boolean or a table with one key."""


def encode_value(value: Maybe, *, path: str = "value") -> Plain:
    """The plain data for ``value``; what is no value raises BadDocument naming ``path``."""
    kind = type(value)
    if kind is str or kind is bool:  # as most are
        return value  # type: ignore[return-value] # it is one of these
    if value is None:
        return {"empty": True}
    if isinstance(value, tuple):
        _check_count(value, path)
        return {"many": [_encode_part(part, f"{path}[{at}]") for at, part in enumerate(value)]}
    return _encode_part(value, path)


def _encode_part(part: Any, path: str) -> Plain:
    if part is UNSET:
        return {"unset": True}
    if isinstance(part, tuple):
        raise BadDocument(f"{path}: a tuple holds single values, not tuples")
    try:
        checked = check_value(part)
    except BadValue as error:
        raise BadDocument(f"{path}: {error}") from error
    if isinstance(checked, int):  # a boolean is one
        return _bounded(checked, path)
    return checked if isinstance(checked, str) else _encode_tagged(checked)


def _encode_tagged(value: object) -> Plain:
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
    return {"empty": True}


def decode_value(data: Any, *, path: str = "value") -> Maybe:
    """The value that ``data`` was made of; anything else raises BadDocument naming its path."""
    match data:
        case {"many": list() | tuple() as parts} if len(data) == 1:
            _check_count(parts, path)
            return tuple(_decode_part(part, f"{path}.many[{at}]") for at, part in enumerate(parts))
    part: Maybe = _decode_part(data, path)
    return part


def _decode_part(data: Any, path: str) -> Any:
    match data:
        case str():
            return data
        case int():  # a boolean is one
            return _bounded(data, path)
        case Mapping():
            return _tagged(data, path)
    raise BadDocument(f"{path}: {_hint(data)}, not {shorten(data)}")


def _hint(data: Any) -> str:
    """How the thing that stands in the document is meant to be written."""
    match data:
        case None:
            return 'an empty value is written {"empty": true}'
        case float():
            return 'a number with a point is written {"decimal": "…"}, where it loses no digit'
        case datetime():
            return 'a moment is written {"moment": "…"}'
        case date():
            return 'a date is written {"date": "…"}'
        case list() | tuple():
            return 'several values are written {"many": […]}, which holds no other'
    return "a text, a whole number, true, false or a table with one key is expected"


def _tagged(data: Mapping[Any, Any], path: str) -> Any:
    if len(data) != 1:
        tags = ", ".join((*_TAGS, "many"))
        raise BadDocument(f"{path}: a value has one key, one of {tags}; not {len(data)} keys")
    ((tag, content),) = data.items()
    if tag == "many":
        raise BadDocument(f"{path}: {_hint([])}, not {shorten(content)}")
    if tag not in _TAGS:
        raise BadDocument(f"{path}: unknown key {shorten(tag)}{likely(str(tag), _TAGS)}")
    expected, decode = _TAGS[tag]
    try:
        return decode(content)
    except (ArithmeticError, TypeError, ValueError) as error:
        message = f"{path}.{tag}: {expected} is expected, not {shorten(content)}"
        raise BadDocument(message) from error


def _number(content: Any) -> Any:
    return check_value(Decimal(_a_text(content)))


def _date(content: Any) -> Any:
    return date.fromisoformat(_a_text(content))


def _moment(content: Any) -> Any:
    return check_value(datetime.fromisoformat(_a_text(content)))


def _a_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    raise TypeError


def _meaning(value: Any) -> Callable[[Any], Any]:
    def decode(content: Any) -> Any:
        if content is True:
            return value
        raise TypeError

    return decode


_TAGS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "date": ("a text such as 2026-01-31", _date),
    "decimal": ("a text such as 1.50", _number),
    "empty": ("true", _meaning(None)),
    "moment": ("a text such as 2026-01-31T12:00:00+00:00, with its time zone,", _moment),
    "unset": ("true", _meaning(UNSET)),
}


def _bounded(number: int, path: str) -> int:
    if number.bit_length() > INTEGER_BITS_MAX:
        raise BadDocument(f"{path}: a whole number has at most {INTEGER_BITS_MAX} bits")
    return number


def _check_count(parts: Any, path: str) -> None:
    if len(parts) > PARTS_MAX:
        raise BadDocument(f"{path}: at most {PARTS_MAX} values are expected, not {len(parts)}")
