"""The feed by fingerprints: what changed, told by comparing all rows with what they were.

A cursor cannot hold a fingerprint for every row of a large file. It holds one for each of a fixed
number of buckets, in which rows lie by their keys. A row that changed changes its bucket, and all
rows of the bucket come again: one in 256 of the file, on the average, for one edit.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from erplink.adapters.erp.files.buckets import BUCKETS, HASH_CHARACTERS, Buckets
from erplink.adapters.erp.files.feedpart import FeedPart
from erplink.adapters.erp.files.snapshot import Snapshot

__all__ = ["next_of_buckets"]

_PREFIX: Final = "rows1"
#: A text that is the hash of nothing, and not even of an empty bucket.
_NEVER: Final = "-" * (HASH_CHARACTERS - 1) + "."
_WRITTEN: Final = re.compile(
    rf"{_PREFIX}:([-\w.]{{{BUCKETS * HASH_CHARACTERS}}})"
    rf"(?::([0-9]{{1,2}}|1[0-9]{{2}}|2[0-4][0-9]|25[0-5]):([-\w.]{{{HASH_CHARACTERS}}}):(.*))?",
    re.DOTALL | re.ASCII,
)


@frozen
class _Cursor:
    #: The hash of each bucket as it was told.
    known: tuple[str, ...]
    #: The bucket that was begun and not finished, its hash then, and the last key told of it.
    begun: int = -1
    begun_hash: str = ""
    after: str = ""

    def __str__(self) -> str:
        text = f"{_PREFIX}:{''.join(self.known)}"
        return text if self.begun < 0 else f"{text}:{self.begun}:{self.begun_hash}:{self.after}"

    @classmethod
    def read(cls, text: str | None) -> "_Cursor":
        """What a cursor tells; anything else is a beginning."""
        match = _WRITTEN.fullmatch(text or "")
        if match is None:
            return cls((_NEVER,) * BUCKETS)
        hashes, begun, begun_hash, after = match.groups()
        starts = range(0, len(hashes), HASH_CHARACTERS)
        known = tuple(hashes[at : at + HASH_CHARACTERS] for at in starts)
        return cls(known) if begun is None else cls(known, int(begun), begun_hash, after)


def next_of_buckets(snapshot: Snapshot, since: str | None, most: int) -> FeedPart:
    """The next page of rows whose bucket is not what it was."""
    cursor = _Cursor.read(since)
    buckets = snapshot.buckets
    known, keys = list(cursor.known), list[str]()
    for bucket, after in _to_tell(cursor, buckets):
        now = buckets.hashes[bucket]
        rest = [key for key in buckets.keys[bucket] if key > after]
        room = most - len(keys)
        if len(rest) > room:
            keys += rest[:room]
            last = rest[room - 1] if room else after
            return FeedPart(tuple(keys), str(_Cursor(tuple(known), bucket, now, last)), more=True)
        keys += rest
        known[bucket] = now
    return FeedPart(tuple(keys), str(_Cursor(tuple(known))), more=False)


def _to_tell(cursor: _Cursor, buckets: Buckets) -> Iterator[tuple[int, str]]:
    """The buckets to tell of, and the key after which each goes on."""
    if cursor.begun >= 0:
        # One that changed since it was begun is begun again: what was told of it may be undone.
        same = buckets.hashes[cursor.begun] == cursor.begun_hash
        yield cursor.begun, cursor.after if same else ""
    for bucket, now in enumerate(buckets.hashes):
        if bucket != cursor.begun and now != cursor.known[bucket]:
            yield bucket, ""
