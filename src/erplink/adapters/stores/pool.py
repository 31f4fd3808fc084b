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
        usable: Callable[[C], bool],
        most: int,
        wait: float,
        forks: bool = False,
    ) -> None:
        """Keep connections for those who need one.

        Args:
            make: Makes a connection.
            close: Closes one.
            usable: Whether one that somebody gave back can be used again.
            most: How many there are at most.
            wait: How many seconds to wait for one where all are in use.
            forks: Whether a process that was forked off may use the connections of its parent.
        """
        self._make, self._close, self._usable = make, close, usable
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
    def lent(self, begin: Callable[[C], None]) -> Iterator[C]:
        """A connection for this block, after ``begin`` was done with it.

        One that has broken since it was last used is found out by that, and replaced.
        """
        if self._process != getpid() and not self._forks:
            self._foreign += self._idle
            self._begin()
        free = self._free
        if not free.acquire(timeout=self._wait):
            raise StoreBusy(f"all {self._most} connections to the store are in use: try again")
        try:
            connection = self._begun(begin)
            try:
                yield connection
            finally:
                self._give(connection)
        finally:
            free.release()

    def _begun(self, begin: Callable[[C], None]) -> C:
        while True:
            connection = self._kept()
            fresh = connection is None
            if connection is None:
                connection = self._make()
            try:
                begin(connection)
            except BaseException:
                broken = not self._usable(connection)
                self._give(connection)
                if fresh or not broken:
                    raise
            else:
                return connection

    def _kept(self) -> C | None:
        with self._lock:
            if self._closed:
                raise StoreError("this store is closed")
            return self._idle.pop() if self._idle else None

    def _give(self, connection: C) -> None:
        with self._lock:
            if not self._closed and self._usable(connection):
                self._idle.append(connection)
                return
        self._close(connection)

    def close(self) -> None:
        """Close all connections; those in use when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        if self._process == getpid():
            for connection in idle:
                self._close(connection)
