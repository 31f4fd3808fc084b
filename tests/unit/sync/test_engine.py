"""Every command of an engine does what its name says, and tells how it went."""

import threading

import pytest
from tests.unit.sync.stage import Stage, counts

from erplink.connectors import EditRefused
from erplink.domain.plan import Patch
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.errors import BadName, NotNow, StoreBusy, Unavailable
from erplink.sync import Engine
from erplink.sync.engine import ENGINE
from erplink.sync.holding import Holding
from erplink.sync.rails import Rail, Rails
from erplink.sync.state import FeedName, Lane, Pending, RunMode, RunState, Side
from erplink.sync.workbench import Options

NO_UPDATES = Options(rails=Rails(updates=Rail(0)))
FEED = FeedName("erp", "customer", Side.ERP)


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(3)
    stage.settle()
    return stage


def company(stage, customer="K0"):
    return stage.link(customer).entity.key


def held(stage, **edit):
    """A run whose plan waits for a person."""
    stage.erp.put("customer", "K0", edit or {"city": "Rome"})
    stage.pause(1)
    (result,) = stage.new_engine(options=NO_UPDATES).sync()
    return result.run


def run_of(stage, name):
    with stage.store.look() as state:
        return state.runs.get(name)


# sync -------------------------------------------------------------------------------------------


def test_an_engine_needs_a_store_an_opener_and_a_clock(stage):
    """Everything else has a default, and the parts can be asked for."""
    engine = Engine(stage.store, stage.open, stage.clock)
    stage.erp.put("customer", "K0", {"city": "Rome"})

    (result,) = engine.sync()

    assert (stage.store, stage.clock) == (engine.store, engine.clock)
    assert ENGINE == result.run.principal
    assert "Rome" == stage.company(company(stage))["city"]


def test_a_connection_that_fails_stops_none_of_the_others():
    """Its trouble is in its own result."""
    stage = Stage(erps=("one", "two"))
    stage.customers(1, erp="two")

    def off(*_):
        raise Unavailable("off")

    stage.hooks["one", "open"] = off

    one, two = stage.sync()

    assert (RunState.FAILED, "off", "one") == (one.run.state, one.run.reason, one.system)
    assert (RunState.DONE, {"created": 1}) == (two.run.state, counts(two))


def test_a_connection_that_somebody_works_on_is_told_as_busy(stage):
    """The others are served all the same."""
    Holding.acquire(stage.store, "pass/erp/customer", "another", stage.clock)

    result = stage.one()

    assert RunState.FAILED is result.run.state
    assert "pass/erp/customer is being worked on already" == result.run.reason
    assert result.trouble is None


def test_a_lease_that_is_lost_ends_its_own_pass_alone():
    """Whoever took it over goes on with that connection; the others are served."""
    stage = Stage(erps=("one", "two"))
    stage.customers(1, erp="one")

    def too_long(do, *_):
        answer = do()
        stage.expire()
        return answer

    stage.hooks["one", "changes"] = too_long

    one, two = stage.sync()
    stage.hooks.clear()
    stage.settle()

    assert "the lease for pass/one/customer ran out" == one.run.reason
    assert RunState.DONE is two.run.state
    assert 1 == len(stage.links("one"))


def test_a_store_that_is_busy_is_told(stage):
    """The same may be tried again."""

    def busy(*_, **__):
        raise StoreBusy("others hold the database")

    stage.engine._conductor.run = busy

    assert "others hold the database" == stage.one().run.reason


def test_one_kind_may_be_synced_by_itself(stage):
    """In any mode."""
    result = stage.engine.sync_kind("erp", "customer", mode=RunMode.FULL, lane=Lane.BULK)

    assert (RunMode.FULL, Lane.BULK) == (result.run.mode, result.run.lane)


