"""Trying a mapping out: a record is shown through it and back, and which laws break."""

import pytest

from erplink import ActorRef, Direction, EntityRef, FieldRule, ListMap
from erplink.domain.transforms import Laws, Transform
from erplink.domain.values import UNSET
from erplink.errors import BadName, BadValue
from erplink.sync import Side

from .conftest import mapping_of

PLACE = ("north", "customer")


def test_a_record_is_shown_through_a_mapping_and_back(busy):
    """For each field: what it is, what it becomes, what comes back, and if that is the same."""
    busy.north.put("customer", "K-1", {"name": "Fjord Boats", "country": "NO", "city": "Oslo"})
    told = busy.hub.mappings.try_out(
        busy.hub.mappings.get(*PLACE), ActorRef("north", "customer", "K-1")
    )
    lines = {line.rule.key: line for line in told.lines}

    assert ("NO", "no", "NO", True) == (
        lines["country"].value,
        lines["country"].becomes,
        lines["country"].comes_back,
        lines["country"].same,
    )
    assert {"name": "Fjord Boats", "city": "Oslo", "land": "no", "limit": None} == dict(
        told.becomes
    )
    assert told.keeps_its_laws
    assert "country <> land: 'NO' -> 'no' -> 'NO'" in str(told)


def test_a_record_of_the_crm_is_shown_the_other_way(busy):
    """From the CRM's values to the ERP's and back."""
    busy.crm.put("company", "1", {"name": "Fjord Boats", "land": "se"})
    told = busy.hub.mappings.try_out(busy.hub.mappings.get(*PLACE), EntityRef.of("company", "1"))

    assert Side.CRM is told.side
    assert "SE" == told.becomes["country"]


def test_a_trial_shows_what_does_not_get_there_and_which_laws_break(busy):
    """An item without a counterpart, a direction, a field that is gone, a value nobody told."""
    mapping = mapping_of(
        "north",
        rules=[
            FieldRule("country", "land"),
            FieldRule("city", "city", Direction.TO_ERP),
            FieldRule("name", "name", Direction.TO_CRM),
            FieldRule("web", "city"),
            FieldRule("note"),
            FieldRule("terms", "limit"),
        ],
        lists=[ListMap("countries", "lands", {"NO": "no"})],
    )
    values = {"country": "SE", "city": "Oslo", "name": "Fjord Boats", "note": "x"}
    told = busy.hub.mappings.try_out(mapping, ActorRef("north", "customer", "K-1"), values)
    lines = {line.rule.key: line for line in told.lines}

    assert "no counterpart" in lines["country"].problem
    assert "it does not travel this way" == lines["city"].problem
    assert ("Fjord Boats", UNSET) == (lines["name"].becomes, lines["name"].comes_back)
    assert "unknown field 'web'" in lines["web"].problem
    assert "it is not synced" == lines["note"].problem
    assert "the record does not say" == lines["terms"].problem
    assert {"name": "Fjord Boats"} == dict(told.becomes)
    assert "Fjord Boats" in str(told)


def test_a_trial_finds_a_value_that_does_not_come_back(busy):
    """What the target cuts off is lost on the way, and is shown as what it is."""
    mapping = mapping_of("north", rules=[FieldRule("city", "city")], lists=[])
    long = {"city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysilio"}
    told = busy.hub.mappings.try_out(mapping, EntityRef.of("company", "1"), long)
    (line,) = told.lines

    assert ("Llanfairpwllgwyngyll", "Llanfairpwllgwyngyll") == (line.becomes, line.comes_back)
    assert not line.same
    assert not told.keeps_its_laws


def test_a_trial_finds_a_transform_that_breaks_its_law(busy):
    """A transform of the host's own that says it is lossless, and is not, is shown with the law."""
    lossy = Transform("lossy", str.upper, str.upper, Laws.LOSSLESS)
    mapping = mapping_of("north", rules=[FieldRule("note", "note", transform=lossy)], lists=[])
    told = busy.hub.mappings.try_out(
        mapping, ActorRef("north", "customer", "K-1"), {"note": "Pays late"}
    )

    assert "came back as 'PAYS LATE'" in told.lines[0].broken[0]
    assert not told.keeps_its_laws


def test_a_trial_is_about_a_record_of_the_mapping(busy):
    """One of another kind or connection is refused, and so is one that there is not."""
    mapping = busy.hub.mappings.get(*PLACE)
    with pytest.raises(BadValue, match="about 'customer' of north"):
        busy.hub.mappings.try_out(mapping, ActorRef("north", "person", "K-1"))
    with pytest.raises(BadName, match="no record north/customer/K-9"):
        busy.hub.mappings.try_out(mapping, ActorRef("north", "customer", "K-9"))
