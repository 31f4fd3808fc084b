"""Store: the port behind which all state lives; every change of it is in one transaction.

A store belongs to one tenant: whoever holds it reaches nothing of anybody else. ``begin`` gives a
transaction that may write: all of it is done, or, where the block raises, nothing. ``look`` gives
one that only reads, and sees one moment. Nobody calls a system while a transaction is open.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from attrs import frozen

from erplink.domain.connections import Connection
from erplink.domain.history import RecordChange
from erplink.domain.links import Link
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import ActorRef, EntityRef
from erplink.sync.staging import Imports, StagedRows
from erplink.sync.state import (
    Feed,
    FeedName,
    HeldPlan,
    Intent,
    Issue,
    Lease,
    Pending,
    Run,
)

__all__ = [
    "Connections",
    "Feeds",
    "Fingerprints",
    "Held",
    "History",
    "Intents",
    "Issues",
    "Leases",
    "Links",
    "Mappings",
    "PendingRecords",
    "Retention",
    "Runs",
    "Settings",
    "Store",
    "Transaction",
]


class Connections(Protocol):
    """The connections, the deleted ones among them until they are purged."""

    def put(self, connection: Connection) -> None:
        """Add a connection, or keep its new state; one that was deleted is back."""
        ...

    def get(self, connection: str) -> Connection | None:
        """The connection with this id, unless it is deleted."""
        ...

    def all(self, *, deleted: bool = False) -> Sequence[Connection]:
        """The connections in the order of their ids; with ``deleted``, only the deleted ones."""
        ...

    def delete(self, connection: str, at: datetime) -> None:
        """Delete a connection so that it can be restored by putting it again."""
        ...


class Mappings(Protocol):
    """The mappings, one for each connection and kind of actor."""

    def put(self, mapping: FieldMapping) -> None:
        """Keep a mapping in place of its namesake."""
        ...

    def get(self, connection: str, actor_kind: str) -> FieldMapping | None:
        """The mapping for a kind of actor."""
        ...

    def of(self, connection: str) -> Sequence[FieldMapping]:
        """All mappings of a connection, in the order of their kinds."""
        ...

    def delete(self, connection: str, actor_kind: str) -> None:
        """Forget a mapping."""
        ...


class Links(Protocol):
    """The links; that an actor and an entity of a connection have one each, the database holds.

    Dead links are kept and stand in nobody's way.
    """

    def add(self, link: Link) -> None:
        """Make a link; AlreadyLinked names the one that is in the way."""
        ...

    def change(self, link: Link, *, expects: int) -> bool:
        """Keep the new state of a link; False, and nothing done, if it is not at that version.

        The link is found by its entity and its *connection*, so that it may move to another actor.
        AlreadyLinked where another link has that actor.
        """
        ...

    def change_all(self, links: Sequence[tuple[Link, int]]) -> Sequence[bool]:
        """As :meth:`change`, for many at once; links that keep their actor."""
        ...

    def remove(self, link: Link, *, expects: int | None = None) -> bool:
        """Remove a link, at that version if one is given."""
        ...

    def by_actor(self, connection: str, kind: str, keys: Sequence[str]) -> Mapping[str, Link]:
        """The living links of actors, by actor key; suspended ones too."""
        ...

    def by_entity(self, connection: str, kind: str, keys: Sequence[str]) -> Mapping[str, Link]:
        """The living links of entities through one connection, by entity key."""
        ...

    def of_entities(
        self, kind: str, keys: Sequence[str], *, but: str = ""
    ) -> Mapping[str, Sequence[Link]]:
        """The living links of entities through all connections, or all but one, by entity key."""
        ...

    def versions(self, kind: str, keys: Sequence[str]) -> Mapping[str, int]:
        """The versions of the living links of entities, by the names of the links."""
        ...

    def of(
        self, connection: str, actor_kind: str, *, after: str = "", most: int = 1000
    ) -> Sequence[Link]:
        """The links of a mapping by actor key, the dead ones too; ``after`` an actor key."""
        ...

    def dead(
        self, connection: str, actor_kind: str, *, after: str = "", most: int = 1000
    ) -> Sequence[Link]:
        """The dead links of a mapping by actor key; ``after`` an actor key, as in :meth:`of`."""
        ...

    def count(self, connection: str, actor_kind: str) -> int:
        """How many living links a mapping has."""
        ...


class Feeds(Protocol):
    """How far every feed was read."""

    def get(self, name: FeedName) -> Feed:
        """What is known of a feed; a feed that was never read begins at the beginning."""
        ...

    def put(self, feed: Feed) -> None:
        """Keep what is known of a feed."""
        ...

    def of(self, connection: str) -> Sequence[Feed]:
        """All feeds of a connection that were ever read or suspended."""
        ...


class Fingerprints(Protocol):
    """What every record of a feed looked like when nothing was left to do about it."""

    def packed(
        self, feed: FeedName, *, after: str = "", most: int = 10_000
    ) -> tuple[bytes, str | None]:
        """Fingerprints in the order of their keys, end to end, and the last one's key.

        ``after`` a key; None as the key where there are none after it.
        """
        ...

    def items(self, feed: FeedName) -> Iterator[tuple[str, bytes]]:
        """All keys and fingerprints of a feed, in any order."""
        ...

    def of(self, feed: FeedName, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The fingerprints of some records, by key."""
        ...

    def put(self, feed: FeedName, rows: Iterable[tuple[str, bytes]]) -> None:
        """Keep the fingerprints of records."""
        ...

    def remove(self, feed: FeedName, keys: Collection[str]) -> None:
        """Forget records, so that they are looked at when they come again."""
        ...

    def put_all(self, feed: FeedName, fingerprint: bytes) -> None:
        """Keep the same fingerprint for every record that is known of a feed."""
        ...

    def count(self, feed: FeedName) -> int:
        """How many records are known."""
        ...


