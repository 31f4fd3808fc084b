"""SystemClock: the time of the machine."""

import time
from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """The clock of the machine; :class:`erplink.connectors.clock.Clock` says what it answers."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Just the name; one is as good as another."""
        return "SystemClock()"

    def now(self) -> datetime:
        """This moment, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; they never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` have passed."""
        time.sleep(seconds)
