"""Moments as the store keeps them: whole microseconds since 1970 in UTC, which sort."""

from datetime import UTC, datetime, timedelta
from typing import Final

from erplink.domain.values import in_utc, shorten
from erplink.errors import BadValue

__all__ = ["from_nullable", "from_stored", "to_nullable", "to_stored"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)


def to_stored(moment: datetime) -> int:
    """The number for a moment."""
    if moment.utcoffset() is None:
        rule = "moments must be aware: give them a time zone"
        raise BadValue(rule, value=shorten(moment))
    return (in_utc(moment) - _EPOCH) // _UNIT


def from_stored(number: int) -> datetime:
    """The moment that ``number`` was made of, in UTC."""
    return _EPOCH + timedelta(microseconds=number)


def to_nullable(moment: datetime | None) -> int | None:
    """The number for a moment; None for none."""
    return None if moment is None else to_stored(moment)


def from_nullable(number: int | None) -> datetime | None:
    """The moment that ``number`` was made of; None for none."""
    return None if number is None else from_stored(number)
