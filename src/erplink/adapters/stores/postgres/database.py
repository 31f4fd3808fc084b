"""PostgresDatabase: one open transaction in PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, count
from typing import Any, Final

from psycopg import Connection, ServerCursor

from erplink.adapters.stores.database import Row, Values
from erplink.adapters.stores.postgres.faults import told
from erplink.errors import StoreError

__all__ = ["PostgresDatabase"]

_ROWS_AT_ONCE: Final = 10_000
_AS_COLUMNS: Final = b"unnest("


class PostgresDatabase:
    """One open transaction of one tenant; of no use once it is over."""

    def __init__(
        self,
        connection: Connection[Row],
        statements: Mapping[str, bytes],
        tenant: str,
        *,
        writes: bool,
    ) -> None:
        self._connection, self._statements = connection, statements
        self._names = count()
        self._streams: list[ServerCursor[Row]] = []
        self._over = self._failed = False
        self.tenant: Final = tenant
        self.writes: Final = writes

    def execute(self, statement: str, **values: Any) -> int:
        """Execute a statement; how many rows it changed."""
        self._check(writes=True)
        with self._told():
            return self._connection.execute(
                self._statements[statement], self._bound(values)
            ).rowcount

    def execute_many(self, statement: str, rows: Iterable[Values]) -> int:
        """Execute a statement for each of ``rows``; how many rows it changed.

        A statement that takes arrays is executed once, with the columns of all rows.
        """
        self._check(writes=True)
        sql = self._statements[statement]
        with self._told(), self._connection.cursor() as cursor:
            if _AS_COLUMNS in sql:
                columns = [list(column) for column in zip(*rows, strict=True)]
                cursor.execute(sql, columns)
            else:
                cursor.executemany(sql, rows)
            return cursor.rowcount

    def query(self, statement: str, **values: Any) -> Sequence[Row]:
        """All rows that a query answers."""
        self._check()
        with self._told():
            return self._connection.execute(
                self._statements[statement], self._bound(values)
            ).fetchall()

    def stream(self, statement: str, **values: Any) -> Iterator[Row]:
        """The rows that a query answers, some thousands at a time."""
        self._check()
        with self._told():
            cursor = self._connection.cursor(f"erplink_{next(self._names)}", binary=True)
            cursor.execute(self._statements[statement], self._bound(values))
        self._streams.append(cursor)
        return chain.from_iterable(self._pages(cursor))

    def _pages(self, cursor: ServerCursor[Row]) -> Iterator[list[Row]]:
        while True:
            self._check()
            with self._told():
                rows = cursor.fetchmany(_ROWS_AT_ONCE)
            if not rows:
                return
            yield rows

    def script(self, text: str) -> None:
        """Execute the statements of a script."""
        self._check(writes=True)
        with self._told():
            self._connection.execute(text.encode())

    @contextmanager
    def savepoint(self) -> Iterator[Callable[[], None]]:
        """What is done in this block is undone if it raises, or by what it gives."""
        self._check(writes=True)
        failed = self._failed
        self._aside(b"SAVEPOINT erplink")
        try:
            yield self._undo
        except BaseException:
            self._undo()
            self._failed = failed
            raise
        finally:
            self._aside(b"RELEASE erplink")

    def _undo(self) -> None:
        self._aside(b"ROLLBACK TO erplink")

    def _aside(self, sql: bytes) -> None:
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
            self._connection.execute(b"COMMIT")

    def end(self) -> None:
        """Say that the transaction is over."""
        self._over = True
        for cursor in self._streams:
            if not self._connection.closed:
                cursor.close()
        self._streams.clear()

    def _bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {**values, "tenant": self.tenant}

    def _check(self, *, writes: bool = False) -> None:
        if self._over:
            raise StoreError("this transaction is over")
        if writes and not self.writes:
            raise StoreError("this transaction only reads: use begin() to write")
