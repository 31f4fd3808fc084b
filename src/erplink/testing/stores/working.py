"""What is promised of the journal and of leases: what is being written, and who may."""

from attrs import evolve

from erplink.sync.state import Lease
from erplink.sync.store import Store
from erplink.testing.stores.place import StorePlace, must_equal, must_hold, must_not_hold
from erplink.testing.stores.samples import DAY, HOUR, NOW, an_intent

__all__ = ["WorkingPromises"]


class WorkingPromises(StorePlace):
    """One intent for each record, one holder for each lease, and fences that only grow."""

    # intents ---------------------------------------------------------------------------------

    def test_an_intent_comes_back_as_it_was_made(self, store: Store) -> None:
        """With its document to the letter."""
        intent = an_intent(document='{"half": "\ud800", "nul": "\0"}')
        with store.begin() as transaction:
            must_equal([], list(transaction.intents.add([intent, an_intent("B")])))
            must_equal([], list(transaction.intents.add([])))

            must_equal({"A": intent}, transaction.intents.of(["A", "C"]))
            must_equal({}, transaction.intents.of([]))
            must_equal((2, 0), tuple(map(transaction.intents.count, ("erp", "two"))))

    def test_a_record_has_one_intent(self, store: Store) -> None:
        """The records that have one are named and left; the others get theirs."""
        with store.begin() as transaction:
            intents = transaction.intents
            intents.add([an_intent("A"), an_intent("C")])
            news = [an_intent(record, run="run-2") for record in ("C", "B", "A", "D")]
            must_equal(["A", "C"], sorted(intents.add(news)))
            must_equal(["A"], list(intents.add([an_intent("A")])))

            runs = {record: each.run for record, each in intents.of(list("ABCD")).items()}
            must_equal({"A": "run-1", "B": "run-2", "C": "run-1", "D": "run-2"}, runs)

    def test_the_mark_tells_whether_an_intent_was_made_or_resolved_since(
        self, store: Store
    ) -> None:
        """Who finds the same mark before and after knows that nobody wrote in between."""
        with store.look() as transaction:
            before = transaction.intents.mark()
        with store.look() as transaction:
            must_equal(before, transaction.intents.mark())
        with store.begin() as transaction:
            transaction.intents.add([an_intent("A")])
        with store.look() as transaction:
            must_equal(None, transaction.intents.mark())
        with store.begin() as transaction:
            transaction.intents.remove(["A"], run=an_intent("A").run)
        with store.look() as transaction:
            must_equal(set(), {transaction.intents.mark()} & {before, None})

    def test_the_first_of_two_intents_for_a_record_counts(self, store: Store) -> None:
        """Also where both come at once."""
        twice = [an_intent("A", document="1"), an_intent("A", document="2")]
        with store.begin() as transaction:
            must_equal(["A"], list(transaction.intents.add(twice)))
            must_equal({"A": twice[0]}, transaction.intents.of(["A"]))

    def test_a_run_forgets_its_own_intents(self, store: Store) -> None:
        """Those of another run stay."""
        with store.begin() as transaction:
            intents = transaction.intents
            intents.add([an_intent("A"), an_intent("B"), an_intent("C", run="run-2")])
            intents.remove(iter(["A", "C", "X"]), run="run-1")
            intents.remove([], run="run-1")

            must_equal(["B", "C"], sorted(intents.of(list("ABC"))))

    def test_an_intent_is_taken_over(self, store: Store) -> None:
        """By whoever says whose it was; if it is gone, or another's by now, nothing is done."""
        taken = an_intent(run="run-2", fence=7, lease="other", document="new")
        with store.begin() as transaction:
            intents = transaction.intents
            must_not_hold(intents.replace(taken, run="run-1"))
            intents.add([an_intent()])
            must_hold(intents.replace(taken, run="run-1"))
            must_not_hold(intents.replace(an_intent(), run="run-1"))
            must_equal({"A": taken}, intents.of(["A"]))

            renewed = evolve(taken, document="newer")
            must_hold(intents.replace(renewed, run="run-2"))
            must_equal({"A": renewed}, intents.of(["A"]))

    def test_an_intent_without_its_lease_is_an_orphan(self, store: Store) -> None:
        """Where the lease has expired, was released, never was, or went on to a higher fence."""
        with store.begin() as transaction:
            leases, intents = transaction.leases, transaction.intents
            for key in ("held", "expired", "released", "stolen"):
                leases.acquire(key, "me", NOW - HOUR, 2 * HOUR if key != "expired" else HOUR)
            leases.release(Lease(key="released", holder="me", fence=1, expires=NOW))
            leases.acquire("stolen", "you", NOW + HOUR, HOUR)
            for key in ("stolen", "held", "released", "expired", "never"):
                intents.add([an_intent(key, lease=key)])
            intents.add([an_intent("other", lease="never", connection="two")])

            found = intents.orphans("erp", NOW)
            must_equal(["expired", "never", "released", "stolen"], [each.record for each in found])
            must_equal(found[:2], intents.orphans("erp", NOW, most=2))
            must_equal(5, len(intents.orphans("erp", NOW + DAY)))

    def test_an_intent_without_a_kind_only_keeps_others_off(self, store: Store) -> None:
        """It has no plan of its own: it is in nobody's way to be recovered, and is not counted."""
        keeps_off = an_intent("B", actor_kind="", document="", lease="never")
        with store.begin() as transaction:
            intents = transaction.intents
            intents.add([an_intent("A", lease="never"), keeps_off])

            must_equal(["B"], list(intents.add([an_intent("B")])))
            must_equal({"B": keeps_off}, intents.of(["B"]))
            must_equal(["A"], [each.record for each in intents.orphans("erp", NOW)])
            must_equal(1, intents.count("erp"))

    # leases ----------------------------------------------------------------------------------

    def test_a_lease_has_one_holder(self, store: Store) -> None:
        """Whoever comes second goes without; another key is another lease."""
        with store.begin() as transaction:
            leases = transaction.leases
            mine = leases.acquire("a", "me", NOW, HOUR)
            must_equal(Lease(key="a", holder="me", fence=1, expires=NOW + HOUR), mine)
            must_equal(None, leases.acquire("a", "you", NOW, HOUR))
            yours = leases.acquire("b", "you", NOW, HOUR)

            must_equal([mine, yours], list(leases.all()))

    def test_the_holder_has_its_lease_renewed(self, store: Store) -> None:
        """By taking it again, with the same fence; once it has expired, with a higher one."""
        with store.begin() as transaction:
            leases = transaction.leases
            leases.acquire("a", "me", NOW, HOUR)
            again = leases.acquire("a", "me", NOW, 2 * HOUR)
            must_equal(Lease(key="a", holder="me", fence=1, expires=NOW + 2 * HOUR), again)
            late = leases.acquire("a", "me", NOW + 2 * HOUR, HOUR)

            must_equal(2, late and late.fence)

    def test_an_expired_lease_goes_to_whoever_asks(self, store: Store) -> None:
        """From the moment of its end on, and with a higher fence; the first holder has lost it."""
        with store.begin() as transaction:
            leases = transaction.leases
            mine = leases.acquire("a", "me", NOW, HOUR)
            must_equal(None, leases.acquire("a", "you", NOW + HOUR / 2, HOUR))
            yours = leases.acquire("a", "you", NOW + HOUR, HOUR)
            must_equal(Lease(key="a", holder="you", fence=2, expires=NOW + 2 * HOUR), yours)

            must_equal(None, mine and leases.renew(mine, NOW + HOUR, HOUR))
            must_not_hold(mine and leases.holds(mine, NOW))
            if mine:
                leases.release(mine)
            must_equal([yours], list(leases.all()))

    def test_a_lease_is_held_until_its_moment(self, store: Store) -> None:
        """Not at that moment any more; it may still be renewed while nobody else has it."""
        with store.begin() as transaction:
            leases = transaction.leases
            lease = leases.acquire("a", "me", NOW, HOUR)
            if lease is None:
                raise AssertionError("a free lease was not given")
            must_hold(leases.holds(lease, NOW + HOUR - HOUR / 3600))
            must_not_hold(leases.holds(lease, NOW + HOUR))
            must_not_hold(leases.holds(evolve(lease, fence=2), NOW))
            must_not_hold(leases.holds(evolve(lease, holder="you"), NOW))
            must_not_hold(leases.holds(evolve(lease, key="b"), NOW))

            renewed = leases.renew(lease, NOW + 2 * HOUR, HOUR)
            must_equal(evolve(lease, expires=NOW + 3 * HOUR), renewed)
            must_hold(leases.holds(lease, NOW + 2 * HOUR))
        with store.look() as transaction:
            must_hold(transaction.leases.holds(lease, NOW + 2 * HOUR))

    def test_a_fence_is_remembered_after_a_release(self, store: Store) -> None:
        """Whoever takes the lease next has a higher one, and the released one is of no use."""
        with store.begin() as transaction:
            leases = transaction.leases
            fences = []
            for turn in range(3):
                lease = leases.acquire("a", f"holder-{turn}", NOW, HOUR)
                if lease is None:
                    raise AssertionError("a lease that was released was not given")
                fences.append(lease.fence)
                leases.release(lease)
                must_not_hold(leases.holds(lease, NOW))
                must_equal(None, leases.renew(lease, NOW, HOUR))
                must_equal([], list(leases.all()))

        must_equal([1, 2, 3], fences)
