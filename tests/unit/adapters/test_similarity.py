"""Similarity of names, by the library of the [match] extra."""

import importlib
import sys

import pytest
from hypothesis import given

from erplink.adapters.matching.similarity import similarity
from erplink.domain.matching import SIMILAR_COMPANY_RULES, Matcher, MatchReason
from erplink.testing.strategies import texts


@given(texts(), texts())
def test_similarity_is_a_part_of_one(one, other):
    """It is from 0 to 1, the same both ways, and 1 for a text and itself."""
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == similarity(other, one)
    assert 1 == similarity(one, one)


def test_words_may_stand_in_another_order():
    """The order of words does not matter; a part of a name is not the whole."""
    assert 1 == similarity("acme nordic", "nordic acme")
    assert similarity("acme", "acme holding") < 0.6


def test_it_finds_a_misspelt_company():
    """Handed to a matcher, it finds a name with a letter wrong, in the same postcode."""
    companies = Matcher(SIMILAR_COMPANY_RULES, similarity=similarity).index(
        [("c1", {"name": "ACME Maskiner AB", "postcode": "11122"})]
    )

    assert MatchReason.ONE_CANDIDATE is (
        companies.match({"name": "Acme Maskinr", "postcode": "111 22"}).reason
    )


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """Where rapidfuzz is missing, the error names the extra."""
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    monkeypatch.delitem(sys.modules, "erplink.adapters.matching.similarity")

    with pytest.raises(ImportError, match=r"pip install 'erplink\[match\]'"):
        importlib.import_module("erplink.adapters.matching.similarity")
