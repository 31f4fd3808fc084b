"""SqliteDialect: SQLite, where functions in Python make every search exact."""

import os
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

from erplink.adapters.erp.sql.codecs import DecimalCodec
from erplink.adapters.erp.sql.dialects.dialect import RIGHTS, Dialect
from erplink.adapters.erp.sql.moments import DateCodec, MomentCodec, utc_text
from erplink.connectors import Operator
from erplink.domain.fields import FieldType

if TYPE_CHECKING:
    from erplink.adapters.erp.sql.columns import SqlColumn

__all__ = ["SqliteDialect"]

_STEPS_BETWEEN_LOOKS: Final = 10_000
_FIRST_MARK: Final = "0001-01-01"
_LAST_MARK: Final = "9999-12-31T~"
_TEXTS: Final = (FieldType.TEXT, FieldType.LIST)


class SqliteDialect(Dialect):
    """SQLite: dates are texts, decimals are floating point numbers, types are advice."""

    moments_are_texts = True
    decimals_are_floats = True
    integers_are_long = True
    pads = False

    def address(self, url: sa.URL) -> sa.URL:
        """The same file, which is not made where it is not there."""
        name = url.database or ""
        if name in ("", ":memory:") or name.startswith("file:"):
            return url
        query = {**url.query, "mode": "rw", "uri": "true"}
        return url.set(database="file:" + quote(str(Path(name))), query=query)

    def connect_args(self) -> dict[str, Any]:
        """The guard sees to it that one thread at a time uses a session."""
        return {"timeout": self.timeout, "check_same_thread": False}

    def watch(self, engine: sa.Engine) -> None:
        """Begin transactions as they are asked for, and stop a statement that takes too long."""
        deadline = _Deadline(self)

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _: Any) -> None:
            # SQLAlchemy begins the transactions; the driver would do so too late.
            connection.isolation_level = None
            self.define(connection)
            connection.set_progress_handler(deadline.is_over, _STEPS_BETWEEN_LOOKS)
            connection.execute("PRAGMA foreign_keys = ON")
            if self.read_only:
                connection.execute("PRAGMA query_only = ON")

        @event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            writes = connection.get_execution_options().get("erplink_writes", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        @event.listens_for(engine, "before_cursor_execute")
        def execute(*_: Any) -> None:
            deadline.start()

    def define(self, connection: Any) -> None:
        """Give a connection of the driver the functions that searches are made of."""
        codec = MomentCodec(self.zone, texts=True)

        def moment(raw: Any) -> str | None:
            told = codec.tell(raw)
            return utc_text(told) if isinstance(told, datetime) else None

        def shown_moment(raw: Any) -> str | None:
            told = codec.tell(raw)
            return str(told) if isinstance(told, datetime) else None

        for name, count, function in (
            ("erplink_day", 1, _day),
            ("erplink_moment", 1, moment),
            ("erplink_shown_moment", 1, shown_moment),
            ("erplink_shown_number", 2, _shown_number),
            ("erplink_finds", 3, _finds),
        ):
            connection.create_function(name, count, function, deterministic=True)

    def sql_type(self, declared: Any) -> Any:  # noqa: ARG002 - the types are advice
        """None: values are taken and given as SQLite has them."""
        return sa.types.NullType()

    def compared(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """Texts by their letters, whatever collation they are declared with."""
        match column.field.type:
            case FieldType.DATETIME:
                return sa.func.erplink_moment(column.sql)
            case FieldType.TEXT:
                return sa.collate(column.sql, "BINARY")
            case _:
                return column.sql

    def ordered(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """Texts by their letters, which is Python's order."""
        if column.field.type in _TEXTS:
            return sa.collate(self.as_text(column), "BINARY")
        return self.compared(column)

    def as_text(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """The text that Python makes of the column's value."""
        match column.field.type:
            case FieldType.DATETIME:
                return sa.func.erplink_shown_moment(column.sql)
            case FieldType.DECIMAL:
                return sa.func.erplink_shown_number(column.sql, column.field.decimals)
            case FieldType.TEXT | FieldType.DATE:
                return column.sql
            case _:
                return sa.cast(column.sql, sa.Text)

    def finds(self, column: "SqlColumn", operator: Operator, text: str) -> "sa.ColumnElement[bool]":
        """Whether the column's text has ``text`` in it, as Python compares them."""
        found = sa.func.erplink_finds(self.as_text(column), _folded(text), operator.value)
        return found == 1

    def ends(self, mark: "SqlColumn") -> "tuple[Any, Any] | None":
        """The ends of what looks like a day or a number, for any column may hold anything."""
        if mark.field.type is FieldType.INTEGER:
            return -(1 << 63), (1 << 63) - 1
        return _FIRST_MARK, _LAST_MARK

    def is_told(self, mark: "SqlColumn") -> "sa.ColumnElement[bool]":
        """The condition of rows whose mark is a number or a moment."""
        match mark.field.type:
            case FieldType.INTEGER:
                return sa.func.typeof(mark.sql) == "integer"
            case FieldType.DATE:
                return sa.func.erplink_day(mark.sql).is_not(None)
            case _:
                return sa.func.erplink_moment(mark.sql).is_not(None)

    def now(self, connection: sa.Connection) -> datetime:
        """The time of the machine, as SQLite writes it."""
        text = connection.exec_driver_sql("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')").scalar()
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)

    def rights(
        self, connection: sa.Connection, schema: str | None, names: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """All of them where the file may be written to."""
        files = {name: file for _, name, file in connection.exec_driver_sql("PRAGMA database_list")}
        file = files.get(schema or "main") or ""
        writable = not file or os.access(file, os.W_OK)
        return dict.fromkeys(names, RIGHTS if writable else frozenset({"select"}))


class _Deadline:
    """When the present statement has taken too long."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._end = float("inf")

    def start(self) -> None:
        self._end = self._dialect.clock.monotonic() + self._dialect.timeout

    def is_over(self) -> bool:
        return self._dialect.clock.monotonic() > self._end


def _day(raw: Any) -> str | None:
    told = DateCodec(texts=True).tell(raw)
    return raw if isinstance(told, date) else None


def _shown_number(raw: Any, scale: int | None) -> str | None:
    told = DecimalCodec(scale, floats=True).tell(raw)
    return str(told) if isinstance(told, Decimal) else None


def _finds(text: Any, wanted: str, how: str) -> bool:
    if not isinstance(text, str):
        return False
    folded = _folded(text)
    if how == Operator.STARTS_WITH.value:
        return folded.startswith(wanted)
    return folded.endswith(wanted) if how == Operator.ENDS_WITH.value else wanted in folded


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
