"""What a field may hold, and what is told of what it may not hold."""

import pickle
from copy import copy, deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from erplink.domain.values import (
    SHOWN_CHARACTERS_MAX,
    UNSET,
    check_value,
    in_utc,
    is_empty,
    shorten,
)
from erplink.errors import BadValue

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "x",
        0,
        10**50,
        True,
        Decimal("1.50"),
        date(2026, 1, 1),
        NOON,
        (),
        ("a", None, UNSET),
    ],
)
def test_values_of_the_closed_set_pass(value):
    """A value of the closed set is handed back as it is."""
    assert value == check_value(value)
    assert type(value) is type(check_value(value))


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (1.5, "floats lose digits: use Decimal"),
        (Decimal("NaN"), "numbers must be finite"),
        (Decimal("sNaN"), "numbers must be finite"),
        (Decimal("-Infinity"), "numbers must be finite"),
        (datetime(2026, 1, 1), "moments must be aware: give them a time zone"),  # noqa: DTZ001 - the point
        (b"x", "bytes is not a type of value"),
        (["x"], "list is not a type of value"),
        (UNSET, "Unset is not a type of value"),
        ((1.5,), "floats lose digits: use Decimal"),
        (("a", ("b",)), "a tuple holds single values, not tuples"),
    ],
)
def test_anything_else_is_refused_with_the_remedy(value, rule):
    """What is no value is refused, and the error says what to do about it."""
    with pytest.raises(BadValue) as refusal:
        check_value(value)

    assert rule == refusal.value.rule


def test_a_zone_that_knows_no_offset_does_not_make_a_moment_aware():
    """A moment is aware when its zone tells an offset, not when it merely has one."""

    class Nowhere(timezone(timedelta()).__class__.__base__):
        def utcoffset(self, _):
            return None

    with pytest.raises(BadValue, match="aware"):
        check_value(datetime(2026, 1, 1, tzinfo=Nowhere()))


def test_a_bottomless_tuple_is_refused_without_looking_into_it():
    """Tuples in tuples are refused however deep they are, not looked into until Python gives up."""
    deep = ()
    for _ in range(100_000):
        deep = (deep,)

    with pytest.raises(BadValue, match="not tuples"):
        check_value(deep)


def pickled(value):
    """The value on its way out of pickle again."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - it was pickled on this very line


@pytest.mark.parametrize("again", [copy, deepcopy, pickled])
def test_unset_is_one_object_however_it_travels(again):
    """UNSET is itself after a copy, a deep copy and a way through pickle."""
    assert UNSET is again(UNSET)
    assert UNSET is again((UNSET, "x"))[0]


def test_unset_is_false_and_shows_its_name():
    """UNSET reads as what it is, and there is nothing in it to act on."""
    assert "UNSET" == repr(UNSET) == f"{UNSET!r}"
    assert not UNSET
    assert UNSET is not None


@pytest.mark.parametrize(
    ("value", "empty"),
    [
        (None, True),
        ("", True),
        ((), True),
        (0, False),
        (False, False),
        (" ", False),
        (UNSET, False),
    ],
)
def test_emptiness_is_none_or_nothing_inside(value, empty):
    """None, an empty text and an empty tuple are empty; zero, no and silence are not."""
    assert empty == is_empty(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a" * (SHOWN_CHARACTERS_MAX - 2), f"'{'a' * (SHOWN_CHARACTERS_MAX - 2)}'"),
        ("a" * (SHOWN_CHARACTERS_MAX - 1), f"'{'a' * (SHOWN_CHARACTERS_MAX - 2)}…"),
        (10**5000, "<a very long int>"),
        ((10**5000,), "<a very long tuple>"),
    ],
    ids=["fits", "cut", "int", "tuple"],
)
def test_a_shown_value_fits_on_a_line(value, shown):
    """A value is shown with at most SHOWN_CHARACTERS_MAX characters, and always can be."""
    assert shown == shorten(value)
    assert len(shown) <= SHOWN_CHARACTERS_MAX


def test_the_same_moment_told_in_utc():
    """A moment is told in UTC, and refused where the calendar ends before it can be."""
    ends = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))

    assert NOON == in_utc(NOON.astimezone(timezone(timedelta(hours=-5))))
    with pytest.raises(BadValue, match="end of the calendar"):
        in_utc(ends)
