"""Detect: reads a feed page by page, and tells what is news.

A record whose fingerprint is known is passed over, undecoded where it came raw. Deletions are
facts: a system states them, or a complete listing does without a record that, asked for by its
key, is not there either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from erplink.connectors import Page, Query, RawRecords, Record, all_changes, all_found
from erplink.sync.fingerprint import values_of
from erplink.sync.listing import Listing
from erplink.sync.news import Fact, News
from erplink.sync.state import GONE, Feed, FeedName, Pending, Side
from erplink.sync.workbench import Workbench

__all__ = ["Delivery", "Detector"]


def _in_order(news: Iterable[News]) -> tuple[News, ...]:
    return tuple(news)


@frozen(kw_only=True)
class Delivery:
    """What one page came to."""

    news: tuple[News, ...] = field(default=(), converter=_in_order)
    #: How many records were passed over, because they look as they did.
    unchanged: int = 0
    #: The new keys of records that were renumbered or merged, by the old ones.
    aliases: Mapping[str, str] = field(factory=dict)
    #: Where the next reading begins, once this delivery is dealt with; None for where this one did.
    cursor: str | None = None
    #: The mark of the intents before it was read; None where somebody was writing then.
    mark: str | None = None


class Detector:
    """Reads one side of a pairing."""

    def __init__(self, bench: Workbench, side: Side) -> None:
        """Read the records of ``side``."""
        self._bench, self._side = bench, side
        self._name: FeedName = bench.pairing.feed(side)
        self._fingerprints = bench.fingerprinter
        self._fields = bench.pairing.fields(side)

    @property
    def _system(self) -> str:
        return self._bench.pairing.system(self._side)

    @property
    def _kind(self) -> str:
        return self._bench.pairing.kind(self._side).name

    # what changed ---------------------------------------------------------------------------------

    def changes(self, feed: Feed) -> Iterator[Delivery]:
        """What changed since the feed was last read."""
        session = self._bench.systems.session(self._system)
        pages = all_changes(session, self._kind, self._fields, feed.cursor)
        for mark, page in self._marked(pages):
            yield evolve(self._delivery(page, None), mark=mark)

    def _marked(self, pages: Iterator[Page]) -> Iterator[tuple[str | None, Page]]:
        """Each page, and the mark of the intents before it was asked for."""
        while True:
            mark = self._mark()
            page = next(pages, None)
            if page is None:
                return
            yield mark, page

    def _mark(self) -> str | None:
        with self._bench.store.look() as state:
            return state.intents.mark()

    # everything there is --------------------------------------------------------------------------

    def everything(self) -> Iterator[Delivery]:
        """Everything there is; at the end, what was there before and is not any more."""
        listing = Listing(self._bench.store, self._name)
        for mark, page in self._marked(self._pages()):
            delivery = evolve(self._delivery(page, listing), mark=mark)
            # A place in a search is no place in the changes.
            yield delivery if self.tells_changes else evolve(delivery, cursor=None)
        if listing.count:
            yield from self._absent(listing)

    def _pages(self) -> Iterator[Page]:
        session = self._bench.systems.session(self._system)
        if self.tells_changes:
            return all_changes(session, self._kind, self._fields)
        return all_found(session, self._kind, Query(), self._fields)

    @property
    def tells_changes(self) -> bool:
        """Whether there is a feed of changes at all."""
        return self._bench.systems.claims(self._system, self._kind).changes

    def _absent(self, listing: Listing) -> Iterator[Delivery]:
        """What a complete listing did without, each asked for once more by its key."""
        known, most = listing.absent(), self._page_max()
        for start in range(0, len(known), most):
            keys = known[start : start + most]
            with self._bench.store.look() as state:
                pending = state.pending.of(self._name, keys)
            asked = self.asked(keys, pending, fact=Fact.GONE)
            yield evolve(asked, news=[evolve(each, listed=True) for each in asked.news])

    def _page_max(self) -> int:
        return self._bench.systems.claims(self._system, self._kind).page_max

    # single records -------------------------------------------------------------------------------

    def asked(
        self,
        keys: Sequence[str],
        pending: Mapping[str, Pending],
        *,
        fact: Fact = Fact.MARKED,
    ) -> Delivery:
        """Some records by their keys; of one that is not there, ``fact`` is told."""
        mark = self._mark()
        found: Mapping[str, Record] = {}
        if self._bench.systems.claims(self._system, self._kind).read:
            found = self._bench.systems.get(self._system, self._kind, keys, self._fields)
        news = [
            News(
                feed=self._name,
                key=key,
                fact=Fact.THERE if key in found else _fact_of(pending.get(key), fact),
                record=found.get(key),
                fingerprint=self._of(found[key]) if key in found else b"",
                pending=pending.get(key),
                thorough=True,
            )
            for key in keys
        ]
        return Delivery(news=tuple(news), mark=mark)

    def _of(self, record: Record) -> bytes:
        return self._fingerprints.of_record(values_of(record, self._fields))

    # pages ----------------------------------------------------------------------------------------

    def _delivery(self, page: Page, listing: Listing | None) -> Delivery:
        fresh = self._fresh(page, listing)
        keys = [record.ref.key for record, _ in fresh]
        known, pending = self._known([*keys, *page.deletions])
        news = [
            News(
                feed=self._name,
                key=record.ref.key,
                record=record,
                fingerprint=fingerprint,
                pending=pending.get(record.ref.key),
            )
            for record, fingerprint in fresh
            if known.get(record.ref.key) != fingerprint
        ]
        unchanged = len(page) - len(news)
        if listing is not None:
            listing.note(keys, known)
        news += self._deletions(page, pending)
        return Delivery(
            news=tuple(news), unchanged=unchanged, aliases=page.aliases, cursor=page.cursor
        )

    def _deletions(self, page: Page, pending: Mapping[str, Pending]) -> Iterable[News]:
        return (
            News(feed=self._name, key=key, fact=Fact.GONE, pending=pending.get(key), listed=True)
            for key in page.deletions
        )

    def _fresh(self, page: Page, listing: Listing | None) -> list[tuple[Record, bytes]]:
        """The records that a listing did not know; without one, all of them."""
        records = page.records
        if not isinstance(records, RawRecords):
            made = [self._of(record) for record in records]
            places = range(len(made)) if listing is None else listing.strangers(made)
            return [(records[at], made[at]) for at in places]
        # What came raw is decoded only where it is not as it was.
        made = self._fingerprints.of_slices(records.slices)
        places = range(len(made)) if listing is None else listing.strangers(made)
        return [(records.decode(records.slices[at]), made[at]) for at in places]

    def _known(self, keys: Sequence[str]) -> tuple[Mapping[str, bytes], Mapping[str, Pending]]:
        if not keys:
            return {}, {}
        with self._bench.store.look() as state:
            return state.fingerprints.of(self._name, keys), state.pending.of(self._name, keys)


def _fact_of(pending: Pending | None, fact: Fact) -> Fact:
    """What is known of a record that is not there: it is gone, where that was a fact before."""
    return Fact.GONE if pending is not None and pending.evidence == GONE else fact
