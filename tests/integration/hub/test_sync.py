"""The sync engine, as a user of the Hub has it: now, planned, repaired, on and off, by itself.

The tests stand in the order in which the behaviour is told.
"""

from datetime import timedelta
from threading import Event

import pytest

from erplink import ActorRef, EntityRef
from erplink.domain.connections import Scope
from erplink.domain.links import Link
from erplink.domain.plan import RecordResult
from erplink.errors import BadName, BadValue, NotNow
from erplink.hub.masking import ELSEWHERE
from erplink.sync import Pace, RunMode, RunState, Side
from erplink.sync.rails import Rail, Rails
from erplink.sync.state import FeedName, Pending
from erplink.sync.workbench import Options
from erplink.testing import FakeErp

from .conftest import ADA, EVE, Office


def values(office, system, key, *fields):
    world, kind = (office.crm, "company") if system == "crm" else (office.north, "customer")
    world = office.south if system == "south" else world
    row = world.rows(kind)[key].values
    return row[fields[0]] if len(fields) == 1 else tuple(row[each] for each in fields)


@pytest.fixture
def linked(busy):
    """A company that is linked to a customer in each of both ERPs, all in step."""
    busy.north.put("customer", "K-1", {"name": "Fjord Boats", "city": "Oslo", "credit": 5})
    busy.south.put("customer", "S-1", {"name": "Fjord Boats", "city": "Oslo", "credit": 5})
    busy.hub.sync.now("north")
    (entity,) = busy.crm.rows("company")
    busy.entity = EntityRef.of("company", entity)
    with busy.store.begin() as state:
        state.links.add(Link(busy.entity, ActorRef("south", "customer", "S-1")))
    busy.hub.sync.now()
    busy.hub.sync.now()
    return busy


def settle(office):
    while office.hub.sync.run_due():
        pass


# by itself ---------------------------------------------------------------------------------------


def test_connections_are_polled_at_an_interval():
    """What is due is done, and then nothing is until the interval is over."""
    office = Office(pace=Pace(interval=timedelta(minutes=5)))
    office.connect("north")
    office.north.put("customer", "K-1", {"name": "Fjord Boats"})
    first, second = office.hub.sync.run_due(), office.hub.sync.run_due()
    office.clock.sleep(6 * 60)
    third = office.hub.sync.run_due()

    assert (1, 0, 1) == (len(first), len(second), len(third))
    assert 1 == first[0].report[RecordResult.CREATED]


def test_the_interval_of_a_connection_is_set():
    """One connection is looked at more often than the others; None takes that back."""
    office = Office(pace=Pace(interval=timedelta(hours=9)))
    office.connect("north")
    office.connect("south")
    settle(office)
    office.hub.sync.interval("north", timedelta(seconds=10))
    office.clock.sleep(15 * 60)
    often = office.hub.sync.run_due()
    office.hub.sync.interval("north", None)
    office.clock.sleep(15 * 60)

    assert ["north"] == [each.run.connection for each in often]
    assert [] == list(office.hub.sync.run_due())
    with pytest.raises(BadValue):
        office.hub.sync.interval("north", timedelta(0))


def test_connections_are_served_in_rank_order(busy):
    """The highest ranked first, whether a person asks or it is time."""
    busy.hub.connections.rank(["south", "crm", "north"])

    assert ["south", "north"] == [each.run.connection for each in busy.hub.sync.now()]
    busy.clock.sleep(3600)
    assert "south" == busy.hub.sync.run_due()[0].run.connection


def test_it_runs_beside_the_application():
    """Started, it serves in a thread of its own until it is stopped."""
    office = Office(poll_seconds=0.01)
    office.connect("north")
    office.north.put("customer", "K-1", {"name": "Fjord Boats"})
    office.hub.sync.start()
    for _ in range(500):
        if office.crm.rows("company"):
            break
        Event().wait(0.01)
    office.hub.sync.stop()
    office.north.put("customer", "K-2", {"name": "Harbour Inn"})
    office.clock.sleep(24 * 3600)
    office.hub.close()

    assert 1 == len(office.crm.rows("company"))


