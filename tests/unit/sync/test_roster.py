"""Who is served, and in which order, is in the store."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage

from erplink.domain.connections import Connection
from erplink.domain.mapping import Mapping
from erplink.domain.records import CRM
from erplink.errors import BadName, NotNow
from erplink.sync.roster import Roster


@pytest.fixture
def stage():
    return Stage(erps=("one", "two"))


@pytest.fixture
def roster(stage):
    return Roster(stage.store)


def change(stage, **changes):
    with stage.store.begin() as state:
        state.connections.put(evolve(state.connections.get("one"), **changes))


def map_to(stage, actor_kind, entity_kind, **more):
    with stage.store.begin() as state:
        state.mappings.put(Mapping("one", actor_kind, entity_kind, **more))


def test_connections_are_served_by_rank(stage, roster):
    """One that was never ranked comes last."""
    with stage.store.begin() as state:
        state.settings.put("ranking", ["two", CRM, "one"])
        state.connections.put(Connection("a new one", "New", "memory", active=True))

    assert ["two", "one", "a new one"] == roster.served()
    assert ("two", CRM, "one", "a new one") == tuple(roster.ranking().order)


def test_without_a_ranking_the_crm_comes_first(stage, roster):
    """It is the one system that everybody has."""
    with stage.store.begin() as state:
        state.settings.put("ranking", None)

    assert (CRM, "one", "two") == tuple(roster.ranking().order)


def test_a_connection_that_is_not_active_is_not_served(stage, roster):
    """Asked for by name, it is refused with the reason."""
    change(stage, active=False)

    assert ["two"] == roster.served()
    assert not roster.is_served("one")
    with pytest.raises(NotNow, match="the connection 'ONE' is not active"):
        roster.served("one")


def test_a_connection_that_is_paused_is_not_served(stage, roster):
    """The reason of the pause is told, until it is resumed."""
    stage.engine.pause("one", "the books are closed")

    assert ["two"] == roster.served()
    assert not roster.is_served("one")
    with pytest.raises(NotNow, match="the connection 'ONE' is paused: the books are closed"):
        roster.mapping("one", "customer")
    stage.engine.resume("one")
    assert ["one"] == roster.served("one")


def test_a_stranger_is_refused_with_the_likely_spelling(roster):
    """Of a connection as of a mapping."""
    assert not roster.is_served("nobody")
    with pytest.raises(BadName, match="unknown connection 'onne'; did you mean 'one'"):
        roster.check("onne")
    with pytest.raises(BadName, match="unknown mapping of one 'costumer'; did you mean 'customer'"):
        roster.mapping("one", "costumer")


def test_companies_come_before_what_belongs_to_them(stage, roster):
    """Whatever else there is comes last, in the order of its name."""
    for actor, entity in (("a", "thing"), ("b", "sale"), ("person", "contact"), ("z", "thing")):
        map_to(stage, actor, entity)

    kinds = [each.actor_kind for each in roster.mappings("one")]

    assert ["customer", "person", "b", "a", "z"] == kinds


def test_a_mapping_that_is_not_enabled_is_not_synced(stage, roster):
    """It is not among the mappings, and refused by name."""
    map_to(stage, "person", "contact", enabled=False)

    assert ["customer"] == [each.actor_kind for each in roster.mappings("one")]
    with pytest.raises(NotNow, match="'person' of one is not synced"):
        roster.mapping("one", "person")
