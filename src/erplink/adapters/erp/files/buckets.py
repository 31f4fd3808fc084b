"""Buckets: the rows of a sheet in a fixed number of heaps, and a hash of what is in each."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final

__all__ = ["BUCKETS", "HASH_CHARACTERS", "Buckets"]

BUCKETS: Final = 256
"""How many there are, whatever the size of the sheet."""

HASH_CHARACTERS: Final = 8
"""How long the hash of a bucket is."""

_HASH_BYTES: Final = 6
_MODULUS: Final = 1 << (8 * _HASH_BYTES)


class Buckets:
    """The keys in each bucket, in order, and the hash of their rows."""

    def __init__(self, keys: Iterable[str], fingerprint: Callable[[str], bytes]) -> None:
        """Put the keys, which are in order, where they belong."""
        self.keys: list[list[str]] = [[] for _ in range(BUCKETS)]
        sums = [0] * BUCKETS
        for key in keys:
            bucket = blake2b(key.encode(errors="surrogatepass"), digest_size=1).digest()[0]
            self.keys[bucket].append(key)
            # A sum does not depend on the order in which the rows stand.
            sums[bucket] += int.from_bytes(fingerprint(key)[:_HASH_BYTES], "big")
        self.hashes = [_hash(each) for each in sums]


def _hash(total: int) -> str:
    return urlsafe_b64encode((total % _MODULUS).to_bytes(_HASH_BYTES, "big")).decode()