def test_it_serves_in_the_foreground_until_it_is_told_to_stop(busy):
    """A process that does nothing else waits in it."""
    stop = Event()
    stop.set()
    busy.hub.sync.run_forever(stop)

    assert stop.is_set()


def test_a_change_in_one_erp_reaches_the_crm_and_from_there_every_other(linked):
    """One edit, and all three systems hold it."""
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    linked.hub.sync.now()

    assert "Bergen" == values(linked, "crm", linked.entity.key, "city")
    assert "Bergen" == values(linked, "south", "S-1", "city")


def test_the_engine_is_switched_off_and_on(busy):
    """Off, it serves nothing by itself; what a person asks for is done."""
    busy.hub.sync.switch_off("the ERP moves house")

    assert "the ERP moves house" == busy.hub.sync.switched_off()
    assert [] == list(busy.hub.sync.run_due())
    assert busy.hub.sync.now("north")
    busy.hub.sync.switch_on()
    assert "" == busy.hub.sync.switched_off()
    assert busy.hub.sync.run_due()


def test_a_connection_is_paused_and_resumed(busy):
    """With a reason that everybody sees; what changes meanwhile is found then."""
    busy.hub.sync.pause("north", "it is being migrated")
    busy.north.put("customer", "K-1", {"name": "Fjord Boats"})

    with pytest.raises(NotNow, match="being migrated"):
        busy.hub.sync.now("north")
    assert "it is being migrated" == busy.hub.sync.status()[0].paused
    busy.hub.sync.resume("north")
    assert 1 == busy.hub.sync.now("north")[0].report[RecordResult.CREATED]
    with pytest.raises(BadValue, match="has a reason"):
        busy.hub.sync.pause("north", " ")


# now ---------------------------------------------------------------------------------------------


def test_everything_is_synced_now(busy):
    """All active connections, in their order, and how each went."""
    busy.north.put("customer", "K-1", {"name": "Fjord Boats"})
    busy.south.put("customer", "K-2", {"name": "Harbour Inn"})
    results = busy.hub.as_user(ADA).sync.now()

    assert [("north", RunState.DONE), ("south", RunState.DONE)] == [
        (each.run.connection, each.run.state) for each in results
    ]
    assert {"ada"} == {each.run.principal for each in results}
    assert 2 == len(busy.crm.rows("company"))


def test_everything_is_looked_at_and_not_only_what_changed(busy):
    """A full pass finds what a feed has missed."""
    assert [RunMode.FULL] == [each.run.mode for each in busy.hub.sync.now("north", full=True)]


def test_one_entity_is_synced_now(linked):
    """With all that it is linked to, whichever record is named, and nothing else."""
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    linked.north.put("customer", "K-2", {"name": "Harbour Inn"})
    linked.hub.sync.record(linked.entity)

    assert "Bergen" == values(linked, "south", "S-1", "city")
    assert 1 == len(linked.crm.rows("company"))
    linked.crm.put("company", linked.entity.key, {"city": "Tromsø"})
    linked.hub.sync.record(ActorRef("south", "customer", "S-1"))
    assert "Tromsø" == values(linked, "north", "K-1", "city")


def test_an_entity_that_is_not_linked_is_not_synced(busy):
    """It is said, and nothing is done."""
    with pytest.raises(NotNow, match="not linked"):
        busy.hub.sync.record(EntityRef.of("company", "1"))


