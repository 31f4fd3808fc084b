from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.sql.codecs import (
    CheckboxCodec,
    DecimalCodec,
    IntegerCodec,
    ListCodec,
    TextCodec,
    UuidCodec,
)
from erplink.adapters.erp.sql.moments import DateCodec, MomentCodec, shortest, utc_text
from erplink.domain.fields import FieldType
from erplink.domain.values import UNSET
from erplink.errors import BadValue

OSLO = ZoneInfo("Europe/Oslo")
MOMENTS = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001 - its zone is the one below
    datetime(9999, 12, 29),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)
ROUND_TRIPS = [
    (TextCodec(), st.text(st.characters(exclude_categories=["Cs"]))),
    (
        TextCodec(keeps_nul=False),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    ),
    (IntegerCodec(16), st.integers(-(2**15), 2**15 - 1)),
    (IntegerCodec(), st.integers(-(2**63), 2**63 - 1)),
    (DecimalCodec(2, 6), st.decimals(-999_999, 999_999, places=2)),
    (DecimalCodec(2, 9, floats=True), st.decimals(-999_999_999, 999_999_999, places=2)),
    (DecimalCodec(floats=True), st.floats(1e-50, 1e50).map(lambda n: Decimal(repr(n)))),
    (CheckboxCodec(), st.booleans()),
    (DateCodec(), st.dates()),
    (DateCodec(texts=True), st.dates()),
    (MomentCodec(), MOMENTS),
    (MomentCodec(ZoneInfo("UTC"), texts=True), MOMENTS),
    (MomentCodec(ZoneInfo("Asia/Tokyo")), MOMENTS.filter(lambda m: m.year > 1951)),
    (UuidCodec(), st.uuids().map(str)),
    (ListCodec(IntegerCodec(), FieldType.INTEGER), st.integers(-99, 99).map(str)),
    (ListCodec(TextCodec(), FieldType.TEXT, frozenset("ab")), st.sampled_from("ab")),
]


@pytest.mark.parametrize(("codec", "values"), ROUND_TRIPS)
def test_what_is_kept_is_told(codec, values):
    """Every value that a column takes is told again as it was."""

    @given(values)
    def check(value):
        told = codec.tell(codec.keep(value))

        assert value == told
        assert type(value) is type(told)

    check()


@pytest.mark.parametrize("codec", [codec for codec, _ in ROUND_TRIPS])
def test_nothing_is_told_as_nothing(codec):
    """NULL is None, whatever the column."""
    assert codec.tell(None) is None


UNTOLD = [
    (TextCodec(), [5, b"x"]),
    (IntegerCodec(), ["5", 5.0, True]),
    (DecimalCodec(2), ["x", Decimal("NaN"), float("inf"), Decimal("1E+70"), b"x"]),
    (CheckboxCodec(), [2, "true"]),
    (DateCodec(), ["2024-01-01", datetime(2024, 1, 1, tzinfo=UTC), 5]),
    (DateCodec(texts=True), ["2024-02-30", 5]),
    (MomentCodec(), ["2024-01-01 10:00", 5, date(2024, 1, 1)]),
    (MomentCodec(OSLO, texts=True), ["x", 5, date(2024, 1, 1)]),
    (MomentCodec(ZoneInfo("Asia/Tokyo")), [datetime(1, 1, 1)]),  # noqa: DTZ001 - as a driver gives it
    (ListCodec(IntegerCodec(), FieldType.INTEGER), ["x"]),
]


@pytest.mark.parametrize(("codec", "values"), UNTOLD)
def test_what_has_no_value_is_not_told(codec, values):
    """What the column should not hold is neither None nor something near it."""
    assert [UNSET] * len(values) == [codec.tell(value) for value in values]


UNKEPT = [
    (TextCodec(keeps_nul=False), ["a\0b", "\ud800"]),
    (TextCodec(), ["\ud800"]),
    (IntegerCodec(16), [2**15, -(2**15) - 1]),
    (DecimalCodec(2, 3), [Decimal(1000), Decimal(-1000)]),
    (DecimalCodec(floats=True), [Decimal("0.12345678901234567890"), Decimal(2**63 + 1)]),
    (MomentCodec(ZoneInfo("America/New_York")), [datetime(1, 1, 1, tzinfo=UTC)]),
    (UuidCodec(), ["x"]),
    (ListCodec(IntegerCodec(), FieldType.INTEGER), ["x", "01"]),
    (ListCodec(TextCodec(), FieldType.TEXT, frozenset("ab")), ["c"]),
]


