"""News: what a feed told of one record; and Finding: what follows from it."""

from enum import Enum

from attrs import frozen

from erplink.connectors import Record
from erplink.domain.plan import RecordResult
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Pending

__all__ = ["Fact", "Finding", "News", "met_again"]


class Fact(Enum):
    """What is known of a record."""

    #: It is there, and this is what it looks like.
    THERE = "there"
    #: Its system said that it is gone, or a full listing did without it.
    GONE = "gone"
    #: It is not known what it looks like, only that it has to be looked at.
    MARKED = "marked"


@frozen(kw_only=True)
class News:
    """What was told of one record."""

    feed: FeedName
    key: str
    fact: Fact = Fact.THERE
    record: Record | None = None
    fingerprint: bytes = b""
    #: What was pending about it.
    pending: Pending | None = None
    #: Whether both sides are to be compared even if this one seems not to have moved.
    thorough: bool = False

    @property
    def marked(self) -> int:
        """Which marking of it was seen."""
        return self.pending.marked if self.pending else 0


@frozen(kw_only=True)
class Finding:
    """What follows from the news about one record: a plan, or a result at once."""

    news: News
    plan: RecordPlan | None = None
    result: RecordResult = RecordResult.UNCHANGED
    #: Why it was left aside.
    reason: str = ""
    #: Whether it has to be looked at again, although nothing is wrong with it.
    waits: bool = False


def met_again(news: News, seen: Record | None) -> Finding:
    """What follows from news about a record that was decided about already, looking as ``seen``.

    If it looks otherwise by now, that is news that nobody has decided about yet.
    """
    met = news.record
    as_seen = met is not None and seen is not None and met.fields == seen.fields
    if as_seen or (met is None and news.fact is Fact.MARKED):
        return Finding(news=news)
    reason = "it moved while it was decided about"
    return Finding(news=news, result=RecordResult.SKIPPED, reason=reason, waits=True)
