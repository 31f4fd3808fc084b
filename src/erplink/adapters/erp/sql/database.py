"""Database: the one engine of a session, its transactions, and what their faults mean."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import sqlalchemy as sa
from attrs import define
from sqlalchemy import exc
from sqlalchemy.pool import QueuePool

from erplink.adapters.erp.sql.dialects import Dialect, PostgresDialect, SqliteDialect
from erplink.adapters.erp.sql.faults import fault_of, opening_error
from erplink.adapters.erp.sql.settings import SqlSettings
from erplink.connectors import Clock, Redactor
from erplink.errors import Refused

__all__ = ["Database", "Transactions", "Work"]

_SECRET_OPTIONS = ("password", "passwd", "pwd", "sslpassword", "odbc_connect")
_DIALECTS = {"sqlite": SqliteDialect, "postgresql": PostgresDialect, "postgres": PostgresDialect}
_DRIVERS = {
    "psycopg": "'erplink[postgres]'",
    "MySQLdb": "mysqlclient",
    "oracledb": "oracledb",
}
"""What to install for a module, where its package is called otherwise."""


@define(eq=False)
class Work:
    """A transaction that writes."""

    connection: sa.Connection
    #: Whether something was written, so that a lost connection leaves it open whether it was done.
    acted: bool = False


class Transactions(Protocol):
    """Where statements are sent to."""

    @property
    def dialect(self) -> Dialect:
        """What is spoken there."""
        ...

    @property
    def redactor(self) -> Redactor:
        """Takes secrets out of what is said of a fault."""
        ...

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A transaction in which nothing is written."""
        ...

    def writing(self) -> AbstractContextManager[Work]:
        """A transaction that is committed at the end, or else undone."""
        ...


class Database:
    """An engine with one connection, and the dialect that it speaks."""

    def __init__(self, settings: SqlSettings, clock: Clock) -> None:
        """Make ready; nothing is connected to yet."""
        url = _url(settings)
        make = _DIALECTS.get(url.get_backend_name(), Dialect)
        self.dialect = make(settings.zone, clock, settings.timeout, read_only=settings.read_only)
        self.schema = settings.schema
        self.redactor = Redactor([settings.password] if settings.password else [])
        self._engine = _engine(self.dialect.address(url), settings, self.dialect)
        self.dialect.watch(self._engine)

    def __repr__(self) -> str:
        """The family of databases alone."""
        return f"Database({self._engine.dialect.name})"

    def check(self) -> None:
        """Connect once; the error says what is wrong."""
        try:
            self._engine.connect().close()
        except (exc.DBAPIError, exc.TimeoutError) as error:
            told = opening_error(error, self.redactor)
        else:
            return
        raise told from None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction in which nothing is written."""
        try:
            with self._engine.connect() as connection, connection.begin():
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
            with self._engine.connect() as plain:
                connection = plain.execution_options(erplink_writes=True)
                with connection.begin():
                    work = Work(connection)
                    yield work
                return
        except (exc.DBAPIError, exc.TimeoutError) as error:
            acted = work is not None and work.acted
            told = fault_of(error, self.redactor).error(acted=acted)
        raise told from None

    def close(self) -> None:
        """Let go of the connection."""
        self._engine.dispose()


def _url(settings: SqlSettings) -> sa.URL:
    try:
        url = sa.make_url(settings.url)
    except (exc.ArgumentError, ValueError):
        # Without the error's own words, which hold what was typed.
        raise _bad("the database's address cannot be read, as in sqlite:////path/to/file") from None
    if url.password is not None or any(name.lower() in _SECRET_OPTIONS for name in url.query):
        raise _bad("the password has a field of its own", "password-in-url")
    return url.set(password=settings.password.reveal()) if settings.password else url


def _engine(url: sa.URL, settings: SqlSettings, dialect: Dialect) -> sa.Engine:
    try:
        engine = sa.create_engine(
            url,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=settings.timeout,
            # An idle connection that was lost is no reason to fail.
            pool_pre_ping=not isinstance(dialect, SqliteDialect),
            hide_parameters=True,
            connect_args=dialect.connect_args(),
        )
    except exc.NoSuchModuleError:
        name = url.drivername[:60]
        told = _bad(f"SQLAlchemy has no {name!r}", "driver-missing")
    except ImportError as error:
        package = _DRIVERS.get(error.name or "", error.name or url.drivername)
        told = _bad(f"the driver is missing: pip install {package}", "driver-missing")
    except (exc.ArgumentError, ValueError, TypeError):
        told = _bad("the database's address cannot be used")
    else:
        if not engine.dialect.is_async:
            return engine
        told = _bad(f"{url.drivername!r} is for asynchronous programs; name another driver")
    raise told from None


def _bad(reason: str, code: str = "bad-url") -> Refused:
    return Refused(reason, field="url", code=code)
