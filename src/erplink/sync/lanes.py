"""Lanes: which work goes next: the most urgent, and yet nothing waits for ever.

Work goes by lane, then by the rank of its connection, then by age. Work that has waited longer
than its lane is patient is *overdue*, and every so often the oldest overdue work goes first,
whatever its lane. Both sides have their bound. Let ``n`` be ``urgent_in_a_row``:

* Between two turns of the overdue, ``n`` takings go by urgency. So work with ``u`` others before it
  in urgency is among the next ``u + 1 + u // n + 1`` that are taken.
* Nothing that comes later is put before overdue work in the line of the overdue. So work with ``m``
  others before it there is among the next ``(m + 1) * (n + 1)`` that are taken, whatever arrives;
  each raising of waiting work into a more urgent lane may put one more before it. Where work is
  taken every ``s`` seconds or faster, it waits at most ``patience + s (m + 1)(n + 1)`` seconds.

Both hold for work that may run whenever some is taken. Queues are not locked: whoever shares one
locks it.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final, TypeAlias

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.values import shorten
from erplink.errors import BadValue
from erplink.sync.state import Lane

__all__ = ["PATIENCE", "Lanes", "Work", "WorkKey"]

PATIENCE: Final[Mapping[Lane, float]] = FrozenDict(
    {Lane.INTERACTIVE: 10.0, Lane.EVENT: 60.0, Lane.SCHEDULED: 600.0, Lane.BULK: 1800.0}
)
"""After how many seconds of waiting work is overdue, by lane."""


@frozen
class WorkKey:
    """What is to be done: something that only one at a time does for a connection."""

    connection: str
    #: What it is within the connection, such as a kind of actor.
    task: str = ""


@frozen
class Work:
    """Something that waits to be done."""

    key: WorkKey
    lane: Lane = attr(default=Lane.SCHEDULED, converter=Lane)
    #: The rank of the connection; the lower goes first.
    rank: int = 0
    #: Since when it waits, in seconds of the clock by which work is taken.
    since: float = attr(default=0.0, kw_only=True)


_Urgent: TypeAlias = tuple[Lane, int, float, int, WorkKey]
_Overdue: TypeAlias = tuple[float, int, WorkKey]


@frozen
class _Waiting:
    """Work with its places in both lines; the number makes the order one of arrival."""

    work: Work
    urgent: _Urgent
    #: Its first part is the moment from which the work is overdue.
    overdue: _Overdue


class Lanes:
    """A queue of work, each key once; moments are seconds of one clock and never run backwards."""

    def __init__(
        self, patience: Mapping[Lane, float] = PATIENCE, *, urgent_in_a_row: int = 3
    ) -> None:
        """Begin empty.

        Args:
            patience: After how many seconds work is overdue; lanes not named are as usual.
            urgent_in_a_row: How often the most urgent goes before overdue work has its turn.
        """
        if urgent_in_a_row < 1:
            rule = "the most urgent work goes at least once in a row"
            raise BadValue(rule, value=shorten(urgent_in_a_row))
        self._patience = {**PATIENCE, **patience}
        self._urgent_in_a_row = urgent_in_a_row
        self._waiting: dict[WorkKey, _Waiting] = {}
        self._by_connection: dict[str, dict[WorkKey, Work]] = {}
        # Both lines are kept sorted; moving some thousand pointers costs less than any heap.
        self._urgent: list[_Urgent] = []
        self._overdue: list[_Overdue] = []
        self._arrivals = 0
        #: How often work was taken since the overdue had their turn.
        self._since_turn = 0

    def __len__(self) -> int:
        """How much work waits."""
        return len(self._waiting)

    def __contains__(self, key: WorkKey) -> bool:
        """Whether work with this key waits."""
        return key in self._waiting

    def __iter__(self) -> Iterator[Work]:
        """The work that waits, the most urgent first."""
        return (self._waiting[place[-1]].work for place in self._urgent)

    def depth(self) -> dict[Lane, int]:
        """How much work waits in each lane."""
        counts = dict.fromkeys(Lane, 0)
        for each in self._waiting.values():
            counts[each.work.lane] += 1
        return counts

    def add(self, key: WorkKey, lane: Lane, now: float, *, rank: int = 0) -> Work:
        """Let work wait; what waits already keeps its age, and the more urgent of both lanes.

        The rank is the one given last, for a person may have changed it.
        """
        work = Work(key, lane, rank, since=now)
        known = self._waiting.get(key)
        if known is not None:
            work = evolve(work, lane=min(lane, known.work.lane), since=known.work.since)
            if work == known.work:
                return work
            self._drop(known)
        self._keep(work)
        return work

    def take(self, now: float, may_run: Callable[[WorkKey], bool] = lambda _: True) -> Work | None:
        """The work to do next, which no longer waits; None where there is none that may run.

        Work that may not run now keeps its place.
        """
        urgent = next((key for *_, key in self._urgent if may_run(key)), None)
        if urgent is None:
            return None
        overdue = self._first_overdue(now, may_run)
        is_turn = self._since_turn >= self._urgent_in_a_row
        key = overdue if overdue is not None and is_turn else urgent
        self._since_turn = 0 if key == overdue else self._since_turn + 1
        taken = self._waiting[key]
        self._drop(taken)
        return taken.work

    def _first_overdue(self, now: float, may_run: Callable[[WorkKey], bool]) -> WorkKey | None:
        overdue = takewhile(lambda place: place[0] <= now, self._overdue)
        return next((key for *_, key in overdue if may_run(key)), None)

    def wants(self, key: WorkKey, lane: Lane, now: float) -> bool:
        """Whether the work ``key`` that runs in ``lane`` should let others of its connection by.

        It should where other work is in a more urgent lane, or overdue in the same.
        """
        return any(
            work.lane < lane or (work.lane == lane and self._overdue_from(work) <= now)
            for other, work in self._by_connection.get(key.connection, {}).items()
            if other != key or work.lane < lane
        )

    def cancel(self, key: WorkKey) -> bool:
        """Forget work that waits; False where there is none with this key."""
        known = self._waiting.get(key)
        if known is not None:
            self._drop(known)
        return known is not None

    def cancel_all(self, connection: str) -> Sequence[Work]:
        """Forget all work of a connection that waits, and tell what it was."""
        cancelled = list(self._by_connection.get(connection, {}).values())
        for work in cancelled:
            self._drop(self._waiting[work.key])
        return cancelled

    def _overdue_from(self, work: Work) -> float:
        return work.since + self._patience[work.lane]

    def _keep(self, work: Work) -> None:
        self._arrivals += 1
        places = _Waiting(
            work,
            (work.lane, work.rank, work.since, self._arrivals, work.key),
            (self._overdue_from(work), self._arrivals, work.key),
        )
        self._waiting[work.key] = places
        self._by_connection.setdefault(work.key.connection, {})[work.key] = work
        insort(self._urgent, places.urgent)
        insort(self._overdue, places.overdue)

    def _drop(self, places: _Waiting) -> None:
        key = places.work.key
        del self._waiting[key]
        of_connection = self._by_connection[key.connection]
        del of_connection[key]
        if not of_connection:
            del self._by_connection[key.connection]
        del self._urgent[bisect_left(self._urgent, places.urgent)]
        del self._overdue[bisect_left(self._overdue, places.overdue)]
