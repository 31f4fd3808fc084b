"""SqlPending: the records that have to be looked at again, and the parked ones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.feedids import FeedIds
from erplink.adapters.stores.moments import from_nullable, from_stored, to_stored
from erplink.sync.state import FeedName, Lane, Pending, Side

__all__ = ["SqlPending"]


@frozen
class SqlPending:
    """The records that have to be looked at again, and the parked ones."""

    _database: Database
    _ids: FeedIds

    def mark(self, pending: Iterable[Pending]) -> None:
        """Mark records; one that is marked already is due by the earlier moment and lane."""
        self._write("pending_mark", pending)

    def put(self, pending: Iterable[Pending]) -> None:
        """Keep what is known of pending records, in place of what was known.

        A marking that came meanwhile still counts.
        """
        self._write("pending_put", pending)

    def _write(self, statement: str, pending: Iterable[Pending]) -> None:
        rows = [self._row(each) for each in pending]
        if rows:
            rows.sort(key=lambda row: (row["feed"], row["key"]))
            self._database.execute_many(statement, rows)

    def _row(self, pending: Pending) -> dict[str, Any]:
        return {
            "feed": self._ids.give(pending.feed),
            "key": pending.key,
            "lane": int(pending.lane),
            "due": to_stored(pending.due),
            "since": to_stored(pending.since),
            "attempts": pending.attempts,
            "refusals": pending.refusals,
            "parked": int(pending.parked),
            "marked": pending.marked,
            "told": to_json([pending.reason, pending.advice, pending.evidence]),
        }

    def settle(self, feed: FeedName, marked: Mapping[str, int]) -> None:
        """Forget records by key, unless they were marked again since that marking."""
        found = self._ids.find(feed)
        if found is not None and marked:
            self._database.execute_many(
                "pending_settle",
                [{"feed": found, "key": key, "marked": marked[key]} for key in sorted(marked)],
            )

    def due(
        self, feed: FeedName, now: datetime, *, lane: int | None = None, most: int = 1000
    ) -> Sequence[Pending]:
        """The records to look at now, the most urgent and oldest first; parked ones are not."""
        found = self._ids.find(feed)
        if found is None:
            return []
        lowest, highest = (min(Lane), max(Lane)) if lane is None else (lane, lane)
        rows = self._database.query(
            "pending_due",
            feed=found,
            now=to_stored(now),
            lowest=int(lowest),
            highest=int(highest),
            most=most,
        )
        return [_read(feed, row) for row in rows]

    def of(self, feed: FeedName, keys: Sequence[str]) -> Mapping[str, Pending]:
        """What is pending about some records, by key; parked ones too."""
        found = self._ids.find(feed)
        if found is None or not keys:
            return {}
        rows = self._database.query("pending_of", feed=found, keys=list(keys))
        return {row[0]: _read(feed, row) for row in rows}

    def parked(
        self, connection: str, *, after: tuple[str, str, str] = ("", "", ""), most: int = 1000
    ) -> Sequence[Pending]:
        """The parked records of a connection, by kind, side and key; ``after`` those three."""
        kind, side, key = after
        rows = self._database.query(
            "pending_parked", connection=connection, kind=kind, side=str(side), key=key, most=most
        )
        return [
            _read(FeedName(connection, actor_kind, Side(of_side)), row)
            for actor_kind, of_side, *row in rows
        ]

    def replay(
        self, connection: str, now: datetime, keys: Collection[Pending] | None = None
    ) -> int:
        """Try parked records again, all of a connection or the given ones; how many there were."""
        at = to_stored(now)
        if keys is None:
            return self._database.execute("pending_replay_all", connection=connection, now=at)
        ours = sorted((str(each.feed), each.key, each.feed) for each in keys)
        return sum(
            self._database.execute("pending_replay", feed=found, key=key, now=at)
            for _, key, feed in ours
            if feed.connection == connection and (found := self._ids.find(feed)) is not None
        )

    def next_due(self, connection: str) -> datetime | None:
        """When the next record of a connection is due; None where none is pending."""
        ((due,),) = self._database.query("pending_next_due", connection=connection)
        return from_nullable(due)

    def count(self, connection: str) -> tuple[int, int]:
        """How many records of a connection are pending, and how many of them are parked."""
        ((count, parked),) = self._database.query("pending_count", connection=connection)
        return int(count), int(parked)


def _read(feed: FeedName, row: Row | list[Any]) -> Pending:
    key, lane, due, since, attempts, refusals, parked, marked, told = row
    reason, advice, evidence = from_json(told)
    return Pending(
        feed=feed,
        key=key,
        lane=lane,
        due=from_stored(due),
        since=from_stored(since),
        reason=reason,
        advice=advice,
        attempts=attempts,
        refusals=refusals,
        parked=bool(parked),
        evidence=evidence,
        marked=marked,
    )
