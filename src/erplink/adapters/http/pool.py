"""Pool: lends connections, each to one thread at a time."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from typing import Generic, TypeVar

__all__ = ["Pool", "PoolBusy", "PoolClosed"]

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")


class PoolClosed(Exception):
    """Nothing is lent any more."""


class PoolBusy(Exception):
    """Everything is lent, and nothing came back in time."""


class Pool(Generic[_K, _T]):
    """Makes things as they are wanted, keeps them for the next one, and lends only so many."""

    def __init__(
        self,
        make: Callable[[_K], _T],
        dispose: Callable[[_T], None],
        *,
        lent_max: int,
        wait_seconds_max: float,
    ) -> None:
        """Take in how a thing is made for a key, how it ends, and the limits."""
        self._make, self._dispose = make, dispose
        self._wait_seconds_max = wait_seconds_max
        self._slots = Semaphore(lent_max)
        self._lock = Lock()
        self._idle: dict[_K, list[_T]] = {}
        self._closed = False

    @contextmanager
    def lend(self, key: _K) -> Iterator[_T]:
        """One thing for ``key``, the borrower's alone until the end of the ``with``."""
        if not self._slots.acquire(timeout=self._wait_seconds_max):
            raise PoolBusy
        try:
            thing = self._take(key)
            try:
                yield thing
            finally:
                self._put_back(key, thing)
        finally:
            self._slots.release()

    def close(self) -> None:
        """End what is idle now, and what is lent as soon as it comes back."""
        with self._lock:
            self._closed = True
            idle = [thing for things in self._idle.values() for thing in things]
            self._idle.clear()
        for thing in idle:
            self._dispose(thing)

    def _take(self, key: _K) -> _T:
        with self._lock:
            if self._closed:
                raise PoolClosed
            # The one that came back last: the others may grow cold, and are fewer to keep open.
            if idle := self._idle.get(key):
                return idle.pop()
        return self._make(key)

    def _put_back(self, key: _K, thing: _T) -> None:
        with self._lock:
            if not self._closed:
                self._idle.setdefault(key, []).append(thing)
                return
        self._dispose(thing)
