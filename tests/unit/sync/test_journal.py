"""What is about to be done is durable before it is done, and its outcome is remembered at once."""

from contextlib import contextmanager

import pytest
from attrs import evolve
from tests.unit.sync.stage import Crash, Doom, Stage, counts

from erplink.adapters.stores.links import SqlLinks
from erplink.connectors import EditRefused
from erplink.domain.mapping import OnUnlinked
from erplink.domain.plan import (
    Create,
    MakeLink,
    Patch,
    Plan,
    RecordResult,
    RemoveLink,
    StepOutcome,
    StepResult,
)
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.errors import AlreadyLinked, LostLease
from erplink.sync.holding import Holding
from erplink.sync.journal import Journal
from erplink.sync.record_plan import RecordPlan
from erplink.sync.recover import recovered
from erplink.sync.state import FeedName, Side
from erplink.sync.systems import Systems

ERP = FeedName("erp", "customer", Side.ERP)
COMPANY, CUSTOMER = EntityRef.of("company", "c"), ActorRef("erp", "customer", "K9")


@pytest.fixture
def stage():
    stage = Stage(on_unlinked=OnUnlinked("create", "leave"))
    stage.customers(2)
    stage.settle()
    return stage


@contextmanager
def journal(stage, name="R1", lease="work"):
    holding = Holding.acquire(stage.store, lease, name, stage.clock)
    with Systems(stage.open) as systems:
        yield Journal(stage.bench(systems), stage.run(name), holding)


def plan_of(*steps, record="r", key="K9", outcomes=(), **more):
    return RecordPlan(
        record=record,
        feed=ERP,
        key=key,
        plan=Plan(steps),
        outcomes={each.step: each for each in outcomes},
        **more,
    )


def reasons(settled):
    return [each.reason for each in settled]


# before the calls -------------------------------------------------------------------------------