@pytest.mark.parametrize(("codec", "values"), UNKEPT)
def test_what_cannot_be_kept_as_it_is_is_refused(codec, values):
    """Nothing is stored that would come back as something else."""
    for value in values:
        with pytest.raises(BadValue):
            codec.keep(value)


def test_decimals_are_padded_and_never_cut():
    """A number has the decimals of its column, or more, where the database has more."""
    codec = DecimalCodec(2)

    assert ["5.00", "5.10", "5.125", "100.00"] == [
        str(codec.tell(raw)) for raw in (5, "5.1", 5.125, Decimal("1E+2"))
    ]
    assert "7" == str(DecimalCodec(0).tell(7.0))
    assert "0.1" == str(DecimalCodec(floats=True).tell(0.1))


OPERANDS = [
    (TextCodec(), "x", "x"),
    (TextCodec(keeps_nul=False), "\0", None),
    (TextCodec(), 5, None),
    (IntegerCodec(), Decimal("5.0"), 5),
    (IntegerCodec(), Decimal("5.5"), None),
    (IntegerCodec(), True, 1),
    (IntegerCodec(16), 2**15, None),
    (IntegerCodec(), "5", None),
    (DecimalCodec(), 5, Decimal(5)),
    (DecimalCodec(floats=True), Decimal("0.5"), 0.5),
    (DecimalCodec(), 10**60, None),
    (DecimalCodec(), "5", None),
    (CheckboxCodec(), Decimal(1), True),
    (CheckboxCodec(), 2, None),
    (DateCodec(texts=True), date(2024, 1, 1), "2024-01-01"),
    (DateCodec(), datetime(2024, 1, 1, tzinfo=UTC), None),
    (MomentCodec(OSLO, texts=True), datetime(2024, 1, 1, tzinfo=UTC), "2024-01-01 00:00:00.000000"),
    (MomentCodec(OSLO), datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 1)),  # noqa: DTZ001
    (MomentCodec(), date(2024, 1, 1), None),
    (MomentCodec(ZoneInfo("America/New_York")), datetime(1, 1, 1, tzinfo=UTC), None),
    (UuidCodec(), str(UUID(int=7)), UUID(int=7)),
    (UuidCodec(), str(UUID(int=0xABC)).upper(), None),
    (UuidCodec(), "x", None),
    (UuidCodec(), 7, None),
    (ListCodec(IntegerCodec(), FieldType.INTEGER), "5", 5),
    (ListCodec(IntegerCodec(), FieldType.INTEGER), 5, None),
    (ListCodec(TextCodec(), FieldType.TEXT, frozenset("ab")), "c", None),
]


@pytest.mark.parametrize(("codec", "key", "expected"), OPERANDS)
def test_a_column_is_compared_with_what_it_could_hold(codec, key, expected):
    """None where no row can be equal; a number equals a number of any type."""
    assert expected == codec.operand(key)
    assert type(expected) is type(codec.operand(key))


def test_an_hour_that_comes_twice_is_read_as_the_first():
    """A local time without a zone cannot say which; it is always the same one."""
    first = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    codec = MomentCodec(OSLO)

    assert first == codec.tell(codec.keep(first))
    assert first == codec.tell(codec.keep(first + timedelta(hours=1)))


@given(MOMENTS, MOMENTS)
def test_texts_of_moments_stand_in_the_order_of_time(one, other):
    """SQLite compares texts; these it compares as moments."""
    assert (one < other) == (utc_text(one) < utc_text(other))


@given(MOMENTS)
def test_the_shortest_text_comes_before_all_others(moment):
    """Whoever reads from it on passes over no other writing of the moment, nor any later one."""
    text = MomentCodec(ZoneInfo("UTC"), texts=True).keep(moment)
    brief = shortest(text)

    assert brief <= min(text, utc_text(moment))
    assert moment == MomentCodec(ZoneInfo("UTC"), texts=True).tell(brief)
