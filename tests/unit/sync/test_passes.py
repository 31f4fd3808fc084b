"""A pass decides everything, looks at the whole, writes, and moves its cursors last."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import Crash, Doom, Stage, counts

from erplink.adapters.stores.intents import SqlIntents
from erplink.connectors import EditRefused, EditStale
from erplink.domain.links import LinkStatus
from erplink.domain.records import CRM
from erplink.errors import Unavailable, Unknown
from erplink.sync.rails import Rail, Rails
from erplink.sync.state import FeedName, RunMode, RunState, Side
from erplink.sync.workbench import Options

ERP = FeedName("erp", "customer", Side.ERP)


@pytest.fixture
def stage():
    stage = Stage(page_max=2)
    stage.customers(5)
    stage.settle()
    return stage


def company(stage, customer="K0"):
    return stage.link(customer).entity.key


def raising(error):
    def raised(*_):
        raise error

    return raised


def test_nothing_is_written_before_everything_is_read(stage):
    """The guard rails look at the whole."""
    for number in range(5):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    stage.forget_calls()

    stage.sync()

    done = [operation for _, operation, _ in stage.calls if operation in ("changes", "save")]
    assert done == sorted(done)
    assert {"changes", "save"} == set(done)


def test_a_plan_that_is_too_much_is_held_as_a_whole(stage):
    """Nothing of it is applied, no cursor moves, and it says exactly that."""
    cursor = stage.feed(ERP).cursor
    for number in range(5):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    stage.forget_calls()
    engine = stage.new_engine(options=Options(rails=Rails(updates=Rail(4))))

    (result,) = engine.sync()

    assert RunState.HELD is result.run.state
    assert {"the plan waits for approval": 5} == dict(result.report.reasons)
    assert "5" in result.run.reason
    assert [] == stage.writes()
    assert cursor == stage.feed(ERP).cursor
    assert 1 == len(stage.told("run held"))


def test_a_cursor_is_never_ahead_of_what_was_dealt_with(stage):
    """Where the reading broke off, the next pass goes on."""
    for number in range(5):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    calls = iter(range(10))

    def breaks_off(do, *_):
        if next(calls) == 1:
            raise Unavailable("off")
        return do()

    stage.hooks["erp", "changes"] = breaks_off
    first = stage.one()
    stage.hooks.clear()
    second = stage.one()

    assert (RunState.FAILED, 2) == (first.run.state, counts(first)["updated"])
    assert (RunState.DONE, 3) == (second.run.state, counts(second)["updated"])
    assert {"Rome"} == {values["city"] for values in stage.held(CRM)}


def test_a_pass_over_some_records_moves_no_cursor(stage):
    """What else changed is found by the next."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    cursor = stage.feed(ERP).cursor

    stage.engine.sync_kind("erp", "customer", mode=RunMode.RECORDS)

    assert cursor == stage.feed(ERP).cursor
    assert {"updated": 1} == counts(stage.one())


def test_a_full_pass_lists_everything_and_keeps_when(stage):
    """What the feed did not tell is found, and the totals add up."""
    stage.pause(60)
    result = stage.one(full=True)

    assert RunMode.FULL is result.run.mode
    assert stage.clock.now() == stage.feed(ERP).listed_at
    assert {"unchanged": 10} == counts(result)
    assert 10 == result.report.read


def test_another_mapping_looks_at_everything_anew(stage):
    """What a record looked like under the old one says nothing any more."""
    stage.remap(on_unlinked=stage.mappings["erp"].on_unlinked)

    result = stage.one()

    assert 10 == result.report.read
    assert {"unchanged": 10} == counts(result)


def test_a_preview_under_another_mapping_forgets_nothing(stage):
    """It looks at everything, and leaves what is known to the pass."""
    salt = stage.feed(ERP).salt
    stage.remap(on_unlinked=stage.mappings["erp"].on_unlinked)

    preview = stage.engine.plan("erp", "customer")

    assert (10, salt) == (preview.report.read, stage.feed(ERP).salt)


def test_a_record_that_moved_is_decided_again_in_the_same_pass(stage):
    """Its system said so; the second decision stands on what it holds now."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    moved = []

    def moves(do, *_):
        if not moved:
            moved.append(stage.crm.put("company", company(stage), {"name": "edited"}))
        return do()

    stage.hooks[CRM, "save"] = moves

    result = stage.one()

    assert ("edited", "Rome") == (stage.customer("K0")["name"], stage.company(moved[0])["city"])
    assert result.report.read == sum(result.report.counts.values())


def test_a_record_that_never_stands_still_is_given_up_for_now(stage):
    """After some rounds, with the reason; it is looked at again later."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.hooks[CRM, "save"] = lambda *_: [EditStale(None)]

    result = stage.one()
    stage.hooks.clear()
    stage.settle()

    assert {"the record moved since it was read": 1} == dict(result.report.reasons)
    assert "Rome" == stage.company(company(stage))["city"]


