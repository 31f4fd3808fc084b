"""What a query finds: the one meaning that all connectors share."""

from datetime import date
from decimal import Decimal

import pytest

from erplink.connectors import AllOf, AnyOf, Condition, Operator, Query, matches
from erplink.domain.fields import Field, FieldType
from erplink.domain.records import ActorRef
from erplink.domain.values import UNSET
from erplink.errors import BadValue

FIELDS = {
    field.key: field
    for field in (
        Field("name"),
        Field("credit", FieldType.DECIMAL),
        Field("since", FieldType.DATE),
        Field("tags", FieldType.TEXTS),
    )
}
RECORD = {
    "name": "Åkers Båtar",
    "credit": Decimal("10.50"),
    "since": date(2020, 1, 1),
    "tags": ("key account", "north"),
}
HERE = ActorRef("erp", "customer", "1")


def found(criterion=None, text="", parent=None):
    return matches(Query(text, criterion, parent), RECORD, FIELDS, ("name", "tags"), HERE)


@pytest.mark.parametrize(
    ("field", "operator", "values", "is_found"),
    [
        ("name", "=", "Åkers Båtar", True),
        ("name", "=", "åkers båtar", False),
        ("name", "!=", "x", True),
        ("name", "contains", "BÅT", True),
        ("name", "starts with", "åk", True),
        ("name", "starts with", "båt", False),
        ("name", "ends with", "TAR", True),
        ("credit", "=", 10, False),
        ("credit", "=", Decimal("10.5"), True),
        ("credit", ">", 10, True),
        ("credit", ">", Decimal("10.50"), False),
        ("credit", "<", 11, True),
        ("credit", "between", (10, Decimal("10.50")), True),
        ("credit", "between", (11, 12), False),
        ("credit", ">", "ten", False),
        ("since", "<", date(2021, 1, 1), True),
        ("name", "in", ("x", "Åkers Båtar"), True),
        ("name", "in", (), False),
        ("name", "empty", (), False),
        ("name", "not empty", (), True),
        ("tags", "=", "north", True),
        ("tags", "=", "south", False),
        ("tags", "in", (("north", "key account"),), True),
        ("tags", ">", "m", True),
        ("tags", "contains", "ACCOUNT", True),
    ],
)
def test_every_operator_means_the_same_everywhere(field, operator, values, is_found):
    """Equality is the field's own; texts are found whatever their case."""
    assert is_found is found(Condition(field, operator, values))


def test_criteria_are_joined_by_and_and_or():
    """All of, any of, and one in the other."""
    yes, no = Condition("name", "not empty"), Condition("name", "empty")

    assert found(AllOf([yes, AnyOf([no, yes])]))
    assert not found(AllOf([yes, no]))
    assert not found(AnyOf([no, no]))
    assert found(AllOf([]))
    assert not found(AnyOf([]))


def test_a_blank_text_finds_everything():
    """Text is looked for in the searchable fields only."""
    assert found(text="  ")
    assert found(text="key ACC")
    assert not found(text="10.50")


def test_a_parent_is_one_record():
    """Only what is under the parent is found."""
    assert found(parent=HERE)
    assert not found(parent=ActorRef("erp", "customer", "2"))


def test_nothing_is_more_or_less_than_what_is_not_there():
    """An empty value lies in no range, and neither does a part that was not said."""
    for value in (None, UNSET):
        record = {"credit": None, "tags": (value,)}
        for condition in (Condition("credit", "<", 1), Condition("tags", "<", "z")):
            assert not matches(Query(criteria=condition), record, FIELDS, ())


@pytest.mark.parametrize(
    ("operator", "values"),
    [("=", ()), ("=", (1, 2)), ("between", (1,)), ("empty", (1,)), ("in", tuple(range(2000)))],
)
def test_an_operator_takes_its_own_number_of_values(operator, values):
    """Too few or too many are refused when the condition is made."""
    with pytest.raises(BadValue, match="takes another number of values"):
        Condition("name", operator, values)


def test_criteria_are_nested_only_so_deep():
    """Deeper than any person writes is refused."""
    criterion = Condition("name", Operator.EMPTY)
    for _ in range(15):
        criterion = AllOf([criterion])

    assert Query(criteria=criterion).criteria is criterion
    with pytest.raises(BadValue, match="nested deeper than 16"):
        Query(criteria=AllOf([criterion]))
