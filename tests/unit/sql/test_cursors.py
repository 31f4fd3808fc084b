import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.sql.cursors import Phase, Position, position_of, text_of
from erplink.errors import Refused

RAW = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
)


@given(st.sampled_from(Phase), RAW, st.none() | st.lists(RAW, max_size=3), RAW)
def test_a_position_is_read_from_its_cursor(phase, mark, key, ceiling):
    """Whatever a driver gave comes back with its type."""
    position = Position(phase=phase, mark=mark, key=key, ceiling=ceiling)

    actual = position_of(text_of(position))

    assert position == actual
    assert type(mark) is type(actual.mark)


def test_a_cursor_is_plain_letters():
    """It can be stored and logged anywhere, and shows nothing."""
    key = ("é", Decimal("1.50"), date(2024, 1, 2), datetime(2024, 1, 2, tzinfo=UTC), UUID(int=7))

    cursor = text_of(Position(key=key))

    assert cursor.isascii()
    assert cursor.replace("-", "").replace("_", "").isalnum()


def encoded(data):
    return urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


FOREIGN = [
    "",
    "x",
    "é",
    "bm90IGpzb24",
    encoded(None),
    encoded([]),
    encoded(["n", 1, None]),
    encoded(["?", 1, None, None]),
    encoded(["n", {"q": "1"}, None, None]),
    encoded(["n", {"t": "yesterday"}, None, None]),
    encoded(["n", {"t": 7}, None, None]),
    encoded(["n", {"n": "x"}, None, None]),
    encoded(["n", {}, None, None]),
    encoded(["n", [1], None, None]),
    encoded(["n", 1, 7, None]),
    "W" * 9_999,
]


@pytest.mark.parametrize("cursor", FOREIGN)
def test_any_other_text_is_refused(cursor):
    """A text of another making is no position, and says so without showing it."""
    with pytest.raises(Refused, match="read from the beginning") as caught:
        position_of(cursor)
    assert "bad-cursor" == caught.value.code