class PendingRecords(Protocol):
    """The records that have to be looked at again, and the parked ones."""

    def mark(self, pending: Iterable[Pending]) -> None:
        """Mark records; one that is marked already is due by the earlier moment and lane.

        Its attempts, refusals and parking stay, its marking is counted up.
        """
        ...

    def put(self, pending: Iterable[Pending]) -> None:
        """Keep what is known of pending records, in place of what was known."""
        ...

    def settle(self, feed: FeedName, marked: Mapping[str, int]) -> None:
        """Forget records by key, unless they were marked again since that marking."""
        ...

    def due(
        self, feed: FeedName, now: datetime, *, lane: int | None = None, most: int = 1000
    ) -> Sequence[Pending]:
        """The records to look at now, the most urgent and oldest first; parked ones are not."""
        ...

    def of(self, feed: FeedName, keys: Sequence[str]) -> Mapping[str, Pending]:
        """What is pending about some records, by key; parked ones too."""
        ...

    def parked(
        self, connection: str, *, after: tuple[str, str, str] = ("", "", ""), most: int = 1000
    ) -> Sequence[Pending]:
        """The parked records of a connection, by kind, side and key; ``after`` those three."""
        ...

    def replay(
        self, connection: str, now: datetime, keys: Collection[Pending] | None = None
    ) -> int:
        """Try parked records again, all of a connection or the given ones; how many there were."""
        ...

    def next_due(self, connection: str) -> datetime | None:
        """When the next record of a connection is due; None where none is pending."""
        ...

    def count(self, connection: str) -> tuple[int, int]:
        """How many records of a connection are pending, and how many of them are parked."""
        ...


class Intents(Protocol):
    """The journal: what is being written, record by record."""

    def add(self, intents: Sequence[Intent]) -> Collection[str]:
        """Make intents durable; the records of which there is one already are named, and left."""
        ...

    def of(self, records: Sequence[str]) -> Mapping[str, Intent]:
        """The intents for some records, by record."""
        ...

    def remove(self, records: Iterable[str], *, run: str) -> None:
        """Forget the intents of a run, which are resolved."""
        ...

    def replace(self, intent: Intent, *, run: str) -> bool:
        """Take over the intent of another run, or keep its new document; False if it is gone."""
        ...

    def orphans(self, connection: str, now: datetime, *, most: int = 1000) -> Sequence[Intent]:
        """The intents whose lease has expired, is gone, or went on to a higher fence.

        One without a kind of actor only keeps others off a record: it goes with the one that has.
        """
        ...

    def count(self, connection: str) -> int:
        """How many intents there are."""
        ...

    def mark(self) -> str | None:
        """What is another one once an intent was made or resolved; None while there is any.

        Who finds the same before and after knows that no link moved on in between.
        """
        ...


class Issues(Protocol):
    """The questions that wait for a person."""

    def put(self, issues: Iterable[Issue]) -> None:
        """Ask, or ask again: one that is asked already keeps the moment it was first asked."""
        ...

    def withdraw(self, records: Collection[str], *, but: Collection[str] = ()) -> None:
        """Withdraw what is asked about records, all but the named ones."""
        ...

    def get(self, issue: str) -> Issue | None:
        """The question with this id."""
        ...

    def of(self, connection: str, *, after: str = "", most: int = 1000) -> Sequence[Issue]:
        """The questions about a connection by id; ``after`` an id."""
        ...

    def count(self, connection: str) -> int:
        """How many questions are open."""
        ...


class Runs(Protocol):
    """What was run, and what came of it."""

    def put(self, run: Run) -> None:
        """Keep a run, or its new state."""
        ...

    def get(self, run: str) -> Run | None:
        """The run with this id."""
        ...

    def of(self, connection: str, *, most: int = 100) -> Sequence[Run]:
        """The runs of a connection, the newest first."""
        ...

    def held(self, connection: str, *, most: int = 100) -> Sequence[Run]:
        """Those of the newest runs of a connection that are held, the newest first."""
        ...


