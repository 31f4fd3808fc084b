"""A plan that was shown is carried out only where the records still are what was shown."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage

from erplink.domain.plan import Change, Patch, Plan
from erplink.domain.records import ActorRef
from erplink.domain.values import UNSET
from erplink.sync.recheck import rechecked
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side
from erplink.sync.systems import Systems


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(3)
    return stage


def plan_of(key, *changes):
    patch = {change.field: change.new for change in changes}
    step = Patch(ActorRef("erp", "customer", key), patch, changes=changes)
    return RecordPlan(
        record=f"erp/customer/{key}",
        feed=FeedName("erp", "customer", Side.ERP),
        key=key,
        plan=Plan([step]),
    )


def judged(stage, *plans):
    with Systems(stage.open, read_only=True) as systems:
        fresh, stale = rechecked(plans, systems)
    return [plan.key for plan in fresh], [plan.key for plan in stale]


def test_records_are_judged_one_by_one(stage):
    """What moved is stale, what is gone too, and the others are fresh; read with one call."""
    stage.erp.put("customer", "K1", {"city": "Rome"})
    stage.erp.remove("customer", "K2")
    plans = [plan_of(key, Change("city", "Oslo", "Bergen")) for key in ("K0", "K1", "K2")]

    assert (["K0"], ["K1", "K2"]) == judged(stage, *plans)
    assert 1 == len(stage.asked("erp", "get"))


def test_only_what_would_be_overwritten_has_to_be_as_shown(stage):
    """Another field may have moved."""
    stage.erp.put("customer", "K0", {"phone": "1"})

    assert (["K0"], []) == judged(stage, plan_of("K0", Change("city", "Oslo", "Bergen")))


def test_the_same_value_in_another_writing_is_as_shown(stage):
    """Equality belongs to the target."""
    assert (["K0"], []) == judged(stage, plan_of("K0", Change("phone", "", "1")))


@pytest.mark.parametrize("change", [Change("city", UNSET, "a"), Change("unknown", "b", "a")])
def test_what_was_never_seen_cannot_have_moved(stage, change):
    """A field whose old value is not known, or that is not there any more, says nothing."""
    assert (["K0"], []) == judged(stage, plan_of("K0", change))


def test_a_plan_without_patches_is_fresh(stage):
    """A creation, or a link alone, overwrites nothing."""
    plan = evolve(plan_of("K0"), plan=Plan())

    assert (["K0"], []) == judged(stage, plan)
    assert [] == stage.asked("erp", "get")
