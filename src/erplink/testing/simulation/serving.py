"""Serving: a seeded day at the queue, where work of all lanes waits for slow systems.

Lanes, budgets and the clock are real but for the clock's speed. Work arrives at random, in floods
now and then, and one worker serves it. What is judged is who waited how long, and how often a
system was asked.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from attrs import frozen

from erplink.connectors import TokenBudget
from erplink.sync.lanes import Lanes, Work, WorkKey
from erplink.sync.state import Lane
from erplink.testing.virtual_clock import VirtualClock

__all__ = ["serve"]

_TASKS: Final = 3
#: How often somebody wants something of each lane: people are many, and would starve the rest.
_WANTED: Final = (7, 1, 1, 1)
_SERVICE_SECONDS_MAX: Final = 5.0
_A_MOMENT: Final = 1e-6


def serve(seed: int, steps: int) -> list[str]:
    """Serve what arrives in so many steps, and then the rest; every breach of a law."""
    day = _Day(Random(f"day {seed}"))  # noqa: S311 - a simulation is to be repeated
    for _ in range(steps):
        day.goes_on()
    while day.works():
        pass
    return day.breaches()


@frozen
class _Promise:
    """What was promised to work when it began to wait."""

    #: At which taking it is taken at the latest, where it is a person who waits.
    taking: float
    #: At which moment it is taken at the latest.
    moment: float


class _Budgeted:
    """A system that may be asked so often, and the moments at which it was."""

    def __init__(self, clock: VirtualClock, rate: float, burst: int) -> None:
        self.clock, self.rate, self.burst = clock, rate, burst
        self.budget = TokenBudget(clock, rate, burst=burst)
        self.asked: list[float] = []

    def ask(self) -> None:
        self.budget.take()
        self.asked.append(self.clock.monotonic())

    def too_often(self) -> Iterator[str]:
        for first, begin in enumerate(self.asked):
            for count, end in enumerate(self.asked[first:], 1):
                if count > self.burst + self.rate * (end - begin) + _A_MOMENT:
                    yield f"asked {count} times in {end - begin:g} seconds"
                    return


class _Day:
    """The queue, the systems behind it, and what was promised to whom."""

    def __init__(self, luck: Random) -> None:
        self._luck, self._clock = luck, VirtualClock()
        self._in_a_row = luck.choice((1, 3, 5))
        self._patience = {lane: 20.0 * lane for lane in Lane}
        self._lanes = Lanes(self._patience, urgent_in_a_row=self._in_a_row)
        self._systems = {
            name: _Budgeted(self._clock, luck.choice((0.5, 2.0)), luck.choice((1, 3)))
            for name in ("north", "south")
        }
        self._promises: dict[WorkKey, _Promise] = {}
        self._takings = 0
        self._late: list[str] = []

    def goes_on(self) -> None:
        """Somebody wants something, or the worker takes up what waits."""
        if self._luck.random() < 0.5:
            self.works()
        else:
            (lane,) = self._luck.choices(tuple(Lane), _WANTED)
            for _ in range(self._luck.choice((1, 1, 1, _TASKS))):
                self._wants(lane)

    def _wants(self, lane: Lane) -> None:
        task = f"{lane.name} {self._luck.randrange(_TASKS)}"
        key = WorkKey(self._luck.choice(tuple(self._systems)), task)
        if key in self._lanes:
            return
        before = sum(each.lane is lane for each in self._lanes)
        self._lanes.add(key, lane, self._now)
        taking = self._takings + before + 1 + before // self._in_a_row + 1
        everything = len(self._systems) * _TASKS * len(Lane)
        patience = self._patience[lane] + self._slowest * (everything + 1) * (self._in_a_row + 1)
        promised = taking if lane is Lane.INTERACTIVE else float("inf")
        self._promises[key] = _Promise(promised, self._now + patience)

    @property
    def _now(self) -> float:
        return self._clock.monotonic()

    @property
    def _slowest(self) -> float:
        """How long one work takes at most."""
        return _SERVICE_SECONDS_MAX + max(1 / each.rate for each in self._systems.values())

    def works(self) -> Work | None:
        """Take up what is to be done next, and do it."""
        work = self._lanes.take(self._now)
        if work is not None:
            self._takings += 1
            self._keep(work)
            self._systems[work.key.connection].ask()
            self._clock.sleep(self._luck.uniform(0.0, _SERVICE_SECONDS_MAX))
        return work

    def _keep(self, work: Work) -> None:
        promise = self._promises.pop(work.key)
        if self._takings > promise.taking:
            self._late.append(f"a person waited while others went first: {work.key.task}")
        if self._now > promise.moment:
            self._late.append(f"{work.key.task} waited for {self._now - work.since:g} seconds")

    def breaches(self) -> list[str]:
        """Who waited for too long, and which system was asked too often."""
        often = (
            f"{name} was {told}"
            for name, each in self._systems.items()
            for told in each.too_often()
        )
        return [*self._late, *often]
