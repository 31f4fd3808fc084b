"""What a search asks of the server: never less than what erplink would find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.tryton.parts import Column, asciied, like
from erplink.connectors import Condition, Operator, Query, matches
from erplink.domain.fields import Field, FieldType

NAME = Field("name")
ACTIVE = Field("active", FieldType.CHECKBOX)
texts = st.text(st.sampled_from("aSßsK%_\\ é1"), max_size=8)
compared = st.sampled_from([each for each in Operator if 1 in each.operands])


def found(domain, value):
    """Whether a database would find a text by the patterns of a domain, whatever its case."""
    if domain and domain[0] == "OR":
        return any(found(each, value) for each in domain[1:])
    patterns = [pattern for _, _, pattern in domain]
    wanted = [".*".join(map(re.escape, pattern.split("%"))) for pattern in patterns]
    return all(re.fullmatch(each, value, re.IGNORECASE | re.DOTALL) for each in wanted)


@given(value=texts, wanted=texts.filter(str.strip), operator=compared)
def test_the_server_finds_all_that_erplink_finds(value, wanted, operator):
    """A condition that holds is never narrowed away."""
    condition = Condition("name", operator, (wanted,))
    domain = Column(NAME, "name").narrowed(condition)
    if matches(Query(criteria=condition), {"name": value}, {"name": NAME}, ("name",)):
        assert found(domain, value)


@given(value=texts, wanted=texts.filter(str.strip))
def test_a_text_within_is_found(value, wanted):
    """The same for a search by text."""
    if matches(Query(wanted), {"name": value}, {"name": NAME}, ("name",)):
        assert found(Column(NAME, "name").containing(wanted), value)


def test_wildcards_are_left_to_erplink():
    """A percent sign in what is searched for is no wildcard."""
    assert " discount" == asciied("50% discount")
    assert [["name", "ilike", "%d%iscount%"]] == like("name", "50%discount")
    assert [] == like("name", "%") == like("name", "ß") == like("name", "7")


@pytest.mark.parametrize(("text", "held"), [("TRUE", [True]), ("e", [True, False])])
def test_a_checkbox_is_found_by_its_word(text, held):
    """As erplink tells it; any other word is in none."""
    assert [["active", "in", held]] == Column(ACTIVE, "active").containing(text)
    assert Column(ACTIVE, "active").containing("perhaps") is None
