"""What a target stores for a value, type by type, and when two values are the same to it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from erplink.domain.canonical import DIGITS_MAX, canonical, comparison_key, same
from erplink.domain.fields import Access, Case, Field, FieldType, Rounding, Sort
from erplink.domain.secret import Secret
from erplink.domain.values import UNSET
from erplink.errors import BadValue

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


def field(of="text", **more):
    """A field of the type, named a."""
    return Field("a", FieldType(of), list_name="list", **more)


@pytest.mark.parametrize(
    ("target", "value", "stored"),
    [
        (field(), "e\u0301", "\u00e9"),
        (field(), "", None),
        (field(keeps_empty=True), "", ""),
        (field(), " a ", " a "),
        (field(trims=True), " a ", "a"),
        (field(trims=True), "  ", None),
        (field(case=Case.UPPER), "straße", "STRASSE"),
        (field(case=Case.LOWER), "ACME", "acme"),
        (field(case=Case.IGNORE), "Acme", "Acme"),
        (field(max_length=4, cuts=True), "abcde", "abcd"),
        (field(max_length=4, cuts=True, trims=True), "abc de", "abc"),
        (field("integer"), 7, 7),
        (field("integer"), Decimal("7.00"), 7),
        (field("decimal"), 7, Decimal(7)),
        (field("decimal"), Decimal("-0.0"), Decimal("0.0")),
        (field("decimal", decimals=2), Decimal("1.005"), Decimal("1.01")),
        (field("decimal", decimals=2, rounding=Rounding.DOWN), Decimal("1.005"), Decimal("1.00")),
        (field("checkbox"), False, False),
        (field("date"), date(2026, 1, 1), date(2026, 1, 1)),
        (field("datetime"), NOON.astimezone(OSLO), NOON),
        (field("datetime", decimals=0), NOON + timedelta(microseconds=999_999), NOON),
        (
            field("datetime", decimals=6),
            NOON + timedelta(microseconds=1),
            NOON.replace(microsecond=1),
        ),
        (field("list"), "A", "A"),
        (field("list"), "", None),
        (field("texts"), ("a", "a", "", "b"), ("a", "b")),
        (field("texts"), ("",), None),
        (field("texts", sort=Sort.PHONE), ("+47 22", "0047 22"), ("+47 22",)),
        (field("password"), Secret("s"), Secret("s")),
        (field("label"), "", None),
        *((field(of), None, None) for of in FieldType),
    ],
)
def test_what_a_target_stores(target, value, stored):
    """A target stores a value in the form that its description says."""
    assert repr(stored) == repr(canonical(target, value))


@pytest.mark.parametrize(
    ("target", "value", "rule"),
    [
        (field(), 7, "a text is expected"),
        (field(max_length=3), "abcd", "longer than 3 characters"),
        (field(access=Access.MANDATORY), "", "the field is mandatory"),
        (field("integer"), True, "a whole number is expected"),
        (field("integer"), Decimal("1.5"), "a whole number is expected"),
        (field("integer"), Decimal("NaN"), "a whole number is expected"),
        (field("integer"), "7", "a whole number is expected"),
        (field("decimal"), True, "a decimal number is expected"),
        (field("decimal"), "7", "a decimal number is expected"),
        (field("decimal"), Decimal("Infinity"), "numbers must be finite"),
        (field("checkbox"), 1, "True or False is expected"),
        (field("date"), NOON, "a date is expected"),
        (field("datetime"), date(2026, 1, 1), "an aware moment is expected"),
        (field("datetime"), NOON.replace(tzinfo=None), "an aware moment is expected"),
        (field("list"), 7, "the key of a list item is expected"),
        (field("texts"), "a", "a tuple of texts is expected"),
        (field("texts"), ("a", 7), "a text is expected"),
        (field("texts"), (UNSET,), "a text is expected"),
        (field("password"), "open", "a Secret is expected"),
        (field("label"), "x", "a label holds no value"),
    ],
)
def test_what_does_not_fit(target, value, rule):
    """A value that does not fit is an error naming record, field, value and rule."""
    with pytest.raises(BadValue) as refusal:
        canonical(target, value, record="erp/customer/7")

    assert f"erp/customer/7.a: {refusal.value.value}: {rule}" == str(refusal.value)


def test_a_password_that_is_no_secret_is_not_shown():
    """An open text in a password field is refused without being told."""
    with pytest.raises(BadValue) as refusal:
        canonical(field("password"), "hunter2")

    assert "hunter2" not in f"{refusal.value!r} {refusal.value}"


@pytest.mark.parametrize("of", ["integer", "decimal"])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("number", [int, Decimal])
def test_a_number_has_at_most_so_many_digits(of, sign, number):
    """A number of DIGITS_MAX digits before its point fits, and one of one more does not."""
    longest = number(sign * (10**DIGITS_MAX - 1))

    assert longest == canonical(field(of), longest)
    with pytest.raises(BadValue, match=f"more than {DIGITS_MAX} digits"):
        canonical(field(of), number(sign * 10**DIGITS_MAX))


def test_a_number_has_at_most_so_many_decimals():
    """A number of DIGITS_MAX digits behind its point fits, and one of one more does not."""
    smallest = Decimal((0, (1,), -DIGITS_MAX))

    assert smallest == canonical(field("decimal"), smallest)
    with pytest.raises(BadValue, match=f"more than {DIGITS_MAX} digits"):
        canonical(field("decimal"), smallest / 10)


def test_zeros_at_the_end_are_no_digits():
    """A number that is written with more zeros than digits are allowed is the same number."""
    long = Decimal((0, (1, 1, *[0] * 2 * DIGITS_MAX), -2 * DIGITS_MAX - 1))
    rounded = field("decimal", decimals=0)

    assert Decimal("1.1") == canonical(field("decimal"), long)
    assert same(rounded, long, Decimal(1))
    assert Decimal(0) == canonical(rounded, Decimal("0E-999"))


def test_more_decimals_than_a_number_can_have_change_nothing():
    """A field of very many decimals keeps all digits, and does not fail."""
    assert Decimal("1.5") == canonical(field("decimal", decimals=500), Decimal("1.5"))


def test_a_number_that_rounding_makes_too_long_is_refused_at_once():
    """What would be stored must fit again: a carry into one digit more is refused."""
    nines = Decimal(10**DIGITS_MAX - 1)
    target = field("decimal", decimals=0)

    assert nines == canonical(target, nines)
    with pytest.raises(BadValue, match=f"more than {DIGITS_MAX} digits"):
        canonical(target, Decimal(f"{nines}.9"))


def test_a_very_long_integer_is_refused_and_not_written_out():
    """An integer that Python will not write out is refused like any other misfit."""
    for of in FieldType:
        with pytest.raises(BadValue):
            canonical(field(of.value), 10**5000)


def test_a_moment_beyond_the_calendar_is_refused():
    """A moment that has no date in UTC is refused, and is still the same as itself alone."""
    target = field("datetime")
    first = datetime(1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    told_otherwise = datetime(1, 1, 1, 1, tzinfo=timezone(timedelta(hours=3)))

    with pytest.raises(BadValue, match="end of the calendar"):
        canonical(target, first)
    assert same(target, first, told_otherwise)
    assert not same(target, first, first + timedelta(minutes=1))


def test_silence_is_only_the_same_as_silence():
    """UNSET is the same as UNSET, and not as None, which says that the field is empty."""
    assert same(field(), UNSET, UNSET)
    assert not same(field(), UNSET, None)
    assert not same(field(), "", UNSET)
    assert UNSET is comparison_key(field(), UNSET)


@pytest.mark.parametrize(
    ("target", "one", "other"),
    [
        (field(), "", None),
        (field(trims=True), "a ", "a"),
        (field(case=Case.IGNORE), "STRASSE", "straße"),
        (field(case=Case.IGNORE, trims=True), " Acme", "ACME"),
        (field(max_length=3, cuts=True), "abcd", "abce"),
        (field("decimal", decimals=1), Decimal("1.04"), 1),
        (field("integer"), Decimal("1.0"), 1),
        (field("texts"), ("a", "b"), ("b", "a", "a")),
        (field("texts", sort=Sort.EMAIL), ("A@b.example",), ("a@B.example ",)),
        (field("texts", case=Case.IGNORE), ("Red", "BLUE"), ("blue", "red")),
        (field("datetime"), NOON, NOON.astimezone(OSLO)),
        (field("checkbox"), True, 1),
    ],
)
def test_what_a_target_cannot_tell_apart(target, one, other):
    """Two values are the same where the target would store the same for both."""
    assert same(target, one, other)


@pytest.mark.parametrize(
    ("target", "one", "other"),
    [
        (field(), "a", "A"),
        (field(keeps_empty=True), "", None),
        (field("texts"), ("a",), ("A",)),
        (field("integer"), Decimal("1.5"), 1),
        # A text that folds to more letters than the field is long is not the misfit it folds to.
        (field(case=Case.IGNORE, max_length=2), "ßß", "ssss"),
        (field(), ["x" * 99 + "1"], ["x" * 99 + "2"]),
        (field(), Secret("one"), Secret("two")),
        (field(), [10**5000], [10**5000]),
    ],
)
def test_what_a_target_can_tell_apart(target, one, other):
    """Two values that the target would store otherwise are not the same, nor is what misfits."""
    assert not same(target, one, other)


def test_two_hours_of_one_name_are_two_moments():
    """When the clocks are set back, the hour before is not the same as the hour after."""
    before = datetime(2025, 10, 26, 2, 30, tzinfo=OSLO)
    after = before.replace(fold=1)

    assert before == after
    assert not same(field("datetime"), before, after)
    assert not same(field("text"), before, after)
    assert not same(field("text"), (before,), (after,))


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        float("nan"),
        NOON.replace(tzinfo=None),
        (("a",),),
        [10**5000],
    ],
)
def test_comparing_never_fails(value):
    """Whatever stands in a record can be compared, and is the same as itself."""
    for of in FieldType:
        assert same(field(of.value), value, value)
        assert not same(field(of.value), value, "x")
