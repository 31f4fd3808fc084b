"""VirtualClock: a clock whose time passes only where somebody sleeps or says so."""

from datetime import UTC, datetime, timedelta
from threading import Lock

__all__ = ["VirtualClock"]

_BEGINNING = datetime(2030, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A clock for tests: sleeping returns at once, and the time has passed all the same."""

    def __init__(self, begins: datetime = _BEGINNING) -> None:
        """Begin at the moment ``begins``, which must be aware."""
        self._begins, self._passed = begins.astimezone(UTC), timedelta(0)
        self._lock = Lock()

    def __repr__(self) -> str:
        """The moment it shows."""
        return f"VirtualClock({self.now().isoformat()})"

    def now(self) -> datetime:
        """The moment it has come to."""
        return self._begins + self._passed

    def monotonic(self) -> float:
        """Seconds since it began."""
        return self._passed.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; none pass where there are fewer than 0."""
        # It tells microseconds, and what is asked for is at least one: who sleeps for what is left
        # would else never come to the end of it.
        passing = timedelta(microseconds=max(1, round(seconds * 1_000_000)) if seconds > 0 else 0)
        with self._lock:
            self._passed += passing