def test_an_entity_that_is_linked_out_of_sight_answers_like_one_that_is_not_linked(busy):
    """Nobody learns from it that there is a link."""
    busy.south.put("customer", "S-1", {"name": "Fjord Boats"})
    busy.hub.sync.now("south")
    (key,) = busy.crm.rows("company")
    entity = EntityRef.of("company", key)

    assert busy.hub.as_user(ADA).sync.record(entity)
    with pytest.raises(NotNow, match=f"crm/company/{key} is not linked"):
        busy.hub.as_user(EVE).sync.record(entity)


# plans -------------------------------------------------------------------------------------------


def test_a_plan_says_what_a_sync_would_do_and_applying_it_does_that(linked):
    """Nothing is written before; then exactly what was shown."""
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    planned = linked.hub.sync.plan("north", "customer")

    assert "Oslo" == values(linked, "crm", linked.entity.key, "city")
    assert "city: 'Oslo' -> 'Bergen'" in planned.explain()
    result = linked.hub.as_user(ADA).sync.apply(planned)
    assert ("ada", 1) == (result.run.principal, result.report[RecordResult.UPDATED])
    assert "Bergen" == values(linked, "crm", linked.entity.key, "city")


def test_a_plan_is_made_for_some_records_and_applied_for_some(linked):
    """By their keys on either side; of a plan, some records can be chosen."""
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    none = linked.hub.sync.plan("north", "customer", actors=["K-9"])
    one = linked.hub.sync.plan("north", "customer", entities=[linked.entity.key])

    assert () == none.records
    assert 1 == len(one.records)
    assert () == one.only([]).records
    assert one.records == one.only(one.records).records


def test_a_plan_tells_the_guard_rails_that_it_would_trip():
    """So that nobody is surprised by a plan that is held."""
    office = Office(options=Options(rails=Rails(creates=Rail(0))))
    office.connect("north")
    office.north.put("customer", "K-1", {"name": "Fjord Boats"})
    planned = office.hub.sync.plan("north", "customer")

    assert planned.trips
    assert 1 == planned.report.read
    assert "Planned(north/customer: Plan(" in repr(planned)


@pytest.fixture
def held():
    """An office with a plan that is held."""
    office = Office(options=Options(rails=Rails(creates=Rail(0))))
    office.connect("north", Scope(groups={"sales"}))
    office.north.put("customer", "K-1", {"name": "Fjord Boats"})
    (office.result,) = office.hub.sync.now("north")
    return office


def test_a_held_plan_is_shown_and_approved(held):
    """Nothing of it is done until a person says so; then all of it is."""
    (run,) = held.hub.sync.held()

    assert held.result.run.id == run.id
    assert "create crm/company" in held.hub.sync.held_plan(run.id).explain()
    assert {} == held.crm.rows("company")
    held.hub.as_user(ADA).sync.approve(run.id)
    assert 1 == len(held.crm.rows("company"))
    assert [] == list(held.hub.sync.held("north"))


def test_a_held_plan_of_any_length_is_shown(held, monkeypatch):
    """It is read page by page."""
    monkeypatch.setattr("erplink.hub.sync._PAGE", 1)
    held.north.put("customer", "K-2", {"name": "Harbour Inn"})
    (result,) = held.hub.sync.now("north", full=True)

    assert 2 == held.hub.sync.held_plan(result.run.id).counts()["create"]


def test_a_held_plan_is_discarded(held):
    """It is written down by whom."""
    held.hub.as_user(ADA).sync.discard(held.result.run.id)
    (run, *_) = held.hub.sync.runs("north")

    assert RunState.DISCARDED is run.state
    assert "ada" in run.reason
    with pytest.raises(NotNow, match="not held"):
        held.hub.sync.approve(run.id)


def test_held_plans_out_of_sight_are_not_there(held):
    """Neither in the list nor by their ids, which answer like ids of nothing."""
    hers = held.hub.as_user(EVE).sync
    run = held.result.run.id

    assert [] == list(hers.held())
    for ask in (hers.held_plan, hers.approve, hers.discard, hers.cancel):
        with pytest.raises(BadName, match=f"there is no run '{run}'"):
            ask(run)


