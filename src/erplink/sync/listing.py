"""Listing: compares a complete listing with what was known, and finds what it does without.

A system mostly lists its records in the order of their keys, which is that of the fingerprints in
the store: then a page is compared with the same number of them as one text, and nothing is built
for any record. Where a few are out of step, they wait in a set; where most are, all of them do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from erplink.sync.fingerprint import FINGERPRINT_BYTES, OUTDATED
from erplink.sync.state import FeedName
from erplink.sync.store import Store

__all__ = ["Listing"]

_STRANGERS_ONE_IN: Final = 8


class Listing:
    """What a complete listing has met so far of one feed."""

    def __init__(self, store: Store, name: FeedName) -> None:
        """Compare with the fingerprints that ``store`` has of the feed."""
        self._store, self._name = store, name
        self._ahead, self._at = b"", 0
        #: The key after which the store is read on; None once all was read.
        self._last: str | None = ""
        #: What was read ahead of, and has not been met.
        self._missed: set[bytes] = set()
        self._keys: set[str] = set()
        #: How many fingerprints were read; those that are outdated are none.
        self._read = 0
        #: How many records there were at all.
        self.count = 0

    def strangers(self, made: Sequence[bytes]) -> Sequence[int]:
        """The places of those among a page's fingerprints that were not known; the rest is met."""
        self.count += len(made)
        page = b"".join(made)
        expected = self._taken(len(page))
        if expected == page:
            return ()
        self._missed.update(_cut(expected))
        found = self._unknown(made)
        if len(found) * _STRANGERS_ONE_IN > len(made):
            self._missed.update(self._rest())
            found = self._unknown(made)
        self._missed.difference_update(made)
        return found

    def note(self, keys: Iterable[str], known: Mapping[str, bytes]) -> None:
        """Note records that were listed, but not as they were known."""
        # Of what was not known there is nothing to miss, unless it is read later in this listing.
        self._keys.update(key for key in keys if key in known or self._last is not None)

    def absent(self) -> list[str]:
        """The keys of what was known and has not been listed."""
        self._missed.update(self._rest())
        with self._store.look() as state:
            if not self._missed and state.fingerprints.count(self._name) <= self._read:
                return []
            # Of what is outdated it is known that it was there, and no more.
            missed = self._missed | {OUTDATED}
            return [
                key
                for key, fingerprint in state.fingerprints.items(self._name)
                if fingerprint in missed and key not in self._keys
            ]

    def _unknown(self, made: Sequence[bytes]) -> list[int]:
        if self._missed.issuperset(made):
            return []
        return [at for at, fingerprint in enumerate(made) if fingerprint not in self._missed]

    def _taken(self, size: int) -> bytes:
        while len(self._ahead) - self._at < size and self._read_on():
            pass
        taken = self._ahead[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def _rest(self) -> Iterable[bytes]:
        return chain.from_iterable(map(_cut, self._blocks()))

    def _blocks(self) -> Iterator[bytes]:
        while True:
            yield self._taken(len(self._ahead) - self._at)
            if not self._read_on():
                return

    def _read_on(self) -> bool:
        """Read some more of the fingerprints; False where there are no more."""
        if self._last is None:
            return False
        with self._store.look() as state:
            block, self._last = state.fingerprints.packed(self._name, after=self._last)
        self._read += len(block) // FINGERPRINT_BYTES
        self._ahead, self._at = self._ahead[self._at :] + block, 0
        return self._last is not None


def _cut(packed: bytes) -> Iterator[bytes]:
    size = FINGERPRINT_BYTES
    return (packed[at : at + size] for at in range(0, len(packed), size))
