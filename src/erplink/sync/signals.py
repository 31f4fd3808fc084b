"""Signals: how many changes were signalled, and how many only the feed told of.

A webhook or a host's signal has a record looked at sooner, and is trusted no further: the feed is
read all the same, and what it finds that nobody signalled is counted. Where much is missed, look
after the webhook, or have the connection looked at more often.
"""

from attrs import frozen

from erplink.sync.state import FeedName
from erplink.sync.store import Transaction

__all__ = ["Signals", "add_signals", "signals_of"]


@frozen
class Signals:
    """How many changes of a feed were signalled before it told of them, and how many were not."""

    heard: int = 0
    missed: int = 0

    def __add__(self, other: "Signals") -> "Signals":
        """Both together."""
        return Signals(self.heard + other.heard, self.missed + other.missed)


def signals_of(state: Transaction, feed: FeedName) -> Signals:
    """What was counted of a feed so far."""
    return Signals(*(state.settings.get(f"signals/{feed}") or ()))


def add_signals(state: Transaction, feed: FeedName, signals: Signals) -> None:
    """Count more of a feed; of one nobody ever signalled anything of, nothing is missed."""
    known = signals_of(state, feed) + signals
    if known.heard:
        state.settings.put(f"signals/{feed}", [known.heard, known.missed])
