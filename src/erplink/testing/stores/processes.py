"""What is promised to several processes that share a store."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from erplink.sync.store import Store
from erplink.testing.stores.children import (
    Child,
    hold_leases,
    link_actors,
    make_intents,
    mark_and_link,
    open_and_write,
)
from erplink.testing.stores.place import StorePlace, must_equal
from erplink.testing.stores.samples import CUSTOMERS, HOUR, NOW

__all__ = ["ProcessPromises"]

_PROCESSES = 2
_TURNS = 40


class ProcessPromises(StorePlace):
    """The database decides, and not the memory of one process."""

    @pytest.fixture
    def in_processes(self, store_url: str) -> Callable[..., int]:
        """Lets some processes do the same at once; the sum of what they give."""
        if self.alone:
            pytest.skip(self.alone)

        def in_processes(work: Callable[[Child, Any], int]) -> int:
            opener = type(self).opener
            children = [Child(opener, store_url, f"{at}", _TURNS) for at in range(_PROCESSES)]
            with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
                return sum(pool.map(Child.run, children, [work] * _PROCESSES))

        return in_processes

    def test_processes_open_a_new_store_at_once(self, in_processes: Any, store_url: str) -> None:
        """One of them makes the schema, and all of them use it."""
        must_equal(_PROCESSES, in_processes(open_and_write))

        store = type(self).opener(store_url)
        with store.look() as transaction:
            found = [transaction.settings.get(f"{at}") for at in range(_PROCESSES)]
        store.close()
        must_equal([1] * _PROCESSES, found)

    def test_processes_write_side_by_side(self, in_processes: Any, store: Store) -> None:
        """No writing is lost, and none is done twice."""
        total = in_processes(mark_and_link)

        with store.look() as transaction:
            must_equal(total, transaction.links.count("erp", "customer"))
            must_equal(total, transaction.pending.of(CUSTOMERS, ["A"])["A"].marked)

    def test_one_process_makes_an_intent(self, in_processes: Any, store: Store) -> None:
        """For each record exactly one of them."""
        must_equal(_TURNS, in_processes(make_intents))

        with store.look() as transaction:
            must_equal(_TURNS, transaction.intents.count("erp"))

    def test_one_process_links_an_actor(self, in_processes: Any, store: Store) -> None:
        """Each actor is linked once."""
        must_equal(_TURNS, in_processes(link_actors))

        with store.look() as transaction:
            must_equal(_TURNS, transaction.links.count("erp", "customer"))

    def test_one_process_has_a_lease(self, in_processes: Any, store: Store) -> None:
        """Each time with a higher fence than any had before."""
        total = in_processes(hold_leases)

        with store.begin() as transaction:
            lease = transaction.leases.acquire("a", "me", NOW, HOUR)
        must_equal(total + 1, lease and lease.fence)
