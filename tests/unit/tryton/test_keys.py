"""Ids as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.tryton.keys import id_of


@given(st.integers(1, 2**31 - 1))
def test_an_id_is_its_own_key(number):
    """A key is the id, written as Python writes it."""
    assert number == id_of(str(number))


@pytest.mark.parametrize("key", ["", "0", "-1", "007", "1.0", "x", "٣", "2147483648", "9" * 99])
def test_what_no_record_can_have_is_no_key(key):
    """Two keys never lead to one record, and none makes the database fail."""
    assert id_of(key) is None
