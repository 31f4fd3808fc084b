"""What a target stores, and when it holds two values for the same one: the laws of both."""

from datetime import UTC, datetime

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.canonical import canonical, comparison_key, same, sameness
from erplink.domain.fields import Access
from erplink.domain.values import SHOWN_CHARACTERS_MAX, check_value, in_utc, shorten
from erplink.errors import BadValue
from erplink.testing.strategies import fields, fitting, maybes, moments, offered, values, variants


@st.composite
def offers(draw, count):
    """A field, and ``count`` values offered to it, many of them writings of one value."""
    field = draw(fields())
    first = draw(offered(field))
    writings = variants(first)
    if refusal(canonical, field, first) is None:
        writings |= variants(canonical(field, first))
    others = [draw(writings | maybes()) for _ in range(count - 1)]
    return field, [first, *others]


@st.composite
def fits(draw):
    """A field, and a value that it takes."""
    field = draw(fields())
    return field, draw(fitting(field))


def refusal(function, *arguments, **named):
    """The BadValue that a call raises, or None."""
    try:
        function(*arguments, **named)
    except BadValue as error:
        return error
    return None


@given(fits())
def test_canonical_is_idempotent(case):
    """What a target stores for a value is what it would store for that again."""
    field, value = case
    stored = canonical(field, value)

    assert repr(stored) == repr(canonical(field, stored))


@given(fits())
def test_a_value_is_the_same_as_its_canonical_form(case):
    """A target cannot tell a value from what it stores for it."""
    field, value = case

    assert same(field, value, canonical(field, value))


@given(offers(1))
def test_sameness_is_reflexive(case):
    """Every value is the same as itself, whether it fits its field or not."""
    field, (value,) = case

    assert same(field, value, value)
    assert comparison_key(field, value) == comparison_key(field, value)


@given(offers(2))
def test_sameness_is_symmetric(case):
    """If one value is the same as another, then the other is the same as the one."""
    field, (one, other) = case

    assert same(field, one, other) == same(field, other, one)


@given(offers(3))
def test_sameness_is_transitive(case):
    """Two values that are the same as a third are the same."""
    field, (one, two, three) = case

    assert not (same(field, one, two) and same(field, two, three)) or same(field, one, three)


@given(offers(2))
def test_values_are_the_same_just_when_they_share_their_key(case):
    """The comparison key says the same as the comparison, and has a hash that agrees with it."""
    field, (one, other) = case
    keys = [comparison_key(field, one), comparison_key(field, other)]

    assert same(field, one, other) == (keys[0] == keys[1])
    assert same(field, one, other) == sameness(field)(one, other)
    assert keys[0] != keys[1] or hash(keys[0]) == hash(keys[1])


def told_in_utc(case):
    """The case with its moments told in UTC, where == compares the moments themselves."""
    field, offered_values = case
    return field, [told(each) for each in offered_values]


def told(value):
    """The value in UTC, or None where the calendar ends before."""
    if isinstance(value, tuple):
        return tuple(map(told, value))
    try:
        return in_utc(value) if isinstance(value, datetime) else value
    except BadValue:
        return None


@given(offers(2))
def test_equal_values_are_the_same(case):
    """Values that Python holds for equal are the same to every field, if moments are in UTC."""
    field, (one, other) = told_in_utc(case)

    assert one != other or same(field, one, other)


@given(offers(2))
def test_what_does_not_fit_is_only_the_same_as_an_equal_value(case):
    """A value that a field refuses stays a difference to everything but an equal value."""
    field, (one, other) = told_in_utc(case)
    # Emptiness has a form even where it is not allowed: a mandatory field may be found empty.
    if refusal(canonical, evolve(field, access=Access.NORMAL), one) is None:
        return

    assert same(field, one, other) == (one == other)


@given(fields(), values())
def test_a_refused_value_is_told_with_its_record_field_and_rule(field, value):
    """A value that does not fit its field is an error naming record, field, value and rule."""
    error = refusal(canonical, field, value, record="erp/customer/7")
    if error is None:
        return

    assert ("erp/customer/7", field.key) == (error.record, error.field)
    assert f"erp/customer/7.{field.key}: {error.value}: {error.rule}" == str(error)
    assert len(error.value) <= SHOWN_CHARACTERS_MAX
    assert error.rule


@given(values())
def test_every_generated_value_is_a_value(value):
    """The strategies for values give values of the closed set, unchanged by the check."""
    assert repr(value) == repr(check_value(value))


@given(
    st.recursive(st.floats() | st.binary() | st.none(), lambda inner: st.lists(inner).map(tuple))
)
def test_a_text_that_is_shown_fits_on_a_line(anything):
    """Whatever is shown is shortened."""
    assert len(shorten(anything)) <= SHOWN_CHARACTERS_MAX


@given(moments())
def test_equal_moments_are_equal_values_in_utc(moment):
    """A moment told in UTC is the same moment, or is refused at the ends of the calendar."""
    error = refusal(in_utc, moment)
    if error is None:
        assert (UTC, moment.timestamp()) == (in_utc(moment).tzinfo, in_utc(moment).timestamp())
    else:
        assert moment.year in (1, 9999)
