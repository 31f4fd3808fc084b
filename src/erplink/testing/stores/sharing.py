"""What is promised of transactions, and to those who share a store: threads and tenants."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from threading import Barrier
from typing import Any

import pytest

from erplink.domain.links import LinkStatus, Pin
from erplink.errors import AlreadyLinked, BadValue, StoreBusy, StoreError
from erplink.sync.state import Lease
from erplink.sync.store import Retention, Store, Transaction
from erplink.testing.stores.place import StorePlace, must_equal, must_hold
from erplink.testing.stores.samples import (
    CUSTOMERS,
    DAY,
    HOUR,
    NOW,
    a_connection,
    a_link,
    a_mapping,
    a_pending,
    an_intent,
    everything,
    fill,
)

__all__ = ["SharingPromises"]

_THREADS = 4
_TURNS = 15


class _ChangedItsMindError(Exception):
    pass


def _with_threads(work: Callable[[int], Any]) -> list[Any]:
    """What ``work`` gives in each of some threads that begin at one moment."""
    barrier = Barrier(_THREADS)

    def one(at: int) -> Any:
        barrier.wait()
        return work(at)

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(one, range(_THREADS)))


class SharingPromises(StorePlace):
    """All or nothing, one moment, and nobody else's."""

    # transactions ------------------------------------------------------------------------------

    def test_what_was_done_outlives_the_store(self, store: Store, open_another: Any) -> None:
        """Whoever opens the same address later finds all of it."""
        with store.begin() as transaction:
            fill(transaction)
            before = everything(transaction)
        store.close()

        with open_another().look() as transaction:
            must_equal(before, everything(transaction))
        must_equal([], [name for name, values in before.items() if not values])

    def test_a_block_that_raises_leaves_nothing(self, store: Store) -> None:
        """Of everything that was written in it; the store goes on."""
        with store.look() as transaction:
            nothing = everything(transaction)

        def change_its_mind() -> None:
            with store.begin() as transaction:
                fill(transaction)
                raise _ChangedItsMindError

        with pytest.raises(_ChangedItsMindError):
            change_its_mind()

        with store.look() as transaction:
            must_equal(nothing, everything(transaction))
            must_equal([], [name for name, values in nothing.items() if values])
        with store.begin() as transaction:
            fill(transaction)

    def test_a_failure_that_is_passed_over_undoes_all(self, store: Store) -> None:
        """What failed half-way is never done by half, also where nobody minded the error."""

        def mind_nothing() -> None:
            with store.begin() as transaction:
                transaction.settings.put("x", 1)
                with suppress(BadValue):
                    transaction.fingerprints.put(CUSTOMERS, [("a", b"1"), ("nul \0", b"2")])
                with suppress(StoreError):
                    transaction.settings.put("y", 1)

        with pytest.raises(StoreError, match="nothing of it was done"):
            mind_nothing()

        with store.look() as transaction:
            must_equal(None, transaction.settings.get("x"))
            must_equal(None, transaction.settings.get("y"))
            must_equal(0, transaction.fingerprints.count(CUSTOMERS))

    def test_a_transaction_that_only_reads_refuses_to_write(self, store: Store) -> None:
        """Nothing is written by looking."""
        with store.look() as transaction:
            for write in _writes(transaction):
                with pytest.raises(StoreError):
                    write()

    def test_a_transaction_is_of_no_use_once_it_is_over(self, store: Store) -> None:
        """Whoever kept it is told so, and so is whoever kept an iterator of it."""
        with store.begin() as transaction:
            transaction.fingerprints.put(CUSTOMERS, [("A", b"1"), ("B", b"2")])
        with store.begin() as transaction:
            prints = transaction.fingerprints.items(CUSTOMERS)

        with pytest.raises(StoreError, match="over"):
            transaction.settings.get("x")
        with pytest.raises(StoreError, match="over"):
            list(prints)
        for write in _writes(transaction):
            with pytest.raises(StoreError, match="over"):
                write()

    def test_a_store_that_is_closed_is_refused(self, store: Store) -> None:
        """Closing it twice is harmless."""
        store.close()
        store.close()

        with pytest.raises(StoreError, match="closed"), store.begin():
            pass
        with pytest.raises(StoreError, match="closed"), store.look():
            pass

    def test_looking_sees_one_moment(self, store: Store, open_another: Any) -> None:
        """That at which it began, whatever others do meanwhile."""
        with store.begin() as transaction:
            transaction.settings.put("x", 1)
        other = open_another()

        with store.look() as transaction:
            with other.begin() as meanwhile:
                meanwhile.settings.put("x", 2)
                meanwhile.links.add(a_link())
            must_equal(1, transaction.settings.get("x"))
            must_equal(0, transaction.links.count("erp", "customer"))
        with store.look() as transaction:
            must_equal(2, transaction.settings.get("x"))

    def test_nobody_sees_what_is_not_done(self, store: Store, open_another: Any) -> None:
        """What is written is there for others when the block has ended."""
        other = open_another()
        with store.begin() as transaction:
            transaction.settings.put("x", 1)
            with other.look() as meanwhile:
                must_equal(None, meanwhile.settings.get("x"))
        with other.look() as transaction:
            must_equal(1, transaction.settings.get("x"))

    def test_a_lock_that_is_held_too_long_is_busy(self, store: Store, open_another: Any) -> None:
        """Whoever waited in vain may try again, and then it works."""
        other = open_another(wait=0.2)
        with store.begin() as transaction:
            transaction.settings.put("x", 1)
            with pytest.raises(StoreBusy), other.begin() as meanwhile:
                meanwhile.settings.put("x", 2)
        with other.begin() as transaction:
            transaction.settings.put("x", 2)
        with store.look() as transaction:
            must_equal(2, transaction.settings.get("x"))

    # threads -----------------------------------------------------------------------------------

    def test_threads_write_side_by_side(self, store: Store) -> None:
        """No writing is lost, and none is done twice."""

        def work(at: int) -> None:
            for turn in range(_TURNS):
                with store.begin() as transaction:
                    transaction.links.add(a_link(f"{at}-{turn}", f"{at}-{turn}"))
                    transaction.pending.mark([a_pending()])
                with store.look() as transaction:
                    transaction.pending.count("erp")

        _with_threads(work)

        with store.look() as transaction:
            must_equal(_THREADS * _TURNS, transaction.links.count("erp", "customer"))
            marked = transaction.pending.of(CUSTOMERS, ["A"])["A"].marked
            must_equal(_THREADS * _TURNS, marked)

    def test_one_of_many_makes_an_intent(self, store: Store) -> None:
        """Of threads that want to write one record, exactly one may; the others know it."""
        records = [f"{at:02}" for at in range(_TURNS)]

        def work(at: int) -> list[str]:
            won = []
            # Each in an order of its own, which must not make them wait for each other for ever.
            for record in records[at:] + records[:at]:
                with store.begin() as transaction:
                    both = [an_intent(record, run=f"{at}"), an_intent(f"{at}/{record}")]
                    if record not in transaction.intents.add(both):
                        won.append(record)
            return won

        must_equal(records, sorted(chain.from_iterable(_with_threads(work))))
        with store.look() as transaction:
            must_equal(_TURNS * (_THREADS + 1), transaction.intents.count("erp"))

    def test_one_of_many_links_an_actor(self, store: Store) -> None:
        """The others are told which link is in the way."""

        def work(at: int) -> int:
            won = 0
            for turn in range(_TURNS):
                try:
                    with store.begin() as transaction:
                        transaction.links.add(a_link(f"{turn}", f"{at}-{turn}"))
                    won += 1
                except AlreadyLinked as error:
                    if f"erp/customer/{turn}" not in str(error):
                        raise
            return won

        must_equal(_TURNS, sum(_with_threads(work)))

    def test_one_of_many_changes_a_version(self, store: Store) -> None:
        """Of changes that expect one version, exactly one is done."""
        with store.begin() as transaction:
            transaction.links.add(a_link())

        def work(at: int) -> int:
            won = 0
            for version in range(1, _TURNS + 1):
                change = a_link(reason=f"{at}", version=version + 1)
                with store.begin() as transaction:
                    if at % 2:
                        won += transaction.links.change(change, expects=version)
                    else:
                        won += sum(transaction.links.change_all([(change, version)]))
            return won

        with store.look() as transaction:
            must_equal(1, transaction.links.count("erp", "customer"))
        won = sum(_with_threads(work))
        with store.look() as transaction:
            (link,) = transaction.links.of("erp", "customer")
        must_equal(link.version - 1, won)

    def test_one_of_many_gets_a_lease(self, store: Store) -> None:
        """Each time it is free, with a fence that nobody had before."""

        def work(at: int) -> list[Lease]:
            won = []
            for _ in range(_TURNS):
                with store.begin() as transaction:
                    lease = transaction.leases.acquire("a", f"{at}", NOW, HOUR)
                if lease:
                    with store.begin() as transaction:
                        must_hold(transaction.leases.holds(lease, NOW))
                        must_equal([lease], list(transaction.leases.all()))
                        transaction.leases.release(lease)
                    won.append(lease)
            return won

        fences = [lease.fence for leases in _with_threads(work) for lease in leases]
        must_equal(list(range(1, len(fences) + 1)), sorted(fences))

    def test_a_lease_that_was_checked_is_not_lost_before_the_end(
        self, store: Store, open_another: Any
    ) -> None:
        """Who asked whether it holds a lease, in a transaction that writes, keeps it till then."""
        other = open_another(wait=0.2)
        with store.begin() as transaction:
            lease = transaction.leases.acquire("a", "me", NOW, HOUR)
            if lease is None:
                raise AssertionError("a free lease was not given")
        with store.begin() as transaction:
            must_hold(transaction.leases.holds(lease, NOW))
            with pytest.raises(StoreBusy), other.begin() as meanwhile:
                meanwhile.leases.acquire("a", "you", NOW + DAY, HOUR)

    # tenants -----------------------------------------------------------------------------------

    def test_nothing_of_another_tenant_is_reached(self, store: Store, open_another: Any) -> None:
        """Neither seen, nor in the way, nor changed, nor removed."""
        mine, other = open_another(tenant="mine"), open_another(tenant="other")
        with mine.begin() as transaction:
            fill(transaction)
            before = everything(transaction)

        for stranger in (store, other):
            with stranger.look() as transaction:
                must_equal([], [name for name, each in everything(transaction).items() if each])
            with stranger.begin() as transaction:
                _do_harm(transaction)
            stranger.vacuum(Retention(history=DAY, runs=DAY), NOW + 365 * DAY)
            with stranger.begin() as transaction:
                fill(transaction)
                must_equal(before, everything(transaction))
                _do_harm(transaction)
                transaction.connections.put(a_connection())
                transaction.connections.delete("erp", NOW)
            stranger.vacuum(Retention(history=DAY, runs=DAY), NOW + 365 * DAY)

        with mine.look() as transaction:
            must_equal(before, everything(transaction))

    def test_tenants_have_leases_of_their_own(self, open_another: Any) -> None:
        """Of one name, each with its holder and its fence."""
        held: list[Lease] = []
        for at, tenant in enumerate(("", "mine", "other")):
            with open_another(tenant=tenant).begin() as transaction:
                turns = [NOW + turn * HOUR for turn in range(at + 1)]
                leases = [transaction.leases.acquire("a", tenant, now, HOUR) for now in turns]
                held += list(filter(None, leases))[-1:]
                must_hold(transaction.leases.holds(held[-1], turns[-1]))
                must_equal(held[-1:], list(transaction.leases.all()))

        found = [(lease.holder, lease.fence) for lease in held]
        must_equal([("", 1), ("mine", 2), ("other", 3)], found)