def test_an_intent_is_there_before_the_first_call_leaves(stage):
    """And gone once its outcome is remembered, in the same transaction as the base."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    seen = []

    def look(do, *_):
        seen.append((stage.intents(), stage.link().base["city"].erp))
        return do()

    stage.hooks[CRM, "save"] = look
    stage.sync()

    assert [(1, "Oslo")] == seen
    assert (0, "Rome") == (stage.intents(), stage.link().base["city"].erp)


@pytest.mark.parametrize("point", range(0, 40, 2))
def test_whenever_the_process_dies_nothing_is_lost_or_done_twice(point):
    """At any call and any transaction of a pass that makes and edits records on both sides."""
    stage = Stage()
    stage.customers(1)
    stage.settle()
    company = stage.link().entity.key
    stage.crm.put("company", company, {"name": "edited"})
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.erp.put("customer", "K1", {"number": "N1", "name": "new"})
    stage.crm.put("company", "c", {"number": "N7", "name": "another"})
    doom = Doom(point)
    try:
        stage.new_engine(doom=doom, luck=2).sync()
    except Crash:
        stage.expire()

    stage.settle()

    assert stage.held(CRM) == stage.held("erp")
    assert ("edited", "Rome") == (stage.customer("K0")["name"], stage.company(company)["city"])
    assert {"N0", "N1", "N7"} == {values["number"] for values in stage.held(CRM)}
    assert (3, 3) == (len(stage.held(CRM)), len(stage.links()))


def test_a_record_that_somebody_else_writes_is_left_to_them(stage):
    """It is decided again, once they are done."""
    with journal(stage) as mine, journal(stage, "R2", "other") as theirs:
        theirs.claim([plan_of()])
        fresh, again = mine.claim([plan_of(), plan_of(record="s")])

    assert ["s"] == [plan.record for plan in fresh]
    assert [(True, "somebody else is writing r")] == [(each.again, each.reason) for each in again]
    assert 1 == stage.pending(ERP, "K9")["K9"].attempts


def test_a_record_is_tied_by_one_plan_at_a_time(stage):
    """Two plans of one batch cannot both have it."""
    first = plan_of(MakeLink(COMPANY, CUSTOMER))
    second = plan_of(MakeLink(COMPANY, ActorRef("erp", "customer", "K8")), record="s")

    with journal(stage) as mine:
        fresh, again = mine.claim([first, second])

    assert ["r"] == [plan.record for plan in fresh]
    assert [f"somebody else is writing {COMPANY}"] == reasons(again)


def test_a_plan_of_an_older_link_is_not_carried_out(stage):
    """The link changed, is gone, or the record was linked meanwhile; the reason says which."""
    link = stage.link("K0")
    changed = plan_of(RemoveLink(link.key, expects=link.version - 1), record="a")
    gone = plan_of(RemoveLink(f"{COMPANY}={CUSTOMER}"), record="b")
    tied = plan_of(MakeLink(COMPANY, link.actor), record="c")

    with journal(stage) as mine:
        fresh, again = mine.claim([changed, gone, tied])

    assert [] == fresh
    assert [
        "its link was changed meanwhile",
        "its link is not there any more",
        "erp/customer/K0 was linked meanwhile",
    ] == reasons(again)
    assert 0 == stage.intents()


def test_what_a_person_decided_too_late_is_told_and_not_tried_again(stage):
    """They see it, and decide anew."""
    late = plan_of(RemoveLink(f"{COMPANY}={CUSTOMER}"), personal=True)

    with journal(stage) as mine:
        _, refused = mine.claim([late])

    assert [(False, "its link is not there any more")] == [
        (each.again, each.reason) for each in refused
    ]
    assert {} == stage.pending(ERP, "K9")


def test_nothing_is_claimed_without_the_lease(stage):
    """It went to somebody else, who decides now."""
    with journal(stage) as mine:
        stage.expire()
        Holding.acquire(stage.store, "work", "another", stage.clock)
        with pytest.raises(LostLease):
            mine.claim([plan_of()])

    assert 0 == stage.intents()


# after the calls --------------------------------------------------------------------------------


def test_a_record_that_somebody_linked_at_the_last_moment_stays_linked(stage, monkeypatch):
    """The database says so, and looked at again it is seen."""
    add, calls = SqlLinks.add, iter(range(10))

    def refuse_once(self, link):
        if next(calls) == 0:
            raise AlreadyLinked("to another one")
        add(self, link)

    monkeypatch.setattr(SqlLinks, "add", refuse_once)
    plan = plan_of(MakeLink(COMPANY, CUSTOMER))
    with journal(stage) as mine:
        fresh, _ = mine.claim([plan])
        (settled,) = mine.settle(fresh)

    assert RecordResult.UNCHANGED is settled.result
    assert COMPANY == stage.link("K9").entity


def test_a_record_that_is_linked_by_now_gets_no_second_link(stage):
    """Whoever was first has it."""
    link = stage.link("K0")
    with journal(stage) as mine:
        mine.settle([plan_of(MakeLink(COMPANY, link.actor))])

    assert link.entity == stage.link("K0").entity


def test_a_link_waits_for_the_record_that_is_to_be_made(stage):
    """It was refused, so that there is nothing to link; the history names the record alone."""
    create = Create(CRM, "company", {"name": "a"}, "key")
    patch = Patch(CUSTOMER, {"city": "Rome"})
    outcomes = [
        StepOutcome(create.id, StepResult.REFUSED, reason="no"),
        StepOutcome(patch.id, StepResult.CONFIRMED, {"city": "Rome"}),
    ]
    plan = plan_of(create, patch, MakeLink(create.id, CUSTOMER), outcomes=outcomes)

    with journal(stage) as mine:
        (settled,) = mine.settle([plan])

    assert (RecordResult.FAILED, "no") == (settled.result, settled.reason)
    assert 2 == len(stage.links())
    with stage.store.look() as state:
        assert [CUSTOMER] == [each.record for _, each in state.history.of_run("R1")]


def test_a_decision_of_a_person_is_done_as_a_whole_or_ties_nothing(stage):
    """One write was refused: no link is made, and they are told."""
    patch = Patch(CUSTOMER, {"city": "Rome"})
    refused = StepOutcome(patch.id, StepResult.REFUSED, reason="no such city")
    plan = plan_of(MakeLink(COMPANY, CUSTOMER), patch, outcomes=[refused], personal=True)

    with journal(stage) as mine:
        (settled,) = mine.settle([plan])

    assert (RecordResult.FAILED, "no such city") == (settled.result, settled.reason)
    assert 2 == len(stage.links())
    assert {} == stage.pending(ERP, "K9")


def test_a_link_that_a_person_takes_away_stays_away(stage):
    """No pass ties the two again, until a person does."""
    link = stage.link("K0")
    apart = plan_of(RemoveLink(link.key), record=str(link.entity), personal=True)
    together = plan_of(MakeLink(link.entity, link.actor), personal=True)
    with journal(stage) as mine:
        mine.settle([apart])
        stage.erp.put("customer", "K0", {"city": "Rome"})
        stage.crm.put("company", link.entity.key, {"city": "Paris"})
        stage.settle()
        alone = [each.actor.key for each in stage.links()]
    with journal(stage, "R2") as mine:
        mine.settle([together])

    assert ["K1"] == alone
    assert ["K0", "K1"] == [each.actor.key for each in stage.links()]


def test_a_dead_link_is_kept_with_its_reason(stage):
    """It stands in nobody's way."""
    link = stage.link("K0")
    with journal(stage) as mine:
        mine.settle([plan_of(RemoveLink(link.key, reason="both are gone", dead=True))])

    (dead, _) = stage.links()
    assert ("dead", "both are gone") == (dead.status.value, dead.reason)


