"""News: what a feed told of one record; and Finding: what follows from it."""

from enum import Enum
from typing import TypeAlias

from attrs import evolve, frozen

from erplink.connectors import Record
from erplink.domain.plan import RecordResult
from erplink.sync.fingerprint import OUTDATED
from erplink.sync.plain_plan import AnyPlan
from erplink.sync.state import GONE, FeedName, Lane, Pending
from erplink.sync.store import Transaction

__all__ = ["Decided", "Fact", "Finding", "News", "is_calm", "look_of"]

Decided: TypeAlias = dict[str, int | None]
"""The records that a pass has decided about, by name, and what each looked like then."""


def look_of(record: Record | None) -> int | None:
    """What a record looks like, to be compared within one pass; None for one that is gone."""
    return None if record is None else hash(record.fields)


def is_calm(state: Transaction, mark: str | None) -> bool:
    """Whether no link moved on since the intents had ``mark``."""
    return mark is not None and state.intents.mark() == mark


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
    #: Whether a feed or a listing told of it, not somebody who wants it looked at now.
    listed: bool = False

    @property
    def is_signalled(self) -> bool:
        """Whether somebody said that something happened to it, and it is looked at therefore."""
        pending = self.pending
        return pending is not None and pending.lane is Lane.EVENT and not pending.attempts

    @property
    def tells(self) -> bool:
        """Whether it is told of the first time: by a signal, or by the feed itself."""
        return self.is_signalled or (self.pending is None and not self.thorough)

    @property
    def evidence(self) -> str:
        """What is known of it without looking closer; empty where it is to be looked at anyway."""
        if self.fact is Fact.GONE and self.listed:
            return GONE
        return "" if self.thorough else self.fingerprint.hex()

    def again(self) -> "News":
        """The same, with the record to be read once more."""
        return evolve(self, record=None, fingerprint=OUTDATED)

    @property
    def marked(self) -> int:
        """Which marking of it was seen."""
        return self.pending.marked if self.pending else 0


@frozen(kw_only=True)
class Finding:
    """What follows from the news about one record: a plan, or a result at once."""

    news: News
    plan: AnyPlan | None = None
    result: RecordResult = RecordResult.UNCHANGED
    #: Why it was left aside.
    reason: str = ""
    #: Whether it has to be looked at again, although nothing is wrong with it.
    waits: bool = False
    #: Whether a plan of this pass deals with it, so that what it looks like is not remembered yet.
    covered: bool = False
    #: Whether it moved since this pass decided about it, so that it has to be decided again.
    moved: bool = False

    @classmethod
    def again(cls, news: News, looked: int | None) -> "Finding":
        """What follows for a record that the pass has decided about, when it looked like that."""
        if looked == look_of(news.record):
            return cls(news=news, covered=True)
        return cls(news=news, reason="it moved while it was decided about", moved=True)
