"""Effort: what a pass cost: how long it took, what the systems were asked, how late it was."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, TypeVar

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Clock
from erplink.domain.frozen import FrozenDict

__all__ = ["Effort", "Meter", "effort_from_data", "effort_to_data"]

T = TypeVar("T")


def _requests(numbers: Mapping[str, int]) -> FrozenDict[str, int]:
    return FrozenDict(numbers)


def _seconds(numbers: Mapping[str, float]) -> FrozenDict[str, float]:
    return FrozenDict(numbers)


@frozen(kw_only=True)
class Effort:
    """What a pass cost."""

    #: From its begin to its end.
    seconds: float = 0.0
    #: How often each system was asked for anything, by its name.
    requests: FrozenDict[str, int] = attr(factory=FrozenDict, converter=_requests)
    #: For how many seconds each was waited for; of requests side by side, each one counts.
    waited: FrozenDict[str, float] = attr(factory=FrozenDict, converter=_seconds)
    #: For how many seconds each side, ``crm`` and ``erp``, had not been read when it began.
    lag: FrozenDict[str, float] = attr(factory=FrozenDict, converter=_seconds)


class Meter:
    """Counts what the systems are asked in one pass; threads may share it."""

    def __init__(self, clock: Clock) -> None:
        """Begin to count."""
        self._clock, self._lock = clock, Lock()
        self._begun = clock.monotonic()
        self._requests: dict[str, int] = {}
        self._waited: dict[str, float] = {}

    def of(self, system: str) -> "_Metered":
        """What stands before a session of ``system`` to count its calls."""
        return _Metered(self, system)

    def asked(self, system: str, seconds: float) -> None:
        """Count a request to ``system`` that took ``seconds``."""
        with self._lock:
            self._requests[system] = self._requests.get(system, 0) + 1
            self._waited[system] = self._waited.get(system, 0.0) + seconds

    def now(self) -> float:
        """Seconds of the clock that only goes on."""
        return self._clock.monotonic()

    @property
    def effort(self) -> Effort:
        """What it came to so far."""
        with self._lock:
            return Effort(
                seconds=self.now() - self._begun, requests=self._requests, waited=self._waited
            )


@frozen
class _Metered:
    _meter: Meter
    _system: str

    def __call__(self, operation: str, call: Callable[[], T]) -> T:
        if operation == "close":
            return call()
        begun = self._meter.now()
        try:
            return call()
        finally:
            self._meter.asked(self._system, self._meter.now() - begun)


def effort_to_data(effort: Effort) -> dict[str, Any]:
    """The effort as plain data."""
    return {
        "seconds": effort.seconds,
        "requests": dict(effort.requests),
        "waited": dict(effort.waited),
        "lag": dict(effort.lag),
    }


def effort_from_data(data: Mapping[str, Any]) -> Effort:
    """The effort that plain data tells of."""
    return Effort(**data)
