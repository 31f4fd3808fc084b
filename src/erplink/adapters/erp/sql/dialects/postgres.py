"""PostgresDialect: PostgreSQL."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from erplink.adapters.erp.sql.dialects.dialect import Dialect
from erplink.adapters.erp.sql.moments import MomentCodec
from erplink.domain.fields import FieldType

if TYPE_CHECKING:
    from erplink.adapters.erp.sql.columns import SqlColumn

__all__ = ["PostgresDialect"]

_CONNECT_SECONDS_MAX: Final = 15
_FIRST_DAY: Final = "0001-01-02"
_LAST_DAY: Final = "9999-12-30"
_UNTOLD: Final = "beyond the calendar"
_RIGHTS: Final = """
SELECT c.relname,
       has_table_privilege(c.oid, 'SELECT'),
       has_any_column_privilege(c.oid, 'INSERT'),
       has_any_column_privilege(c.oid, 'UPDATE'),
       has_table_privilege(c.oid, 'DELETE')
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = coalesce(:schema, current_schema()) AND c.relname = ANY(:names)
"""


class PostgresDialect(Dialect):
    """PostgreSQL, with the driver psycopg or another one."""

    keeps_nul = False

    def address(self, url: sa.URL) -> sa.URL:
        """The same address, for psycopg where no driver is named."""
        plain = url.drivername in ("postgresql", "postgres")
        return url.set(drivername="postgresql+psycopg") if plain else url

    def connect_args(self) -> dict[str, Any]:
        """Do not wait for a server that does not answer."""
        return {"connect_timeout": min(self.timeout, _CONNECT_SECONDS_MAX)}

    def watch(self, engine: sa.Engine) -> None:
        """Limit every statement's time, and take moments that Python has no words for."""

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"SET statement_timeout = {self.timeout * 1000}")
            if self.read_only:
                cursor.execute("SET default_transaction_read_only = on")
            cursor.close()
            connection.commit()
            if engine.driver == "psycopg":
                _tolerate(connection, engine.dialect.dbapi)

    def ordered(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """Texts by their letters, which is Python's order, whatever the database's own is."""
        if column.field.type in (FieldType.TEXT, FieldType.LIST):
            return sa.collate(self.as_text(column), "C")
        return self.compared(column)

    def as_text(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """The text that Python makes of the column's value."""
        match column.field.type:
            case FieldType.DATE:
                return sa.func.to_char(column.sql, "YYYY-MM-DD")
            case FieldType.DATETIME:
                return self._shown_moment(column)
            case _:
                return super().as_text(column)

    def _shown_moment(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        aware: Any = column.sql
        if isinstance(column.codec, MomentCodec) and column.codec.zone is not None:
            aware = sa.func.timezone(self.zone.key, aware)
        utc = sa.func.timezone("UTC", aware)
        fraction = sa.func.nullif(sa.func.to_char(utc, ".US"), ".000000")
        return sa.func.concat(
            sa.func.to_char(utc, "YYYY-MM-DD HH24:MI:SS"), fraction, "+00:00", type_=sa.Text()
        )

    def ends(self, mark: "SqlColumn") -> "tuple[Any, Any] | None":
        """The ends of Python's calendar, beyond which there is infinity too."""
        if mark.field.type is FieldType.INTEGER:
            return None
        first, last = (sa.cast(sa.literal(day), mark.sql.type) for day in (_FIRST_DAY, _LAST_DAY))
        return first, last

    def now(self, connection: sa.Connection) -> datetime:
        """The time of the server."""
        moment: Any = connection.execute(sa.select(sa.func.clock_timestamp())).scalar()
        return moment.astimezone(UTC) if isinstance(moment, datetime) else self.clock.now()

    def rights(
        self, connection: sa.Connection, schema: str | None, names: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """What the privileges are; a right to some columns counts as one to write."""
        asked = sa.text(_RIGHTS).bindparams(
            sa.bindparam("schema", schema, sa.Text()),
            sa.bindparam("names", list(names), postgresql.ARRAY(sa.Text())),
        )
        order = ("select", "insert", "update", "delete")
        return {
            name: frozenset(right for right, has in zip(order, held, strict=True) if has)
            for name, *held in connection.execute(asked)
        }


def _tolerate(connection: Any, driver: Any) -> None:
    """Have a moment that Python has no words for, such as infinity, not break a whole page."""
    form = driver.pq.Format.TEXT
    for name in ("date", "timestamp", "timestamptz"):
        oid = connection.adapters.types[name].oid
        usual = connection.adapters.get_loader(oid, form)
        connection.adapters.register_loader(oid, _tolerant(usual, driver.DataError, form))


def _tolerant(usual: Any, fault: type[Exception], form: Any) -> type:
    class Tolerant:
        format = form

        def __init__(self, oid: int, context: Any = None) -> None:
            self._load = usual(oid, context).load

        def load(self, data: Any) -> Any:
            try:
                return self._load(data)
            except fault:
                return _UNTOLD

    return Tolerant
