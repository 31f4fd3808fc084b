"""Transactions: those of the host's engine, or parts of one that the host has open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from attrs import field, frozen
from sqlalchemy import exc

from erplink.adapters.erp.sql.database import Transactions, Work
from erplink.adapters.erp.sql.dialects import Dialect, SqliteDialect
from erplink.adapters.erp.sql.faults import fault_of
from erplink.connectors import Redactor
from erplink.errors import SessionError

__all__ = ["OfConnection", "OfEngine", "Transactions"]

_READY: Final = "erplink_zone"


@frozen(eq=False)
class OfEngine:
    """Transactions of their own, over connections of the host's pool."""

    engine: sa.Engine
    dialect: Dialect
    redactor: Redactor = field(factory=lambda: Redactor(()))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction in which nothing is written."""
        try:
            with self.engine.connect() as connection:
                _make_ready(connection, self.dialect)
                yield connection
                return
        except (exc.DBAPIError, exc.TimeoutError) as error:
            told = fault_of(error, self.redactor).error()
        # Outside, so that the driver's error with its statement is not shown beside ours.
        raise told from None

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """A transaction that is committed at the end, or else undone."""
        work: Work | None = None
        try:
            with self.engine.begin() as connection:
                _make_ready(connection, self.dialect)
                _begin(connection, "BEGIN IMMEDIATE")
                work = Work(connection)
                yield work
                return
        except (exc.DBAPIError, exc.TimeoutError) as error:
            told = _told(error, work, self.redactor)
        raise told from None


@frozen(eq=False)
class OfConnection:
    """A part of the transaction that the host has open; whether it is committed, the host says."""

    connection: sa.Connection
    dialect: Dialect
    redactor: Redactor = field(factory=lambda: Redactor(()))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """The host's transaction."""
        try:
            _make_ready(self.connection, self.dialect)
            yield self.connection
        except (exc.DBAPIError, exc.TimeoutError) as error:
            told = fault_of(error, self.redactor).error()
        else:
            return
        raise told from None

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """A part of the host's transaction that is undone by itself where it fails."""
        work = Work(self.connection)
        try:
            _make_ready(self.connection, self.dialect)
            # Python's driver begins a transaction too late for a savepoint to stand in it.
            _begin(self.connection, "BEGIN")
            with self.connection.begin_nested():
                yield work
        except (exc.DBAPIError, exc.TimeoutError) as error:
            told = _told(error, work, self.redactor)
        else:
            return
        raise told from None


def _told(error: Exception, work: Work | None, redactor: Redactor) -> SessionError:
    acted = work is not None and work.acted
    return fault_of(error, redactor).error(acted=acted)


def _make_ready(connection: sa.Connection, dialect: Dialect) -> None:
    """Give a connection of the host's to SQLite the functions that searches are made of."""
    if isinstance(dialect, SqliteDialect) and connection.info.get(_READY) != dialect.zone.key:
        dialect.define(_driver(connection))
        connection.info[_READY] = dialect.zone.key


def _begin(connection: sa.Connection, statement: str) -> None:
    if connection.dialect.name == "sqlite" and not _driver(connection).in_transaction:
        connection.exec_driver_sql(statement)


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.dbapi_connection
