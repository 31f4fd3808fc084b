"""What is promised of records that have to be looked at again."""

from typing import Any

from attrs import evolve

from erplink.sync.state import FeedName, Lane, Pending, Side
from erplink.sync.store import Store
from erplink.testing.stores.place import StorePlace, must_equal
from erplink.testing.stores.samples import CUSTOMERS, DAY, HOUR, NOW, OTHERS, a_pending

__all__ = ["WaitingPromises"]


def _keys(pending: Any) -> list[str]:
    return [each.key for each in pending]


class WaitingPromises(StorePlace):
    """A record that was marked is looked at, and one that was marked again is not forgotten."""

    def test_a_pending_record_comes_back_as_it_was_put(self, store: Store) -> None:
        """With its reason and advice to the letter."""
        pending = a_pending(
            lane=Lane.BULK,
            due=NOW + HOUR,
            reason="half \ud800 \0",
            advice="ask",
            attempts=3,
            refusals=2,
            parked=True,
            evidence="e",
            marked=4,
        )
        with store.begin() as transaction:
            transaction.pending.put([pending])

            must_equal({"A": pending}, transaction.pending.of(CUSTOMERS, ["A", "B"]))
            must_equal({}, transaction.pending.of(OTHERS, ["A"]))
            must_equal({}, transaction.pending.of(CUSTOMERS, []))

    def test_a_marking_makes_a_record_pending(self, store: Store) -> None:
        """It is due as it was marked, and one may mark many at once."""
        marked = [a_pending("B", reason="new"), a_pending("A", OTHERS), a_pending("A")]
        with store.begin() as transaction:
            transaction.pending.mark(iter(marked))
            transaction.pending.mark([])

            must_equal({"B": marked[0]}, transaction.pending.of(CUSTOMERS, ["B"]))
            must_equal({"A": marked[1]}, transaction.pending.of(OTHERS, ["A"]))
            must_equal((3, 0), transaction.pending.count("erp"))

    def test_who_is_marked_again_is_due_earlier(self, store: Store) -> None:
        """By the earlier moment and the more urgent lane; its past stays, its marking counts up."""
        known = a_pending(
            lane=Lane.EVENT, due=NOW + HOUR, reason="r", attempts=3, refusals=1, marked=5
        )
        again = a_pending(lane=Lane.BULK, due=NOW, since=NOW + DAY, reason="other")
        urgent = a_pending(lane=Lane.INTERACTIVE, due=NOW + DAY)
        with store.begin() as transaction:
            transaction.pending.put([known])
            transaction.pending.mark([again, urgent])

            expected = evolve(known, lane=Lane.INTERACTIVE, due=NOW, marked=7)
            must_equal({"A": expected}, transaction.pending.of(CUSTOMERS, ["A"]))

    def test_a_parked_record_stays_parked_when_it_is_marked(self, store: Store) -> None:
        """Whether new data are a reason to try it again is not for the store to say."""
        parked = a_pending(parked=True, evidence="e")
        with store.begin() as transaction:
            transaction.pending.put([parked])
            transaction.pending.mark([a_pending(due=NOW - HOUR)])

            must_equal([], list(transaction.pending.due(CUSTOMERS, NOW)))
            expected = evolve(parked, due=NOW - HOUR, marked=2)
            must_equal({"A": expected}, transaction.pending.of(CUSTOMERS, ["A"]))

    def test_putting_replaces_what_was_known(self, store: Store) -> None:
        """All of it, but for a marking that came meanwhile, which still counts."""
        with store.begin() as transaction:
            transaction.pending.put([a_pending(attempts=3, lane=Lane.INTERACTIVE)])
            transaction.pending.mark([a_pending()])
            later = a_pending(
                lane=Lane.BULK, due=NOW + DAY, since=NOW - DAY, attempts=1, reason="x", parked=True
            )
            transaction.pending.put([later])

            expected = evolve(later, marked=2)
            must_equal({"A": expected}, transaction.pending.of(CUSTOMERS, ["A"]))

    def test_who_was_marked_since_is_not_settled(self, store: Store) -> None:
        """Whoever settles says which marking they saw; another one is a reason to look again."""
        with store.begin() as transaction:
            transaction.pending.mark([a_pending("A"), a_pending("B"), a_pending("C")])
            transaction.pending.mark([a_pending("B"), a_pending("A", OTHERS)])
            transaction.pending.settle(CUSTOMERS, {"A": 1, "B": 1, "X": 1})
            must_equal(["B", "C"], _keys(transaction.pending.due(CUSTOMERS, NOW)))

            transaction.pending.settle(CUSTOMERS, {"B": 2})
            transaction.pending.settle(CUSTOMERS, {})
            must_equal(["C"], _keys(transaction.pending.due(CUSTOMERS, NOW)))
            must_equal(["A"], _keys(transaction.pending.due(OTHERS, NOW)))

    def test_the_most_urgent_and_oldest_come_first(self, store: Store) -> None:
        """By lane, then by how long they wait; what is parked or due later does not come."""
        pending = [
            a_pending("bulk", lane=Lane.BULK, since=NOW - DAY),
            a_pending("young", since=NOW),
            a_pending("old", since=NOW - HOUR),
            a_pending("now", lane=Lane.INTERACTIVE),
            a_pending("later", lane=Lane.INTERACTIVE, due=NOW + HOUR),
            a_pending("parked", lane=Lane.INTERACTIVE, parked=True),
            a_pending("elsewhere", OTHERS, lane=Lane.INTERACTIVE),
        ]
        with store.begin() as transaction:
            transaction.pending.put(pending)
            due = transaction.pending.due

            must_equal(["now", "old", "young", "bulk"], _keys(due(CUSTOMERS, NOW)))
            must_equal(["now", "old"], _keys(due(CUSTOMERS, NOW, most=2)))
            must_equal(["bulk"], _keys(due(CUSTOMERS, NOW, lane=Lane.BULK)))
            must_equal(["later", "now"], sorted(_keys(due(CUSTOMERS, NOW + HOUR, lane=0))))

    def test_parked_records_are_paged(self, store: Store) -> None:
        """By kind, side and key, over all feeds of a connection."""
        feeds = [
            FeedName("erp", kind, side)
            for kind in ("customer", "person")
            for side in (Side.CRM, Side.ERP)
        ]
        parked = [a_pending(key, feed, parked=True) for feed in feeds for key in ("A", "B")]
        others = [a_pending("C"), a_pending("A", FeedName("two", "x", Side.ERP), parked=True)]
        with store.begin() as transaction:
            transaction.pending.put([*reversed(parked), *others])

            told: list[Pending] = []
            after = ("", "", "")
            while page := transaction.pending.parked("erp", after=after, most=3):
                told += page
                after = (page[-1].feed.actor_kind, page[-1].feed.side, page[-1].key)
            must_equal(parked, told)

    def test_parked_records_are_tried_again(self, store: Store) -> None:
        """All of a connection or the given ones; they are due at once, and their marking counts."""
        other = a_pending("A", FeedName("two", "x", Side.ERP), parked=True)
        parked = [a_pending(key, parked=True, due=NOW + DAY, refusals=2) for key in "ABC"]
        with store.begin() as transaction:
            pending = transaction.pending
            pending.put([*parked, other, a_pending("D")])
            must_equal(1, pending.replay("erp", NOW, [parked[1], other, a_pending("D")]))
            expected = evolve(parked[1], parked=False, due=NOW, marked=2)
            must_equal({"B": expected}, pending.of(CUSTOMERS, ["B"]))

            must_equal(2, pending.replay("erp", NOW))
            must_equal(0, pending.replay("erp", NOW))
            must_equal(0, pending.replay("erp", NOW, []))
            must_equal(["A", "B", "C", "D"], _keys(pending.due(CUSTOMERS, NOW)))
            must_equal([other], list(pending.parked("two")))

    def test_it_is_told_when_the_next_record_is_due(self, store: Store) -> None:
        """The earliest of all feeds of a connection; parked ones wait for something else."""
        with store.begin() as transaction:
            pending = transaction.pending
            must_equal(None, pending.next_due("erp"))
            pending.put([a_pending(parked=True, due=NOW - DAY)])
            must_equal(None, pending.next_due("erp"))

            pending.put([a_pending("B", due=NOW + DAY), a_pending("C", OTHERS, due=NOW + HOUR)])
            must_equal(NOW + HOUR, pending.next_due("erp"))
            must_equal(None, pending.next_due("two"))
            must_equal((3, 1), pending.count("erp"))
            must_equal((0, 0), pending.count("two"))
