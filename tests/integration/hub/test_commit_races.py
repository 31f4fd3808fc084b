"""Two users who link at once: exactly one succeeds, and nothing is half done for the other."""

import time
from itertools import count
from threading import Barrier, Thread

import pytest

from erplink import EntityRef, Hub, Registry
from erplink.adapters.erp.memory import MemorySession
from erplink.domain.mapping import OnUnlinked
from erplink.domain.records import ActorRef
from erplink.errors import AlreadyLinked, ErplinkError, NotNow
from erplink.hub import Tuning
from erplink.testing.postgres import postgres_server, why_no_postgres

from .conftest import KEY
from .shop import Shop

ROUNDS = 4


@pytest.fixture(scope="session")
def postgres():
    """A server of its own."""
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def address(request, tmp_path):
    """A real store that two processes could share."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/erplink.db"
        return
    with request.getfixturevalue("postgres").database("race") as url:
        yield url


class TwoDesks(Shop):
    """The shop, with two Hubs on one store, as two processes have them."""

    def __init__(self, address):
        self.numbers = count(100)
        super().__init__(address=address)
        self.other = Hub(
            lambda: self.crm.session("crm"),
            address,
            registry=Registry([self], installed=False),
            key=KEY,
            tuning=Tuning(clock=self.clock),
        )
        for key in ("A", "B"):
            self.north.remove("customer", key)

    def company_named(self, name):
        key = str(next(self.numbers))
        self.crm.put("company", key, {"name": name, "city": f"{name} city"})
        return EntityRef.of("company", key)

    def customer_named(self, name):
        key = f"C{next(self.numbers)}"
        self.north.put("customer", key, {"name": name, "city": f"{name} town"})
        return ActorRef("north", "customer", key)


@pytest.fixture
def desks(address, monkeypatch):
    """Two Hubs, and an ERP that takes its time to write."""
    save = MemorySession.save

    def slowly(self, kind, edits):
        time.sleep(0.02)
        return save(self, kind, edits)

    monkeypatch.setattr(MemorySession, "save", slowly)
    shop = TwoDesks(address)
    with shop.hub, shop.other:
        yield shop


def at_once(*commits):
    """What became of each: the link, or the error."""
    start, results = Barrier(len(commits)), [None] * len(commits)

    def do(place, commit):
        start.wait()
        time.sleep(place * luck())
        try:
            results[place] = commit().link
        except ErplinkError as error:
            results[place] = error

    def luck():
        return (time.perf_counter_ns() % 7) / 1000

    threads = [Thread(target=do, args=each) for each in enumerate(commits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def told_apart(results):
    """Who succeeded, and the errors of the others."""
    errors = [each for each in results if isinstance(each, ErplinkError)]
    return [each for each in results if each not in errors], errors


def test_two_users_link_one_actor_at_once(desks):
    """Exactly one succeeds; the other's company is as it was, and the actor is the winner's."""
    for _ in range(ROUNDS):
        mine, yours = desks.company_named("Mine"), desks.company_named("Yours")
        actor = desks.customer_named("Theirs")
        choices = {"name": "crm", "city": "erp"}
        plans = [
            hub.links.compare(entity, actor, choices=choices)
            for hub, entity in ((desks.hub, mine), (desks.other, yours))
        ]
        before = {entity.key: desks.company(entity.key) for entity in (mine, yours)}
        results = at_once(
            lambda plans=plans: desks.hub.links.commit(plans[0]),
            lambda plans=plans: desks.other.links.commit(plans[1]),
        )
        (link,), (error,) = told_apart(results)
        loser = yours if link.entity == mine else mine

        assert isinstance(error, AlreadyLinked | NotNow), repr(error)
        assert str(actor) in str(error)
        assert before[loser.key] == desks.company(loser.key)
        assert desks.company(link.entity.key)["name"] == desks.customer(actor.key)["name"]
        assert "Theirs town" == desks.company(link.entity.key)["city"]
        assert [] == list(desks.hub.links.of(loser))


def test_two_users_link_one_entity_to_two_actors_at_once(desks):
    """Exactly one succeeds; the other actor is as it was."""
    for _ in range(ROUNDS):
        entity = desks.company_named("Ours")
        actors = [desks.customer_named(name) for name in ("One", "Two")]
        plans = [desks.hub.links.compare(entity, actor) for actor in actors]
        before = {actor.key: desks.customer(actor.key) for actor in actors}
        results = at_once(
            lambda plans=plans: desks.hub.links.commit(plans[0]),
            lambda plans=plans: desks.other.links.commit(plans[1]),
        )
        (link,), (error,) = told_apart(results)
        loser = next(actor for actor in actors if actor != link.actor)

        assert isinstance(error, AlreadyLinked | NotNow), repr(error)
        assert before[loser.key] == desks.customer(loser.key)
        assert "Ours" == desks.customer(link.actor.key)["name"]


def test_two_users_make_an_actor_of_one_entity_at_once(desks):
    """One is made, and not two."""
    for _ in range(ROUNDS):
        entity, there = desks.company_named("New"), len(desks.north.rows("customer"))
        drafts = [hub.links.draft(entity, "north", "customer") for hub in (desks.hub, desks.other)]
        results = at_once(
            lambda drafts=drafts: desks.hub.links.create(drafts[0]),
            lambda drafts=drafts: desks.other.links.create(drafts[1]),
        )
        links, errors = told_apart(results)

        assert (1, 1) == (len(links), len(errors))
        assert there + 1 == len(desks.north.rows("customer"))


def test_a_pass_and_a_user_link_one_actor_at_once(desks):
    """One of them does; afterwards the actor has one link, and both sides hold the same."""
    desks.map("north", on_unlinked=OnUnlinked("create", "leave"))
    for _ in range(ROUNDS):
        entity, actor = desks.company_named("Mine"), desks.customer_named("Theirs")
        compared = desks.hub.links.compare(entity, actor)

        class Passed:
            link = None

        results = at_once(
            lambda compared=compared: desks.hub.links.commit(compared),
            lambda: desks.other.sync.now("north") and Passed,
        )
        desks.clock.sleep(200)
        desks.hub.sync.now("north")
        with desks.store.look() as state:
            link = state.links.by_actor("north", "customer", [actor.key])[actor.key]

        winner = results[0] if not isinstance(results[0], ErplinkError) else link
        assert winner.entity == link.entity
        held = desks.company(link.entity.key)
        assert (held["name"], held["city"]) == (
            desks.customer(actor.key)["name"],
            desks.customer(actor.key)["city"],
        )
