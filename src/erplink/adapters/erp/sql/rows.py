"""Rows: what is selected of a table, and the records that are made of it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, Final

import sqlalchemy as sa
from attrs import frozen

from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Context, Record
from erplink.domain.fields import FieldType
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef, Mark, Ref
from erplink.domain.values import UNSET, Value

__all__ = ["Home", "RowReader"]

_VERSION_BYTES: Final = 12


@frozen
class Home:
    """The system that rows belong to: actors of a connection, or entities of the CRM."""

    system: str
    logger: logging.Logger | logging.LoggerAdapter[Any]
    record: Callable[..., Any] = Actor
    ref: Callable[[str, str, str], Ref] = ActorRef

    @classmethod
    def of(cls, context: Context) -> "Home":
        """That of a connection."""
        return cls(context.connection, context.logger)

    @classmethod
    def of_crm(cls) -> "Home":
        """The CRM."""
        return cls(CRM, logging.getLogger("erplink.crm"), Entity, EntityRef)


class RowReader:
    """Selects whole rows of a table and makes records of them, with the asked fields."""

    def __init__(self, table: SqlTable, home: Home, fields: Iterable[str]) -> None:
        """Lay out which value stands where."""
        self._table, self._home = table, home
        asked = table.known(fields)
        # Without a version column, a row's version is made of all that it holds.
        has_version = table.version is not None and not table.version.facts.nullable
        wanted = list(asked) if has_version else list(table.columns)
        for each in _roles(table):
            if each not in wanted:
                wanted.append(each)
        place = {column: number for number, column in enumerate(wanted)}
        self._wanted = wanted
        self._asked = [(each.key, place[each], each.codec.tell) for each in asked]
        self._key = [place[each] for each in table.key]
        self._parent = [place[each] for each in table.parent.columns] if table.parent else []
        self._version = place[table.version] if table.version else None
        self._mark = place[table.mark] if table.mark else None
        self._last_mark: tuple[Any, Mark] = (None, None)
        self._gone = place[table.tombstone.column] if table.tombstone else None
        # Texts are the same in every zone.
        self._moments = {
            place[each]
            for each in wanted
            if each.field.type is FieldType.DATETIME and not getattr(each.codec, "texts", False)
        }

    def select(self, *more: "sa.ColumnElement[Any]") -> "sa.Select[Any]":
        """The statement that gives the rows that can be pointed at; ``more`` stands at the end."""
        return sa.select(*(column.told for column in self._wanted), *more)

    def raw_key(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """The key's values as the driver gave them."""
        return tuple(row[place] for place in self._key)

    def raw_mark(self, row: Sequence[Any]) -> Any:
        """The mark as the driver gave it; None where rows have none."""
        return None if self._mark is None else row[self._mark]

    def raw(self, row: Sequence[Any], column: SqlColumn) -> Any:
        """The value of a column as the driver gave it."""
        return row[self._wanted.index(column)]

    def is_still(self, row: Sequence[Any]) -> "sa.ColumnElement[bool]":
        """The condition that the row is there, and of the version that it has here."""
        at = self._table.at(self.raw_key(row))
        if self._table.version is None:
            return at
        return sa.and_(
            at, self._table.version.sql.is_not_distinct_from(self.raw(row, self._table.version))
        )

    def is_gone(self, row: Sequence[Any]) -> bool:
        """Whether the row says that its record is gone."""
        stone = self._table.tombstone
        return stone is not None and self._gone is not None and stone.is_gone(row[self._gone])

    def key(self, row: Sequence[Any]) -> str | None:
        """The key of the row's record; None where none can be told."""
        return self._table.key_of(self.raw_key(row))

    def version(self, row: Sequence[Any]) -> str:
        """The version column's value, or else a fingerprint of all that was selected."""
        if self._version is not None and row[self._version] is not None:
            return str(row[self._version])
        held = list(row[: len(self._wanted)])
        for place in self._moments:
            held[place] = _plain(held[place])
        text = repr(held)
        return blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=_VERSION_BYTES
        ).hexdigest()

    def record(self, row: Sequence[Any], key: str | None = None) -> Record | None:
        """The row's record; None for a row without a key that erplink can hold."""
        key = self.key(row) if key is None else key
        if key is None:
            return None
        values: dict[str, Value] = {}
        for name, place, tell in self._asked:
            value = tell(row[place])
            if value is not UNSET:
                values[name] = value
        home = self._home
        made: Record = home.record(
            home.ref(home.system, self._table.name, key),
            self._above(row),
            version=self.version(row),
            modified=self._modified(row),
            fields=values,
        )
        return made

    def records(self, rows: Iterable[Sequence[Any]]) -> list[Record]:
        """The records of rows; those without a key are counted in the log."""
        made = [self.record(row) for row in rows]
        kept = [record for record in made if record is not None]
        if len(kept) < len(made):
            told = "%s: %d rows have a key that cannot be told or is too long"
            self._home.logger.warning(told, self._table.name, len(made) - len(kept))
        return kept

    def _above(self, row: Sequence[Any]) -> Ref | None:
        parent = self._table.parent
        if parent is None:
            return None
        key = parent.key_of([row[place] for place in self._parent])
        return None if key is None else self._home.ref(self._home.system, parent.kind, key)

    def _modified(self, row: Sequence[Any]) -> Mark:
        if self._table.mark is None or self._mark is None:
            return None
        raw = row[self._mark]
        # Rows that were written together have one mark, which is told once.
        known, mark = self._last_mark
        if raw != known or raw is None:
            mark = self._told_mark(self._table.mark.codec.tell(raw))
            self._last_mark = raw, mark
        return mark

    def _told_mark(self, told: Any) -> Mark:
        if told is UNSET:
            return None
        is_day = isinstance(told, date) and not isinstance(told, datetime)
        mark: Mark = told.isoformat() if is_day else told
        return mark


def _plain(value: Any) -> Any:
    """The same moment, whatever zone the session is in."""
    return value.astimezone(UTC).isoformat() if getattr(value, "tzinfo", None) else value


def _roles(table: SqlTable) -> Iterable[SqlColumn]:
    yield from table.key
    yield from table.parent.columns if table.parent else ()
    yield from (each for each in (table.version, table.mark) if each is not None)
    if table.tombstone is not None:
        yield table.tombstone.column
