"""The status tells how every connection is doing, and what waits for whom."""

from datetime import timedelta

import pytest
from tests.unit.sync.stage import Stage

from erplink.connectors import EditRefused
from erplink.domain.records import CRM
from erplink.errors import Unauthorised, Unknown
from erplink.sync.rails import Rail, Rails
from erplink.sync.signals import Signals
from erplink.sync.state import FeedName, Side
from erplink.sync.status import status_of
from erplink.sync.workbench import Options


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(2)
    return stage


def test_a_connection_that_was_never_synced_has_nothing_to_tell(stage):
    """But that it is there."""
    (status,) = stage.engine.status()

    assert ("erp", "ERP", True, "") == (
        status.connection,
        status.name,
        status.active,
        status.paused,
    )
    assert ((), "", ()) == (status.feeds, status.last, status.held)


def test_lag_is_the_time_since_a_side_was_read_to_its_end(stage):
    """Each side has its own."""
    stage.settle()
    stage.pause(90)

    (status,) = stage.engine.status()

    assert {Side.ERP, Side.CRM} == {feed.feed.side for feed in status.feeds}
    assert {timedelta(seconds=90)} == {feed.lag for feed in status.feeds}
    assert "done" == status.last


def test_a_side_that_was_only_signalled_was_never_read(stage):
    """Nothing is known of its lag."""
    with stage.store.begin() as state:
        state.feeds.put(state.feeds.get(stage_feed(stage)))

    (feed,) = stage.status().feeds

    assert feed.lag is None


def stage_feed(_):
    return FeedName("erp", "customer", Side.ERP)


def test_what_waits_is_counted(stage):
    """Records that are tried again by themselves, and those that wait for a person."""
    stage.hooks[CRM, "save"] = lambda *_: [EditRefused("no such city", "city")] * 2
    stage.sync()
    tried = stage.status()
    stage.pause(10)
    stage.sync()
    parked = stage.status()

    assert (2, 0) == (tried.pending, tried.parked)
    assert (0, 2) == (parked.pending, parked.parked)


def test_open_writes_questions_and_held_plans_are_told(stage):
    """Each of them has its number or its name."""
    stage.settle()
    for key in ("K0", "K1"):
        stage.erp.put("customer", key, {"phone": "1"})
        stage.crm.put("company", stage.link(key).entity.key, {"phone": "2"})
    stage.sync()
    held = stage.new_engine(options=Options(rails=Rails(updates=Rail(0))))
    stage.erp.put("customer", "K0", {"city": "Rome"})
    (result,) = held.sync()

    status = stage.status()

    assert (2, (result.run.id,)) == (status.questions, status.held)
    assert status.last.startswith("held ")


def test_a_write_whose_answer_was_lost_is_open(stage):
    """Until it is known what became of it."""
    stage.claims[CRM] = {"find_created": False, "idempotent_create": False}

    def lost(*_):
        raise Unknown("cut")

    stage.hooks[CRM, "save"] = lost
    stage.sync()

    assert 2 == stage.status().open_writes


def test_credentials_that_do_not_reach_pause_the_connection(stage):
    """With the reason, which a person sees."""

    def refused(*_):
        raise Unauthorised("the token was revoked")

    stage.hooks["erp", "changes"] = refused
    stage.sync()

    assert "the token was revoked" == stage.status().paused
    assert "failed the token was revoked" == stage.status().last


def test_signals_are_counted_against_what_the_feed_finds(stage):
    """What was signalled before it was found, and what nobody signalled."""
    stage.settle()
    unheard = {feed.feed.side: feed.signals for feed in stage.status().feeds}
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.engine.notify("erp", "customer", Side.ERP, ["K0"])
    stage.sync()
    stage.erp.put("customer", "K1", {"city": "Rome"})
    stage.sync()

    counted = {feed.feed.side: feed.signals for feed in stage.status().feeds}

    assert {Side.ERP: Signals(), Side.CRM: Signals()} == unheard
    assert {Side.ERP: Signals(1, 1), Side.CRM: Signals()} == counted


def test_a_connection_that_there_is_not_has_no_status(stage):
    """Not even an empty one."""
    with stage.store.look() as state:
        assert status_of(state, "nobody", stage.clock.now()) is None
    with stage.store.begin() as state:
        state.settings.put("ranking", [CRM, "nobody", "erp"])
    assert ["erp"] == [status.connection for status in stage.engine.status()]
