"""What a query finds: the one meaning that every connector shares."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from erplink.connectors import AllOf, AnyOf, Condition, Operator, Query, matches
from erplink.domain.fields import Case, Field, FieldType, Sort
from erplink.domain.records import ActorRef
from erplink.domain.values import UNSET
from erplink.errors import BadValue

FIELDS = {
    field.key: field
    for field in (
        Field("name"),
        Field("code", case=Case.IGNORE),
        Field("credit", FieldType.DECIMAL, decimals=2),
        Field("since", FieldType.DATE),
        Field("seen", FieldType.DATETIME),
        Field("active", FieldType.CHECKBOX),
        Field("emails", FieldType.TEXTS, sort=Sort.EMAIL),
    )
}
RECORD = {
    "name": "Åse Straße",
    "code": "x-1",
    "credit": Decimal("9.99"),
    "since": date(2026, 1, 2),
    "seen": datetime(2026, 1, 2, 12, tzinfo=UTC),
    "active": True,
    "emails": ("Ada@erp.example", "ida@erp.example"),
}
SEARCHABLE = ("name", "emails")
PARENT = ActorRef("erp", "group", "7")


def found(query, record=RECORD, parent=PARENT):
    return matches(query, record, FIELDS, SEARCHABLE, parent)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), True),
        (Query("  "), True),
        (Query("åse"), True),
        (Query("A\N{COMBINING RING ABOVE}SE"), True),
        (Query(" STRASSE "), True),
        (Query("ida@"), True),
        (Query("9.99"), False),
        (Query("nobody"), False),
        (Query(parent=PARENT), True),
        (Query(parent=ActorRef("erp", "group", "8")), False),
        (Query("åse", Condition("active", "=", True), PARENT), True),
        (Query("åse", Condition("active", "=", False), PARENT), False),
    ],
)
def test_a_text_is_found_in_any_searchable_field_in_either_case(query, expected):
    """A blank text finds everything; text, criteria and parent all have to hold."""
    assert expected is found(query)


@pytest.mark.parametrize(
    ("field", "operator", "values", "expected"),
    [
        ("name", "=", "Åse Straße", True),
        ("name", "=", "A\N{COMBINING RING ABOVE}se Straße", True),
        ("name", "=", "åse straße", False),
        ("code", "=", "X-1", True),
        ("code", "!=", "X-1", False),
        ("name", "!=", "x", True),
        ("credit", "=", Decimal("9.990"), True),
        ("credit", "=", 10, False),
        ("credit", "=", "9.99", False),
        ("credit", "in", (1, Decimal("9.99")), True),
        ("credit", "in", (), False),
        ("name", "contains", "STRASSE", True),
        ("name", "contains", (None,), False),
        ("name", "starts with", "åse", True),
        ("name", "starts with", "straße", False),
        ("name", "ends with", "straße", True),
        ("name", "ends with", "åse", False),
        ("credit", "contains", "9.9", True),
        ("credit", ">", 9, True),
        ("credit", ">", Decimal("9.99"), False),
        ("credit", "<", 10, True),
        ("credit", "<", Decimal("9.99"), False),
        ("credit", "between", (Decimal("9.99"), Decimal("9.99")), True),
        ("credit", "between", (1, 9), False),
        ("credit", ">", "1", False),
        ("since", ">", date(2026, 1, 1), True),
        ("seen", "<", datetime(2026, 1, 2, 13, tzinfo=UTC), True),
        ("emails", "=", "ADA@ERP.example", True),
        ("emails", "=", "eva@erp.example", False),
        ("emails", "=", (("ida@erp.example", "ada@erp.example"),), True),
        ("emails", "=", (("ida@erp.example",),), False),
        ("emails", "!=", "ada@erp.example", False),
        ("emails", "in", ("eva@erp.example", "ida@erp.example"), True),
        ("emails", "starts with", "ida", True),
        ("emails", "contains", "eva", False),
        ("emails", ">", "b", True),
        ("emails", ">", "z", False),
        ("name", "empty", (), False),
        ("name", "not empty", (), True),
    ],
)
def test_every_operator_has_one_meaning(field, operator, values, expected):
    """Equality is the target's own; of several values one is enough; types are never mixed."""
    assert expected is found(Query(criteria=Condition(field, operator, values)))


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("empty", (), True),
        ("not empty", (), False),
        ("=", (None,), True),
        ("!=", "x", True),
        ("contains", "x", False),
        (">", 1, False),
        ("between", (1, 2), False),
    ],
)
@pytest.mark.parametrize("field", ["name", "credit", "emails"])
def test_what_is_not_there_is_empty(field, operator, values, expected):
    """It equals nothing but nothing, and lies nowhere."""
    query = Query(criteria=Condition(field, operator, values))

    assert expected is found(query, {})
    assert expected is found(query, {field: None})


def test_a_part_that_was_not_said_lies_nowhere():
    """A part of a compound field may be unsaid."""
    record = {"emails": (UNSET, "ida@erp.example")}

    assert found(Query(criteria=Condition("emails", ">", "b")), record)
    assert not found(Query(criteria=Condition("emails", "<", "b")), record)


YES, NO = Condition("active", "=", True), Condition("active", "=", False)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (AllOf([]), True),
        (AnyOf([]), False),
        (AllOf([YES, NO]), False),
        (AnyOf([YES, NO]), True),
        (AllOf([AnyOf([NO, YES]), YES]), True),
        (AnyOf([AllOf([YES, NO]), NO]), False),
    ],
)
def test_criteria_combine(criteria, expected):
    """All of them, or any of them, nested."""
    assert expected is found(Query(criteria=criteria))


@pytest.mark.parametrize(
    ("operator", "values"),
    [("=", ()), ("=", (1, 2)), ("between", (1,)), ("between", (1, 2, 3)), ("empty", ("x",))],
)
def test_a_condition_with_too_few_or_too_many_values_is_refused(operator, values):
    """The message names the field and the operator."""
    with pytest.raises(BadValue) as caught:
        Condition("name", operator, values)

    assert f"'{operator}' takes another number of values" == caught.value.rule
    assert "name" == caught.value.field


def test_an_operator_is_known_by_how_it_is_written():
    """What mappings and hosts write is the operator's own value."""
    assert Operator.STARTS_WITH is Condition("name", "starts with", "x").operator
    with pytest.raises(ValueError, match="is not a valid Operator"):
        Condition("name", "resembles", "x")


def test_criteria_are_nested_no_deeper_than_anybody_writes_them():
    """Depth is bounded, however broad the criteria are."""
    criteria = YES
    for _ in range(15):
        criteria = AllOf([criteria, AnyOf([])])

    assert found(Query(criteria=AnyOf([YES]))) is True
    Query(criteria=criteria)
    with pytest.raises(BadValue, match="nested deeper than 16"):
        Query(criteria=AllOf([criteria]))
