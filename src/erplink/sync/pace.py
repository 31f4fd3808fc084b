"""Pace: when a connection is looked at next, and when everything it has is listed again.

Where nothing happens, the looks become rarer; at the first news they are as frequent as before. A
quota that is used up makes a pause, which is no error. Full listings come at a moment of each
feed's own, so that ten thousand of them do not begin in the same minute.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

from attrs import Attribute, evolve, frozen
from attrs import field as attr

from erplink.domain.values import shorten
from erplink.errors import BadValue
from erplink.sync.state import FeedName

__all__ = ["Beat", "Pace"]

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DOUBLINGS_MAX: Final = 40


@frozen(kw_only=True)
class Beat:
    """What the last passes of a connection were like, as far as the next one depends on it."""

    #: When the last pass ended; None where there was none.
    last: datetime | None = None
    #: How many passes in a row found nothing.
    idle: int = 0
    #: Until when the system is not asked; None where it may be.
    paused_until: datetime | None = None

    def after(self, now: datetime, *, found: bool) -> "Beat":
        """The beat after a pass that ended now, and found something or not."""
        return evolve(self, last=now, idle=0 if found else self.idle + 1)

    def paused(self, until: datetime) -> "Beat":
        """The beat after a quota was used up that renews then; no pause shortens another."""
        held = self.paused_until
        return evolve(self, paused_until=until if held is None else max(held, until))

    def is_paused(self, now: datetime) -> bool:
        """Whether the system is not to be asked yet."""
        return self.paused_until is not None and now < self.paused_until


def _above_zero(_: object, attribute: "Attribute[timedelta]", value: timedelta | None) -> None:
    if value is not None and value <= timedelta(0):
        rule = f"{attribute.name} is longer than nothing"
        raise BadValue(rule, value=shorten(value))


@frozen(kw_only=True)
class Pace:
    """How often a connection is looked at."""

    #: From the end of a pass to the next one, while there is news.
    interval: timedelta = attr(default=timedelta(minutes=5), validator=_above_zero)
    #: The longest that becomes where there is none; a shorter one than the interval is not heeded.
    idle_max: timedelta = attr(default=timedelta(hours=1), validator=_above_zero)
    #: How often everything is listed; None for only on demand.
    full_every: timedelta | None = attr(default=timedelta(days=1), validator=_above_zero)

    def rest(self, idle: int) -> timedelta:
        """How long to wait after so many passes in a row that found nothing."""
        longest = max(self.interval, self.idle_max)
        if idle >= _DOUBLINGS_MAX or self.interval > longest / (1 << idle):
            return longest
        return self.interval * (1 << idle)

    def due(self, beat: Beat, now: datetime) -> datetime:
        """When the next pass may begin; a connection that was never looked at is due now."""
        due = now if beat.last is None else beat.last + self.rest(beat.idle)
        return due if beat.paused_until is None else max(due, beat.paused_until)

    def is_due(self, beat: Beat, now: datetime) -> bool:
        """Whether the next pass may begin now."""
        return self.due(beat, now) <= now

    def full_due(self, feed: FeedName, listed: datetime | None, now: datetime) -> datetime | None:
        """When everything a feed has is to be listed again; None for only on demand.

        A feed that was never listed is due now. After that each has a moment of its own in every
        period, by its name: the first comes half a period to one and a half after the listing,
        and those that follow come a period apart, however late they are served.
        """
        if self.full_every is None:
            return None
        if listed is None:
            return now
        first = _EPOCH + self.full_every * _share(feed)
        periods = -((first - listed - self.full_every / 2) // self.full_every)
        return first + periods * self.full_every


def _share(feed: FeedName) -> float:
    """A number from 0 to 1 that is the same for the same feed, whenever and wherever asked for."""
    parts = "".join(f"{len(part)}:{part}" for part in (feed.connection, feed.actor_kind, feed.side))
    digest = blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return int.from_bytes(digest, "big") / (1 << 8 * len(digest))
