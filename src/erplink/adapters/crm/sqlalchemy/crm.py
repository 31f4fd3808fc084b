"""SqlCrm: any tables of a host's, over the engine or the connection that it has itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from erplink.adapters.clock import SystemClock
from erplink.adapters.crm.sqlalchemy.assembly import assemble
from erplink.adapters.crm.sqlalchemy.change_feed import ChangeFeed
from erplink.adapters.crm.sqlalchemy.kinds import SqlKind, SqlList
from erplink.adapters.crm.sqlalchemy.session import Schema, SqlCrmSession
from erplink.adapters.crm.sqlalchemy.transactions import OfConnection, OfEngine
from erplink.adapters.crm.triggers import (
    ChangeTable,
    Watched,
    change_table_ddl,
    change_table_drop,
)
from erplink.adapters.erp.sql.dialects import Dialect, PostgresDialect, SqliteDialect
from erplink.connectors import Session
from erplink.errors import InputError

__all__ = ["SqlCrm", "Within"]

_DIALECTS: Final = {"sqlite": SqliteDialect, "postgresql": PostgresDialect}
_TIMEOUT_SECONDS: Final = 60
_Maker: TypeAlias = Callable[[ChangeTable, Sequence[Watched], str], tuple[str, ...]]


class SqlCrm:
    """A CRM in tables of the host's own; tried on SQLite and PostgreSQL.

    It is called for a session, as the Hub does. Its sessions have transactions of their own, over
    connections of the engine's pool; :meth:`within` makes one whose sessions write in a
    transaction that the host has open.
    """

    def __init__(
        self,
        engine: sa.Engine,
        kinds: Iterable[SqlKind],
        lists: Mapping[str, SqlList | Mapping[str, str]] | None = None,
        *,
        zone: str = "UTC",
        commit_lag: int = 60,
        page_max: int = 1000,
    ) -> None:
        """Take in what the host says of its tables; nothing is connected to.

        Args:
            engine: The host's engine.
            kinds: The tables, and which fields their columns are.
            lists: Lists by name: tables of items, or the items themselves.
            zone: The zone of moments that are kept without one.
            commit_lag: How many seconds, or steps where the mark counts, a change may take from
                its mark to its commit; each reading by a mark begins so much earlier.
            page_max: The most records on one page.
        """
        if getattr(engine.dialect, "is_async", False):
            raise InputError("an asynchronous engine cannot be used; give its plain counterpart")
        self._engine, clock = engine, SystemClock()
        make = _DIALECTS.get(engine.dialect.name, Dialect)
        told = ZoneInfo(zone), clock, _TIMEOUT_SECONDS
        self._dialect = make(*told, read_only=False)
        plain = Dialect(*told, read_only=False)
        made, found = assemble(kinds, lists or {}, engine.dialect, self._dialect, plain)
        self._schema = Schema(kinds=made, lists=found, commit_lag=commit_lag, page_max=page_max)

    def __repr__(self) -> str:
        """The family of databases, and the kinds."""
        return f"SqlCrm({self._engine.dialect.name}: {', '.join(self._schema.kinds)})"

    def __call__(self) -> Session:
        """Open a session with transactions of its own."""
        # All threads would be in one transaction, where all have one connection.
        threads = not isinstance(self._engine.pool, sa.StaticPool)
        return SqlCrmSession(self._schema, OfEngine(self._engine, self._dialect), threads=threads)

    def within(self, connection: sa.Connection) -> "Within":
        """The same CRM within the transaction of ``connection``, which the host ends."""
        return Within(self._schema, connection, self._dialect)

    # change tables -------------------------------------------------------------------------------

    def change_table_ddl(self) -> tuple[str, ...]:
        """The statements that make all change tables and their triggers, for your migrations."""
        return tuple(self._statements(change_table_ddl))

    def create_change_tables(self, connection: sa.Connection | None = None) -> None:
        """Make all change tables and their triggers; harmless where they are there already."""
        with self._writing(connection) as writing:
            for statement in self._statements(change_table_ddl):
                writing.exec_driver_sql(statement)

    def drop_change_tables(self, connection: sa.Connection | None = None) -> None:
        """Take all change tables and their triggers away."""
        with self._writing(connection) as writing:
            for statement in self._statements(change_table_drop):
                writing.exec_driver_sql(statement)

    def forget_changes(self, older_than: timedelta) -> int:
        """Remove what the change tables have kept for longer; gives how many rows those were.

        A connection that was not synchronised for so long reads everything once more.
        """
        count = 0
        with self._writing(None) as connection:
            before = self._moment(self._dialect.now(connection) - older_than)
            for kind in self._schema.kinds.values():
                if kind.changes is not None:
                    feed = ChangeFeed(kind, OfConnection(connection, self._dialect), 1)
                    count += feed.forget(connection, before)
        return count

    def _moment(self, moment: datetime) -> datetime | str:
        if self._engine.dialect.name == "sqlite":
            return moment.replace(tzinfo=None).isoformat(" ", "milliseconds")
        return moment

    def _statements(self, make: _Maker) -> Iterator[str]:
        for kind in self._schema.kinds.values():
            if kind.changes is not None:
                yield from make(kind.changes, kind.watched, self._engine.dialect.name)

    @contextmanager
    def _writing(self, connection: sa.Connection | None) -> Iterator[sa.Connection]:
        if connection is not None:
            yield connection
            return
        with self._engine.begin() as own:
            yield own


class Within:
    """A CRM whose sessions write in a transaction that the host has open."""

    def __init__(self, schema: Schema, connection: sa.Connection, dialect: Dialect) -> None:
        """Write within the transaction of ``connection``."""
        self._schema, self._transactions = schema, OfConnection(connection, dialect)

    def __call__(self) -> Session:
        """Open a session whose writes are the host's to commit."""
        return SqlCrmSession(self._schema, self._transactions, threads=False)
