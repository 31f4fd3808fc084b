"""Transforms by a table, and constants, by example."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from erplink.domain.fields import FieldType
from erplink.domain.transforms import Laws, constant, lookup
from erplink.domain.transforms.tables import TABLE_ROWS_MAX
from erplink.domain.values import UNSET
from erplink.errors import BadName, BadValue

STATES = {"A": "active", "B": "blocked"}


def test_a_row_leads_there_and_back():
    """Each side has its own word for the same thing."""
    transform = lookup(STATES)

    assert "active" == transform.to_crm("A")
    assert "B" == transform.to_erp("blocked")
    assert Laws.LOSSLESS is transform.laws


def test_a_value_in_no_row_is_refused():
    """Nobody said what it means."""
    transform = lookup(STATES)

    for way in (transform.to_crm, transform.to_erp):
        with pytest.raises(BadValue, match="the table has no row for it"):
            way("C")


@pytest.mark.parametrize(("otherwise", "becomes"), [("blank", None), ("keep", "C")])
def test_a_value_in_no_row_may_be_blanked_or_kept(otherwise, becomes):
    """What does not come back as it was is not called lossless."""
    transform = lookup(STATES, otherwise=otherwise)

    assert becomes == transform.to_crm("C")
    assert Laws.CANONICALISING is transform.laws


def test_many_of_the_erps_values_may_mean_one():
    """The preferred one is written back, and the law says that others do not come back."""
    transform = lookup({"A": "active", "X": "active"}, preferred={"active": "X"})

    assert ("active", "active") == (transform.to_crm("A"), transform.to_crm("X"))
    assert "X" == transform.to_erp("active")
    assert Laws.CANONICALISING is transform.laws


def test_a_kept_value_that_would_change_again_is_refused():
    """A CRM's value that happens to be one of the ERP's words would come back as another one."""
    transform = lookup({"A": "x", "B": "x"}, preferred={"x": "A"}, otherwise="keep")

    assert "C" == transform.to_erp("C")
    with pytest.raises(BadValue, match="change with every trip"):
        transform.to_erp("B")


@pytest.mark.parametrize(
    ("table", "preferred", "rule"),
    [
        ({"A": "x", "B": "x"}, {}, "'A' and 'B' both mean this: name the preferred one"),
        ({"A": "x"}, {"x": "C"}, "preferred for 'x', but no row of the table says so"),
        ({"A": "x", "B": "y"}, {"y": "A"}, "preferred for 'y', but no row of the table says so"),
        ({}, {}, "a table has rows, each with another value of the ERP"),
        (
            [(1, "x"), (Decimal("1.0"), "y")],
            {},
            "a table has rows, each with another value of the ERP",
        ),
        ([("A", "x", "y")], {}, "a row of table is a pair of values"),
        (
            {"A": "x", "B": "x"},
            [("x", "A"), ("x", "B")],
            "preferred names a value of the CRM twice",
        ),
        (5, {}, "table must be a table"),
        ({"A": None}, {}, "one value is expected, not none or several"),
        ({"A": ("x", "y")}, {}, "one value is expected, not none or several"),
        ({UNSET: "x"}, {}, "Unset is not a type of value"),
        ({"A": 1.5}, {}, "floats lose digits: use Decimal"),
    ],
)
def test_a_table_that_leaves_doubts_is_refused(table, preferred, rule):
    """What would have to be guessed for a value is found when the table is made."""
    with pytest.raises(BadValue) as caught:
        lookup(table, preferred=preferred)

    assert rule == caught.value.rule


def test_tables_are_bounded():
    """A table from outside cannot be of any size."""
    with pytest.raises(BadValue, match=f"more than {TABLE_ROWS_MAX} rows"):
        lookup((number, str(number)) for number in range(TABLE_ROWS_MAX + 1))


def test_a_misspelt_fallback_is_refused():
    """What becomes of the rest is one of three words."""
    with pytest.raises(BadName, match="did you mean 'keep'"):
        lookup(STATES, otherwise="keeep")


def test_values_of_every_type_can_be_looked_up():
    """One and True are two values, and equal numbers and moments are one."""
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    transform = lookup([(1, "one"), (True, "yes"), (noon, "noon"), (date(2026, 1, 31), "day")])

    assert "one" == transform.to_crm(Decimal("1.00"))
    assert "yes" == transform.to_crm(True)
    assert "noon" == transform.to_crm(noon.astimezone(timezone(timedelta(hours=5))))
    assert "day" == transform.to_crm(date(2026, 1, 31))
    assert 1 == transform.to_erp("one")


@pytest.mark.parametrize(
    ("transform", "erp", "crm"),
    [
        (lookup(STATES), FieldType.LIST, {FieldType.TEXT, FieldType.LIST}),
        (lookup(STATES), FieldType.INTEGER, set()),
        (lookup([(1, True)]), FieldType.INTEGER, {FieldType.CHECKBOX}),
        (lookup({"A": 1}, otherwise="keep"), FieldType.TEXT, set()),
        (constant("SE"), FieldType.DATE, {FieldType.TEXT, FieldType.LIST}),
        (constant(5), FieldType.DATE, {FieldType.INTEGER, FieldType.DECIMAL}),
        (constant(("a", "b")), FieldType.TEXT, {FieldType.TEXTS}),
        (constant(date(2026, 1, 31)), FieldType.TEXT, {FieldType.DATE}),
        (constant(Decimal("1.5")), FieldType.LABEL, set()),
        (constant(datetime(2026, 1, 31, tzinfo=UTC)), FieldType.TEXT, {FieldType.DATETIME}),
        (constant("SE", side="erp"), FieldType.DATE, set()),
    ],
)
def test_the_types_follow_from_the_values(transform, erp, crm):
    """A table or a constant fills the fields that can hold its values."""
    assert crm == transform.gives(erp)


def test_a_constant_is_always_there():
    """One side gets the value whatever the other one has, even nothing."""
    to_crm, to_erp = constant("SE"), constant(5, side="erp")

    assert ("SE", "SE") == (to_crm.to_crm(None), to_crm.to_crm(7))
    assert (5, 5) == (to_erp.to_erp(None), to_erp.to_erp("SE"))
    assert (Laws.TO_CRM_ONLY, Laws.TO_ERP_ONLY) == (to_crm.laws, to_erp.laws)
    assert FieldType.TEXT in to_erp.gives(FieldType.INTEGER)


@pytest.mark.parametrize("value", [None, UNSET, 1.5, ("a", None), ["a"], ("a",) * 1001])
def test_a_constant_is_a_value(value):
    """Nothing, and what no field can hold, is no constant."""
    with pytest.raises(BadValue):
        constant(value)


def test_a_constant_has_a_side():
    """A misspelt side is refused."""
    with pytest.raises(BadName, match="did you mean 'crm'"):
        constant("SE", side="cmr")
