"""SqliteDatabase: one open transaction in SQLite."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final

from erplink.adapters.stores.database import Row, Values
from erplink.adapters.stores.sqlite.dialect import bound
from erplink.adapters.stores.sqlite.faults import told
from erplink.errors import StoreError

__all__ = ["SqliteDatabase"]

_ROWS_AT_ONCE: Final = 5_000


class SqliteDatabase:
    """One open transaction of one tenant; of no use once it is over."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        statements: Mapping[str, str],
        tenant: str,
        *,
        writes: bool,
    ) -> None:
        self._connection, self._statements = connection, statements
        self._streams: list[sqlite3.Cursor] = []
        self._over = self._failed = False
        self.tenant: Final = tenant
        self.writes: Final = writes

    def execute(self, statement: str, **values: Any) -> int:
        """Execute a statement; how many rows it changed."""
        self._check(writes=True)
        with self._told():
            return self._execute(statement, values).rowcount

    def execute_many(self, statement: str, rows: Iterable[Values]) -> int:
        """Execute a statement for each of ``rows``; how many rows it changed."""
        self._check(writes=True)
        with self._told():
            return self._connection.executemany(self._statements[statement], rows).rowcount

    def query(self, statement: str, **values: Any) -> Sequence[Row]:
        """All rows that a query answers."""
        self._check()
        with told():
            return self._execute(statement, values).fetchall()

    def stream(self, statement: str, **values: Any) -> Iterator[Row]:
        """The rows that a query answers, a few thousand at a time."""
        self._check()
        with told():
            cursor = self._execute(statement, values)
        self._streams.append(cursor)
        return chain.from_iterable(self._pages(cursor))

    def _pages(self, cursor: sqlite3.Cursor) -> Iterator[list[Row]]:
        while True:
            self._check()
            with told():
                rows = cursor.fetchmany(_ROWS_AT_ONCE)
            if not rows:
                return
            yield rows

    def script(self, text: str) -> None:
        """Execute the statements of a script."""
        self._check(writes=True)
        with self._told():
            for statement in text.split(";\n"):
                self._connection.execute(statement)

    @contextmanager
    def savepoint(self) -> Iterator[Callable[[], None]]:
        """What is done in this block is undone if it raises, or by what it gives."""
        self._check(writes=True)
        failed = self._failed
        self._aside("SAVEPOINT erplink")
        try:
            yield self._undo
        except BaseException:
            self._undo()
            self._failed = failed
            raise
        finally:
            self._aside("RELEASE erplink")

    def _undo(self) -> None:
        self._aside("ROLLBACK TO erplink")

    def _aside(self, sql: str) -> None:
        with self._told():
            self._connection.execute(sql)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            with told():
                yield
        except BaseException:
            self._failed = True
            raise

    def commit(self) -> None:
        """Do all of it; nothing is done where a part of it failed, whoever passed over that."""
        self._check()
        self.end()
        if self._failed:
            raise StoreError("a part of this transaction failed, and so nothing of it was done")
        with told():
            self._connection.execute("COMMIT")

    def end(self) -> None:
        """Say that the transaction is over."""
        self._over = True
        for cursor in self._streams:
            cursor.close()

    def _execute(self, statement: str, values: Mapping[str, Any]) -> sqlite3.Cursor:
        parameters = bound(values)
        parameters["tenant"] = self.tenant
        return self._connection.execute(self._statements[statement], parameters)

    def _check(self, *, writes: bool = False) -> None:
        if self._over:
            raise StoreError("this transaction is over")
        if not self._connection.in_transaction:
            # On a full disk, for one, SQLite undoes it at once.
            raise StoreError("SQLite has undone this transaction")
        if writes and not self.writes:
            raise StoreError("this transaction only reads: use begin() to write")
