"""What a person decided is carried out now, as a whole, and each decision is told of."""

import pytest
from tests.unit.sync.stage import Stage, counts

from erplink.domain.mapping import OnUnlinked
from erplink.domain.plan import Change, MakeLink, Patch, Plan
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import Unavailable
from erplink.sync.holding import Holding
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, RunState, Side

COMPANY, CUSTOMER = EntityRef.of("company", "c"), ActorRef("erp", "customer", "K9")
FEED = FeedName("erp", "customer", Side.ERP)


def tie(entity, actor, *steps):
    """A plan that a person made."""
    made = MakeLink(entity, actor)
    return RecordPlan(
        record=str(entity),
        feed=FEED.across,
        key=entity.key,
        plan=Plan([made, *steps]),
        personal=True,
    )


@pytest.fixture
def strangers():
    """Two records without a link."""
    stage = Stage(on_unlinked=OnUnlinked())
    stage.erp.put("customer", "K9", {"number": "N9", "name": "a", "city": "Oslo"})
    stage.crm.put("company", "c", {"number": "N9", "name": "a", "city": "Rome"})
    return stage


def test_what_a_person_decided_is_carried_out_now(strangers):
    """Whatever the mapping says of records without a link, and beside any pass."""
    stage, entity, actor = (
        strangers,
        EntityRef.of("company", "c"),
        ActorRef("erp", "customer", "K9"),
    )
    Holding.acquire(stage.store, "pass/erp/customer", "another", stage.clock)

    result = stage.engine.commit(
        [tie(entity, actor)], connection="erp", actor_kind="customer", principal="Ada"
    )

    assert [entity] == [link.entity for link in stage.links()]
    assert ("Ada", RunState.DONE) == (result.run.principal, result.run.state)
    assert 1 == len(result.settled)


def test_many_decisions_are_carried_out_together(strangers):
    """Each is told of; what went stale is skipped."""
    stage, entity, actor = (
        strangers,
        EntityRef.of("company", "c"),
        ActorRef("erp", "customer", "K9"),
    )
    stale = Patch(actor, {"city": "Rome"}, changes=[Change("city", "Bergen", "Rome")])
    other = EntityRef.of("company", "d")
    stage.crm.put("company", "d", {"name": "d"})
    plans = [tie(entity, ActorRef("erp", "customer", "K8")), tie(other, actor, stale)]

    result = stage.engine.commit(plans, connection="erp", actor_kind="customer")

    assert {"skipped": 1, "unchanged": 1} == counts(result)
    assert ["K8"] == [link.actor.key for link in stage.links()]


def test_a_decision_that_cannot_be_compared_is_not_carried_out(strangers):
    """The trouble is raised, and the run is told as failed."""
    stage, entity, actor = (
        strangers,
        EntityRef.of("company", "c"),
        ActorRef("erp", "customer", "K9"),
    )

    def off(*_):
        raise Unavailable("off")

    stage.hooks["erp", "get"] = off
    plan = tie(entity, actor, Patch(actor, {"city": "Rome"}))

    with pytest.raises(Unavailable):
        stage.engine.commit([plan], connection="erp", actor_kind="customer")

    assert "failed off" == stage.status().last
    assert [] == stage.links()