class Held(Protocol):
    """The plans of runs that are not carried out yet, record by record."""

    def put(self, run: str, plans: Iterable[HeldPlan]) -> None:
        """Keep plans of a run, after those it has."""
        ...

    def of(self, run: str, *, after: int = 0, most: int = 1000) -> Sequence[tuple[int, HeldPlan]]:
        """The plans of a run with their positions, in the order they were put."""
        ...

    def remove(self, run: str, *, upto: int | None = None) -> None:
        """Forget the plans of a run, up to a position or all."""
        ...


class History(Protocol):
    """What was written, record by record."""

    def add(self, changes: Iterable[RecordChange]) -> None:
        """Keep what was written."""
        ...

    def follow(self, link: str, to: str) -> None:
        """Have a link's history told under the name that the link has now."""
        ...

    def of_link(self, link: str, *, most: int = 1000) -> Sequence[RecordChange]:
        """What was written through a link, the newest first."""
        ...

    def of_record(
        self, record: ActorRef | EntityRef, *, most: int = 1000
    ) -> Sequence[RecordChange]:
        """What was written to a record, the newest first."""
        ...

    def of_run(
        self, run: str, *, after: int = 0, most: int = 1000
    ) -> Sequence[tuple[int, RecordChange]]:
        """What a run wrote, with positions, in the order it was written."""
        ...


class Leases(Protocol):
    """Who may work on what."""

    def acquire(self, key: str, holder: str, now: datetime, length: timedelta) -> Lease | None:
        """Take a lease that is free or expired, with a higher fence; None where somebody has it.

        The holder itself has it renewed, with the same fence.
        """
        ...

    def renew(self, lease: Lease, now: datetime, length: timedelta) -> Lease | None:
        """Hold a lease longer; None where it expired and went to somebody else, or was released."""
        ...

    def holds(self, lease: Lease, now: datetime) -> bool:
        """Whether the lease is still held, with this fence, and has not expired."""
        ...

    def release(self, lease: Lease) -> None:
        """Give a lease back; its fence is remembered."""
        ...

    def all(self) -> Sequence[Lease]:
        """All leases that are held, the expired ones too."""
        ...


class Settings(Protocol):
    """Small things that are kept under a name: ranking, pauses, the state of the engine."""

    def get(self, name: str) -> Any:
        """The plain data under a name; None for nothing."""
        ...

    def put(self, name: str, data: Any) -> None:
        """Keep plain data under a name; None forgets it."""
        ...

    def under(self, start: str) -> Mapping[str, Any]:
        """All plain data under names that begin with ``start``, by name, in their order."""
        ...


class Transaction(Protocol):
    """Everything that one transaction reaches."""

    @property
    def connections(self) -> Connections:
        """The connections."""
        ...

    @property
    def mappings(self) -> Mappings:
        """The mappings."""
        ...

    @property
    def links(self) -> Links:
        """The links."""
        ...

    @property
    def feeds(self) -> Feeds:
        """How far feeds were read."""
        ...

    @property
    def fingerprints(self) -> Fingerprints:
        """What records looked like."""
        ...

    @property
    def pending(self) -> PendingRecords:
        """What has to be looked at again."""
        ...

    @property
    def intents(self) -> Intents:
        """What is being written."""
        ...

    @property
    def issues(self) -> Issues:
        """What a person is asked."""
        ...

    @property
    def runs(self) -> Runs:
        """What was run."""
        ...

    @property
    def held(self) -> Held:
        """What waits to be carried out."""
        ...

    @property
    def history(self) -> History:
        """What was written."""
        ...

    @property
    def leases(self) -> Leases:
        """Who works on what."""
        ...

    @property
    def imports(self) -> Imports:
        """The staged imports."""
        ...

    @property
    def staged(self) -> StagedRows:
        """The rows of staged imports."""
        ...

    @property
    def settings(self) -> Settings:
        """Small things."""
        ...


@frozen(kw_only=True)
class Retention:
    """For how long what is over is kept; None for ever."""

    history: timedelta | None = None
    #: Runs that are over, with their plans.
    runs: timedelta | None = timedelta(days=90)
    dead_links: timedelta | None = timedelta(days=90)
    deleted_connections: timedelta | None = timedelta(days=90)


class Store(Protocol):
    """Where all state of one tenant lives."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A transaction that may write; done when the block ends, undone where it raises."""
        ...

    def look(self) -> AbstractContextManager[Transaction]:
        """A transaction that only reads, and sees one moment."""
        ...

    def vacuum(self, retention: Retention, now: datetime) -> Mapping[str, int]:
        """Remove what is over for longer than that; how much of each was removed."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
