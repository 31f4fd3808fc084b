"""Schema: a system that changes its kinds suspends the mapping that it breaks, and no other."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import FIELDS, Stage, counts

from erplink.connectors import Kind
from erplink.domain.fields import Access, Field
from erplink.sync.state import FeedName, RunState, Side

NAMES = {"erp": FeedName("erp", "customer", Side.ERP), "crm": FeedName("erp", "customer", Side.CRM)}
BOTH = pytest.mark.parametrize("system", ["erp", "crm"])


@pytest.fixture
def stage():
    stage = Stage(erps=("erp", "south"))
    stage.customers(1)
    stage.settle()
    return stage


def describe_as(stage, system, *fields):
    """The vendor ships a release in which the kind has other fields."""
    name = "company" if system == "crm" else "customer"
    stage.hooks[system, "kinds"] = lambda _: [Kind(name, fields, ("name",))]


def failed(stage):
    """How the passes of the connection end, but for those of the other one."""
    return {result.run.connection: result.run.state for result in stage.engine.sync()}


@BOTH
def test_a_field_that_is_gone_suspends_the_mapping_with_the_reason(stage, system):
    """Nothing is read or written on a guess; the other connection goes on where it can."""
    describe_as(stage, system, *FIELDS[:-1])
    stage.forget_calls()

    states = failed(stage)

    reason = f"{system.upper()} field 'phone' is gone."
    assert (RunState.FAILED, reason) == (states["erp"], stage.feed(NAMES[system]).suspended)
    assert [] == stage.asked("erp", "changes")
    assert (RunState.DONE if system == "erp" else RunState.FAILED) is states["south"]


def test_the_suspension_is_told_once(stage):
    """A mapping that stays broken is no news at every pass."""
    describe_as(stage, "erp", *FIELDS[:-1])
    for _ in range(3):
        stage.sync()

    (event,) = stage.told("mapping suspended")
    assert "ERP field 'phone' is gone." == event.details["reason"]


def test_a_mapping_whose_fields_are_back_goes_on_by_itself(stage):
    """Nobody has to remember to resume it."""
    describe_as(stage, "erp", *FIELDS[:-1])
    stage.sync()
    del stage.hooks["erp", "kinds"]
    stage.erp.put("customer", "K0", {"city": "Bergen"})

    states = failed(stage)

    assert (RunState.DONE, "") == (states["erp"], stage.feed(NAMES["erp"]).suspended)
    assert ["Bergen"] == [each["city"] for each in stage.held("crm")]


def test_a_mapping_that_fits_the_new_fields_goes_on(stage):
    """Whoever takes the field out of the mapping has mended it."""
    describe_as(stage, "erp", *FIELDS[:-1])
    stage.sync()
    stage.remap(rules=[each for each in stage.mappings["erp"].rules if each.key != "phone"])

    assert RunState.DONE is failed(stage)["erp"]


@BOTH
def test_a_kind_that_is_gone_suspends_the_mapping(stage, system):
    """As a whole, and with the kinds that there are."""
    stage.hooks[system, "kinds"] = lambda _: [Kind("thing", [Field("name")])]

    assert RunState.FAILED is failed(stage)["erp"]
    assert "any longer" in stage.feed(NAMES[system]).suspended


def test_a_kind_that_never_was_there_is_a_misspelt_mapping():
    """There is nothing that changed, and the name is told with what is like it."""
    stage = Stage()
    stage.hooks["erp", "kinds"] = lambda _: [Kind("custommer", FIELDS)]

    (result,) = stage.sync()

    assert RunState.FAILED is result.run.state
    assert "custommer" in result.run.reason
    assert "" == stage.feed(NAMES["erp"]).suspended


def test_what_a_mapping_can_go_on_with_is_told_and_taken_over(stage):
    """A longer text, and a new field that must be filled, are no reason to stop."""
    longer = evolve(FIELDS[2], max_length=80)
    more = Field("group", access=Access.MANDATORY)
    describe_as(stage, "erp", *FIELDS[:2], longer, FIELDS[3], more)

    states = [failed(stage)["erp"] for _ in range(2)]

    (event,) = stage.told("schema changed")
    assert [RunState.DONE] * 2 == states
    assert "'city' stores texts of a different length" in event.details["changes"]
    assert "'group' must be filled in new records, and is not mapped" in event.details["changes"]


def test_the_order_of_the_fields_is_no_change(stage):
    """Nor is a label; a false alarm at every pass would stop nobody for long."""
    describe_as(stage, "erp", *reversed(FIELDS))

    assert RunState.DONE is failed(stage)["erp"]
    assert [] == stage.told("schema changed")


def test_a_pass_that_a_person_asks_for_fails_with_the_same_reason(stage):
    """A suspended mapping does nothing for anybody."""
    describe_as(stage, "erp", *FIELDS[:-1])

    result = stage.engine.sync_kind("erp", "customer")

    assert RunState.FAILED is result.run.state
    assert result.run.reason.endswith("is suspended: ERP field 'phone' is gone.")


def test_a_plan_that_was_made_before_is_not_carried_out_any_more(stage):
    """It waits, held, until the mapping fits again."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    preview = stage.engine.plan("erp", "customer")
    describe_as(stage, "erp", *FIELDS[:-1])
    stage.forget_calls()
    held = stage.engine.apply(preview)
    refused = stage.writes()
    del stage.hooks["erp", "kinds"]

    result = stage.engine.approve(held.run.id)

    assert (RunState.HELD, []) == (held.run.state, refused)
    assert held.run.reason.endswith("is suspended: ERP field 'phone' is gone.")
    assert {"updated": 1} == counts(result)
