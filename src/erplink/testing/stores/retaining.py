"""What is promised of retention: what is over goes, and nothing else."""

from attrs import evolve

from erplink.domain.links import LinkStatus
from erplink.sync.state import Feed, FeedName, HeldPlan, RunState, Side
from erplink.sync.store import Retention, Store
from erplink.testing.stores.place import StorePlace, must_equal
from erplink.testing.stores.samples import (
    CUSTOMERS,
    DAY,
    NOW,
    a_change,
    a_connection,
    a_link,
    a_mapping,
    a_pending,
    a_run,
    an_intent,
    an_issue,
    everything,
    fill,
)

__all__ = ["RetainingPromises"]

_FOR_EVER = Retention(history=None, runs=None, dead_links=None, deleted_connections=None)
_GONE = FeedName("gone", "customer", Side.ERP)


class RetainingPromises(StorePlace):
    """Each kind of thing is kept for as long as was asked."""

    def test_what_is_kept_for_ever_is_kept(self, store: Store) -> None:
        """Nothing is removed unless somebody asked."""
        with store.begin() as transaction:
            fill(transaction)
            before = everything(transaction)
        must_equal({}, dict(store.vacuum(_FOR_EVER, NOW + 9999 * DAY)))

        with store.look() as transaction:
            must_equal(before, everything(transaction))

    def test_old_history_is_removed(self, store: Store) -> None:
        """By the moment it was written; what is just as old as allowed stays."""
        with store.begin() as transaction:
            transaction.history.add([a_change(at=NOW - each * DAY) for each in range(4)])
        must_equal({"history": 1}, dict(store.vacuum(evolve(_FOR_EVER, history=2 * DAY), NOW)))

        with store.look() as transaction:
            must_equal(3, len(transaction.history.of_link("link")))

    def test_runs_that_are_over_are_removed_with_their_plans(self, store: Store) -> None:
        """One that still runs or is held stays, however old it is."""
        old = NOW - 9 * DAY
        runs = [
            a_run("old", started=old, finished=old, state=RunState.DONE),
            a_run("discarded", started=old, finished=old, state=RunState.DISCARDED),
            a_run("held", started=old, finished=old, state=RunState.HELD),
            a_run("running", started=old),
            a_run("new", started=old, finished=NOW, state=RunState.DONE),
        ]
        with store.begin() as transaction:
            for run in runs:
                transaction.runs.put(run)
                transaction.held.put(run.id, [HeldPlan(record="A", document="{}")])
        must_equal({"runs": 2}, dict(store.vacuum(evolve(_FOR_EVER, runs=DAY), NOW)))

        with store.look() as transaction:
            left = sorted(run.id for run in transaction.runs.of("erp"))
            must_equal(["held", "new", "running"], left)
            must_equal([0, 1], [len(transaction.held.of(run)) for run in ("old", "held")])

    def test_old_dead_links_are_removed(self, store: Store) -> None:
        """By the moment since when they are dead; living ones stay for ever."""
        links = [
            a_link("1", "1", status=LinkStatus.DEAD, since=NOW - 9 * DAY),
            a_link("2", "2", status=LinkStatus.DEAD, since=NOW),
            a_link("3", "3", status=LinkStatus.SUSPENDED, since=NOW - 9 * DAY),
        ]
        with store.begin() as transaction:
            for link in links:
                transaction.links.add(link)
        must_equal({"dead_links": 1}, dict(store.vacuum(evolve(_FOR_EVER, dead_links=DAY), NOW)))

        with store.look() as transaction:
            must_equal(links[1:], list(transaction.links.of("erp", "customer")))

    def test_old_deleted_connections_are_purged(self, store: Store) -> None:
        """With all that belongs to them; history and runs have their own retention."""
        with store.begin() as transaction:
            fill(transaction)
            transaction.connections.put(a_connection("young"))
            transaction.connections.delete("young", NOW)
            transaction.connections.delete("gone", NOW)
        with store.begin() as transaction:
            before = everything(transaction)
            transaction.connections.put(a_connection("gone"))
            transaction.connections.delete("gone", NOW - 9 * DAY)
            transaction.mappings.put(a_mapping("gone"))
            transaction.links.add(a_link("A", "E", "gone"))
            transaction.feeds.put(Feed(name=_GONE))
            transaction.fingerprints.put(_GONE, [("A", b"1")])
            transaction.pending.put([a_pending("A", _GONE)])
            transaction.intents.add([an_intent("gone", connection="gone")])
            transaction.issues.put([an_issue("gone", feed=_GONE, record="gone")])
            transaction.runs.put(a_run("gone", connection="gone"))

        purge = evolve(_FOR_EVER, deleted_connections=DAY)
        must_equal({"deleted_connections": 1}, dict(store.vacuum(purge, NOW)))

        with store.look() as transaction:
            after = everything(transaction)
            must_equal([a_connection("young")], after["deleted"])
            must_equal({**before, "deleted": after["deleted"]}, after)
            must_equal([], list(transaction.links.of("gone", "customer")))
            must_equal([], list(transaction.feeds.of("gone")))
            must_equal(0, transaction.fingerprints.count(_GONE))
            must_equal(1, transaction.fingerprints.count(CUSTOMERS))
            must_equal((0, 0), transaction.pending.count("gone"))
            must_equal(0, transaction.intents.count("gone"))
            must_equal(0, transaction.issues.count("gone"))
            must_equal(1, len(transaction.runs.of("gone")))

    def test_vacuum_says_how_much_it_removed(self, store: Store) -> None:
        """Of everything that has an end, nothing too; a second time there is nothing left."""
        everything_over = Retention(history=DAY, runs=DAY, dead_links=DAY, deleted_connections=DAY)
        names = ["history", "runs", "dead_links", "deleted_connections"]
        must_equal(dict.fromkeys(names, 0), dict(store.vacuum(everything_over, NOW)))
        with store.begin() as transaction:
            fill(transaction)

        must_equal(dict.fromkeys(names, 1), dict(store.vacuum(everything_over, NOW + 2 * DAY)))
        must_equal(dict.fromkeys(names, 0), dict(store.vacuum(everything_over, NOW + 2 * DAY)))