def test_a_plan_with_a_problem_waits_with_its_sentence(stage):
    """What could be written of it is written, and the rest is parked."""
    with journal(stage) as mine:
        (settled,) = mine.settle([evolve(plan_of(), plan=Plan(problems=["city: too long"]))])

    assert (RecordResult.PARKED, "city: too long") == (settled.result, settled.reason)
    assert stage.parked()[0].advice


def test_a_plan_with_a_problem_counts_what_it_wrote(stage):
    """The rest of the record waits all the same."""
    patch = Patch(CUSTOMER, {"city": "Rome"})
    done = StepOutcome(patch.id, StepResult.CONFIRMED, {"city": "Rome"})
    plan = evolve(plan_of(outcomes=[done]), plan=Plan([patch], problems=["name: too long"]))

    with journal(stage) as mine:
        (settled,) = mine.settle([plan])

    assert RecordResult.UPDATED is settled.result
    assert ["name: too long"] == [each.reason for each in stage.parked()]


def test_a_write_that_is_refused_moves_no_base(stage):
    """What the other field of the same record agreed on is remembered all the same."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.crm.put("company", stage.link("K0").entity.key, {"name": "edited"})
    stage.hooks[CRM, "save"] = lambda *_: [EditRefused("no such city", "city")]

    stage.one()
    stage.hooks.clear()

    base = stage.link("K0").base
    assert ("Oslo", "edited") == (base["city"].erp, base["name"].erp)
    stage.settle()
    assert stage.held(CRM) == stage.held("erp")


def test_every_change_is_history_with_what_it_replaced(stage):
    """Through which link, in which run, on whose behalf."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    result = stage.one(principal="Ada")

    (change, *_) = [each for each in stage.history(stage.link().key) if each.run == result.run.id]

    assert ("Ada", {"updated": 1}) == (change.principal, counts(result))
    assert ("Oslo", "Rome") == (change.change("city").old, change.change("city").new)


def test_without_links_whatever_is_found_is_what_was_made(stage):
    """Who asks without a store has none to look into."""
    stage.crm.put("company", "c", {"number": "N9", "name": "a"})
    create = Create(CRM, "company", {"number": "N9", "name": "a"}, "key")

    with Systems(stage.open) as systems:
        outcome = recovered(plan_of(create), systems).outcomes[create.id]

    assert (StepResult.CONFIRMED, "c") == (outcome.result, outcome.key)
