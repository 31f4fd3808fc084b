"""SqlTable: one table or view with the part that each of its columns plays."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import evolve, frozen
from attrs import field as attr

from erplink.adapters.erp.sql.catalogue import TableFacts
from erplink.adapters.erp.sql.codecs import TextCodec
from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.faults import Fault
from erplink.adapters.erp.sql.keys import join_key, part_text, part_value, split_key
from erplink.connectors import EditRefused, Kind
from erplink.domain.fields import FieldType
from erplink.domain.records import KEY_LENGTH_MAX
from erplink.domain.values import UNSET
from erplink.errors import BadValue

__all__ = ["ParentLink", "SqlTable", "Tombstone", "equal", "key_text", "raw_parts"]


@frozen
class ParentLink:
    """The columns that refer to a parent, in the order of the parent's key."""

    kind: str
    columns: tuple[SqlColumn, ...]

    def key_of(self, raw: Sequence[Any]) -> str | None:
        """The parent's key from the driver's values; None where there is no parent."""
        return key_text(self.columns, raw)

    def under(self, key: str) -> "sa.ColumnElement[bool] | None":
        """The condition of rows under the record with ``key``; None where there can be none."""
        raw = raw_parts(self.columns, key)
        return None if raw is None else equal(self.columns, raw)


@frozen
class Tombstone:
    """The column that tells whether a row is gone."""

    column: SqlColumn
    #: Whether it is the other way round: false where the row is gone.
    is_active: bool = False

    @property
    def alive(self) -> "sa.ColumnElement[bool]":
        """The condition of rows that are not gone."""
        sql, empty = self.column.sql, self.column.sql.is_(None)
        match self.column.field.type:
            case FieldType.CHECKBOX:
                return sa.or_(empty, sql == self.is_active)
            case FieldType.INTEGER:
                return sa.or_(empty, sql != 0 if self.is_active else sql == 0)
            case _:
                return empty

    def is_gone(self, raw: Any) -> bool:
        """Whether a row with this value is gone."""
        if raw is None:
            return False
        return not isinstance(raw, int) or bool(raw) is not self.is_active

    def birth(self) -> Any:
        """What is stored in the column of a new row."""
        match self.column.field.type:
            case FieldType.CHECKBOX:
                return self.is_active
            case FieldType.INTEGER:
                return int(self.is_active)
            case _:
                return None

    def burial(self, now: datetime) -> Any:
        """What is stored in the column of a row that goes at the moment ``now``."""
        match self.column.field.type:
            case FieldType.CHECKBOX:
                return not self.is_active
            case FieldType.INTEGER:
                return int(not self.is_active)
            case FieldType.DATE:
                return self.column.codec.keep(now.date())
            case _:
                return self.column.codec.keep(now)


@frozen(eq=False, kw_only=True)
class SqlTable:
    """A kind of records, and where each thing about a record stands."""

    facts: TableFacts
    sql: sa.Table
    #: The name of the kind, where that is not the table's.
    kind_name: str = ""
    title: str = ""
    columns: tuple[SqlColumn, ...]
    key: tuple[SqlColumn, ...]
    #: Whether the database makes the keys of new rows.
    makes_keys: bool = False
    mark: SqlColumn | None = None
    version: SqlColumn | None = None
    tombstone: Tombstone | None = None
    parent: ParentLink | None = None
    idempotency: SqlColumn | None = None
    #: Whether no two rows can have the same idempotency key.
    idempotency_is_unique: bool = False
    natural_key: tuple[str, ...] = ()
    #: What the user may do: select, insert, update, delete.
    rights: frozenset[str] = frozenset()
    #: The columns whose type has no value in erplink.
    left_out: tuple[str, ...] = ()
    _by_key: Mapping[str, SqlColumn] = attr(init=False, repr=False)

    @_by_key.default
    def _indexed(self) -> Mapping[str, SqlColumn]:
        return {column.key: column for column in self.columns}

    @property
    def name(self) -> str:
        """The name of the kind: the table's, where none was given."""
        return self.kind_name or self.facts.name

    @property
    def kind(self) -> Kind:
        """The kind of records."""
        return Kind(
            self.name,
            [column.field for column in self.columns],
            searchable=[column.key for column in self.columns if column.is_searchable],
            parent=self.parent.kind if self.parent else "",
            title=self.title or self.facts.comment,
        )

    def column(self, key: str) -> SqlColumn | None:
        """The column of the field ``key``."""
        return self._by_key.get(key)

    def known(self, fields: Iterable[str]) -> list[SqlColumn]:
        """The columns of those of ``fields`` that there are."""
        return [self._by_key[key] for key in fields if key in self._by_key]

    def refusal(self, fault: Fault) -> EditRefused:
        """The answer to an edit that the database refuses, with the field where one is named."""
        said = fault.refusal(self.facts)
        keys = (column.key for column in self.columns if column.facts.name == said.field)
        return evolve(said, field=next(keys, ""))

    # keys ----------------------------------------------------------------------------------------

    @property
    def keyed(self) -> "sa.ColumnElement[bool]":
        """The condition of rows that can be pointed at."""
        filled = [column.sql.is_not(None) for column in self.key if column.facts.nullable]
        # Also because a cursor, which holds a key, may only be so long.
        short = [
            sa.func.length(column.sql) <= KEY_LENGTH_MAX
            for column in self.key
            if isinstance(column.codec, TextCodec)
            and not 0 < column.field.max_length <= KEY_LENGTH_MAX
        ]
        return sa.and_(sa.true(), *filled, *short)

    @property
    def present(self) -> "sa.ColumnElement[bool]":
        """The condition of rows that can be pointed at and are not gone."""
        return sa.and_(self.keyed, self.tombstone.alive) if self.tombstone else self.keyed

    def key_of(self, raw: Sequence[Any]) -> str | None:
        """The key of a row from the driver's values; None where none can be told."""
        return key_text(self.key, raw)

    def raw_key(self, key: str) -> tuple[Any, ...] | None:
        """The driver's values for a key; None for a key that no row can have."""
        return raw_parts(self.key, key)

    def at(self, raw: Sequence[Any]) -> "sa.ColumnElement[bool]":
        """The condition of the row with this key."""
        return equal(self.key, raw)


def key_text(columns: Sequence[SqlColumn], raw: Sequence[Any]) -> str | None:
    """The key that the driver's values of ``columns`` are; None where one of them is missing."""
    if len(columns) == 1 and type(raw[0]) is int and columns[0].field.type is FieldType.INTEGER:
        return str(raw[0])  # the short way of most keys
    parts: list[str] = []
    for column, value in zip(columns, raw, strict=True):
        told = column.codec.tell(value)
        if told is None or told is UNSET:
            return None
        parts.append(part_text(told))
    return join_key(parts)


def raw_parts(columns: Sequence[SqlColumn], key: str) -> tuple[Any, ...] | None:
    """The driver's values of ``columns`` for a key; None for a key that no row can have."""
    parts = split_key(key)
    if parts is None or len(parts) != len(columns):
        return None
    raw: list[Any] = []
    for column, part in zip(columns, parts, strict=True):
        value = part_value(column.field.type, part)
        try:
            raw.append(None if value is None else column.codec.keep(value))
        except BadValue:
            return None
    return None if None in raw else tuple(raw)


def equal(columns: Sequence[SqlColumn], raw: Sequence[Any]) -> "sa.ColumnElement[bool]":
    """The condition of rows that have these values in these columns."""
    return sa.and_(*(each.sql == value for each, value in zip(columns, raw, strict=True)))
