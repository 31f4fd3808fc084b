"""Moments as the store keeps them: whole microseconds since 1970 in UTC, which sort."""

from datetime import UTC, datetime, timedelta
from typing import Final, overload

from erplink.domain.values import in_utc, shorten
from erplink.errors import BadValue

__all__ = ["from_stored", "to_stored"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)


@overload
def to_stored(moment: datetime) -> int: ...
@overload
def to_stored(moment: None) -> None: ...
@overload
def to_stored(moment: datetime | None) -> int | None: ...
def to_stored(moment: datetime | None) -> int | None:
    """The number for a moment; None for none."""
    if moment is None:
        return None
    if moment.utcoffset() is None:
        rule = "moments must be aware: give them a time zone"
        raise BadValue(rule, value=shorten(moment))
    return (in_utc(moment) - _EPOCH) // _UNIT


@overload
def from_stored(number: int) -> datetime: ...
@overload
def from_stored(number: None) -> None: ...
@overload
def from_stored(number: int | None) -> datetime | None: ...
def from_stored(number: int | None) -> datetime | None:
    """The moment that ``number`` was made of, in UTC."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)
