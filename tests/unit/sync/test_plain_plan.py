"""Plain plans: small while they wait, and a whole plan wherever one is needed."""

import json

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage

from erplink.connectors import EditUnknown
from erplink.domain.links import Agreed, Pin
from erplink.domain.plan import StepOutcome, StepResult
from erplink.domain.records import CRM
from erplink.sync.plain_plan import PlainPlan
from erplink.sync.record_plan import RecordPlan


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(1)
    stage.settle()
    return stage


@pytest.fixture
def made(monkeypatch):
    """The plain plans that are made."""
    plans, make = [], PlainPlan.__init__

    def noted(self, *args):
        make(self, *args)
        plans.append(self)

    monkeypatch.setattr(PlainPlan, "__init__", noted)
    return plans


def edit(stage, **values):
    stage.crm.put("company", stage.link().entity.key, values)


def test_a_plain_record_is_planned_in_short_and_told_as_at_length(stage, made):
    """One object waits; the text in the journal, the plan and its decisions are the whole one's."""
    edit(stage, city="Rome")
    stage.one()

    (plain,) = made
    whole = plain.whole()
    assert whole.to_json() == plain.to_json()
    assert (whole.plan, whole.decisions) == (plain.plan, plain.decisions)
    assert whole.writes == plain.writes
    assert "Rome" == stage.customer("K0")["city"]
    assert "only the CRM moved" == stage.history(stage.link().key)[0].changes[0].reason


def test_what_is_done_is_in_its_text(stage, made):
    """A plan that is done says so wherever it is kept."""
    edit(stage, city="Rome")
    result = stage.one()
    (plain,) = made

    done = plain.with_outcomes(_confirmed(plain))

    assert {"updated": 1} == {k.value: v for k, v in result.report.counts.items() if v}
    assert ["confirmed"] == [each["result"] for each in json.loads(done.to_json())["outcomes"]]
    assert done.whole() == RecordPlan.from_json(done.to_json())


def _confirmed(plain):
    step = plain.patches()[0]
    whole = plain.whole()
    assert step.id == whole.writes[0].id
    return {step.id: StepOutcome(step.id, StepResult.CONFIRMED, {"city": "Rome"})}


@pytest.mark.parametrize("erp", ["abas", "erp"])
def test_its_writes_go_in_the_order_of_their_names(erp, made):
    """Whether the name of the ERP comes before that of the CRM or behind it."""
    stage = Stage(erps=(erp,))
    stage.customers(1, erp)
    stage.settle()
    key = stage.link(erp=erp).entity.key
    stage.crm.put("company", key, {"city": "Rome"})
    stage.worlds[erp].put("customer", "K0", {"name": "Anna"})
    stage.one()

    (plain,) = made
    assert sorted([CRM, erp]) == [step.target.system for step in plain.patches()]
    assert plain.whole().to_json() == plain.to_json()
    assert "Rome" == stage.customer("K0", erp)["city"]
    assert "Anna" == stage.company(key)["name"]


def test_what_comes_to_nothing_goes_on_as_a_whole_plan(stage, made):
    """It is found out what became of it, as of any other."""
    stage.hooks["erp", "save"] = lambda do, *_: [EditUnknown("the line was cut") for _ in do()]
    edit(stage, city="Rome")
    stage.one()
    stage.hooks.clear()
    stage.settle()

    assert made
    assert 0 == stage.intents()
    assert "Rome" == stage.customer("K0")["city"]


def test_a_link_that_changes_while_it_is_written_keeps_that_change(stage, made):
    """What was pinned meanwhile stays pinned, and the base moves on all the same."""

    def pinned(do, *_):
        link = stage.link()
        with stage.store.begin() as state:
            assert state.links.change(link.pinned("name", Pin.CRM), expects=link.version)
        return do()

    stage.hooks["erp", "save"] = pinned
    edit(stage, city="Rome")
    stage.one()

    assert made
    assert {"name": Pin.CRM} == stage.link().pins
    assert Agreed("Rome", "Rome") == stage.link().base["city"]


def test_a_link_that_goes_while_it_is_written_stays_gone(stage, made):
    """What was written is told nevertheless."""
    before = stage.link()

    def cut(do, *_):
        with stage.store.begin() as state:
            assert state.links.remove(before)
        return do()

    stage.hooks["erp", "save"] = cut
    edit(stage, city="Rome")
    stage.one()

    assert made
    assert [] == stage.links()
    assert ["city"] == [each.field for each in stage.history(before.key)[0].changes]


def test_what_both_sides_hold_is_agreed_without_a_write(stage, made):
    """Nothing is sent, and the base moves on."""
    edit(stage, city="Rome")
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.forget_calls()
    stage.one()

    (plain,) = made
    assert plain.whole().to_json() == plain.to_json()
    assert [] == stage.writes()
    assert Agreed("Rome", "Rome") == stage.link().base["city"]


def test_sides_that_agreed_to_differ_are_merged_at_length(stage, made):
    """What one field's words are on either side is for the long way to tell."""
    link = stage.link()
    with stage.store.begin() as state:
        base = {**link.base, "city": Agreed("Oslo", "Christiania")}
        apart = evolve(link, base=base, version=link.version + 1)
        assert state.links.change(apart, expects=link.version)
    stage.erp.put("customer", "K0", {"name": "Anna", "city": "Christiania"})
    stage.settle()

    assert [] == made
    assert "Anna" == stage.company(link.entity.key)["name"]