# the log -----------------------------------------------------------------------------------------


def test_every_change_of_a_field_is_logged(linked):
    """Through which link, which fields, which side, old and new value, when and for whom."""
    linked.clock.sleep(60)
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    linked.hub.as_user(ADA).sync.now("north")
    row = linked.hub.history.of(linked.entity)[0]
    (change,) = row.changes

    assert f"{linked.entity}=north/customer/K-1" == row.link
    assert ("crm", ("city",), "Oslo", "Bergen") == (
        change.system,
        change.keys,
        change.old,
        change.new,
    )
    assert ("ada", True) == (row.principal, row.at <= linked.clock.now())


# repairs -----------------------------------------------------------------------------------------


def test_resync_from_the_crm_goes_one_way_whatever_was_edited_last(linked):
    """A repair: the CRM's values go to the ERP, though the ERP was edited since."""
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    (result,) = linked.hub.sync.resync_from_crm("north")

    assert RunMode.FROM_CRM is result.run.mode
    assert "Oslo" == values(linked, "north", "K-1", "city")
    assert "Oslo" == values(linked, "crm", linked.entity.key, "city")


def test_resync_never_overwrites_with_blanks_if_it_is_told_so(linked):
    """An empty value of the CRM leaves the ERP's alone."""
    linked.crm.put("company", linked.entity.key, {"city": None})
    linked.hub.sync.resync_from_crm("north", keep_filled=True)
    kept = values(linked, "north", "K-1", "city")
    linked.crm.put("company", linked.entity.key, {"city": None})
    linked.hub.sync.resync_from_crm("north")

    assert "Oslo" == kept
    assert values(linked, "north", "K-1", "city") is None


def test_resync_is_for_the_given_keys_only(linked):
    """By the keys of entities or of actors."""
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    linked.hub.sync.resync_from_crm("north", actors=["K-9"])
    linked.hub.sync.resync_from_crm("north", entities=["9"])
    untouched = values(linked, "north", "K-1", "city")
    linked.hub.sync.resync_from_crm("north", actors=["K-1"], entities=["9"])

    assert "Bergen" == untouched
    assert "Oslo" == values(linked, "north", "K-1", "city")


def test_resync_from_one_erp_goes_to_all_others(linked):
    """What the given connection says goes to the CRM, and from there to the other ERPs."""
    linked.crm.put("company", linked.entity.key, {"city": "Tromsø"})
    linked.south.put("customer", "S-1", {"city": "Bodø"})
    linked.hub.sync.resync_from_erp("north", actors=["K-1"])

    assert "Oslo" == values(linked, "crm", linked.entity.key, "city")
    assert "Oslo" == values(linked, "south", "S-1", "city")


# trouble -----------------------------------------------------------------------------------------


def broken(*_):
    raise RuntimeError("it is broken")


def test_errors_of_one_connector_never_stop_the_others(busy, monkeypatch):
    """The others are synced, and the trouble is in the result, in words."""
    session = FakeErp.session

    def opened(erp, system):
        return broken(erp, system) if erp is busy.north else session(erp, system)

    monkeypatch.setattr(FakeErp, "session", opened)
    busy.south.put("customer", "K-2", {"name": "Harbour Inn"})
    failed, done = busy.hub.sync.now()

    assert (RunState.FAILED, RunState.DONE) == (failed.run.state, done.run.state)
    assert "it is broken" in failed.run.reason
    assert 1 == len(busy.crm.rows("company"))
    assert "failed" in busy.hub.sync.status()[0].last


def park(office, connection="north"):
    now = office.clock.now()
    feed = FeedName(connection, "customer", Side.ERP)
    pending = Pending(feed=feed, key="K-1", due=now, since=now, reason="no", parked=True)
    with office.store.begin() as state:
        state.pending.put([pending])
    return pending


