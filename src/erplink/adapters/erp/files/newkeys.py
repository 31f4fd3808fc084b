"""NewKeys: the keys of records that are created."""

from collections.abc import Collection
from typing import Final
from uuid import UUID, uuid4, uuid5

__all__ = ["creation_mark", "next_number"]

_NAMESPACE: Final = UUID("4f6a0f0e-6d0c-5d6f-9a55-3f5c1f0f8a11")


def creation_mark(idempotency_key: str) -> str:
    """A text that is the same for the same creation; another one each time where it has no key."""
    if not idempotency_key:
        return str(uuid4())
    return str(uuid5(_NAMESPACE, idempotency_key))


def next_number(keys: Collection[str]) -> str:
    """The number after the largest of the keys, with as many leading zeros as they have."""
    numbers = [key for key in keys if key.isascii() and key.isdecimal()]
    following = str(max(map(int, numbers), default=0) + 1)
    padded = any(key.startswith("0") and len(key) > 1 for key in numbers)
    return following.zfill(max(map(len, numbers))) if padded else following
