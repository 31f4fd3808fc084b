"""A process that dies in the middle of a commit leaves nothing half done for longer than a pass."""

from random import Random

import pytest

from erplink.hub.links import _removal
from erplink.sync import Engine
from erplink.sync.holding import LEASE_LENGTH
from erplink.testing.simulation.outside import Crash, Outside, OutsideSession, OutsideStore

from .shop import BOATS, INN, Shop

CHOSEN = {"name": "erp", "country": "crm"}


def doomed(shop, dies_in):
    """An engine of another process, which dies at some call to the outside."""
    outside = Outside()
    outside.dies_in = dies_in
    sessions = shop.hub._desk.wiring.sessions
    engine = Engine(
        OutsideStore(shop.store, outside),
        lambda system: OutsideSession(sessions(system), system, outside),
        shop.clock,
        luck=Random(dies_in),  # noqa: S311 - it names runs
    )
    return engine, outside


def plan_of_a_link(shop):
    return shop.hub.links.compare(BOATS, shop.actor(), choices=CHOSEN).record_plan


def plan_of_a_creation(shop):
    return shop.hub.links.draft(INN, "north", "customer").record_plan


def plan_of_a_disconnection(shop):
    shop.link(**CHOSEN)
    return _removal(shop.hub.links.of(BOATS)[0], "ada")


def state(shop):
    """Everything that a commit may change."""
    customers = {key: dict(row.values) for key, row in shop.north.rows("customer").items()}
    return shop.company("1"), shop.company("2"), customers, shop.links()


def outcome(make, dies_in):
    """What is there once the process has died and another one has done a pass."""
    shop = Shop()
    with shop.hub:
        plan = make(shop)
        before = state(shop)
        engine, outside = doomed(shop, dies_in)
        died = False
        try:
            engine.commit([plan], connection="north", actor_kind="customer")
        except Crash:
            died = True
        shop.clock.sleep(LEASE_LENGTH.total_seconds() + 1)
        shop.pass_over()
        with shop.store.look() as store:
            open_writes = store.intents.count("north")
            left = store.intents.of([plan.record, *plan.names])
        assert (0, {}) == (open_writes, dict(left))
        assert [] == outside.rude
        return died, before, state(shop)


@pytest.mark.parametrize(
    "make",
    [plan_of_a_link, plan_of_a_creation, plan_of_a_disconnection],
    ids=lambda make: make.__name__,
)
def test_a_commit_is_done_as_a_whole_or_not_at_all_wherever_the_process_dies(make):
    """Both records as chosen and linked, or both untouched: whatever the last call was."""
    _, before, done = outcome(make, 10_000)
    seen = []
    for dies_in in range(1000):
        died, _, after = outcome(make, dies_in)
        assert after in (before, done), f"it died at call {dies_in}"
        seen.append(after == done)
        if not died:
            break

    # Once it was durable, it is gone through with; and before that, nothing of it was written.
    assert sorted(seen) == seen
    assert {True, False} == set(seen)
