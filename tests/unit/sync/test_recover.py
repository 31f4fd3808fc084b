"""What became of writes whose answers were lost is read back before anything is decided."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import Crash, Doom, Stage, counts

from erplink.connectors import EditRefused, EditUnknown
from erplink.domain.mapping import OnDelete, OnUnlinked
from erplink.domain.plan import Create, Plan, StepOutcome, StepResult
from erplink.domain.records import CRM
from erplink.errors import Unavailable, Unknown
from erplink.sync.record_plan import RecordPlan
from erplink.sync.recover import recovered
from erplink.sync.state import FeedName, IssueKind, RunState, Side
from erplink.sync.systems import Systems
from erplink.sync.workbench import Options


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(1)
    return stage


def lose_answers(stage, system, operation="save", *, done=True):
    """Have the answers of a system lost, after it acted or before."""

    def lost(do, *_):
        if done:
            do()
        raise Unknown("the line was cut")

    stage.hooks[system, operation] = lost


def cannot_tell(stage, system=CRM, **more):
    """A system that cannot say what a creation made."""
    stage.claims[system] = {"find_created": False, "idempotent_create": False, **more}


def question(stage):
    (issue,) = stage.issues()
    return issue


def test_a_creation_is_found_by_its_idempotency_key(stage):
    """It was made, so that it is not made again, and the two are linked."""
    lose_answers(stage, CRM)

    result = stage.one()

    assert {"created": 1} == counts(result)
    assert 1 == len(stage.held(CRM))
    assert 0 == stage.intents()
    assert stage.link().entity.key in stage.crm.rows("company")


def test_a_creation_is_found_by_its_natural_key(stage):
    """Where nobody remembers the idempotency key, the number tells which record it is."""
    lose_answers(stage, CRM)
    seen = []

    def by_number_only(_, kind, __, natural):
        seen.append(natural)
        return stage.crm.session(CRM).find_created(kind, "", natural)

    stage.hooks[CRM, "find_created"] = by_number_only

    stage.one()

    assert [{"number": "N0"}] == seen
    assert 1 == len(stage.links())
    assert 1 == len(stage.held(CRM))


def test_half_a_natural_key_finds_nothing(stage):
    """A record of which a part of the key is not known is not asked for by the other part."""
    stage.claims[CRM] = {"natural_key": ("number", "serial")}
    lose_answers(stage, CRM)

    stage.one()

    assert {} == stage.asked(CRM, "find_created")[0][2]


def test_a_creation_that_was_not_made_is_made_later(stage):
    """The system looked, and there is none: it is planned again."""
    lose_answers(stage, CRM, done=False)
    first = stage.one()
    stage.hooks.clear()

    stage.settle()

    assert {"failed": 1} == counts(first)
    assert {"it was not made": 1} == dict(first.report.reasons)
    assert 1 == len(stage.held(CRM))


@pytest.mark.parametrize("lost", [1, 3])
def test_a_creation_that_can_be_repeated_is_repeated(stage, lost):
    """A system that takes the same key for the same creation makes no second record of it."""
    stage.claims[CRM] = {"find_created": False, "idempotent_create": True}
    calls = iter(range(1000))

    def now_and_then(do, *_):
        answer = do()
        if next(calls) < lost:
            raise Unknown("the line was cut")
        return answer

    stage.hooks[CRM, "save"] = now_and_then

    stage.one()
    stage.settle()

    assert (1, 1, 1) == (len(stage.held(CRM)), len(stage.held("erp")), len(stage.links()))
    assert ([], 0) == (stage.issues(), stage.intents())


def test_a_creation_that_is_repeated_may_be_refused(stage):
    """Then it was not made before either, and what the system says counts."""
    stage.claims[CRM] = {"find_created": False, "idempotent_create": True}
    calls = iter(range(1000))

    def refuse_after_one(_, __, edits):
        if next(calls):
            return [EditRefused("no more companies")] * len(edits)
        raise Unknown("the line was cut")

    stage.hooks[CRM, "save"] = refuse_after_one

    stage.one()

    assert 0 == stage.intents()
    assert [] == stage.held(CRM)


def test_a_creation_that_is_repeated_may_be_lost_for_one_record_alone(stage):
    """It stays open, and is repeated in the next pass."""
    stage.claims[CRM] = {"find_created": False, "idempotent_create": True}

    def lost(do, *_):
        do()
        return [EditUnknown("timeout")]

    stage.hooks[CRM, "save"] = lost

    result = stage.one()

    assert {"not read back yet: timeout": 1} == dict(result.report.reasons)
    assert 1 == stage.intents()


def test_what_may_be_the_record_in_question_is_not_taken_for_a_new_one():
    """No customer is made for the company that the lost creation made, edited or not."""
    stage = Stage(options=Options(match_rules={"company": ()}))
    stage.customers(1)
    cannot_tell(stage)
    lose_answers(stage, CRM)
    stage.one()
    stage.hooks.clear()
    (made,) = stage.crm.rows("company")
    stage.crm.put("company", made, {"city": "Rome"})
    stage.crm.put("company", "other", {"number": "N7", "name": "another", "city": "Oslo"})

    stage.settle()
    planned = {plan.key for plan in stage.engine.plan("erp", "customer", full=True).plans}
    (asked,) = stage.issues()
    stage.expire()
    stage.engine.answer(asked.id, made)
    stage.settle()

    assert made not in planned
    assert {made, "other"} == {link.entity.key for link in stage.links()}
    assert 2 == len(stage.held(CRM)) == len(stage.held("erp"))


def test_a_creation_that_cannot_be_told_becomes_a_question(stage):
    """Nobody makes it a second time, however often passes run, until a person has answered."""
    cannot_tell(stage)
    lose_answers(stage, CRM)
    stage.one()
    stage.hooks.clear()

    stage.settle()

    asked = question(stage)
    assert IssueKind.CREATION is asked.kind
    assert "which company of crm was made for erp/customer/K0, if any?" in asked.text
    assert ["again"] == list(asked.options)
    assert 1 == len(stage.held(CRM))
    assert 1 == stage.intents()
    assert 1 == stage.status().open_writes


def test_the_answer_may_be_the_key_of_the_record_that_was_made(stage):
    """It is linked, the question is gone, and what was edited in it meanwhile is news."""
    cannot_tell(stage)
    lose_answers(stage, CRM)
    stage.one()
    stage.hooks.clear()
    (made,) = stage.crm.rows("company")
    stage.crm.put("company", made, {"city": "Rome"})
    stage.expire()

    (result,) = stage.engine.answer(question(stage).id, made, principal="Ada")

    assert RunState.DONE == result.run.state
    assert made == stage.link().entity.key
    assert ("Rome", 1) == (stage.customer("K0")["city"], len(stage.held(CRM)))
    assert ([], 0) == (stage.issues(), stage.intents())


def test_the_answer_may_be_that_nothing_was_made(stage):
    """It is made now, once."""
    cannot_tell(stage)
    lose_answers(stage, CRM, done=False)
    stage.one()
    stage.hooks.clear()
    stage.expire()

    stage.engine.answer(question(stage).id, "again")
    stage.settle()

    assert (1, 1) == (len(stage.held(CRM)), len(stage.links()))
    assert ([], 0) == (stage.issues(), stage.intents())


def test_an_answer_that_names_no_record_is_refused(stage):
    """The reason names it and says what to do, and the question stays."""
    cannot_tell(stage)
    lose_answers(stage, CRM)
    stage.one()
    stage.hooks.clear()
    stage.expire()

    (result,) = stage.engine.answer(question(stage).id, "no such key")

    assert RunState.FAILED == result.run.state
    assert "'no such key': crm has no company with this key" in result.run.reason
    assert "or answer 'again'" in result.run.reason
    assert IssueKind.CREATION is question(stage).kind
    assert (1, []) == (len(stage.held(CRM)), stage.links())


def test_a_creation_that_may_be_any_of_several_becomes_a_question():
    """Two records have the number: a person says which, and it is linked."""
    stage = Stage(on_unlinked=OnUnlinked("create", "leave"))
    stage.customers(1)
    for key in ("a", "b"):
        stage.crm.put("company", key, {"number": "N0", "name": f"older {key}"})
    lose_answers(stage, CRM, done=False)
    stage.engine.sync_kind("erp", "customer")
    stage.hooks.clear()
    asked = question(stage)
    stage.expire()

    stage.engine.answer(asked.id, "b")

    assert "it may have been made as any of a, b" in asked.text
    assert "b" == stage.link().entity.key
    assert "older b" == stage.customer("K0")["name"]


def test_a_record_that_is_linked_is_not_what_a_creation_made():
    """Another one with the same number has its counterpart, and is nobody else's."""
    stage = Stage(options=Options(match_rules={"company": ()}))
    stage.customers(1)
    stage.settle()
    stage.erp.put("customer", "K1", {"number": "N0", "name": "the same number"})
    lose_answers(stage, CRM, done=False)
    first = stage.one()
    stage.hooks.clear()

    stage.settle()

    assert {"it was not made": 1} == dict(first.report.reasons)
    assert {"K0", "K1"} == {link.actor.key for link in stage.links()}


