"""Texts that a spreadsheet would take for formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.files.neutral import neutralised, restored

BEGINNINGS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 - the full-width signs are meant
texts = st.text(alphabet=f"'{BEGINNINGS}a1 ") | st.text()


@given(texts)
def test_what_was_neutralised_is_read_as_it_was_sent(text):
    """Whatever a text begins with, it comes back to the letter."""
    assert text == restored(neutralised(text))


@given(texts)
def test_no_neutralised_text_begins_like_a_formula(text):
    """Nothing that is written begins with a sign that a formula begins with."""
    assert not neutralised(text).startswith(tuple(BEGINNINGS))


@given(texts, texts)
def test_different_texts_stay_different(one, other):
    """Two texts are never written as the same one."""
    assert (one == other) == (neutralised(one) == neutralised(other))


@pytest.mark.parametrize("text", ["", "Acme", "'quoted'", "1 - 2", "a=b", "O'Brien"])
def test_an_ordinary_text_is_written_as_it_is(text):
    """Only the beginning of a text makes it dangerous."""
    assert text == neutralised(text)


def test_an_apostrophe_before_a_formula_survives():
    """A text that looks as if it had been neutralised already comes back with its apostrophe."""
    assert "''=1" == neutralised("'=1")
    assert "'=1" == restored("''=1")