def test_one_record_is_synced_beside_a_pass(stage):
    """Asked for by either of its names; what else moved is left to the pass."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.erp.put("customer", "K1", {"city": "Rome"})
    Holding.acquire(stage.store, "pass/erp/customer", "another", stage.clock)

    (first,) = stage.engine.sync_record(EntityRef.of("company", company(stage)), principal="Ada")
    (second,) = stage.engine.sync_record(ActorRef("erp", "customer", "K0"))

    assert ("Ada", Lane.INTERACTIVE) == (first.run.principal, first.run.lane)
    assert ({"updated": 1}, {"unchanged": 1}) == (counts(first), counts(second))
    assert "Oslo" == stage.company(company(stage, "K1"))["city"]


def test_a_record_that_is_not_linked_cannot_be_synced(stage):
    """The error names it."""
    with pytest.raises(NotNow, match="erp/customer/K9 is not linked"):
        stage.engine.sync_record(ActorRef("erp", "customer", "K9"))


def test_of_several_links_one_that_is_served_leads():
    """A paused connection holds nobody up."""
    stage = Stage(erps=("one", "two"))
    stage.customers(1, erp="one")
    stage.settle()
    entity = stage.link("K0", "one").entity
    stage.engine.pause("one", "closed")
    stage.crm.put("company", entity.key, {"city": "Rome"})

    (result,) = stage.engine.sync_record(entity)

    assert "two" == result.run.connection
    assert ["Rome"] == [values["city"] for values in stage.held("two")]


# repairs ----------------------------------------------------------------------------------------


def test_a_resync_from_the_crm_overwrites_whatever_the_erp_says(stage):
    """Marks or no marks, moved or not; and only for the given records where some are given."""
    for key in ("K0", "K1"):
        stage.erp.put("customer", key, {"city": "Rome"})

    (result,) = stage.engine.resync_from_crm("erp", entities=[company(stage)])

    assert RunMode.FROM_CRM is result.run.mode
    assert ("Oslo", "Rome") == (stage.customer("K0")["city"], stage.customer("K1")["city"])


@pytest.mark.parametrize(("keep_filled", "phone"), [(True, "1"), (False, None)])
def test_a_resync_may_leave_alone_what_the_crm_has_empty(stage, keep_filled, phone):
    """An empty value overwrites nothing, if so wished."""
    stage.erp.put("customer", "K0", {"phone": "1"})

    stage.engine.resync_from_crm("erp", keep_filled=keep_filled)

    assert phone == stage.customer("K0")["phone"]


def test_a_resync_from_an_erp_reaches_all_others():
    """The CRM first, and every other connection after it."""
    stage = Stage(erps=("one", "two"))
    stage.customers(2, erp="one")
    stage.settle()
    stage.crm.put("company", stage.link("K0", "one").entity.key, {"city": "Rome"})

    results = stage.engine.resync_from_erp("one", actors=["K0"])
    stage.settle()

    assert RunMode.FROM_ERP is results[0].run.mode
    assert ["Oslo", "Oslo"] == [values["city"] for values in stage.held("two")]
    assert ["Oslo", "Oslo"] == [values["city"] for values in stage.held(CRM)]


def test_a_repair_of_nobody_reads_nobody(stage):
    """Keys that are not linked are passed over."""
    (result,) = stage.engine.resync_from_crm("erp", entities=["no such company"])

    assert (RunState.DONE, 0) == (result.run.state, result.report.read)


# previews and held plans --------------------------------------------------------------------------


def test_a_preview_writes_nothing(stage):
    """Neither to a system nor to the store, and it is the plan itself."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.erp.put("customer", "K9", {"number": "N9", "name": "new"})
    stamps = stage.stamps()
    stage.forget_calls()
    stage.engine._store.begin = None

    preview = stage.engine.plan("erp", "customer")

    assert stamps == stage.stamps()
    assert [] == stage.writes()
    assert {"K0", "K9"} == {plan.key for plan in preview.plans}
    assert {"skipped": 2} == counts(preview.report)
    assert 1 == sum(isinstance(step, Patch) for step in preview.plan.steps)


