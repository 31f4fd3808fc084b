"""Faults: what goes wrong, how often, and by which seed; and the dice that decide it."""

from collections import Counter
from datetime import timedelta
from random import Random
from threading import RLock
from typing import Any

from attrs import field, fields, frozen
from attrs.validators import and_, ge, le

__all__ = ["Dice", "Faults"]

_probability = and_(ge(0.0), le(1.0))


def _rate() -> Any:
    return field(default=0.0, validator=_probability)


@frozen(kw_only=True)
class Faults:
    """How likely each kind of trouble is, from 0 to 1, each time it could happen.

    The same seed makes the same trouble in the same places. Every kind has luck of its own, so that
    another rate for one kind leaves the others as they were.
    """

    seed: int = 0
    #: The request is lost on its way, and the system did not act.
    lost_before: float = _rate()
    #: The answer is lost on its way back, and the system did act.
    lost_after: float = _rate()
    #: The request arrives twice, and the system acts twice.
    duplicated: float = _rate()
    #: The system asks to be left alone for :attr:`throttle_seconds`.
    throttled: float = _rate()
    #: The answer takes :attr:`slow_seconds`.
    slow: float = _rate()
    #: The system fails before it does anything, and cannot say so.
    broken: float = _rate()
    #: The session forgets its configuration.
    forgotten: float = _rate()
    #: Somebody edits a record between two pages.
    edited: float = _rate()
    #: A change by somebody becomes visible only later, with the mark of when it was begun.
    late: float = _rate()
    #: A record gets a new number between two pages.
    renumbered: float = _rate()
    #: A full listing succeeds and says that there is nothing.
    emptied: float = _rate()
    #: The clock of the system is set back, by no more than changes may be late.
    set_back: float = _rate()
    #: How far the clock of the system is from everybody else's.
    skew: timedelta = timedelta(0)
    throttle_seconds: float = field(default=30.0, validator=ge(0.0))
    slow_seconds: float = field(default=20.0, validator=ge(0.0))

    @classmethod
    def some(cls, seed: int, rate: float = 0.05, **rates: Any) -> "Faults":
        """A little of everything, with ``seed``; ``rates`` for what should differ."""
        return cls(seed=seed, **(dict.fromkeys(cls.kinds(), rate) | rates))

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """The names of all kinds of trouble."""
        return tuple(each.name for each in fields(cls) if each.validator is _probability)

    def __str__(self) -> str:
        """The seed, and the rates that are not 0: what it takes to have the same trouble again."""
        rates = [f"{kind}={rate}" for kind in self.kinds() if (rate := getattr(self, kind))]
        return f"Faults({', '.join([f'seed={self.seed}', *rates])})"


class Dice:
    """Decides where trouble happens, and counts it; threads may share it."""

    def __init__(self, faults: Faults) -> None:
        """Decide as ``faults`` say."""
        self.faults = faults
        #: How often each kind of trouble happened.
        self.counts: Counter[str] = Counter()
        #: For how long a throttled caller is to wait.
        self.throttle_seconds = faults.throttle_seconds
        self._luck = {kind: Random(f"{faults.seed}/{kind}") for kind in Faults.kinds()}  # noqa: S311
        self._ordered: Counter[str] = Counter()
        self._lock = RLock()

    def __repr__(self) -> str:
        """The seed, and what happened so far."""
        happened = ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        return f"Dice(seed {self.faults.seed}: {happened or 'no trouble so far'})"

    def order(self, kind: str) -> None:
        """Have this kind of trouble happen the next time it can, whatever its rate."""
        with self._lock:
            self._ordered[kind] += 1

    def falls(self, kind: str, *, to_order: bool = True) -> bool:
        """Whether this kind of trouble happens now, by luck or to order; it is counted if so."""
        with self._lock:
            drawn = self._luck[kind].random() < getattr(self.faults, kind)
            ordered = to_order and self._ordered[kind] > 0
            if ordered:
                self._ordered[kind] -= 1
            if drawn or ordered:
                self.counts[kind] += 1
            return drawn or ordered

    def luck(self, kind: str) -> Random:
        """The luck of one kind of trouble, for what more there is to decide."""
        return self._luck[kind]

    def told(self, what: str, kind: str) -> str:
        """The text of an error, with what it takes to have it again."""
        return f"{what} (fault {kind!r} number {self.counts[kind]} of seed {self.faults.seed})"
