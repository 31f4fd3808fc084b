"""Every check there is, gathered from the rooms they stand in."""

from operator import itemgetter
from typing import Final

from erplink.testing.checks import (
    claiming,
    creating,
    faults,
    feed,
    lists,
    opening,
    reading,
    searching,
    values,
    writing,
)
from erplink.testing.promises import Check

__all__ = ["ALL_CHECKS"]

_ROOMS: Final = (
    claiming,
    creating,
    faults,
    feed,
    lists,
    opening,
    reading,
    searching,
    values,
    writing,
)
_NAMED: Final = [(name, getattr(room, name)) for room in _ROOMS for name in room.__all__]

ALL_CHECKS: Final[tuple[Check, ...]] = tuple(
    check for name, check in sorted(_NAMED, key=itemgetter(0)) if name.startswith("check_")
)
"""All checks, in the order of their names."""
