"""Told: all that a reading of a feed or a search told, put together from its pages."""

from collections.abc import Iterable

from attrs import frozen

from erplink.connectors import Page, Record

__all__ = ["Told"]


@frozen
class Told:
    """What the pages of one reading say: of each record the last that was told."""

    records: dict[str, Record]
    deletions: set[str]
    aliases: dict[str, str]
    #: All records in the order in which they came, however often each.
    sequence: tuple[Record, ...]
    cursor: str | None
    pages: int

    @classmethod
    def of(cls, pages: Iterable[Page]) -> "Told":
        """Put together what ``pages`` tell."""
        records: dict[str, Record] = {}
        deletions: set[str] = set()
        aliases: dict[str, str] = {}
        sequence: list[Record] = []
        count, cursor = 0, None
        for page in pages:
            came = tuple(page)
            sequence.extend(came)
            for key in (*page.deletions, *page.aliases):
                records.pop(key, None)
            deletions |= set(page.deletions)
            aliases |= page.aliases
            records |= {record.ref.key: record for record in came}
            count, cursor = count + 1, page.cursor
        return cls(records, deletions, aliases, tuple(sequence), cursor, count)

    def then(self, later: "Told") -> dict[str, Record]:
        """The records as they stand once ``later`` was read after this."""
        gone = later.deletions | later.aliases.keys()
        kept = {key: record for key, record in self.records.items() if key not in gone}
        return kept | later.records
