"""What holds of every normalised key, whatever the text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.fields import Sort
from erplink.domain.keys import (
    code_key,
    company_key,
    email_key,
    folded_key,
    home_vat_key,
    key_of_sort,
    name_key,
    phone_key,
    plain_key,
    postcode_key,
    start_key,
    url_key,
    vat_key,
)
from erplink.testing.strategies import texts

IDEMPOTENT = [
    code_key,
    company_key,
    folded_key,
    home_vat_key("SE"),
    name_key,
    phone_key,
    plain_key,
    postcode_key,
    vat_key,
]
ALL = [*IDEMPOTENT, email_key, start_key, url_key]


@pytest.mark.parametrize("normalise", IDEMPOTENT)
@given(text=texts(12))
def test_the_key_of_a_key_is_the_key(normalise, text):
    """A key is its own normalised form, so it does not matter how often it is normalised."""
    assert normalise(text) == normalise(normalise(text))


@pytest.mark.parametrize("normalise", ALL)
@given(text=texts(12))
def test_a_key_does_not_depend_on_encoding_or_the_space_around(normalise, text):
    """Two texts that look the same have one key, however their accents are encoded."""
    assert normalise(text) == normalise(unicodedata.normalize("NFD", text))
    assert normalise(text) == normalise(f" {text}\n")


@given(texts(12))
def test_the_short_way_for_ascii_is_the_long_way(text):
    """A text of ASCII has the key that it has beside a letter that is none."""
    ascii_text = text.encode("ascii", "ignore").decode()

    assert name_key(f"é {ascii_text}") == f"é {name_key(ascii_text)}".strip()
    assert code_key(f"é {ascii_text}") == f"é{code_key(ascii_text)}"


@pytest.mark.parametrize("normalise", [vat_key, postcode_key])
@given(text=texts(12))
def test_a_number_has_a_key_where_it_has_a_digit(normalise, text):
    """A number's key is its letters and digits, or nothing where no digit tells anything."""
    assert normalise(text) in ("", code_key(text))
    assert not normalise(text) or any(sign.isdecimal() for sign in normalise(text))


@given(st.sampled_from(Sort), texts(12))
def test_only_an_empty_text_has_no_key_among_many(sort, text):
    """A text of a multi-valued field is told from others unless there is nothing in it."""
    assert bool(key_of_sort(sort)(text)) == bool(plain_key(text))
