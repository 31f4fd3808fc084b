"""Cursors: where a reading stopped, as an opaque text of what the database itself gave."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from attrs import field as attr
from attrs import frozen

from erplink.errors import Refused

__all__ = ["Phase", "Position", "position_of", "text_of"]


def _tuple(values: Any) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


class Phase(Enum):
    """What is being read."""

    #: Nothing yet: a reading begins here.
    NEW = "n"
    #: The rows without a mark, by their keys.
    UNMARKED = "u"
    #: The rows with a mark, by mark and key.
    MARKED = "m"


@frozen(kw_only=True)
class Position:
    """How far a reading got; marks and keys are as the driver gave them."""

    phase: Phase = Phase.NEW
    #: The mark of the last row that was read; before the first one, where the reading begins.
    mark: Any = None
    #: The key of the last row that was read in this phase.
    key: tuple[Any, ...] | None = attr(default=None, converter=_tuple)
    #: The highest mark that there was when the reading began; the next one begins no later.
    ceiling: Any = None


_TAGS: Final[dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]]] = {
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "n": (Decimal, str, Decimal),
    "u": (UUID, str, UUID),
}


def text_of(position: Position) -> str:
    """The cursor for a position."""
    plain = [
        position.phase.value,
        _plain(position.mark),
        None if position.key is None else [_plain(value) for value in position.key],
        _plain(position.ceiling),
    ]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """The position that a cursor stands for; Refused for a text that is no cursor of ours."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        phase, mark, key, ceiling = json.loads(text.decode("utf-8", "surrogatepass"))
        return Position(
            phase=Phase(phase),
            mark=_value(mark),
            key=None if key is None else map(_value, key),
            ceiling=_value(ceiling),
        )
    except (NotBase64, ValueError, TypeError, ArithmeticError, RecursionError):
        reason = "the cursor is none of this connector's; read from the beginning"
        raise Refused(reason, code="bad-cursor") from None


def _plain(value: Any) -> Any:
    for tag, (kind, write, _) in _TAGS.items():
        if isinstance(value, kind):
            return {tag: write(value)}
    return value


def _value(plain: Any) -> Any:
    if isinstance(plain, dict):
        ((tag, text),) = plain.items()
        if tag not in _TAGS:
            raise ValueError(tag)
        return _TAGS[tag][2](text)
    if plain is None or isinstance(plain, str | int | float):
        return plain
    raise TypeError(type(plain))
