"""Scheduler: has every kind of every connection looked at when it is due, the urgent first.

What is due is in the store: how the last passes went, and which records are pending. So any number
of processes may schedule the same connections; the lease of a pass keeps them out of each other's
way. A host with a scheduler of its own calls :meth:`Scheduler.run_due` now and then.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Condition, Event, Thread
from typing import Any, Final

from attrs import evolve, frozen

from erplink.domain.mapping import Mapping
from erplink.domain.plan import RecordResult
from erplink.errors import InputError, StoreBusy, StoreError, Unavailable
from erplink.sync.engine import Engine
from erplink.sync.lanes import Lanes, Work, WorkKey
from erplink.sync.pace import Beat, Pace
from erplink.sync.passes import PassResult
from erplink.sync.state import FeedName, Lane, RunMode, RunState, Side
from erplink.sync.store import Transaction

__all__ = ["Scheduler"]

_STOPPED: Final = "engine/stopped"
_QUIET: Final = frozenset({RecordResult.UNCHANGED, RecordResult.SKIPPED, RecordResult.PARKED})


@frozen
class _Due:
    """Something that is due: a pass of one mapping, in one mode."""

    mapping: Mapping
    mode: RunMode
    lane: Lane
    rank: int

    @property
    def key(self) -> WorkKey:
        return WorkKey(self.mapping.connection, self.mapping.actor_kind)


class Scheduler:
    """Serves all connections of an engine."""

    def __init__(
        self,
        engine: Engine,
        *,
        pace: Pace | None = None,
        workers: int = 4,
        poll_seconds: float = 1.0,
    ) -> None:
        """Serve the connections of ``engine``.

        Args:
            engine: Does the passes.
            pace: How often a connection is looked at, unless it has an interval of its own.
            workers: How many connections are served side by side; one more is for what is urgent.
            poll_seconds: How often the store is asked for what is due.
        """
        self._engine, self._pace = engine, pace or Pace()
        self._workers, self._poll = workers, poll_seconds
        self._lanes = Lanes()
        self._due: dict[WorkKey, _Due] = {}
        self._running: dict[WorkKey, Lane] = {}
        self._changed = Condition()
        self._stop = Event()
        self._thread: Thread | None = None

    # on and off -----------------------------------------------------------------------------------

    def switch_on(self) -> None:
        """Have connections served, by all schedulers of the store."""
        self._set(_STOPPED, None)

    def switch_off(self, reason: str = "it was switched off") -> None:
        """Have nothing served but what a person asks for, until it is switched on again."""
        self._set(_STOPPED, reason)

    @property
    def switched_off(self) -> str:
        """Why nothing is served; empty where it is."""
        with self._engine.store.look() as state:
            return state.settings.get(_STOPPED) or ""

    def set_interval(self, connection: str, interval: timedelta | None) -> None:
        """Have a connection looked at as often as that; None for as often as the others."""
        seconds = None if interval is None else interval.total_seconds()
        if interval is not None:
            evolve(self._pace, interval=interval)  # refuses one that is no interval
        self._set(f"interval/{connection}", seconds)

    def _set(self, name: str, data: Any) -> None:
        with self._engine.store.begin() as state:
            state.settings.put(name, data)

    # what is due ----------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When something is due again; None where nothing is served."""
        if self.switched_off:
            return None
        moments = [
            moment
            for connection in self._engine.roster.served()
            for moment in self._moments(connection)
        ]
        return min(moments, default=None)

    def _moments(self, connection: str) -> Iterator[datetime]:
        mappings, now = self._engine.roster.mappings(connection), self._engine.clock.now()
        with self._engine.store.look() as state:
            pace = self._pace_of(state, connection)
            for mapping in mappings:
                yield pace.due(_beat(state, mapping), now)
            pending = state.pending.next_due(connection)
        if pending is not None:
            yield pending

    def _find_due(self) -> list[_Due]:
        if self.switched_off:
            return []
        found: list[_Due] = []
        for rank, connection in enumerate(self._engine.roster.served()):
            mappings = self._engine.roster.mappings(connection)
            with self._engine.store.look() as state:
                pace = self._pace_of(state, connection)
                due = [self._due_of(state, mapping, pace, rank) for mapping in mappings]
            found += [each for each in due if each is not None]
        return found

    def _pace_of(self, state: Transaction, connection: str) -> Pace:
        seconds = state.settings.get(f"interval/{connection}")
        if seconds is None:
            return self._pace
        return evolve(self._pace, interval=timedelta(seconds=seconds))

    def _due_of(self, state: Transaction, mapping: Mapping, pace: Pace, rank: int) -> _Due | None:
        now, beat = self._engine.clock.now(), _beat(state, mapping)
        if beat.is_paused(now):
            return None
        if pace.is_due(beat, now):
            feed = state.feeds.get(FeedName(mapping.connection, mapping.actor_kind, Side.ERP))
            full = pace.full_due(feed.name, feed.listed_at, now)
            if full is not None and full <= now:
                return _Due(mapping, RunMode.FULL, Lane.BULK, rank)
            return _Due(mapping, RunMode.CHANGES, Lane.SCHEDULED, rank)
        lanes = [
            each.lane
            for side in Side
            for each in state.pending.due(
                FeedName(mapping.connection, mapping.actor_kind, side), now, most=1
            )
        ]
        return _Due(mapping, RunMode.RECORDS, min(lanes), rank) if lanes else None

    # doing it -------------------------------------------------------------------------------------

    def run_due(self) -> list[PassResult]:
        """Do all that is due now, in this thread, the urgent first; returns when it is done."""
        self._look_around()
        results: list[PassResult] = []
        while (work := self._take()) is not None:
            results += self._do(work)
        return results

    def run_forever(self, stop: Event | None = None) -> None:
        """Serve until ``stop`` is set, or :meth:`stop` is called; passes that run are finished."""
        stop = stop or self._stop
        # One slot more than there are workers: what is urgent finds it free.
        with ThreadPoolExecutor(self._workers + 1, thread_name_prefix="erplink") as pool:
            while not stop.is_set():
                with suppress(StoreBusy):  # what is due now is due in a moment, too
                    self._look_around()
                while (work := self._take(bounded=True)) is not None:
                    pool.submit(self._do, work)
                with self._changed:
                    self._changed.wait(self._poll)

    def start(self) -> None:
        """Serve in a thread of its own until :meth:`stop` is called."""
        if self._thread is None:
            self._stop.clear()
            self._thread = Thread(target=self.run_forever, name="erplink", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop serving; returns when the passes that run have ended at their next page."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _look_around(self) -> None:
        """Queue what is due."""
        due = self._find_due()
        now = self._engine.clock.monotonic()
        with self._changed:
            for each in due:
                if each.key not in self._running:
                    self._due[each.key] = each
                    self._lanes.add(each.key, each.lane, now, rank=each.rank)

    def _take(self, *, bounded: bool = False) -> Work | None:
        with self._changed:
            may_run = self._has_room if bounded else _always
            work = self._lanes.take(self._engine.clock.monotonic(), may_run)
            if work is not None:
                self._running[work.key] = work.lane
            return work

    def _has_room(self, key: WorkKey) -> bool:
        """Whether there is a free slot, and nobody works on the connection."""
        if any(running.connection == key.connection for running in self._running):
            return False
        urgent = self._due[key].lane <= Lane.EVENT
        return len(self._running) < self._workers + (1 if urgent else 0)

    def _do(self, work: Work) -> list[PassResult]:
        due = self._due[work.key]
        try:
            result = self._engine.do_pass(
                due.mapping, due.mode, lane=due.lane, gives_way=self._gives_way(work)
            )
        except (InputError, StoreError):
            return []  # somebody else is at it, or it is not served any more
        finally:
            with self._changed:
                del self._running[work.key]
                self._changed.notify_all()
        self._keep_beat(due, result)
        return [result]

    def _gives_way(self, work: Work) -> Callable[[], bool]:
        """Whether the pass is to end at the next page, because something more urgent waits."""

        def asked() -> bool:
            if self._stop.is_set():
                return True
            with self._changed:
                now = self._engine.clock.monotonic()
                return self._lanes.wants(work.key, work.lane, now)

        return asked

    def _keep_beat(self, due: _Due, result: PassResult) -> None:
        """Remember how the pass went, as far as the next one depends on it."""
        now = self._engine.clock.now()
        found = any(count for each, count in result.report.counts.items() if each not in _QUIET)
        with self._engine.store.begin() as state:
            beat = _beat(state, due.mapping)
            if due.mode is not RunMode.RECORDS and result.run.state is not RunState.CANCELLED:
                beat = beat.after(now, found=found)
            trouble = result.trouble
            if isinstance(trouble, Unavailable) and trouble.retry_after:
                beat = beat.paused(now + timedelta(seconds=trouble.retry_after))
            state.settings.put(_beat_name(due.mapping), _told(beat))


def _always(_: WorkKey) -> bool:
    return True


def _beat_name(mapping: Mapping) -> str:
    return f"beat/{mapping.connection}/{mapping.actor_kind}"


def _beat(state: Transaction, mapping: Mapping) -> Beat:
    told = state.settings.get(_beat_name(mapping))
    if told is None:
        return Beat()
    return Beat(
        last=_moment(told["last"]), idle=told["idle"], paused_until=_moment(told["paused_until"])
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _told(beat: Beat) -> dict[str, Any]:
    return {
        "last": beat.last.isoformat() if beat.last else None,
        "idle": beat.idle,
        "paused_until": beat.paused_until.isoformat() if beat.paused_until else None,
    }
