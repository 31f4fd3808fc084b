"""Capabilities: what a session claims it can do, per kind; everything not claimed is a no.

There is one copy, on the session. The engine plans by it, the conformance suite tests by it, and
the guard holds the session to it at run time.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from attrs import field as attr
from attrs import frozen
from attrs.validators import ge

from erplink.domain.frozen import FrozenDict

__all__ = ["Capabilities", "KindCapabilities", "RateLimit"]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen(kw_only=True)
class KindCapabilities:
    """What a session can do with records of one kind."""

    #: Give records by their keys.
    read: bool = False
    #: Find records by text, criteria or parent.
    search: bool = False
    #: Count the records that a search would find.
    count: bool = False
    #: Tell what changed since a cursor; without a cursor, everything there is.
    changes: bool = False
    #: Tell deletions among the changes.
    deletions: bool = False
    #: Make new records.
    create: bool = False
    #: Change fields of existing records, and leave the others as they are.
    save: bool = False
    #: Remove records.
    delete: bool = False
    #: Give every record a version, and refuse a write that expects another one.
    versions: bool = False
    #: Make one record however often the same creation arrives.
    idempotent_create: bool = False
    #: Find what a creation made, by its idempotency key or by a natural key.
    find_created: bool = False
    #: The fields that tell a record from every other, for finding what a creation made.
    natural_key: tuple[str, ...] = attr(default=(), converter=_names)
    #: Give records in the order of their marks, so that a feed may be resumed in the middle.
    ordered: bool = False
    #: How far apart two changes must be to have different marks.
    precision: timedelta = timedelta(0)
    #: How long after its mark a change may become visible.
    commit_lag: timedelta = timedelta(0)
    #: The most records on one page, and the most keys in one reading.
    page_max: int = attr(default=1000, validator=ge(1))
    #: The most edits in one saving.
    batch_max: int = attr(default=1, validator=ge(1))


@frozen
class RateLimit:
    """How often a system lets itself be asked."""

    requests: int = attr(validator=ge(1))
    seconds: float = 1.0


def _kinds(kinds: Mapping[str, KindCapabilities]) -> FrozenDict[str, KindCapabilities]:
    return FrozenDict(kinds)


@frozen(kw_only=True)
class Capabilities:
    """What a session can do, kind by kind; a kind that is not named can do nothing."""

    kinds: FrozenDict[str, KindCapabilities] = attr(factory=FrozenDict, converter=_kinds)
    #: Whether the items of lists can be asked for.
    lists: bool = False
    #: Whether items can be added to lists.
    add_items: bool = False
    #: Whether several threads may use the same session at once.
    threads: bool = False
    rate_limit: RateLimit | None = None

    def of(self, kind: str) -> KindCapabilities:
        """What can be done with ``kind``."""
        claimed: KindCapabilities = self.kinds.get(kind, _NOTHING)
        return claimed


_NOTHING = KindCapabilities()
