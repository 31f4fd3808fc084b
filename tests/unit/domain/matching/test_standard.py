"""The standard rules and normalisers, and adding to them."""

import pytest

from erplink.domain.keys import code_key, name_key
from erplink.domain.matching import (
    COMPANY_KEYS,
    COMPANY_RULES,
    CONTACT_KEYS,
    CONTACT_RULES,
    SIMILAR_COMPANY_RULES,
    STANDARD_NORMALISERS,
    Matcher,
    MatchReason,
)
from erplink.errors import BadName, BadRegistration


@pytest.mark.parametrize("rules", [COMPANY_RULES, CONTACT_RULES])
def test_standard_rules_go_from_strong_to_weak(rules):
    """The first rules weigh the most, and no two rules have one name."""
    weights = [rule.weight for rule in rules if rule.name != "e-mail"]

    assert sorted(weights, reverse=True) == weights
    assert len(rules) == len({rule.name for rule in rules})


@pytest.mark.parametrize("keys", [COMPANY_KEYS, CONTACT_KEYS])
def test_every_key_of_an_import_is_a_matcher_of_its_own(keys):
    """Each choice of an import finds a record that is like the candidate in that key alone."""
    for name, rule in keys.items():
        values = dict.fromkeys(rule.fields, "A1 x")

        assert name == rule.name
        assert (
            MatchReason.ONE_CANDIDATE is Matcher([rule]).index([(1, values)]).match(values).reason
        )


def test_similar_names_are_added_to_the_rules_for_companies():
    """Rules of likeness come after the exact ones, so they are asked where those find nothing."""
    matcher = Matcher([*SIMILAR_COMPANY_RULES, *COMPANY_RULES], similarity=lambda *_: 0.95)

    assert (*COMPANY_RULES, *SIMILAR_COMPANY_RULES) == matcher.rules
    companies = matcher.index([("c1", {"name": "ACME Nordic AB", "postcode": "1"})])
    result = companies.match({"name": "Acme Nordik", "postcode": "1"})

    assert ("similar name, same postcode",) == result.candidate.agreeing


def test_a_legal_form_alone_does_not_keep_two_companies_apart_by_likeness():
    """A company's name is compared without its legal form, which is no match by itself."""
    companies = Matcher(SIMILAR_COMPANY_RULES, similarity=lambda *_: 0.0).index(
        [("c1", {"name": "ACME GmbH"})]
    )

    assert MatchReason.ONE_CANDIDATE is companies.match({"name": "ACME AG"}).reason
    assert (
        MatchReason.NO_CANDIDATE
        is Matcher(COMPANY_RULES)
        .index([("c1", {"name": "ACME GmbH"})])
        .match({"name": "ACME AG"})
        .reason
    )


class Shouting:
    """A normaliser that is an object."""

    def __call__(self, text):
        return text.upper()


def test_a_catalogue_is_extended_into_another():
    """A plug-in's normalisers come on top of the standard ones, which stay as they are."""
    shouting = Shouting()
    more = STANDARD_NORMALISERS.extended({"shout": shouting})

    assert (shouting, name_key) == (more.named("shout"), more.named("name"))
    with pytest.raises(BadName, match="unknown normaliser 'shout'"):
        STANDARD_NORMALISERS.named("shout")


def test_a_name_that_is_taken_is_refused_naming_both():
    """Two normalisers of one name are an error that says where each comes from."""
    with pytest.raises(BadRegistration) as refusal:
        STANDARD_NORMALISERS.extended({"code": Shouting()})

    message = str(refusal.value)
    assert "the normaliser 'code' is offered twice" in message
    assert f"{code_key.__module__}.code_key" in message
    assert "Shouting" in message


def test_a_catalogue_shows_its_names():
    """The repr of a catalogue lists what it offers."""
    assert "'postcode'" in repr(STANDARD_NORMALISERS)