def test_the_answer_is_no_record_that_is_linked(stage):
    """It is the counterpart of another one, which the reason says."""
    stage.settle()
    cannot_tell(stage)
    lose_answers(stage, CRM, done=False)
    stage.erp.put("customer", "K1", {"number": "N1", "name": "another"})
    stage.one()
    stage.hooks.clear()
    stage.expire()

    (result,) = stage.engine.answer(question(stage).id, stage.link().entity.key)

    assert "this company of crm is linked already: unlink it first" in result.run.reason
    assert 1 == len(stage.issues())


def test_what_cannot_be_read_back_now_is_read_back_later(stage):
    """The write stays open, and nobody writes the record until it is known."""
    lose_answers(stage, CRM)
    stage.hooks[CRM, "find_created"] = lambda *_: raised(Unavailable("maintenance"))

    first = stage.one()
    stage.hooks.clear()
    stage.expire()
    stage.settle()

    assert {"not read back yet: maintenance": 1} == dict(first.report.reasons)
    assert (1, 1, 0) == (len(stage.held(CRM)), len(stage.links()), stage.intents())


def raised(error):
    raise error


def test_a_write_that_arrived_is_confirmed(stage):
    """The record holds what was sent, so that the base moves."""
    stage.settle()
    lose_answers(stage, "erp")
    stage.crm.put("company", stage.link().entity.key, {"city": "Rome"})

    result = stage.one()

    assert {"updated": 1} == counts(result)
    assert ("Rome", "Rome") == (
        stage.customer("K0")["city"],
        stage.link().base["city"].erp,
    )


