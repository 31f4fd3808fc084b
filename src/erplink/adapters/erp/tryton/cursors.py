"""Cursors: where a reading stopped, as a text of what the server itself told."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from attrs import field as attr
from attrs import frozen

from erplink.errors import Refused

__all__ = ["BEGINNING", "Position", "id_of_cursor", "position_of", "text_of"]

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every change."""


def _ids(ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(ids)


@frozen(kw_only=True)
class Position:
    """How far a reading got."""

    #: What was changed since then is read; everything where it is None.
    since: datetime | None = None
    #: The last record that was read; 0 before the first.
    last: int = 0
    #: The latest change that there was when the reading began; the next one begins there.
    ceiling: datetime | None = None
    #: Deletions since then are told.
    deleted: datetime = BEGINNING
    #: Entries of the log that were told, and that the overlap brings once more.
    told: tuple[int, ...] = attr(default=(), converter=_ids)


def text_of(position: Position) -> str:
    """The cursor for a position."""
    plain = [
        _plain(position.since),
        position.last,
        _plain(position.ceiling),
        _plain(position.deleted),
        position.told,
    ]
    return json.dumps(plain, separators=(",", ":"))


def position_of(cursor: str) -> Position:
    """The position that a cursor stands for; Refused for a text that is no cursor of ours."""
    try:
        since, last, ceiling, deleted, told = json.loads(cursor)
        return Position(
            since=_moment(since),
            last=_whole(last),
            ceiling=_moment(ceiling),
            deleted=_moment(deleted) or BEGINNING,
            told=map(_whole, told),
        )
    except (ValueError, TypeError, RecursionError):
        raise _bad() from None


def id_of_cursor(cursor: str | None) -> int:
    """The last record of a search; a search goes on after it."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal()):
        raise _bad()
    return int(cursor)


def _bad() -> Refused:
    return Refused(
        "the cursor is none of this connector's; read from the beginning", code="bad-cursor"
    )


def _plain(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _whole(number: Any) -> int:
    if type(number) is not int:
        raise TypeError(type(number))
    return number