def test_a_preview_of_everything_or_of_some_records(stage):
    """A full one looks at all, and one of some records at these alone."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.erp.put("customer", "K1", {"city": "Rome"})

    everything = stage.engine.plan("erp", "customer", full=True)
    some = stage.engine.plan("erp", "customer", records=[(Side.ERP, ["K1"])])

    assert 6 == everything.report.read
    assert ["K1"] == [plan.key for plan in some.plans]


def test_a_preview_tells_what_would_be_held(stage):
    """The guard rails that the whole would trip."""
    stage.erp.put("customer", "K0", {"city": "Rome"})

    preview = stage.new_engine(options=NO_UPDATES).plan("erp", "customer")

    assert ["updates"] == [trip.what for trip in preview.trips]


def test_a_preview_of_what_cannot_be_read_raises(stage):
    """There is nothing to be shown."""

    def off(*_):
        raise Unavailable("off")

    stage.hooks["erp", "changes"] = off

    with pytest.raises(Unavailable, match="off"):
        stage.engine.plan("erp", "customer")


def test_what_was_shown_is_carried_out_and_nothing_else(stage):
    """All of it or some records; what moved since is refused row by row."""
    for key in ("K0", "K1", "K2"):
        stage.erp.put("customer", key, {"city": "Rome"})
    preview = stage.engine.plan("erp", "customer")
    stage.crm.put("company", company(stage, "K1"), {"city": "Paris"})
    chosen = preview.only(plan.record for plan in preview.plans if plan.key != "K2")

    result = stage.engine.apply(chosen, principal="Ada")

    cities = [stage.company(company(stage, key))["city"] for key in ("K0", "K1", "K2")]
    assert ["Rome", "Paris", "Oslo"] == cities
    assert {"updated": 1, "skipped": 1} == counts(result)
    assert {"it moved since it was shown": 1} == dict(result.report.reasons)
    assert "Ada" == result.run.principal


def test_a_held_plan_is_carried_out_once_it_is_approved(stage):
    """Until then nothing of it is done."""
    run = held(stage)
    before = stage.company(company(stage))["city"]

    result = stage.engine.approve(run.id, principal="Ada")

    assert ("Oslo", "Rome") == (before, stage.company(company(stage))["city"])
    assert (run.id, RunState.DONE) == (result.run.id, result.run.state)
    with pytest.raises(NotNow, match=f"the run {run.id} is done, not held"):
        stage.engine.approve(run.id)


def test_a_held_plan_that_is_discarded_is_never_carried_out(stage):
    """The next pass decides anew, and the reason tells who decided."""
    run = held(stage)

    stage.engine.discard(run.id, principal="Ada")

    known = run_of(stage, run.id)
    assert RunState.DISCARDED is known.state
    assert known.reason.startswith("discarded by Ada: ")
    assert 1 == len(stage.told("run discarded"))
    with pytest.raises(NotNow, match="is discarded, not held"):
        stage.engine.approve(run.id)
    stage.settle()
    assert "Rome" == stage.company(company(stage))["city"]


def test_a_newer_plan_takes_the_place_of_one_that_waits(stage):
    """Of the same kind, and only of that."""
    older, newer = held(stage), held(stage, city="Paris")

    assert RunState.DISCARDED is run_of(stage, older.id).state
    assert f"a newer plan took its place: {newer.id}" == run_of(stage, older.id).reason
    assert RunState.HELD is run_of(stage, newer.id).state


def test_a_run_that_there_is_not_is_refused(stage):
    """Whatever is to be done with it."""
    for command in (stage.engine.approve, stage.engine.discard, stage.engine.plan_undo):
        with pytest.raises(BadName, match="there is no run 'R9'"):
            command("R9")


def test_a_held_plan_goes_on_waiting_where_it_cannot_be_compared(stage):
    """The system is off just now; approved again, it is carried out."""
    run = held(stage)

    def off(*_):
        raise Unavailable("off")

    stage.hooks[CRM, "get"] = off
    failed = stage.engine.approve(run.id)
    stage.hooks.clear()
    done = stage.engine.approve(run.id)

    assert (RunState.HELD, "off") == (failed.run.state, failed.run.reason)
    assert RunState.DONE is done.run.state


def test_a_host_may_look_at_records_and_at_a_compiled_mapping(stage):
    """Through sessions that refuse to write."""
    with stage.engine.reading() as systems:
        pairing = stage.engine.pairing("erp", "customer", systems)
        with pytest.raises(NotNow):
            systems.session("erp").save("customer", [])

    assert ("erp", "customer") == (pairing.connection, pairing.actor.name)


# marks, replay, cancel ----------------------------------------------------------------------------


def park(stage, *keys, code="E7"):
    for key in keys:
        stage.erp.put("customer", key, {"city": "nowhere"})
    stage.hooks[CRM, "save"] = lambda _, __, edits: [
        EditRefused("no such city", "city", code) for _ in edits
    ]
    for _ in range(2):
        stage.sync()
        stage.pause(4000)
    stage.hooks.clear()


def test_the_same_refusal_twice_parks_with_its_reason_and_an_advice(stage):
    """And it is not tried again by itself, however long it waits."""
    park(stage, "K0")
    stage.forget_calls()

    stage.settle()

    (parked,) = stage.parked()
    assert ("city: no such city (E7)", 2) == (parked.reason, parked.refusals)
    assert parked.advice.startswith("Correct the record")
    assert [] == stage.writes()


def test_what_a_system_calls_its_refusal_says_what_to_do(stage):
    """Another record stands in the way: the advice is about that."""
    park(stage, "K0", code="409")

    assert "merge the two, or link to the one that is there" in stage.parked()[0].advice


def test_a_parked_record_comes_back_when_its_data_change(stage):
    """By itself, without anybody's doing."""
    park(stage, "K0")
    stage.erp.put("customer", "K0", {"city": "Bergen"})

    stage.settle()

    assert ([], "Bergen") == (stage.parked(), stage.company(company(stage))["city"])


def test_what_passes_by_itself_never_parks(stage):
    """However often it comes."""
    stage.erp.put("customer", "K0", {"city": "Rome"})

    def off(*_):
        raise Unavailable("off")

    stage.hooks[CRM, "save"] = off
    for _ in range(10):
        stage.sync()
        stage.pause(4000)
    parked = stage.parked()
    stage.hooks.clear()
    stage.settle()

    assert ([], "Rome") == (parked, stage.company(company(stage))["city"])


