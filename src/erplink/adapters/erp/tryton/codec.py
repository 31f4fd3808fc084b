"""Codec: values as Tryton writes them in JSON, and back; its moments are UTC without saying so."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from erplink.domain.values import in_utc
from erplink.errors import BadDocument

__all__ = ["decoded", "encoded"]

_CLASS: Final = "__class__"


def decoded(raw: Any) -> Any:
    """What ``raw`` stands for, all the way down; a moment is told as an aware one, in UTC."""
    if isinstance(raw, dict):
        name = raw.get(_CLASS)
        if name is None:
            return {key: decoded(value) for key, value in raw.items()}
        return _decoded_object(str(name), raw)
    if isinstance(raw, list):
        return [decoded(each) for each in raw]
    return raw


def encoded(value: Any) -> Any:
    """``value`` as Tryton reads it, all the way down; a text would not be taken for a moment."""
    if isinstance(value, Mapping):
        return {key: encoded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(each) for each in value]
    for kind, (name, parts) in _WRITERS.items():
        if isinstance(value, kind):
            return {_CLASS: name, **parts(value)}
    return value


_DAY: Final = ("year", "month", "day")
_CLOCK: Final = ("hour", "minute", "second", "microsecond")


def _calendar(value: Any, parts: tuple[str, ...]) -> dict[str, Any]:
    return {part: getattr(value, part) for part in parts}


#: In this order: a moment is a day too.
_WRITERS: Final[dict[type, tuple[str, Callable[[Any], dict[str, Any]]]]] = {
    datetime: ("datetime", lambda value: _calendar(in_utc(value), (*_DAY, *_CLOCK))),
    date: ("date", lambda value: _calendar(value, _DAY)),
    time: ("time", lambda value: _calendar(value, _CLOCK)),
    timedelta: ("timedelta", lambda value: {"seconds": value.total_seconds()}),
    Decimal: ("Decimal", lambda value: {"decimal": str(value)}),
    bytes: ("bytes", lambda value: {"base64": b64encode(value).decode()}),
}


def _decoded_object(name: str, raw: Mapping[str, Any]) -> Any:
    read = _READERS.get(name)
    if read is None:
        raise BadDocument(f"the server sent a value of the class {name[:40]!r}, which is not known")
    try:
        return read(raw)
    except (KeyError, ValueError, TypeError, ArithmeticError, NotBase64) as error:
        raise BadDocument(f"the server sent a {name} that is none: {error!r}") from None


def _moment(raw: Mapping[str, Any]) -> datetime:
    year, month, day, *clock = (raw[part] for part in (*_DAY, *_CLOCK))
    return datetime.combine(date(year, month, day), time(*clock), UTC)


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Any]]] = {
    "datetime": _moment,
    "date": lambda raw: date(*(raw[part] for part in _DAY)),
    "time": lambda raw: time(*(raw[part] for part in _CLOCK)),
    "timedelta": lambda raw: timedelta(seconds=float(raw["seconds"])),
    "Decimal": lambda raw: Decimal(raw["decimal"]),
    "bytes": lambda raw: b64decode(raw["base64"]),
}
