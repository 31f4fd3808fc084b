"""Page: a part of what a session delivers: records, deletions, aliases, and where to go on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.records import Actor, Entity

__all__ = ["Page", "RawRecords", "Record"]

Record: TypeAlias = Actor | Entity
"""What a session delivers: actors from an ERP, entities from the CRM."""


def _slices(slices: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(slices)


@frozen(repr=False)
class RawRecords:
    """Records as the system sent them, each a slice of bytes, and how one is decoded.

    Slices let the engine pass over what it has seen before without decoding it. The same record
    in the same state must come as the same bytes; where it may not, deliver decoded records.
    """

    slices: tuple[bytes, ...] = attr(converter=_slices)
    decode: Callable[[bytes], Record]

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.slices)

    def __iter__(self) -> Iterator[Record]:
        """The records, decoded one by one."""
        return map(self.decode, self.slices)

    def __repr__(self) -> str:
        """Only how many, for the content is data."""
        return f"RawRecords({len(self)})"


def _records(records: "Iterable[Record] | RawRecords") -> "tuple[Record, ...] | RawRecords":
    return records if isinstance(records, RawRecords) else tuple(records)


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(keys)


def _aliases(aliases: Mapping[str, str]) -> FrozenDict[str, str]:
    return FrozenDict(aliases)


@frozen(repr=False)
class Page:
    """What one call delivered, and the cursor with which the next one goes on."""

    records: tuple[Record, ...] | RawRecords = attr(default=(), converter=_records)
    #: The keys of records that are gone; a fact the system stated, never a guess.
    deletions: tuple[str, ...] = attr(default=(), converter=_keys, kw_only=True)
    #: The new key by the old one, for records that were merged or renumbered.
    aliases: FrozenDict[str, str] = attr(factory=FrozenDict, converter=_aliases, kw_only=True)
    #: Where the next page, or the next reading, goes on; opaque to everyone but the connector.
    cursor: str | None = attr(default=None, kw_only=True)
    #: Whether there is another page now.
    more: bool = attr(default=False, kw_only=True)

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        """The records, decoded where they came raw."""
        return iter(self.records)

    def __repr__(self) -> str:
        """The counts, and whether there is more."""
        gone = f", {len(self.deletions)} deletions" if self.deletions else ""
        return f"Page({len(self)} records{gone}{', more' if self.more else ''})"
