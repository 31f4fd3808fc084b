"""A lease is held as long as its work goes on, and nothing counts once it is lost."""

from datetime import timedelta

import pytest
from tests.unit.sync.stage import Stage

from erplink.errors import LostLease
from erplink.sync.holding import LEASE_LENGTH, Holding

HALF = LEASE_LENGTH.total_seconds() / 2


@pytest.fixture
def stage():
    return Stage()


def acquired(stage, holder="me"):
    return Holding.acquire(stage.store, "work", holder, stage.clock)


def test_a_lease_is_held_by_one(stage):
    """Somebody else gets it once it was released, or ran out."""
    first = acquired(stage)
    refused = acquired(stage, "another")
    first.release(stage.store)
    second = acquired(stage, "another")
    stage.expire()
    third = acquired(stage, "a third")

    assert refused is None
    assert first.lease.fence < second.lease.fence < third.lease.fence


def test_a_lease_is_held_longer_before_it_runs_out(stage):
    """Work may take many times as long as a lease, if it says so now and then."""
    holding = acquired(stage)
    for _ in range(10):
        stage.pause(HALF + 1)
        holding.keep(stage.store)

    assert acquired(stage, "another") is None


def test_a_lease_that_is_fresh_costs_nothing_to_keep(stage):
    """The store is asked only in the second half of its time."""
    holding = acquired(stage)
    stage.pause(HALF - 1)

    holding.keep(None)

    assert stage.clock.now() + timedelta(seconds=HALF + 1) == holding.lease.expires


def test_a_lease_that_ran_out_is_lost(stage):
    """Even if nobody has it: others may have taken over what was begun."""
    holding = acquired(stage)
    stage.expire()

    with pytest.raises(LostLease, match="the lease for work ran out"):
        holding.keep(stage.store)


def test_nothing_counts_in_a_transaction_without_the_lease(stage):
    """What was written in it is undone."""
    holding = acquired(stage)
    stage.expire()
    acquired(stage, "another")

    def write():
        with stage.store.begin() as state:
            state.settings.put("mark", 1)
            holding.prove(state)

    with pytest.raises(LostLease, match="the lease for work went to somebody else"):
        write()

    with stage.store.look() as state:
        assert state.settings.get("mark") is None


def test_who_writes_nothing_needs_no_lease(stage):
    """It is nobody's."""
    assert "" == Holding.none(stage.clock).lease.key
