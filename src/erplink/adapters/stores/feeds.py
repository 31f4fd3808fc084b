"""SqlFeeds: how far every feed was read."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.feedids import FeedIds
from erplink.adapters.stores.moments import from_nullable, to_nullable
from erplink.sync.state import Feed, FeedName, Side

__all__ = ["SqlFeeds"]


@frozen
class SqlFeeds:
    """How far every feed was read."""

    _database: Database
    _ids: FeedIds

    def get(self, name: FeedName) -> Feed:
        """What is known of a feed; a feed that was never read begins at the beginning."""
        rows = self._database.query(
            "feed_get",
            connection=name.connection,
            actor_kind=name.actor_kind,
            side=name.side.value,
        )
        return _read(name, rows[0][0]) if rows else Feed(name=name)

    def put(self, feed: Feed) -> None:
        """Keep what is known of a feed."""
        self._database.execute("feed_put", feed=self._ids.give(feed.name), state=_written(feed))

    def of(self, connection: str) -> Sequence[Feed]:
        """All feeds of a connection that were ever read or suspended."""
        rows = self._database.query("feeds_of", connection=connection)
        return [
            _read(FeedName(connection, actor_kind, Side(side)), state)
            for actor_kind, side, state in rows
        ]


def _written(feed: Feed) -> str:
    state: list[Any] = [
        feed.cursor,
        feed.salt,
        feed.schema,
        feed.suspended,
        to_nullable(feed.read_at),
        to_nullable(feed.listed_at),
    ]
    return to_json(state)


def _read(name: FeedName, state: str) -> Feed:
    cursor, salt, schema, suspended, read_at, listed_at = from_json(state)
    return Feed(
        name=name,
        cursor=cursor,
        salt=salt,
        schema=schema,
        suspended=suspended,
        read_at=from_nullable(read_at),
        listed_at=from_nullable(listed_at),
    )
