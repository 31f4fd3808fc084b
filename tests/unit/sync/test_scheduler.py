"""Everything is done when it is due, the urgent first, and nobody keeps anybody waiting."""

import threading
from datetime import timedelta

import pytest
from tests.unit.sync.stage import Stage, counts

from erplink.domain.records import CRM
from erplink.errors import BadValue, NotNow, StoreBusy, Unavailable
from erplink.sync import Pace, Scheduler
from erplink.sync.state import FeedName, Lane, RunMode, RunState, Side

MINUTE = timedelta(minutes=1)
PACE = Pace(interval=MINUTE, idle_max=MINUTE * 8, full_every=timedelta(days=1))


@pytest.fixture
def stage():
    stage = Stage(page_max=2)
    stage.customers(1)
    return stage


def scheduled(stage, pace=PACE, **more):
    return Scheduler(stage.engine, pace=pace, poll_seconds=0.01, **more)


def modes(results):
    return [result.run.mode for result in results]


def waits_until(done, seconds=20):
    """Wait in real time for what other threads do."""
    over = threading.Event()
    for _ in range(seconds * 100):
        if done():
            return
        over.wait(0.01)
    raise AssertionError("it does not come")


def test_everything_is_listed_first_and_then_what_changed(stage):
    """A full listing has a cadence of its own, and comes again after a day."""
    scheduler = scheduled(stage)

    first = scheduler.run_due()
    at_once = scheduler.run_due()
    stage.pause(60)
    second = scheduler.run_due()
    stage.pause(2 * 86_400)
    third = scheduler.run_due()

    assert [RunMode.FULL] == modes(first)
    assert [] == at_once
    assert [RunMode.CHANGES] == modes(second)
    assert [RunMode.FULL] == modes(third)
    assert [Lane.BULK, Lane.SCHEDULED] == [each.run.lane for each in (*first, *second)]


