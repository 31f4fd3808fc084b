"""KeptSessions: sessions that stay open between passes, each lent to one pass at a time."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

from attrs import frozen

from erplink.connectors import Clock, RelaySession, Session
from erplink.sync.systems import Opener

__all__ = ["KeptSessions"]

T = TypeVar("T")


def _alike(_: str) -> object:
    return None


@frozen(eq=False)
class _Open:
    """An open session, and when it was opened."""

    session: Session
    since: float
    #: What its system looked like in the store then.
    seen: object = None


class KeptSessions:
    """An opener that keeps what a pass closes, and lends it to the next one.

    A session that raised anything is not lent again, nor is one that has been open for long: what a
    system says about its kinds is asked for once for each session. Threads may share it.
    """

    def __init__(
        self,
        opener: Opener,
        clock: Clock,
        *,
        seconds_max: float = 300.0,
        same_as: Callable[[str], object] = _alike,
    ) -> None:
        """Open with ``opener``, and keep what it opened for ``seconds_max`` at most.

        What ``same_as`` tells of a system is what its sessions were opened with: as soon as it
        tells something else, in whichever process that was changed, they are not lent any more.
        """
        self._opener, self._clock, self._seconds_max = opener, clock, seconds_max
        self._same_as = same_as
        self._lock, self._closed = Lock(), False
        self._idle: dict[str, list[_Open]] = {}

    def __call__(self, system: str) -> Session:
        """A session to ``system``, for one pass alone until that closes it."""
        seen = self._same_as(system)
        known = self._taken(system, seen)
        if known is None:
            known = _Open(self._opener(system), self._clock.monotonic(), seen)
        loan = _Loan(lambda sound: self._give_back(system, known, sound))
        return RelaySession(known.session, loan)

    def _taken(self, system: str, seen: object) -> _Open | None:
        while True:
            with self._lock:
                idle = self._idle.get(system)
                if not idle:
                    return None
                known = idle.pop()
            if self._is_young(known) and known.seen == seen:
                return known
            known.session.close()

    def _is_young(self, known: _Open) -> bool:
        return self._clock.monotonic() - known.since < self._seconds_max

    def _give_back(self, system: str, known: _Open, sound: bool) -> None:
        if sound and self._is_young(known):
            with self._lock:
                if not self._closed:
                    self._idle.setdefault(system, []).append(known)
                    return
        known.session.close()

    def close(self) -> None:
        """Close what is not lent; what is lent is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle = [known for group in self._idle.values() for known in group]
            self._idle.clear()
        for known in idle:
            known.session.close()


class _Loan:
    """What stands between one pass and the session that it was lent; closing gives it back."""

    def __init__(self, give_back: Callable[[bool], None]) -> None:
        self._give_back = give_back
        self._sound, self._open = True, True

    def __call__(self, operation: str, call: Callable[[], T]) -> T:
        if operation == "close":
            return cast("Callable[[], T]", self._end)()
        try:
            return call()
        except BaseException:
            self._sound = False
            raise

    def _end(self) -> None:
        if self._open:
            self._open = False
            self._give_back(self._sound)
