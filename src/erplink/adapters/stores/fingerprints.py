"""SqlFingerprints: what every record of a feed looked like; narrow rows, read by the million."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.feedids import FeedIds
from erplink.sync.state import FeedName

__all__ = ["SqlFingerprints"]


@frozen
class SqlFingerprints:
    """What every record of a feed looked like when nothing was left to do about it."""

    _database: Database
    _ids: FeedIds

    def packed(
        self, feed: FeedName, *, after: str = "", most: int = 10_000
    ) -> tuple[bytes, str | None]:
        """Fingerprints in the order of their keys, end to end, and the last one's key."""
        found = self._ids.find(feed)
        if found is None:
            return b"", None
        # One text for all of them: nothing is built for each of a million.
        ((last, texts),) = self._database.query(
            "fingerprints_packed", feed=found, after=after, most=most
        )
        return bytes.fromhex(texts or ""), last

    def items(self, feed: FeedName) -> Iterator[tuple[str, bytes]]:
        """All keys and fingerprints of a feed, in any order."""
        found = self._ids.find(feed)
        if found is None:
            return iter(())
        rows: Iterator[tuple[str, bytes]] = self._database.stream("fingerprints_items", feed=found)
        return rows

    def of(self, feed: FeedName, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The fingerprints of some records, by key."""
        found = self._ids.find(feed)
        if found is None or not keys:
            return {}
        return dict(self._database.query("fingerprints_of", feed=found, keys=list(keys)))

    def put(self, feed: FeedName, rows: Iterable[tuple[str, bytes]]) -> None:
        """Keep the fingerprints of records."""
        # In the order of the keys, a page touches few pages of the database; twins keep theirs.
        news = sorted(dict(rows).items())
        if news:
            found = self._ids.give(feed)
            self._database.execute_many(
                "fingerprints_put", [(found, key, fingerprint) for key, fingerprint in news]
            )

    def remove(self, feed: FeedName, keys: Collection[str]) -> None:
        """Forget records, so that they are looked at when they come again."""
        found = self._ids.find(feed)
        if found is not None and keys:
            self._database.execute("fingerprints_remove", feed=found, keys=sorted(keys))

    def put_all(self, feed: FeedName, fingerprint: bytes) -> None:
        """Keep the same fingerprint for every record that is known of a feed."""
        found = self._ids.find(feed)
        if found is not None:
            self._database.execute("fingerprints_put_all", feed=found, fingerprint=fingerprint)

    def count(self, feed: FeedName) -> int:
        """How many records are known."""
        found = self._ids.find(feed)
        if found is None:
            return 0
        ((count,),) = self._database.query("fingerprints_count", feed=found)
        return int(count)
