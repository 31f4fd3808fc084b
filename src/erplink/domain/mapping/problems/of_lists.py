"""What can be wrong with list fields, and with the maps between their lists."""

from collections.abc import Collection, Iterator, Mapping

from attrs import frozen

from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping.lists import ListMap
from erplink.domain.mapping.problems.case import Case, Items, Line, ended, hint, listed
from erplink.domain.mapping.problems.problem import Problem, ProblemCode
from erplink.domain.transforms import identity

__all__ = [
    "double_mapped_item",
    "list_without_map",
    "unknown_list",
    "unknown_list_item",
    "unmapped_items",
]


def list_without_map(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule syncs two list fields, and nothing says which item is which."""
    erp, crm = line.erp.fields, line.crm.fields
    mapped = line.list_map is not None or line.rule.transform != identity()
    if mapped or not line.is_known or len(erp) != len(crm):
        return
    alone, together = "Map the two lists, item by item.", "Give the two fields a rule of their own."
    for one, other in zip(erp, crm, strict=True):
        if one.type is other.type is FieldType.LIST:
            yield Problem(
                ProblemCode.LIST_WITHOUT_MAP,
                line.rule.key,
                f"Nothing says which item of the ERP's list {one.list_name!r} is which item of"
                f" the CRM's list {other.list_name!r}.",
                alone if len(erp) == 1 else together,
            )


def unknown_list(case: Case, list_map: ListMap) -> Iterator[Problem]:
    """A list map names a list that its side does not have."""
    for side in _sides(case, list_map):
        if side.name not in side.known:
            yield Problem(
                ProblemCode.UNKNOWN_LIST,
                _key(list_map),
                ended(f"The {side.title} has no list {side.name!r}{hint(side.name, side.known)}"),
                "Correct the name, or remove the list map if the list is gone.",
            )


def unknown_list_item(case: Case, list_map: ListMap) -> Iterator[Problem]:
    """A list map names items that the list does not have."""
    for side in _sides(case, list_map):
        if side.items is None:
            continue
        strangers = [item for item in side.mapped if item not in side.items]
        if strangers:
            yield Problem(
                ProblemCode.UNKNOWN_LIST_ITEM,
                _key(list_map),
                ended(
                    f"The {side.title}'s list {side.name!r} has no item {listed(strangers)}"
                    f"{hint(strangers[0], side.items)}"
                ),
                "Map the items that there are, or refresh the list.",
            )


def double_mapped_item(_case: Case, list_map: ListMap) -> Iterator[Problem]:
    """An item has several counterparts, and nothing says which one counts."""
    for sentence in list_map.doubled():
        yield Problem(
            ProblemCode.DOUBLE_MAPPED_ITEM,
            _key(list_map),
            f"{sentence}.",
            "Keep one pair of the item, or mark exactly one as preferred.",
        )


def unmapped_items(case: Case, list_map: ListMap) -> Iterator[Problem]:
    """Items have no counterpart; values with them wait, for none is ever guessed."""
    for side in _sides(case, list_map):
        waiting = [item for item in side.items or () if item not in side.mapped]
        if waiting:
            yield Problem(
                ProblemCode.UNMAPPED_ITEMS,
                _key(list_map),
                f"{len(waiting)} of {len(side.items or ())} items of the {side.title}'s list"
                f" {side.name!r} have no counterpart: {listed(waiting)}.",
                "Map them, or leave them: records with such an item keep it on their side only.",
            )


@frozen
class _Side:
    """One side of a list map."""

    title: str
    name: str
    #: The names of the lists that the side has.
    known: Collection[str]
    #: The items that the map names.
    mapped: Collection[str]
    #: The items that the list has; None where they were not given.
    items: Collection[str] | None


def _sides(case: Case, list_map: ListMap) -> tuple[_Side, _Side]:
    erp, crm = list_map.erp_list, list_map.crm_list
    return (
        _side("ERP", erp, case.actor_fields, case.lists.erp, [pair.erp for pair in list_map.pairs]),
        _side(
            "CRM", crm, case.entity_fields, case.lists.crm, [pair.crm for pair in list_map.pairs]
        ),
    )


def _side(
    title: str, name: str, fields: Mapping[str, Field], lists: Items, mapped: list[str]
) -> _Side:
    known = {field.list_name for field in fields.values() if field.list_name} | lists.keys()
    items = dict.fromkeys(lists[name]) if name in lists else None
    return _Side(title, name, known, dict.fromkeys(mapped), items)


def _key(list_map: ListMap) -> str:
    return f"{list_map.erp_list} - {list_map.crm_list}"
