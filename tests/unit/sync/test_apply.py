"""Writes leave in batches, parents before children, and each record has its own answer."""

import threading

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage

from erplink.connectors import Edit, EditRefused, EditUnknown
from erplink.domain.plan import Create, Delete, Patch, Plan, StepOutcome, StepResult
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.errors import (
    BrokenPromise,
    ConfigurationLost,
    LostLease,
    Refused,
    Stale,
    Unauthorised,
    Unavailable,
    Unknown,
)
from erplink.sync.apply import Applier
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side
from erplink.sync.systems import Systems

COMPANY = EntityRef.of("company", "c")


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(1)
    stage.crm.put("company", "c", {"name": "c", "city": "Oslo"})
    return stage


def plan_of(*steps, outcomes=()):
    return RecordPlan(
        record="erp/customer/K0",
        feed=FeedName("erp", "customer", Side.ERP),
        key="K0",
        plan=Plan(steps),
        outcomes={each.step: each for each in outcomes},
    )


def ours():
    """The lease is held."""


def applied(stage, *plans, still_ours=ours, concurrency=1):
    with Systems(stage.open) as systems:
        return Applier(systems, still_ours, concurrency=concurrency).apply(plans)


def results(*plans):
    return [outcome.result for plan in plans for outcome in plan.outcomes.values()]


def create(name, system=CRM, **more):
    return Create(system, "company", {"name": name}, f"make {name}", **more)


def raising(error):
    def raised(*_):
        raise error

    return raised


def test_a_child_is_made_after_its_parent_and_under_it(stage):
    """A parent that is made in the same plan is named by its step."""
    parent = create("parent")
    child = create("child", parent=parent.id)

    (done,) = applied(stage, plan_of(child, parent))

    rows = {row.values["name"]: row for row in stage.crm.rows("company").values()}
    assert [StepResult.CONFIRMED] * 2 == results(done)
    assert EntityRef.of("company", rows["parent"].key) == rows["child"].parent


def test_a_child_is_made_under_a_parent_that_was_made_before(stage):
    """Of a plan in the journal, the parent may be known and the child open."""
    parent = create("parent")
    child = create("child", parent=parent.id)
    known = StepOutcome(parent.id, StepResult.CONFIRMED, key="c")

    (done,) = applied(stage, plan_of(parent, child, outcomes=[known]))

    ((_, edits),) = stage.asked(CRM, "save")
    assert [COMPANY] == [edit.parent for edit in edits]
    assert [StepResult.CONFIRMED] * 2 == results(done)


def test_a_child_whose_parent_could_not_be_made_waits(stage):
    """It is skipped with the reason, and nothing is asked of the system for it."""
    parent = create("parent")
    child = create("child", parent=parent.id)
    stage.hooks[CRM, "save"] = lambda *_: [EditRefused("no", "name", "E7")]

    (done,) = applied(stage, plan_of(child, parent))

    waiting = done.outcomes[child.id]
    assert (StepResult.SKIPPED, f"it waits for {parent.id}") == (waiting.result, waiting.reason)
    refused = done.outcomes[parent.id]
    assert ("name: no", "E7") == (refused.reason, refused.code)
    assert 1 == len(stage.asked(CRM, "save"))


def test_a_child_of_a_record_that_is_there_is_made_under_it(stage):
    """Its parent is given as it is."""
    applied(stage, plan_of(create("child", parent=COMPANY)))

    ((_, edits),) = stage.asked(CRM, "save")
    assert [COMPANY] == [edit.parent for edit in edits]


def test_writes_leave_in_batches_no_larger_than_the_system_takes(stage):
    """And what is removed leaves apart from what is written."""
    stage.claims[CRM] = {"batch_max": 2}
    steps = [create(f"new {number}") for number in range(3)]

    applied(stage, plan_of(*steps), plan_of(Delete(COMPANY)))

    assert [2, 1] == [len(edits) for _, edits in stage.asked(CRM, "save")]
    assert 1 == len(stage.asked(CRM, "delete"))
    assert stage.crm.rows("company")["c"].gone


def test_a_write_names_the_version_and_the_step(stage):
    """A repeated write is known by its step, and one of an older state is refused."""
    step = Patch(COMPANY, {"city": "Rome"}, expects="1")
    (done,) = applied(stage, plan_of(step))

    ((_, edits),) = stage.asked(CRM, "save")
    assert [Edit({"city": "Rome"}, "c", expects="1", idempotency_key=step.id)] == list(edits)
    assert "Rome" == done.outcomes[step.id].stored["city"]
    assert done.outcomes[step.id].version is not None


def test_a_record_that_moved_is_told_as_stale(stage):
    """Of a patch; a creation whose record is gone since is refused."""
    stage.crm.put("company", "c", {"city": "Rome"})
    stale = Patch(COMPANY, {"city": "Bergen"}, expects="0")
    made = create("made")
    applied(stage, plan_of(made))
    stage.crm.remove("company", "1")

    done = applied(stage, plan_of(stale), plan_of(made))

    assert [StepResult.STALE, StepResult.REFUSED] == results(*done)
    assert "the record moved since it was read" == done[0].outcomes[stale.id].reason
    assert "gone since" in done[1].outcomes[made.id].reason


def test_an_answer_lost_for_one_record_is_of_that_one_alone(stage):
    """The others of its batch are confirmed."""
    lost, sent = create("lost"), create("sent")

    def partly(do, _, edits):
        answers = dict(zip([edit.patch["name"] for edit in edits], do(), strict=True))
        return [
            EditUnknown("timeout") if name == "lost" else answer for name, answer in answers.items()
        ]

    stage.hooks[CRM, "save"] = partly

    (done,) = applied(stage, plan_of(lost, sent))

    assert (StepResult.UNKNOWN, "timeout") == (
        done.outcomes[lost.id].result,
        done.outcomes[lost.id].reason,
    )
    assert StepResult.CONFIRMED is done.outcomes[sent.id].result


