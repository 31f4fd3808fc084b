"""Values on their way to Tryton and back."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.tryton.codec import decoded, encoded
from erplink.domain.secret import Secret
from erplink.errors import BadDocument

plain = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(
    plain
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.binary()
    # Seconds of a stretch are a number with a fraction, and so are the whole ones.
    | st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter("__class__".__ne__), inner),
)


@given(values)
def test_what_is_written_is_read_back(value):
    """Every value survives the way to Tryton and back, however deep it stands."""
    assert value == decoded(encoded(value))


def test_a_moment_is_told_in_utc():
    """Tryton's moments are UTC and do not say so; a text would match nothing, without an error."""
    moment = datetime(2024, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))

    told = encoded([["write_date", ">=", moment]])

    expected = {"year": 2024, "month": 6, "day": 30, "hour": 23, "minute": 30, "second": 0}
    assert {"__class__": "datetime", **expected, "microsecond": 0} == told[0][2]


def test_money_keeps_its_zeros():
    """A Decimal is told as the text that it is."""
    assert {"__class__": "Decimal", "decimal": "12000.50"} == encoded(Decimal("12000.50"))
    assert "12000.50" == str(decoded({"__class__": "Decimal", "decimal": "12000.50"}))


def test_days_and_times_have_classes_of_their_own():
    """A day is no moment at midnight."""
    assert "date" == encoded(date(2024, 2, 29))["__class__"]
    assert "time" == encoded(time(12))["__class__"]


def test_a_secret_is_left_to_the_client():
    """It is revealed when the request is sent, and not before."""
    secret = Secret("let me in")

    assert secret is encoded({"password": secret})["password"]


@pytest.mark.parametrize(
    "raw",
    [
        {"__class__": "pickle", "data": "x"},
        {"__class__": "date", "year": 2024, "month": 2},
        {"__class__": "date", "year": 2024, "month": 2, "day": 30},
        {"__class__": "Decimal", "decimal": "many"},
        {"__class__": "bytes", "base64": 7},
        {"__class__": "datetime", "year": "2024"},
    ],
)
def test_what_is_no_value_is_no_value(raw):
    """A class that is not known, or that holds something else, is told and not guessed."""
    with pytest.raises(BadDocument):
        decoded([raw])
