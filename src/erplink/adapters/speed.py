"""What is faster with the ``[speed]`` extra, and what is used without it."""

from importlib import import_module

from erplink.sync.fingerprint import BLAKE2B, Hashing

__all__ = ["fast_hash", "hash_engine"]


def fast_hash() -> Hashing:
    """The fastest way of hashing that is installed: xxh3 with the extra, else blake2b.

    Either tells any two states of a record apart. Fingerprints that the one made are none of the
    other's: after the extra came or went, everything is looked at once more.
    """
    try:
        xxhash = import_module("xxhash")
    except ImportError:
        return BLAKE2B
    return Hashing("xxh3-128", xxhash.xxh3_128_digest)


def hash_engine() -> str:
    """What fingerprints are made with here: ``"xxh3-128"``, or ``"blake2b"`` without the extra."""
    return fast_hash().name
