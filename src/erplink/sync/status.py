"""Status: how every connection is doing, as far as the store knows."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import field as attr
from attrs import frozen

from erplink.sync.pauses import pause_of
from erplink.sync.signals import Signals, signals_of
from erplink.sync.state import FeedName, RunState
from erplink.sync.store import Transaction

__all__ = ["ConnectionStatus", "FeedStatus", "status_of"]


@frozen(kw_only=True)
class FeedStatus:
    """How far one side of a mapping was read."""

    feed: FeedName
    #: Since when it has not been read to its end; None where it never was.
    lag: timedelta | None
    #: When everything there is was last listed.
    listed_at: datetime | None
    #: Why it is not read; empty where it is.
    suspended: str = ""
    #: How many of its changes were signalled, and how many were not.
    signals: Signals = attr(factory=Signals)


def _feeds(feeds: Iterable[FeedStatus]) -> tuple[FeedStatus, ...]:
    return tuple(feeds)


@frozen(kw_only=True)
class ConnectionStatus:
    """How one connection is doing."""

    connection: str
    name: str
    active: bool
    #: Why nothing is done for it; empty where something is.
    paused: str = ""
    feeds: tuple[FeedStatus, ...] = attr(default=(), converter=_feeds)
    #: Records that are to be looked at again, the parked ones not counted.
    pending: int = 0
    #: Records that wait for a person or for new data.
    parked: int = 0
    #: Questions that wait for a person.
    questions: int = 0
    #: Writes of which it is not known what became of them.
    open_writes: int = 0
    #: The runs whose plans wait for approval.
    held: tuple[str, ...] = ()
    #: How the last run ended: its state, and why.
    last: str = ""


def status_of(state: Transaction, connection: str, now: datetime) -> ConnectionStatus | None:
    """How a connection is doing; None for one that there is not."""
    known = state.connections.get(connection)
    if known is None:
        return None
    pending, parked = state.pending.count(connection)
    runs = state.runs.of(connection)
    last = next((run for run in runs if run.state is not RunState.RUNNING), None)
    return ConnectionStatus(
        connection=connection,
        name=known.name,
        active=known.active,
        paused=pause_of(state, connection),
        feeds=[
            FeedStatus(
                feed=feed.name,
                lag=None if feed.read_at is None else now - feed.read_at,
                listed_at=feed.listed_at,
                suspended=feed.suspended,
                signals=signals_of(state, feed.name),
            )
            for feed in state.feeds.of(connection)
        ],
        pending=pending - parked,
        parked=parked,
        questions=state.issues.count(connection),
        open_writes=state.intents.count(connection),
        held=tuple(run.id for run in runs if run.state is RunState.HELD),
        last="" if last is None else f"{last.state.value} {last.reason}".strip(),
    )
