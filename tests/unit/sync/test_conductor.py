"""A pass is conducted from its lease to its entry among the runs, whatever becomes of it."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import FIELDS, Crash, Doom, Stage, counts

from erplink.connectors import Kind
from erplink.domain.records import CRM
from erplink.errors import BrokenPromise, Unauthorised, Unavailable
from erplink.sync.conductor import Bulk
from erplink.sync.holding import Holding
from erplink.sync.state import Lane, Run, RunMode, RunState


@pytest.fixture
def stage():
    stage = Stage(erps=("one", "two"))
    stage.customers(1, erp="one")
    stage.settle()
    return stage


def raising(error):
    def raised(*_):
        raise error

    return raised


def runs(stage, erp="one"):
    with stage.store.look() as state:
        return state.runs.of(erp)


def test_every_run_is_among_the_runs(stage):
    """From its beginning, with on whose behalf it is done, to its end."""
    seen = []
    stage.hooks["one", "changes"] = lambda do, *_: (seen.append(runs(stage)[0].state), do())[1]
    stage.pause(5)

    one, _ = stage.sync(principal="Ada")

    (run, *_) = runs(stage)
    assert {RunState.RUNNING} == set(seen)
    assert ("Ada", RunState.DONE, one.run.id) == (run.principal, run.state, run.id)
    assert run.finished >= run.started


def test_a_run_whose_process_died_is_told_as_failed(stage):
    """By the next pass, which holds its lease; what runs beside it is left alone."""
    doom = Doom()
    dying = stage.new_engine(doom=doom, luck=2)
    stage.hooks["one", "changes"] = lambda *_: setattr(doom, "at", 0)
    with pytest.raises(Crash):
        dying.sync()
    stage.hooks.clear()
    beside = Run(
        id="R1",
        connection="one",
        actor_kind="customer",
        mode=RunMode.RECORDS,
        lane=Lane.INTERACTIVE,
        principal="Ada",
        started=stage.clock.now(),
    )
    with stage.store.begin() as state:
        state.runs.put(beside)
    stage.expire()

    stage.sync()

    states = {run.id: (run.state, run.reason) for run in runs(stage)}
    died = (RunState.FAILED, "its process came to an end before it did")
    assert 1 == list(states.values()).count(died)
    assert RunState.RUNNING is states["R1"][0]


def test_a_lease_is_given_back_whatever_happens(stage):
    """Even what nobody thought of ends a pass without blocking the next."""
    stage.hooks["one", "changes"] = raising(ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        stage.sync()
    stage.hooks.clear()

    assert RunState.DONE is stage.sync()[0].run.state


def test_sessions_are_closed_after_the_pass(stage):
    """Each that was opened for it, whatever became of it."""
    stage.forget_calls()
    stage.closed.clear()
    stage.hooks["one", "changes"] = raising(Unavailable("off"))
    stage.sync(connection="one")

    opened = [system for system, operation, _ in stage.calls if operation == "open"]
    assert sorted(opened) == sorted(stage.closed)


def test_a_plug_in_at_fault_fails_its_own_pass_alone(stage):
    """The others are served; the trouble names it."""
    stage.hooks["one", "kinds"] = raising(BrokenPromise("memory", "kinds", "answers"))

    one, two = stage.sync()

    assert "connector 'memory' broke a promise in kinds" in one.run.reason
    assert RunState.DONE is two.run.state


def test_credentials_of_the_crm_pause_no_connection(stage):
    """They are nobody's of the ERPs, and mending them is enough."""
    stage.hooks[CRM, "changes"] = raising(Unauthorised("the token was revoked"))
    stage.sync()

    assert ["", ""] == [status.paused for status in stage.engine.status()]


def test_another_erp_that_is_down_holds_up_nothing(stage):
    """Its part of the entity counts as not having moved, and catches up later."""
    entity = stage.link("K0", "one").entity
    stage.crm.put("company", entity.key, {"city": "Rome"})
    stage.hooks["two", "kinds"] = raising(Unavailable("off"))

    (result,) = stage.sync(connection="one")
    stage.hooks.clear()
    stage.settle()

    assert {"updated": 1} == counts(result)
    assert "Rome" == stage.customer("K0", "one")["city"]
    assert ["Rome"] == [values["city"] for values in stage.held("two")]


def test_a_pass_is_done_by_one_at_a_time(stage):
    """Another kind or connection has a lease of its own."""
    Holding.acquire(stage.store, "pass/one/customer", "another", stage.clock)

    one, two = stage.sync()

    assert (RunState.FAILED, RunState.DONE) == (one.run.state, two.run.state)


def test_whoever_listens_hears_how_it_went(stage):
    """That it began, and how it ended, with its figures."""
    stage.events.clear()
    stage.sync(connection="one")

    (started,), (ended,) = stage.told("run started"), stage.told("run ended")
    assert started.details["run"] == ended.details["run"]
    assert ("running", "done") == (started.details["state"], ended.details["state"])
    assert 0 == ended.details["read"]


def test_a_mapping_is_compiled_once(stage):
    """Until it changes."""
    conductor = stage.engine._conductor
    stage.sync()
    before = conductor._pairings["one", "customer"]
    stage.sync()
    kept = conductor._pairings["one", "customer"]
    stage.remap("one", on_unlinked=stage.mappings["two"].on_unlinked)
    stage.sync()

    assert before is kept
    assert kept is not conductor._pairings["one", "customer"]


def test_bulk_work_that_cannot_begin_is_told_as_a_failed_run():
    """Its run is kept, with the reason, and nothing was written."""
    stage = Stage()
    mapping = evolve(stage.mappings["erp"], entity_kind="nothing")
    bulk = Bulk(
        name="import-1/customer", mapping=mapping, actor=Kind("customer", FIELDS), principal="ada"
    )

    result = stage.engine.work_off(
        bulk, lambda _: (), also=lambda *_: None, cancelled=lambda: False
    )

    assert RunState.FAILED is result.run.state
    assert "nothing" in result.run.reason
    with stage.store.look() as state:
        assert RunState.FAILED is state.runs.get("import-1/customer").state