def test_parked_records_are_replayed_all_some_or_one(stage):
    """Each as often as somebody says so."""
    park(stage, "K0", "K1", "K2")
    parked = {each.key: each for each in stage.parked()}
    told = [
        stage.engine.replay("erp", [parked["K0"]]),
        len(stage.parked()),
        stage.engine.replay("erp"),
        len(stage.parked()),
        stage.engine.replay("erp"),
    ]

    stage.settle()

    assert [1, 2, 2, 0, 0] == told
    assert {"nowhere"} == {values["city"] for values in stage.held(CRM)}


def test_a_notification_marks_and_does_nothing_else(stage):
    """No system is asked; the mark waits in its lane with its reason."""
    stage.forget_calls()
    stage.engine.notify("erp", "customer", Side.ERP, ["K0"], reason="webhook 7")

    pending = stage.pending(FEED, "K0")["K0"]
    assert [] == stage.calls
    assert (Lane.EVENT, "webhook 7", 1) == (pending.lane, pending.reason, pending.marked)
    assert isinstance(pending, Pending)


def test_a_pass_over_what_is_due_looks_at_nothing_else(stage):
    """Both sides, and no feed is read."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.crm.put("company", company(stage, "K1"), {"city": "Rome"})
    stage.erp.put("customer", "K2", {"city": "Rome"})
    stage.engine.notify("erp", "customer", Side.ERP, ["K0"])
    stage.engine.notify("erp", "customer", Side.CRM, [company(stage, "K1")])
    stage.forget_calls()

    result = stage.engine.sync_kind("erp", "customer", mode=RunMode.RECORDS)

    assert {"updated": 2} == counts(result)
    assert [] == stage.asked("erp", "changes")
    assert "Oslo" == stage.company(company(stage, "K2"))["city"]


def test_a_run_can_be_cancelled(stage):
    """It ends at its next page; what it did stays done, and the rest comes with the next pass."""
    stage = Stage(page_max=1)
    stage.customers(5)
    reading, cancelled = threading.Event(), threading.Event()

    def slowly(do, *_):
        reading.set()
        cancelled.wait(20)
        return do()

    stage.hooks["erp", "changes"] = slowly
    results = []
    thread = threading.Thread(target=lambda: results.extend(stage.sync()))
    thread.start()
    reading.wait(20)
    stage.engine.cancel(stage.told("run started")[0].details["run"])
    cancelled.set()
    thread.join()
    stage.hooks.clear()
    stage.settle()

    (result,) = results
    assert (RunState.CANCELLED, "it was cancelled") == (result.run.state, result.run.reason)
    assert 1 == result.report.read
    assert 5 == len(stage.links())


# questions ----------------------------------------------------------------------------------------


def ask(stage, *customers):
    for key in customers:
        stage.erp.put("customer", key, {"phone": "1"})
        stage.crm.put("company", company(stage, key), {"phone": "2"})
    stage.sync()
    return {issue.key: issue for issue in stage.issues()}


def test_a_question_is_answered_by_a_side_or_by_a_value(stage):
    """What follows is done at once, and the question is gone."""
    asked = ask(stage, "K0", "K1", "K2")
    stage.engine.answer(asked["K0"].id, "erp")
    stage.engine.answer(asked["K1"].id, CRM)
    stage.engine.answer(asked["K2"].id, "3")

    phones = [stage.customer(key)["phone"] for key in ("K0", "K1", "K2")]
    assert ["1", "2", "3"] == phones
    assert phones == [stage.company(company(stage, key))["phone"] for key in ("K0", "K1", "K2")]
    assert [] == stage.issues()


def test_many_questions_are_answered_at_once(stage):
    """With one pass for each mapping."""
    asked = ask(stage, "K0", "K1")

    results = stage.engine.answer_all({issue.id: "erp" for issue in asked.values()})

    assert 1 == len(results)
    assert ([], "1") == (stage.issues(), stage.company(company(stage, "K1"))["phone"])


def test_a_question_that_there_is_not_is_refused(stage):
    """It was answered already, or never asked."""
    with pytest.raises(BadName, match="there is no question 'what'"):
        stage.engine.answer("what", "erp")


def test_why_a_field_holds_what_it_holds_can_be_asked(stage):
    """Of either side."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.sync()

    why = stage.engine.explain(stage.link().key, "city")

    assert ("Oslo", "Rome") == (why.change.old, why.change.new)


def test_an_undo_takes_back_what_a_run_wrote(stage):
    """After it was shown, and where it was written."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    run = stage.one().run

    result = stage.engine.undo(stage.engine.plan_undo(run.id), principal="Ada")

    assert (RunMode.UNDO, "Ada") == (result.run.mode, result.run.principal)
    assert "Oslo" == stage.company(company(stage))["city"]
