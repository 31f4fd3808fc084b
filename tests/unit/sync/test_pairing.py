"""Pairing: what a mapping means for the records of both sides."""

import pytest
from attrs import evolve

from erplink.connectors import Kind
from erplink.domain.connections import Ranking
from erplink.domain.fields import Field, FieldType
from erplink.domain.links import Agreed
from erplink.domain.mapping import Direction, FieldRule, Mapping
from erplink.domain.policy import Policy
from erplink.domain.transforms import boolean_words
from erplink.domain.values import UNSET
from erplink.errors import BadName
from erplink.sync.pairing import Pairing
from erplink.sync.state import FeedName, Side

ACTOR = Kind("customer", [Field("name"), Field("street"), Field("town"), Field("blocked")])
ENTITY = Kind("company", [Field("title"), Field("address"), Field("off", FieldType.CHECKBOX)])
RULES = [
    FieldRule("name", "title"),
    FieldRule("street", "address"),
    FieldRule("blocked", "off", transform=boolean_words("yes", "no")),
]
MAPPING = Mapping("erp", "customer", "company", rules=RULES)
POLICY = Policy(Ranking(["crm", "erp"]))
AGREED = {
    "name": Agreed("Ann", "Ann"),
    "street": Agreed("Main Street", "Main St"),
    "blocked": Agreed(True, "yes"),
}


@pytest.fixture
def pairing():
    return Pairing.of(MAPPING, ACTOR, ENTITY, POLICY)


def test_each_side_has_its_system_its_kind_and_its_feed(pairing):
    """So that whoever works on a side need not ask which it is."""
    told = [(pairing.system(side), pairing.kind(side).name, pairing.feed(side)) for side in Side]

    assert [
        ("erp", "customer", FeedName("erp", "customer", "erp")),
        ("crm", "company", FeedName("erp", "customer", "crm")),
    ] == told
    assert ("erp/customer/7", "crm/company/7") == tuple(pairing.name(side, "7") for side in Side)


def test_only_the_fields_that_are_mapped_are_asked_for(pairing):
    """Each once, also where two rules are about it."""
    twice = evolve(MAPPING, rules=[*RULES, FieldRule("town", "address")])

    assert ("name", "street", "blocked") == pairing.fields(Side.ERP)
    assert ("title", "address", "off") == pairing.fields(Side.CRM)
    assert ("title", "address", "off") == Pairing.of(twice, ACTOR, ENTITY, POLICY).fields(Side.CRM)


def test_a_field_that_is_only_shown_is_not_asked_for():
    """What is not synced moves nothing."""
    shown = evolve(MAPPING, rules=[RULES[0], FieldRule("town", "address", Direction.NONE)])

    assert ("name",) == Pairing.of(shown, ACTOR, ENTITY, POLICY).fields(Side.ERP)


@pytest.mark.parametrize(
    ("side", "values", "moved"),
    [
        (Side.ERP, {"name": "Ann", "street": "Main St", "blocked": "yes"}, False),
        (Side.CRM, {"title": "Ann", "address": "Main Street", "off": True}, False),
        (Side.ERP, {"name": "Ann", "street": "Main Street", "blocked": "yes"}, True),
        (Side.CRM, {"title": "Ann", "address": "Main Street", "off": False}, True),
        (Side.ERP, {"name": None, "street": "Main St", "blocked": "yes"}, True),
        (Side.ERP, {"name": "Ann"}, False),
    ],
)
def test_a_record_is_compared_with_what_its_own_side_held(pairing, side, values, moved):
    """A target that stores something else than it was sent has not moved; nor what is not said."""
    assert moved is pairing.moved(side, values, AGREED)


def test_what_a_side_cannot_tell_apart_has_not_moved():
    """An ERP that cuts blanks off edits nothing by doing so."""
    trimming = Kind("customer", [Field("name", trims=True)])
    pairing = Pairing.of(evolve(MAPPING, rules=RULES[:1]), trimming, ENTITY, POLICY)

    assert False is pairing.moved(Side.ERP, {"name": "Ann "}, AGREED)


def test_a_field_that_was_never_agreed_on_has_moved(pairing):
    """A rule that came into the mapping later is looked at."""
    assert True is pairing.moved(Side.ERP, {"name": "Ann"}, {"name": AGREED["name"]})


def test_an_actor_that_cannot_be_asked_counts_as_it_was(pairing):
    """As far as anything was ever agreed on."""
    known = {key: AGREED[key] for key in ("name", "street")}

    assert {"name": "Ann", "street": "Main St"} == pairing.unmoved(known)


def test_an_actor_is_told_in_the_words_of_the_crm(pairing):
    """As far as it says anything that has a writing there; so records of both can be matched."""
    values = {"name": "Ann", "blocked": "yes"}

    assert {"title": "Ann", "off": True} == pairing.in_crm_words(values)
    assert {"title": "Ann"} == pairing.in_crm_words({**values, "blocked": "perhaps"})


def test_a_merge_with_others_takes_its_part_from_here(pairing):
    """Its system, its values and what it agreed on."""
    linked = pairing.linked({"name": "Bo"}, AGREED, mark=7)

    assert ("erp", {"name": "Bo"}, AGREED, 7) == (
        linked.system,
        linked.values,
        linked.base,
        linked.mark,
    )


def test_another_mapping_makes_other_fingerprints(pairing):
    """What a record looked like under an older mapping says nothing any more."""
    other = Pairing.of(evolve(MAPPING, version=2), ACTOR, ENTITY, POLICY)

    assert pairing.salt != other.salt
    assert pairing.salt == Pairing.of(MAPPING, ACTOR, ENTITY, POLICY).salt


def test_a_compiled_mapping_is_known_by_what_it_was_made_of(pairing):
    """Kept between passes, it is made anew once anything of that changes."""
    other = Policy(Ranking(["erp", "crm"]))

    assert pairing.is_of(MAPPING, ACTOR, ENTITY, POLICY)
    assert not pairing.is_of(evolve(MAPPING, version=2), ACTOR, ENTITY, POLICY)
    assert not pairing.is_of(MAPPING, evolve(ACTOR, title="Clients"), ENTITY, POLICY)
    assert not pairing.is_of(MAPPING, ACTOR, ENTITY, other)


def test_a_field_that_its_kind_does_not_have_is_named():
    """With those that it has."""
    with pytest.raises(BadName, match="unknown field 'nmae'"):
        Pairing.of(evolve(MAPPING, rules=[FieldRule("nmae", "title")]), ACTOR, ENTITY, POLICY)


def test_what_is_not_said_is_left_out(pairing):
    """It is not the same as empty."""
    assert UNSET is pairing.merger.pairs[0].erp.read({})
    assert {} == pairing.in_crm_words({})