def test_a_connection_without_news_is_looked_at_more_rarely(stage):
    """And as often as before at the first news."""
    scheduler = scheduled(stage, pace=Pace(interval=MINUTE, idle_max=MINUTE * 4, full_every=None))

    waits = []
    for _ in range(5):
        scheduler.run_due()
        waits.append((scheduler.next_due() - stage.clock.now()) // MINUTE)
        stage.pause(waits[-1] * 60)
    stage.erp.put("customer", "K0", {"city": "Rome"})
    scheduler.run_due()

    assert [1, 2, 4, 4, 4] == waits
    assert MINUTE == scheduler.next_due() - stage.clock.now()


def test_a_connection_may_have_an_interval_of_its_own(stage):
    """And give it back."""
    scheduler = scheduled(stage)
    scheduler.run_due()
    usual = scheduler.next_due() - stage.clock.now()
    scheduler.set_interval("erp", MINUTE * 7)
    own = scheduler.next_due() - stage.clock.now()
    scheduler.set_interval("erp", None)

    assert (MINUTE, MINUTE * 7) == (usual, own)
    assert MINUTE == scheduler.next_due() - stage.clock.now()


def test_an_interval_is_longer_than_nothing(stage):
    """One that is not is refused, and nothing is changed."""
    scheduler = scheduled(stage)
    with pytest.raises(BadValue, match="interval is longer than nothing"):
        scheduler.set_interval("erp", timedelta(0))
    scheduler.run_due()

    assert MINUTE == scheduler.next_due() - stage.clock.now()


def test_what_is_switched_off_serves_nothing(stage):
    """Until it is switched on again; by any scheduler of the store."""
    scheduler = scheduled(stage)
    scheduler.switch_off("the books are closed")
    off = scheduled(stage)

    assert "the books are closed" == off.switched_off
    assert (None, []) == (off.next_due(), off.run_due())
    off.switch_on()
    assert "" == scheduler.switched_off
    assert [RunMode.FULL] == modes(scheduler.run_due())


def test_what_was_signalled_is_looked_at_at_once(stage):
    """Only that, in the lane of events; the next pass has its own moment."""
    scheduler = scheduled(stage)
    scheduler.run_due()
    due = scheduler.next_due()
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.engine.notify("erp", "customer", Side.ERP, ["K0"])
    now = scheduler.next_due()

    (result,) = scheduler.run_due()

    assert stage.clock.now() == now
    assert (RunMode.RECORDS, Lane.EVENT) == (result.run.mode, result.run.lane)
    assert "Rome" == stage.company(stage.link().entity.key)["city"]
    assert due == scheduler.next_due()


def test_the_more_urgent_connection_goes_first():
    """By lane, and then by rank."""
    stage = Stage(erps=("one", "two", "three"))
    scheduler = scheduled(stage)
    first = scheduler.run_due()
    stage.pause(30)
    stage.engine.notify("three", "customer", Side.ERP, ["K0"])
    stage.engine.notify("two", "customer", Side.ERP, ["K0"], lane=Lane.INTERACTIVE)

    second = scheduler.run_due()

    assert ["one", "two", "three"] == [each.run.connection for each in first]
    assert ["two", "three"] == [each.run.connection for each in second]


def test_a_quota_that_is_used_up_makes_a_pause(stage):
    """The connection is not asked before the quota renews, whatever is signalled."""
    scheduler = scheduled(stage)

    def used_up(*_):
        raise Unavailable("no calls left today", retry_after=7200)

    stage.hooks["erp", "changes"] = used_up
    (failed,) = scheduler.run_due()
    stage.hooks.clear()
    stage.forget_calls()
    stage.engine.notify("erp", "customer", Side.ERP, ["K0"])
    stage.pause(3600)
    early = scheduler.run_due()
    due = scheduler.next_due()
    asked = stage.calls[:]
    stage.pause(3601)

    assert RunState.FAILED is failed.run.state
    assert ([], []) == (early, asked)
    assert due is not None
    assert 1 == counts(scheduler.run_due()[0])["created"]


def test_what_is_taken_is_not_queued_twice(stage):
    """Somebody else's pass is no news, and is not waited for."""
    scheduler = scheduled(stage)
    nested = []

    def look_around(do, *_):
        nested.extend(scheduled(stage).run_due())
        scheduler._look_around()
        return do()

    stage.hooks["erp", "changes"] = look_around
    results = scheduler.run_due()

    assert ([RunState.DONE], []) == ([each.run.state for each in results], nested)


def test_a_pass_gives_way_to_what_is_more_urgent(stage):
    """It ends at the next page, and goes on from there."""
    stage.customers(6)
    scheduler = scheduled(stage)
    scheduler.run_due()
    for number in range(6):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    stage.pause(60)
    told = []

    def page(do, *_):
        if not told:
            told.append(True)
            stage.engine.notify("erp", "customer", Side.CRM, [], lane=Lane.INTERACTIVE)
            stage.engine.notify("erp", "customer", Side.ERP, ["K5"], lane=Lane.INTERACTIVE)
            key = next(iter(scheduler._running))
            with scheduler._changed:
                scheduler._lanes.add(key, Lane.INTERACTIVE, stage.clock.monotonic())
        return do()

    stage.hooks["erp", "changes"] = page
    results = scheduler.run_due()
    stage.pause(60)
    results += scheduler.run_due()

    assert RunState.CANCELLED is results[0].run.state
    assert RunState.DONE is results[-1].run.state
    assert {"Rome"} == {values["city"] for values in stage.held(CRM)}


def test_a_thread_serves_until_it_is_stopped(stage):
    """Starting it twice starts it once; stopping waits for it, and it may be started again."""
    scheduler = scheduled(stage)
    scheduler.start()
    scheduler.start()
    waits_until(stage.links)
    scheduler.stop()
    scheduler.stop()
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.pause(60)
    asleep = stage.company(stage.link().entity.key)["city"]
    scheduler.start()
    waits_until(lambda: stage.company(stage.link().entity.key)["city"] == "Rome")
    scheduler.stop()

    assert "Oslo" == asleep
    assert not [each for each in threading.enumerate() if each.name.startswith("erplink")]


def test_a_stopped_pass_ends_at_its_next_page(stage):
    """Nobody waits for a million records."""
    stage.customers(6)
    stage.settle()
    for number in range(6):
        stage.erp.put("customer", f"K{number}", {"city": "Rome"})
    scheduler = scheduled(stage, pace=Pace(interval=MINUTE, full_every=None))
    reading = threading.Event()

    def page(do, *_):
        reading.set()
        waits_until(scheduler._stop.is_set)
        return do()

    stage.hooks["erp", "changes"] = page
    scheduler.start()
    assert reading.wait(20)
    scheduler.stop()

    with stage.store.look() as state:
        ended = [run.state for run in state.runs.of("erp")]
    assert 1 == ended.count(RunState.CANCELLED)


def test_connections_are_served_side_by_side_and_each_by_one_thread():
    """One that is slow keeps nobody waiting."""
    stage = Stage(erps=("one", "two"))
    meeting = threading.Barrier(2)
    stop = threading.Event()

    def meet(do, *_):
        meeting.wait(20)
        return do()

    for erp in ("one", "two"):
        stage.hooks[erp, "kinds"] = meet
    scheduler = scheduled(stage)
    thread = threading.Thread(target=scheduler.run_forever, args=(stop,))
    thread.start()
    waits_until(
        lambda: all(stage.feed(FeedName(erp, "customer", "erp")).read_at for erp in ("one", "two"))
    )
    stop.set()
    thread.join()

    assert not meeting.broken


def test_one_slot_is_kept_for_what_is_urgent():
    """All workers are busy with slow passes, and an event is served all the same."""
    stage = Stage(erps=("one", "two"))
    go_on, busy = threading.Event(), threading.Event()
    stage.settle()
    scheduler = scheduled(stage, workers=1)
    scheduler.set_interval("two", timedelta(days=9))
    for each in scheduler.run_due():
        assert each.run.state is RunState.DONE

    def slow(do, *_):
        busy.set()
        go_on.wait(20)
        return do()

    stage.hooks["one", "changes"] = slow
    stage.pause(600)
    scheduler.start()
    assert busy.wait(20)
    stage.worlds["two"].put("customer", "K0", {"number": "1", "name": "urgent"})
    stage.engine.notify("two", "customer", Side.ERP, ["K0"])
    waits_until(lambda: stage.links("two"))
    served_while_busy = not go_on.is_set()
    go_on.set()
    scheduler.stop()

    assert served_while_busy


def test_a_busy_store_stops_no_scheduler(stage):
    """What is due now is due in a moment, too."""
    scheduler = scheduled(stage)
    find, times = scheduler._find_due, iter(range(10))

    def busy_at_first():
        if next(times) == 0:
            raise StoreBusy("others hold the database")
        return find()

    scheduler._find_due = busy_at_first
    scheduler.start()
    waits_until(stage.links)
    scheduler.stop()

    assert 1 == len(stage.links())


def test_what_nobody_serves_any_more_is_passed_over(stage):
    """The connection was paused after its pass was queued, or somebody else is at it."""
    scheduler = scheduled(stage)
    scheduler._look_around()
    stage.engine._conductor.run = refuse

    assert [] == scheduler.run_due()


def refuse(*_, **__):
    raise NotNow("it is being worked on already")


def test_nothing_is_due_where_nothing_is_served(stage):
    """A paused connection is not looked at."""
    stage.engine.pause("erp", "the books are closed")
    scheduler = scheduled(stage)

    assert (None, []) == (scheduler.next_due(), scheduler.run_due())


def test_what_is_pending_may_be_due_before_the_next_pass(stage):
    """A record that failed is tried again when it said so."""
    scheduler = scheduled(stage, pace=Pace(interval=MINUTE * 60, full_every=None))

    def off(*_):
        raise Unavailable("off")

    stage.hooks[CRM, "save"] = off
    scheduler.run_due()
    stage.hooks.clear()
    due = scheduler.next_due()
    stage.pause((due - stage.clock.now()).total_seconds())

    (result,) = scheduler.run_due()

    assert due < stage.clock.now() + MINUTE
    assert (RunMode.RECORDS, {"created": 1}) == (result.run.mode, counts(result))


def test_a_connection_is_served_by_one_thread_at_a_time():
    """Its kinds come one after the other, however many workers there are."""
    stage = Stage(persons=True)
    at_once, most, lock = [0], [0], threading.Lock()

    def busy(do, *_):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        threading.Event().wait(0.05)
        with lock:
            at_once[0] -= 1
        return do()

    stage.hooks["erp", "changes"] = busy
    scheduler = scheduled(stage)
    scheduler.start()
    feeds = [FeedName("erp", kind, Side.CRM) for kind in ("customer", "person")]
    waits_until(lambda: all(stage.feed(feed).read_at for feed in feeds))
    scheduler.stop()

    assert 1 == most[0]
