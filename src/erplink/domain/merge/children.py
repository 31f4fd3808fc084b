"""Child collections: the addresses of a customer, the lines of a project, merged by key.

Children are matched by their own keys, never by position: two people who add a line each have
added two lines, and a line that moved up the list has not changed.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from erplink.domain.merge.merger import Merger
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.record import RecordMerge, Values
from erplink.domain.records import CRM

__all__ = ["ChildFate", "ChildMerge", "merge_children"]


class ChildFate(Enum):
    """What becomes of one child."""

    #: Both sides have it; its fields are merged.
    MERGE = "merge"
    #: One side added it; the other is given it.
    ADD = "add"
    #: One side removed it and the other left it alone; it goes there too.
    REMOVE = "remove"
    #: One side removed what the other edited; a person decides.
    ASK = "ask"
    #: Both sides removed it; only its base goes.
    FORGET = "forget"


@frozen
class ChildMerge:
    """What becomes of the child under ``key``."""

    key: str
    fate: ChildFate
    #: The side that must act: it is given the child, or loses it; None where fields are merged.
    target: str | None = None
    #: The merge of the fields; for an added child, everything the target must be given.
    merged: RecordMerge | None = None


def merge_children(
    merger: Merger,
    bases: Mapping[str, Values],
    crms: Mapping[str, Values],
    erps: Mapping[str, Values],
) -> tuple[ChildMerge, ...]:
    """Merge two collections of children by key; only children on which something follows."""
    keys = dict.fromkeys((*bases, *crms, *erps))
    merges = (
        _merge_child(merger, key, bases.get(key), crms.get(key), erps.get(key)) for key in keys
    )
    return tuple(each for each in merges if each is not None)


def _merge_child(
    merger: Merger, key: str, base: Values | None, crm: Values | None, erp: Values | None
) -> ChildMerge | None:
    if crm is not None and erp is not None:
        merged = merger.merge(base or {}, crm, erp)
        return ChildMerge(key, ChildFate.MERGE, None, merged) if merged.has_news else None
    if crm is None and erp is None:
        return ChildMerge(key, ChildFate.FORGET)
    absent, survivor = (CRM, merger.system) if crm is None else (merger.system, CRM)
    merged = merger.merge(base or {}, crm or {}, erp or {})
    if base is None:
        return ChildMerge(key, ChildFate.ADD, absent, merged) if merged.patch(absent) else None
    if any(side.moved for decision in merged.decisions for side in decision.sides):
        return ChildMerge(key, ChildFate.ASK, None, merged)
    if not any(_listens(pair, survivor) for pair in merger.pairs):
        return None
    return ChildMerge(key, ChildFate.REMOVE, survivor)


def _listens(pair: FieldPair, system: str) -> bool:
    return pair.may_to_crm if system == CRM else pair.may_to_erp
