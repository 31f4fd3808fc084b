"""SqliteBackend: a file, or the memory of this process, with SQLite's own transactions."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.pool import Pool
from erplink.adapters.stores.schema import migrate
from erplink.adapters.stores.sqlite.database import SqliteDatabase
from erplink.adapters.stores.sqlite.dialect import translated
from erplink.adapters.stores.sqlite.faults import told
from erplink.adapters.stores.statements import load_migrations, load_statements
from erplink.errors import StoreBusy

__all__ = ["MEMORY", "SqliteBackend"]

MEMORY: Final = ":memory:"
"""The name of the database that is in no file; all threads share one connection to it in turn."""

_CONNECTIONS_MAX: Final = 64
_STATEMENTS_KEPT: Final = 256
_PAUSE: Final = 0.01


class SqliteBackend:
    """One SQLite database; several threads and processes may use it at once."""

    def __init__(self, path: str, *, tenant: str, wait: float) -> None:
        """Open the database, and make its schema or bring it up to date.

        Args:
            path: The file, which is made where there is none, or ``:memory:``.
            tenant: Whose rows are reached.
            wait: For how many seconds to wait for others who write.
        """
        memory = path == MEMORY
        # A host may change its folder later, and connections are opened when they are needed.
        self._path = path if memory else str(Path(path).absolute())
        self._tenant, self._wait = tenant, wait
        self._statements = load_statements("sqlite", translated)
        self._pool = Pool(
            self._connect,
            sqlite3.Connection.close,
            usable=lambda connection: not connection.in_transaction,
            most=1 if memory else _CONNECTIONS_MAX,
            wait=wait,
            forks=memory,
        )
        try:
            migrate(self, load_migrations("sqlite"))
        except BaseException:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        with told():
            connection = sqlite3.connect(
                self._path,
                timeout=self._wait,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=_STATEMENTS_KEPT,
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Another process may be switching to WAL at this moment, which SQLite does not wait for.
        end = time.monotonic() + self._wait
        while True:
            try:
                with told():
                    connection.execute("PRAGMA journal_mode = WAL")
                break
            except StoreBusy:
                if time.monotonic() > end:
                    raise
                time.sleep(_PAUSE)
        connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """A transaction that may write; nobody else writes meanwhile."""
        with self._open("BEGIN IMMEDIATE", writes=True) as database:
            yield database

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A transaction that only reads; others may write meanwhile, and it does not see them."""
        with self._open("BEGIN", writes=False) as database:
            # The first query is what the transaction sees the moment of.
            database.query("schema_there")
            yield database

    @contextmanager
    def _open(self, begin: str, *, writes: bool) -> Iterator[SqliteDatabase]:
        def started(connection: sqlite3.Connection) -> None:
            with told():
                connection.execute(begin)

        with self._pool.lent(started) as connection:
            database = SqliteDatabase(connection, self._statements, self._tenant, writes=writes)
            try:
                yield database
                database.commit()
            finally:
                database.end()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def tidy(self) -> None:
        """Let SQLite look at its statistics, and write its log back into the file."""
        self._do("PRAGMA optimize", "PRAGMA wal_checkpoint(PASSIVE)")

    def scrub(self) -> None:
        """Write the file anew and empty its log; nobody may use it for as long as that takes."""
        self._do("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

    def _do(self, *statements: str) -> None:
        """Execute statements that stand outside of transactions."""

        def done(connection: sqlite3.Connection) -> None:
            with told():
                for statement in statements:
                    connection.execute(statement).fetchall()

        with self._pool.lent(done):
            pass

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