def test_a_write_that_did_not_arrive_is_decided_again(stage):
    """The record holds what it held, so that it is written in a later pass."""
    stage.settle()
    lose_answers(stage, "erp", done=False)
    stage.crm.put("company", stage.link().entity.key, {"city": "Rome"})
    first = stage.one()
    stage.hooks.clear()

    stage.settle()

    assert {"failed": 1} == counts(first)
    assert "Rome" == stage.customer("K0")["city"]


def test_a_write_that_did_not_arrive_is_not_given_up_because_another_field_moved_there(stage):
    """That the record has another version is explained by what else was typed into it."""
    stage.settle()
    key = stage.link().entity.key

    def lost(*_):
        del stage.hooks["crm", "save"]
        stage.crm.put("company", key, {"name": "another name"})
        raise Unknown("the line was cut")

    stage.hooks["crm", "save"] = lost
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.one()
    stage.settle()

    assert ("Rome", "another name") == tuple(stage.company(key)[each] for each in ("city", "name"))
    assert ("Rome", "another name") == tuple(stage.customer("K0")[e] for e in ("city", "name"))


def test_a_write_to_a_record_that_is_gone_is_decided_again(stage):
    """There is nothing to write to any more; what was typed stays where it was typed."""
    stage.settle()
    key = stage.link().entity.key

    def lost(*_):
        stage.erp.remove("customer", "K0")
        raise Unknown("the line was cut")

    stage.hooks["erp", "save"] = lost
    stage.crm.put("company", key, {"city": "Rome"})

    stage.one()
    stage.hooks.clear()
    stage.settle()

    assert 0 == stage.intents()
    assert [] == stage.held("erp")
    assert "Rome" == stage.company(key)["city"]


