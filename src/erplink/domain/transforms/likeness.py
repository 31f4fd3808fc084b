"""Likeness: when two values are one to every field."""

from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal

from erplink.domain.values import Part, Value

__all__ = ["alike", "likeness"]


def alike(one: Value, other: Value) -> bool:
    """Whether two values are one to every field: of one family, and equal.

    ``5``, ``Decimal("5")`` and ``Decimal("5.00")`` are one number, for a field keeps them as one;
    ``1`` and ``True`` are two values, a date is never a moment, and moments are one when they are
    the same instant, in whichever zone they are told.
    """
    return likeness(one) == likeness(other)


def likeness(value: Value | Part) -> Hashable:
    """What two values share just when they are :func:`alike`."""
    match value:
        case bool():
            return (bool, value)
        case int() | Decimal():
            return (Decimal, value)
        case datetime():
            return (datetime, _instant(value))
        case date():
            return (date, value)
        case tuple():
            return (tuple, tuple(likeness(part) for part in value))
        case _:
            return value


def _instant(moment: datetime) -> Hashable:
    # Not by conversion to UTC: that fails for moments at the ends of the calendar, and ``==``
    # never holds for a time that a zone has twice.
    offset = moment.utcoffset()
    wall_clock = moment.replace(tzinfo=None, fold=0)
    return wall_clock if offset is None else wall_clock - datetime.min - offset  # noqa: DTZ901 - where counting starts