def _writes(transaction: Transaction) -> list[Callable[[], object]]:
    return [
        lambda: transaction.settings.put("x", 1),
        lambda: transaction.links.add(a_link()),
        lambda: transaction.links.change_all([(a_link(), 1)]),
        lambda: transaction.pending.mark([a_pending()]),
        lambda: transaction.intents.add([an_intent()]),
        lambda: transaction.fingerprints.put(CUSTOMERS, [("X", b"1")]),
        lambda: transaction.mappings.put(a_mapping()),
    ]


def _do_harm(transaction: Transaction) -> None:
    """Change and remove whatever a stranger can name."""
    link = a_link()
    transaction.connections.delete("erp", NOW)
    transaction.connections.put(a_connection("gone"))
    transaction.mappings.delete("erp", "customer")
    transaction.links.change(link.dead("harm", NOW), expects=1)
    transaction.links.change_all([(link.dead("harm", NOW), 1)])
    transaction.links.change_all([(link.pinned("name", Pin.CRM), 1)])
    dead = a_link("D", "F", status=LinkStatus.DEAD, since=NOW)
    transaction.links.change(dead.resumed(NOW), expects=1)
    transaction.links.remove(dead)
    for each in transaction.links.of("erp", "customer"):
        transaction.links.remove(each)
    transaction.links.remove(link)
    transaction.fingerprints.remove(CUSTOMERS, ["A"])
    transaction.fingerprints.put_all(CUSTOMERS, b"harm")
    transaction.pending.replay("erp", NOW)
    transaction.pending.replay("erp", NOW, [a_pending("P")])
    transaction.pending.settle(CUSTOMERS, {"A": 9, "P": 9})
    transaction.intents.replace(an_intent(document="harm"), run="run-1")
    transaction.intents.remove(["A"], run="run-1")
    transaction.issues.withdraw(["A"])
    transaction.held.remove("run-1")
    lease = Lease(key="lease", holder="me", fence=1, expires=NOW + HOUR)
    transaction.leases.renew(lease, NOW, DAY)
    transaction.leases.release(lease)
    transaction.settings.put("setting", None)
