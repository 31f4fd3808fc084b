"""Where a reading stopped."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.tryton.cursors import Position, id_of_cursor, position_of, text_of
from erplink.errors import Refused

moments = st.datetimes(timezones=st.just(UTC))
ids = st.integers(0, 2**31)


@given(
    st.builds(
        Position,
        since=st.none() | moments,
        last=ids,
        ceiling=st.none() | moments,
        deleted=moments,
        told=st.lists(ids, max_size=5),
    )
)
def test_a_cursor_leads_back_to_its_position(position):
    """What is written into a cursor is read out of it."""
    assert position == position_of(text_of(position))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "7",
        "null",
        "[]",
        "[1,2,3,4,5]",
        '[null,"x",null,null,[]]',
        '["2024-01-01T00:00:00",0,null,null,[]]',
        '[null,0,null,null,["x"]]',
        "[" * 9999,
    ],
)
def test_another_text_is_no_cursor(cursor):
    """A cursor of another connector is refused, and not taken for a beginning."""
    with pytest.raises(Refused) as refused:
        position_of(cursor)

    assert "bad-cursor" == refused.value.code


def test_a_search_goes_on_after_an_id():
    """Its cursor is the id of the last record."""
    assert [0, 7] == [id_of_cursor(None), id_of_cursor("7")]
    with pytest.raises(Refused):
        id_of_cursor("-7")
