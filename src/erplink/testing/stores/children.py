"""What other processes do to a store in the tests; functions of a module, so that they find it."""

from collections.abc import Callable
from typing import Any

from attrs import frozen

from erplink.errors import AlreadyLinked
from erplink.testing.stores.place import Opener
from erplink.testing.stores.samples import HOUR, NOW, a_link, a_pending, an_intent

__all__ = ["Child", "hold_leases", "link_actors", "make_intents", "mark_and_link", "open_and_write"]


@frozen
class Child:
    """One of several processes that do the same to one store."""

    opener: Opener
    url: str
    name: str
    turns: int

    def run(self, work: Callable[["Child", Any], int]) -> int:
        """Open the store, work and close it."""
        store = self.opener(self.url, wait=30.0)
        try:
            return work(self, store)
        finally:
            store.close()


def open_and_write(child: Child, store: Any) -> int:
    """Write one setting."""
    with store.begin() as transaction:
        transaction.settings.put(child.name, 1)
    return 1


def mark_and_link(child: Child, store: Any) -> int:
    """Mark the same record in each turn, and make a link of one's own beside it."""
    for turn in range(child.turns):
        name = f"{child.name}-{turn}"
        with store.begin() as transaction:
            transaction.links.add(a_link(name, name))
            transaction.pending.mark([a_pending()])
    return child.turns


def make_intents(child: Child, store: Any) -> int:
    """Make intents for the same records as everybody; how many of them were made."""
    won = 0
    for turn in range(child.turns):
        with store.begin() as transaction:
            won += not transaction.intents.add([an_intent(f"{turn}", run=child.name)])
    return won


def link_actors(child: Child, store: Any) -> int:
    """Link the same actors as everybody, to entities of one's own; how many links were made."""
    won = 0
    for turn in range(child.turns):
        try:
            with store.begin() as transaction:
                transaction.links.add(a_link(f"{turn}", f"{child.name}-{turn}"))
            won += 1
        except AlreadyLinked:
            continue
    return won


def hold_leases(child: Child, store: Any) -> int:
    """Take and give back the same lease as everybody; how often it was one's own."""
    won = 0
    for _ in range(child.turns):
        with store.begin() as transaction:
            lease = transaction.leases.acquire("a", child.name, NOW, HOUR)
        if lease:
            won += 1
            with store.begin() as transaction:
                transaction.leases.release(lease)
    return won
