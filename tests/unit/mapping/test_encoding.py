"""Values as plain data: nothing is lost, and nothing is guessed."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from erplink.domain.encoding import INTEGER_BITS_MAX, PARTS_MAX, decode_value, encode_value
from erplink.domain.values import UNSET
from erplink.errors import BadDocument

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("ACME", "ACME"),
        ("", ""),
        (-7, -7),
        (True, True),
        (Decimal("1.50"), {"decimal": "1.50"}),
        (Decimal("-1E+3"), {"decimal": "-1E+3"}),
        (date(2026, 1, 31), {"date": "2026-01-31"}),
        (NOON, {"moment": "2026-01-31T12:00:00+00:00"}),
        (None, {"empty": True}),
        (UNSET, {"unset": True}),
        ((), {"many": []}),
        (
            ("+47 22", None, UNSET, Decimal("0.10")),
            {"many": ["+47 22", {"empty": True}, {"unset": True}, {"decimal": "0.10"}]},
        ),
    ],
)
def test_a_value_is_encoded_and_decoded(value, plain):
    """Texts, whole numbers and booleans stand for themselves; the rest says what it is."""
    assert plain == encode_value(value)
    assert repr(value) == repr(decode_value(plain))


def test_a_moment_keeps_its_offset():
    """Also at the ends of the calendar, where it could not be told in UTC."""
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))

    assert first == decode_value(encode_value(first))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.5, "value: 1.5: floats lose digits: use Decimal"),
        (Decimal("NaN"), "value: Decimal('NaN'): numbers must be finite"),
        (("a", 1.5), "value[1]: 1.5: floats lose digits: use Decimal"),
        (("a", ("b",)), "value[1]: a tuple holds single values, not tuples"),
        (["a"], "value: ['a']: list is not a type of value"),
        (2**INTEGER_BITS_MAX, f"value: a whole number has at most {INTEGER_BITS_MAX} bits"),
    ],
)
def test_what_is_no_value_is_not_encoded(value, message):
    """The error names the path and the remedy."""
    with pytest.raises(BadDocument) as raised:
        encode_value(value)

    assert message == str(raised.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, 'at: an empty value is written {"empty": true}, not None'),
        (
            1.5,
            'at: a number with a point is written {"decimal": "…"}, where it loses no digit, not',
        ),
        (date(2026, 1, 31), 'at: a date is written {"date": "…"}, not'),
        (NOON, 'at: a moment is written {"moment": "…"}, not'),
        (["a"], 'at: several values are written {"many": […]}, which holds no other, not'),
        (b"", "at: a text, a whole number, true, false or a table with one key is expected, not"),
        ({}, "at: a value has one key, one of date, decimal, empty, moment, unset, many; not 0"),
        ({"date": "2026-01-31", "empty": True}, "at: a value has one key, "),
        ({"decimals": "1"}, "at: unknown key 'decimals'; did you mean 'decimal'?"),
        ({1: "1"}, "at: unknown key 1; known: date, "),
        ({"decimal": "one"}, "at.decimal: a text such as 1.50 is expected, not 'one'"),
        ({"decimal": "NaN"}, "at.decimal: a text such as 1.50 is expected, not 'NaN'"),
        ({"decimal": 1.5}, "at.decimal: a text such as 1.50 is expected, not 1.5"),
        ({"decimal": "1E+99999999999999999999"}, "at.decimal: a text such as 1.50 is expected"),
        ({"date": "31.1.2026"}, "at.date: a text such as 2026-01-31 is expected"),
        ({"date": 20260131}, "at.date: a text such as 2026-01-31 is expected"),
        ({"moment": "2026-01-31T12:00:00"}, "at.moment: a text such as 2026-01-31T12:00:00+00:00,"),
        ({"empty": False}, "at.empty: true is expected, not False"),
        ({"unset": 1}, "at.unset: true is expected, not 1"),
        ({"many": "a"}, 'at: several values are written {"many": […]}, which holds no other, not'),
        ({"many": [{"many": []}]}, "at.many[0]: several values are written"),
        ({"many": ["a", None]}, "at.many[1]: an empty value is written"),
        (2**INTEGER_BITS_MAX, f"at: a whole number has at most {INTEGER_BITS_MAX} bits"),
    ],
)
def test_what_is_no_encoded_value_is_refused(data, message):
    """The error names the path and how it is written instead."""
    with pytest.raises(BadDocument) as raised:
        decode_value(data, path="at")

    assert str(raised.value).startswith(message)


def test_a_tuple_has_a_limit():
    """Neither longer tuples are written nor longer lists read."""
    most = ("x",) * PARTS_MAX

    assert most == decode_value(encode_value(most))
    with pytest.raises(BadDocument, match=f"value: at most {PARTS_MAX} values are expected"):
        encode_value((*most, "x"))
    with pytest.raises(BadDocument, match=f"value: at most {PARTS_MAX} values are expected"):
        decode_value({"many": [*most, "x"]})


def test_a_whole_number_has_a_limit_that_python_can_write():
    """The longest number that is encoded can be written as a text, and read again."""
    longest = 2**INTEGER_BITS_MAX - 1

    assert longest == decode_value(encode_value(longest)) == int(str(longest))