def test_a_system_that_fails_in_the_end_ends_the_rounds(stage):
    """What was to be decided again is told, and stays pending."""
    for number in range(3):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    calls = iter(range(10))

    def stale_then_off(*_):
        if next(calls):
            raise Unavailable("off")
        return [EditStale(None)] * 2

    stage.hooks[CRM, "save"] = stale_then_off

    result = stage.one()
    stage.hooks.clear()
    stage.settle()

    assert (RunState.FAILED, CRM) == (result.run.state, result.system)
    assert 3 == counts(result)["failed"]
    assert {"Rome"} == {stage.company(company(stage, f"K{n}"))["city"] for n in range(3)}


def test_batches_are_settled_one_by_one(stage):
    """A crash in the second loses nothing of the first."""
    for number in range(4):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    doom = Doom()
    engine = stage.new_engine(doom=doom, options=Options(batch=2))
    calls = iter(range(10))

    def dies(do, *_):
        answer = do()
        if next(calls):
            doom.at = doom.count
        return answer

    stage.hooks[CRM, "save"] = dies
    with pytest.raises(Crash):
        engine.sync()
    stage.hooks.clear()
    before = stage.intents()
    stage.expire()
    stage.settle()

    assert (2, 0) == (before, stage.intents())
    assert 4 == sum(values["city"] == "Rome" for values in stage.held(CRM))


def test_plans_that_do_not_fit_into_memory_wait_in_the_store(stage):
    """They are carried out like the others, and nothing of them is left."""
    for number in range(5):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    engine = stage.new_engine(options=Options(plans_in_memory_max=2, batch=2))

    (result,) = engine.sync()

    assert {"updated": 5} == counts(result)
    with stage.store.look() as state:
        assert [] == list(state.held.of(result.run.id))


def test_a_parked_record_stays_parked_while_its_data_are_the_same(stage):
    """It is counted as parked in every pass that meets it."""
    stage.erp.put("customer", "K0", {"city": "nowhere"})
    stage.hooks[CRM, "save"] = lambda *_: [EditRefused("no such city")]
    for _ in range(2):
        stage.sync()
        stage.pause(4000)
    stage.hooks.clear()

    result = stage.one(full=True)

    assert {"no such city": 1} == dict(result.report.reasons)
    assert 1 == counts(result)["parked"]


def test_a_record_whose_link_is_suspended_waits(stage):
    """It is skipped with the reason, and is looked at once the link is back."""
    link = stage.link()
    with stage.store.begin() as state:
        off = evolve(link, status=LinkStatus.SUSPENDED, reason="a person looks at it")
        state.links.change(off, expects=link.version)
    stage.erp.put("customer", "K0", {"city": "Rome"})

    result = stage.one()
    with stage.store.begin() as state:
        now = state.links.by_actor("erp", "customer", ["K0"])["K0"]
        state.links.change(evolve(now, status=LinkStatus.ACTIVE), expects=now.version)
    stage.settle()

    assert {"its link is suspended: a person looks at it": 1} == dict(result.report.reasons)
    assert "Rome" == stage.company(company(stage))["city"]


def test_what_a_signal_names_is_counted_even_if_the_pass_fails(stage):
    """The count is of what was found, not of what was written."""
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.engine.notify("erp", "customer", Side.ERP, ["K0"])
    stage.hooks[CRM, "save"] = raising(Unknown("cut"))
    stage.sync()

    counted = {feed.feed.side: feed.signals.heard for feed in stage.status().feeds}
    assert {Side.ERP: 1, Side.CRM: 0} == counted


def test_an_intent_that_somebody_else_recovered_is_left_to_them(stage, monkeypatch):
    """Between the look and the taking, another process took it over."""
    stage.claims[CRM] = {"find_created": False, "idempotent_create": False}
    stage.hooks[CRM, "save"] = raising(Unknown("cut"))
    stage.erp.put("customer", "K9", {"number": "N9", "name": "new"})
    stage.sync()
    stage.hooks.clear()
    stage.expire()
    monkeypatch.setattr(SqlIntents, "replace", lambda *_, **__: False)

    result = stage.one()

    assert RunState.DONE is result.run.state
    assert 1 == stage.intents()