@pytest.mark.parametrize(
    ("error", "result", "is_trouble"),
    [
        (Unavailable("off"), StepResult.UNAVAILABLE, True),
        (ConfigurationLost("lost"), StepResult.UNAVAILABLE, True),
        (Unauthorised("no"), StepResult.UNAVAILABLE, True),
        (Stale("moved"), StepResult.STALE, False),
        (Refused("no"), StepResult.REFUSED, False),
        (Unknown("cut"), StepResult.UNKNOWN, False),
        (BrokenPromise("erp", "save", "answers"), StepResult.UNKNOWN, True),
    ],
)
def test_an_error_is_the_answer_for_all_of_its_batch(stage, error, result, is_trouble):
    """What it says of each record follows from its kind, and some concern the whole system."""
    stage.hooks[CRM, "save"] = raising(error)
    steps = [create("one"), create("two")]

    with Systems(stage.open) as systems:
        applier = Applier(systems, ours)
        done = applier.apply([plan_of(*steps)])

    assert [result, result] == results(*done)
    assert ({CRM: error} if is_trouble else {}) == applier.troubles


def test_a_system_that_is_down_is_not_asked_again(stage):
    """The other batches for it are not sent, and other systems are served."""
    stage.claims[CRM] = {"batch_max": 1}
    stage.hooks[CRM, "save"] = raising(Unavailable("off"))
    customer = Patch(ActorRef("erp", "customer", "K0"), {"city": "Rome"})

    done = applied(stage, plan_of(create("one"), create("two")), plan_of(customer))

    assert [StepResult.UNAVAILABLE] * 2 + [StepResult.CONFIRMED] == results(*done)
    assert 1 == len(stage.asked(CRM, "save"))


def test_a_system_that_cannot_be_opened_is_down(stage):
    """That is told of each write, whether they would go out side by side or not."""
    stage.hooks[CRM, "open"] = raising(Unavailable("off"))
    steps = [create(f"new {number}") for number in range(1001)]

    (done,) = applied(stage, plan_of(*steps), concurrency=2)

    assert {StepResult.UNAVAILABLE} == set(results(done))


def test_what_was_sent_already_is_not_sent_again(stage):
    """A plan of the journal knows which of its writes are confirmed."""
    step = create("made")
    known = StepOutcome(step.id, StepResult.CONFIRMED)

    (done,) = applied(stage, plan_of(step, outcomes=[known]))

    assert {step.id: known} == dict(done.outcomes)
    assert [] == stage.asked(CRM, "save")


def test_nothing_leaves_without_the_lease(stage):
    """Whoever lost it leaves the work to others."""
    with pytest.raises(LostLease):
        applied(stage, plan_of(create("one")), still_ours=raising(LostLease("gone")))

    assert [] == stage.asked(CRM, "save")


@pytest.mark.parametrize(("threads", "most"), [(True, 2), (False, 1)])
def test_batches_go_side_by_side_only_where_a_session_allows_it(stage, threads, most):
    """A session that claims no thread safety is in the hands of one thread alone."""
    stage.claims[CRM] = {"batch_max": 1, "threads": threads}
    gate, seen, at_once, lock = threading.Barrier(2), set(), [0, 0], threading.Lock()

    def beside(do, *_):
        with lock:
            seen.add(threading.get_ident())
            at_once[0] += 1
            at_once[1] = max(at_once)
        if threads:
            gate.wait(10)
        answer = do()
        with lock:
            at_once[0] -= 1
        return answer

    stage.hooks[CRM, "save"] = beside

    (done,) = applied(stage, plan_of(create("one"), create("two")), concurrency=2)

    assert {StepResult.CONFIRMED} == set(results(done))
    assert (most, most) == (len(seen), at_once[1])
    assert threads or {threading.get_ident()} == seen


def test_what_was_removed_is_confirmed_without_values(stage):
    """There is nothing left to be remembered."""
    step = Delete(COMPANY)

    (done,) = applied(stage, plan_of(step))

    assert StepOutcome(step.id, StepResult.CONFIRMED) == done.outcomes[step.id]


def test_a_child_in_an_erp_is_made_under_an_actor(stage):
    """Its parent is a record of that ERP, not of the CRM."""
    parent = Create("erp", "customer", {"name": "parent"}, "p")
    child = Create("erp", "customer", {"name": "child"}, "c", parent=parent.id)

    applied(stage, plan_of(child, parent))

    rows = {row.values["name"]: row for row in stage.erp.rows("customer").values()}
    assert ActorRef("erp", "customer", rows["parent"].key) == rows["child"].parent


def test_what_a_person_decided_is_written_to_the_erp_first(stage):
    """It says no oftener, and then nothing was written at all."""
    mine = Patch(COMPANY, {"city": "Rome"})
    theirs = Patch(ActorRef("erp", "customer", "K0"), {"city": "Rome"})
    stage.hooks["erp", "save"] = lambda *_: [EditRefused("no such city")]

    (done,) = applied(stage, evolve(plan_of(mine, theirs), personal=True))

    assert (StepResult.SKIPPED, StepResult.REFUSED) == (
        done.outcomes[mine.id].result,
        done.outcomes[theirs.id].result,
    )
    assert [] == stage.asked(CRM, "save")