def test_parked_records_are_tried_again(busy):
    """All of a connection, or the given ones; they have to be of that connection."""
    one = park(busy)

    assert 1 == busy.hub.sync.status()[0].parked
    assert 0 == busy.hub.sync.replay("south")
    with pytest.raises(BadValue, match="another connection"):
        busy.hub.sync.replay("south", [one])
    assert 1 == busy.hub.sync.replay("north", [one])
    park(busy)
    assert 1 == busy.hub.sync.replay("north")
    assert 0 == busy.hub.sync.status()[0].parked


def test_a_host_says_that_something_happened_to_records(linked):
    """They are looked at next, and the rest of the connection is not."""
    settle(linked)
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    linked.hub.sync.notify("north", "customer", "erp", ["K-1"])
    results = linked.hub.sync.run_due()

    assert [RunMode.RECORDS] == [each.run.mode for each in results]
    assert "Bergen" == values(linked, "crm", linked.entity.key, "city")


def test_a_run_is_cancelled_at_its_next_page(busy):
    """What it did stays done, and it says that it was cancelled."""
    for number in range(20):
        busy.north.put("customer", f"K-{number}", {"name": f"Number {number}"})
    people = []

    def cancel(_world, _kind, _luck):
        (run,) = [each for each in busy.hub.sync.runs("north") if each.state is RunState.RUNNING]
        busy.hub.sync.cancel(run.id)
        people.append(run.id)

    busy.north.people = cancel
    busy.north.dice.order("edited")
    (result,) = busy.hub.sync.now("north")

    assert people
    assert RunState.CANCELLED is result.run.state


def test_sentences_call_a_connection_by_its_name(linked):
    """An id says nothing to a person: in what is told in words, there is the name."""
    linked.hub.connections.rename("north", "The northern one")
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    planned = linked.hub.sync.plan("north", "customer")
    linked.hub.sync.now("north")
    (change, *_) = linked.hub.history.of(linked.entity)[0].changes

    assert "only The northern one moved" == change.reason
    assert "only The northern one moved" in planned.explain()
    assert "patch south/customer/S-1" in planned.explain()


# what others' systems take part in ---------------------------------------------------------------


def test_what_is_told_of_a_sync_names_nothing_out_of_sight(linked):
    """Plans, results, questions, runs and history are told without the systems one cannot see."""
    hers = linked.hub.as_user(EVE)
    linked.north.put("customer", "K-1", {"city": "Bergen", "credit": 7})
    linked.south.put("customer", "S-1", {"credit": 9, "note": "hidden words"})
    told = [hers.sync.plan("north", "customer")]
    assert "south" in linked.hub.sync.plan("north", "customer").explain()
    told.append(told[0].explain())
    told += [told[0].plan, told[0].report, told[0].records]
    told.append(hers.sync.now())
    told.append(hers.sync.record(linked.entity))
    told += [hers.conflicts.open(), hers.history.of(linked.entity), hers.sync.status()]
    told += [hers.sync.runs("north"), hers.connections.health("north"), hers.sync.held()]

    assert "Bergen" == values(linked, "south", "S-1", "city")
    for each in told:
        assert "south" not in repr(each)
        assert "S-1" not in repr(each)
    assert "south" in repr(linked.hub.sync.runs("north"))
    assert "hidden words" not in repr(told)


def test_the_trouble_of_a_system_out_of_sight_is_told_as_elsewhere(linked, monkeypatch):
    """That something could not be reached is no secret; what it was is."""
    session = FakeErp.session

    def opened(erp, system):
        return broken(erp, system) if erp is linked.south else session(erp, system)

    monkeypatch.setattr(FakeErp, "session", opened)
    linked.clock.sleep(600)
    linked.north.put("customer", "K-1", {"city": "Bergen"})
    results = linked.hub.as_user(EVE).sync.now()

    assert "south" not in repr(results)
    assert all(each.system in ("", "north", ELSEWHERE) for each in results)
