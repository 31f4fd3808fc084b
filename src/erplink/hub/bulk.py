"""Bulk: what came of a command about many records at once."""

from collections.abc import Iterable

from attrs import field as attr
from attrs import frozen

__all__ = ["Bulk"]


def _pairs(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(items)


@frozen
class Bulk:
    """What was done, and for what it was not, each with its reason."""

    #: The runs, for history and undo; empty where nothing had to be done.
    run: str
    #: How many it was done for.
    done: int
    #: For which it was not done, and why.
    failed: tuple[tuple[str, str], ...] = attr(default=(), converter=_pairs)
