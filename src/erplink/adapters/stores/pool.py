"""Pool: connections to a database, each used by one thread at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import getpid
from threading import BoundedSemaphore, Lock
from typing import Generic, TypeVar

from erplink.errors import StoreBusy, StoreError

__all__ = ["Pool"]

C = TypeVar("C")


class Pool(Generic[C]):
    """Connections that are made when they are needed, and kept for the next who needs one."""

    def __init__(
        self,
        make: Callable[[], C],
        close: Callable[[C], None],
        *,
        most: int,
        wait: float,
        forks: bool = False,
    ) -> None:
        """Keep at most ``most`` connections; who needs one more waits for some seconds.

        ``forks`` says that a process that was forked off may use the connections of its parent.
        """
        self._make, self._close = make, close
        self._most, self._wait, self._forks = most, wait, forks
        self._closed = False
        #: Connections of a parent process: to be neither used nor closed.
        self._foreign: list[C] = []
        self._begin()

    def _begin(self) -> None:
        self._process = getpid()
        self._idle: list[C] = []
        self._lock = Lock()
        self._free = BoundedSemaphore(self._most)

    @contextmanager
    def lent(self) -> Iterator[C]:
        """A connection for this block; whoever finds it broken calls :meth:`drop`."""
        if self._process != getpid() and not self._forks:
            self._foreign += self._idle
            self._begin()
        free = self._free
        if not free.acquire(timeout=self._wait):
            raise StoreBusy(f"all {self._most} connections to the store are in use: try again")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give(connection)
        finally:
            free.release()

    def _take(self) -> C:
        with self._lock:
            if self._closed:
                raise StoreError("this store is closed")
            if self._idle:
                return self._idle.pop()
        return self._make()

    def _give(self, connection: C) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        self._close(connection)

    def drop(self) -> None:
        """Close the connections that nobody uses; others are made when they are needed."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._close(connection)

    def close(self) -> None:
        """Close all connections; those in use when they come back."""
        with self._lock:
            self._closed = True
        if self._process == getpid():
            self.drop()
