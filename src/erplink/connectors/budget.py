"""RateBudget: how often a system may be asked, and one that keeps to a rate and to pauses."""

from math import isfinite
from threading import Lock
from typing import Protocol

from erplink.connectors.clock import Clock
from erplink.domain.values import shorten
from erplink.errors import BadValue, Unavailable

__all__ = ["PAUSE_SECONDS_MAX", "RateBudget", "TokenBudget"]

PAUSE_SECONDS_MAX = 86_400.0
"""No answer of a system pauses its connection for longer than a day."""


class RateBudget(Protocol):
    """Says when the next request may leave, and hears what the system says about its limits."""

    def take(self) -> None:
        """Return when a request may leave; raise Unavailable where that is too far off."""
        ...

    def observe(
        self,
        *,
        limit: int | None = None,
        remaining: int | None = None,
        reset_after: float | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Hear what an answer said; None where it was silent, times in seconds from now.

        Args:
            limit: How many requests the system takes in one of its windows.
            remaining: How many of them are left.
            reset_after: When the window ends and the count starts again.
            retry_after: When the system wants to be asked again, and not before.
        """
        ...


class TokenBudget:
    """Lets ``burst`` requests pass at once, then ``rate`` a second; threads may share it.

    In any stretch of ``t`` seconds at most ``burst + rate * t`` requests leave. Where the system
    asks for a pause, or says that nothing is left, none leaves until the pause is over.
    """

    def __init__(
        self,
        clock: Clock,
        rate: float | None = None,
        *,
        burst: int = 1,
        wait_seconds_max: float = 30.0,
    ) -> None:
        """Take the limits in.

        Args:
            clock: Where the time is read and passed.
            rate: Requests a second; None where only the system's own pauses count.
            burst: How many requests may leave at once after a silence.
            wait_seconds_max: Who would have to wait longer is told so with Unavailable.
        """
        self._clock = clock
        self._interval, self._slack = _pace(rate, burst)
        self._wait_seconds_max = wait_seconds_max
        self._lock = Lock()
        # When the bucket would be full again; a request may leave up to `_slack` before that.
        self._full_at = float("-inf")
        self._paused_until = float("-inf")

    def limit(self, rate: float | None, *, burst: int = 1) -> None:
        """Keep to another rate from now on; what was let pass counts as it did."""
        interval, slack = _pace(rate, burst)
        with self._lock:
            self._interval, self._slack = interval, slack

    def take(self) -> None:
        """Return when a request may leave; raise Unavailable where that is too far off."""
        begun = self._clock.monotonic()
        # Whoever slept looks again: in the meantime others may have passed, or a pause begun.
        while (ready_at := self._claim()) is not None:
            now = self._clock.monotonic()
            if ready_at - begun > self._wait_seconds_max:
                reason = "the rate budget of this connection is used up"
                raise Unavailable(reason, retry_after=max(0.0, ready_at - now))
            if ready_at > now:
                self._clock.sleep(ready_at - now)

    def _claim(self) -> float | None:
        """Take a token now, or say when there may be one."""
        with self._lock:
            now = self._clock.monotonic()
            ready_at = max(self._paused_until, self._full_at - self._slack)
            if now < ready_at:
                return ready_at
            self._full_at = max(now, self._full_at) + self._interval
            return None

    def observe(
        self,
        *,
        limit: int | None = None,  # noqa: ARG002 (part of the protocol; this one has a rate)
        remaining: int | None = None,
        reset_after: float | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Pause where the system asks for it; a pause is never shortened by a later answer."""
        spent = reset_after if remaining is not None and remaining <= 0 else None
        pause = max(spent or 0.0, retry_after or 0.0)
        if not pause > 0:  # not even where someone passes NaN
            return
        with self._lock:
            until = self._clock.monotonic() + min(pause, PAUSE_SECONDS_MAX)
            self._paused_until = max(self._paused_until, until)


def _pace(rate: float | None, burst: int) -> tuple[float, float]:
    """The seconds from one request to the next, and how far ahead of that a burst may run."""
    if rate is not None and not (isfinite(rate) and rate > 0):
        raise BadValue("a rate is a number above 0", value=shorten(rate))
    if burst < 1:
        raise BadValue("a burst is at least 1 request", value=shorten(burst))
    interval = 0.0 if rate is None else 1 / rate
    return interval, interval * (burst - 1)