@pytest.mark.parametrize("done", [True, False])
def test_a_removal_is_read_back_too(done):
    """It is gone, or it is still there and is removed later."""
    stage = Stage(on_delete=OnDelete(in_erp="delete"))
    stage.customers(1)
    stage.settle()
    lose_answers(stage, CRM, "delete", done=done)
    stage.erp.remove("customer", "K0")

    first = stage.one()
    stage.hooks.clear()
    stage.settle()

    assert {"deleted": 1} if done else {"failed": 1} == counts(first)
    assert [] == stage.held(CRM)
    assert 0 == stage.intents()


def test_recovery_comes_before_anything_is_decided(stage):
    """Another process died after its write: what it wrote is not taken for somebody's edit."""
    stage.settle()
    stage.crm.put("company", stage.link().entity.key, {"city": "Rome"})
    doom = Doom()
    other = stage.new_engine(doom=doom)

    def die(do, *_):
        do()
        doom.at = doom.count

    stage.hooks["erp", "save"] = die
    with pytest.raises(Crash):
        other.sync()
    stage.hooks.clear()
    stage.crm.put("company", stage.link().entity.key, {"city": "Oslo"})
    stage.expire()

    stage.settle()

    assert "Oslo" == stage.customer("K0")["city"]
    assert 0 == stage.intents()


def test_what_is_known_is_not_asked_for(stage):
    """A plan whose writes are all known comes back as it is."""
    stage.settle()
    plan = next(iter(preview_of(stage).plans))
    known = evolve(
        plan,
        outcomes={step.id: step_outcome(step.id) for step in plan.writes},
    )

    assert known == recovered(known, Systems(raised))


def preview_of(stage):
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    return stage.engine.plan("erp", "customer")


def step_outcome(step):
    return StepOutcome(step, StepResult.CONFIRMED)


def test_a_plan_of_the_journal_is_the_plan_that_was_claimed(stage):
    """What is read back after a crash is all that was known before."""
    (plan,) = preview_of(stage).plans

    assert plan == RecordPlan.from_json(plan.to_json())
    assert Side.ERP is plan.feed.side


@pytest.mark.parametrize("known", [True, False])
def test_a_child_is_made_again_only_where_its_parent_was(stage, known):
    """Under the parent that the plan made; without one, it was never sent."""
    stage.claims[CRM] = {"find_created": False}
    stage.crm.put("company", "c", {"name": "the parent"})
    parent = Create(CRM, "company", {"name": "the parent"}, "parent")
    child = Create(CRM, "company", {"name": "the child"}, "child", parent=parent.id)
    result = StepResult.CONFIRMED if known else StepResult.REFUSED
    plan = RecordPlan(
        record="r",
        feed=FeedName("erp", "customer", Side.ERP),
        key="K0",
        plan=Plan([parent, child]),
        outcomes={parent.id: StepOutcome(parent.id, result, key="c" if known else "")},
    )

    with Systems(stage.open) as systems:
        outcome = recovered(plan, systems).outcomes[child.id]

    wanted = StepResult.CONFIRMED if known else StepResult.UNAVAILABLE
    assert wanted is outcome.result
    assert int(known) == len(stage.asked(CRM, "save"))
