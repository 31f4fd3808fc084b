"""Child collections merge by key, never by position."""

import pytest

from erplink.domain.fields import Field
from erplink.domain.mapping import Direction, FieldRule, Mapping
from erplink.domain.merge import ChildFate, Merger, merge_children

CITY = Field("city")
OSLO, ROME = {"city": "Oslo"}, {"city": "Rome"}


def merger(direction=Direction.BOTH):
    mapping = Mapping("erp", "address", "address", rules=[FieldRule("city", "city", direction)])
    return Merger(mapping, [CITY], [CITY])


@pytest.mark.parametrize(
    ("base", "crm", "erp", "fate", "target"),
    [
        (None, OSLO, None, ChildFate.ADD, "erp"),
        (None, None, OSLO, ChildFate.ADD, "crm"),
        (OSLO, None, OSLO, ChildFate.REMOVE, "erp"),
        (OSLO, OSLO, None, ChildFate.REMOVE, "crm"),
        (OSLO, None, ROME, ChildFate.ASK, None),
        (OSLO, ROME, None, ChildFate.ASK, None),
        (OSLO, None, None, ChildFate.FORGET, None),
        (OSLO, ROME, OSLO, ChildFate.MERGE, None),
        (None, OSLO, OSLO, ChildFate.MERGE, None),
    ],
)
def test_what_becomes_of_a_child(base, crm, erp, fate, target):
    """Added on one side, removed on one side, removed against an edit, or on both."""
    sides = [{} if child is None else {"1": child} for child in (base, crm, erp)]

    (child,) = merge_children(merger(), *sides)

    assert ("1", fate, target) == (child.key, child.fate, child.target)


def test_an_added_child_comes_with_all_its_fields():
    """The side that lacks the child is given everything that travels there."""
    (child,) = merge_children(merger(), {}, {"1": OSLO}, {})

    assert OSLO == child.merged.patch("erp")


def test_two_people_who_add_a_line_each_have_added_two():
    """Position says nothing; two new keys are two new children."""
    fates = {c.key: c.target for c in merge_children(merger(), {}, {"1": OSLO}, {"2": ROME})}

    assert {"1": "erp", "2": "crm"} == fates


def test_children_on_which_nothing_follows_are_not_told():
    """An equal child is silent, and so is one whose direction leads elsewhere."""
    same = {"1": OSLO}
    one_way = merger(Direction.TO_CRM)

    assert () == merge_children(merger(), same, same, same)
    assert () == merge_children(one_way, {}, {"1": OSLO}, {})
    assert () == merge_children(one_way, same, {}, same), "a removal in the CRM stays there"
