"""Clock: where a connector reads the time, and how it waits."""

from datetime import datetime
from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """Tells the time and passes it; tests bring one that does not really wait."""

    def now(self) -> datetime:
        """This moment, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; they never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` have passed."""
        ...
