"""Lists: the small tables and enumerations whose items other columns hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from attrs import frozen

from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.keys import part_text, part_value
from erplink.domain.fields import FieldType
from erplink.domain.values import UNSET
from erplink.errors import BadValue, Refused

__all__ = ["ITEMS_MAX", "EnumList", "ListSource", "TableList", "text_column"]

ITEMS_MAX: Final = 10_000
"""The most items of a list; a table with more is no list."""

_KEYS_MAX: Final = 500


@frozen
class EnumList:
    """The items that a column may hold, as the database declares them."""

    items: tuple[str, ...]

    def read(
        self,
        connection: sa.Connection,  # noqa: ARG002 - what is declared is known already
        keys: Sequence[str] | None,
    ) -> Mapping[str, str]:
        """Every item is its own text."""
        return {item: item for item in self.items if keys is None or item in keys}


@frozen(eq=False)
class TableList:
    """The rows of a table, each a key and a text."""

    name: str
    key: SqlColumn
    #: The column with the text; the key again, where there is no other text.
    text: SqlColumn

    def read(self, connection: sa.Connection, keys: Sequence[str] | None) -> Mapping[str, str]:
        """The items of all rows, or of those with ``keys``."""
        rows = sa.select(self.key.told, self.text.told).where(self.key.sql.is_not(None))
        if keys is None:
            return self._items(connection, rows.order_by(self.key.sql).limit(ITEMS_MAX + 1))
        raw = self._raw(keys)
        items: dict[str, str] = {}
        for start in range(0, len(raw), _KEYS_MAX):
            some = rows.where(self.key.sql.in_(raw[start : start + _KEYS_MAX]))
            items |= self._items(connection, some)
        return {key: items[key] for key in keys if key in items}

    def add(self, connection: sa.Connection, text: str) -> str:
        """The key of the item with this text, whatever its case; of a new row where none has it."""
        for key, there in self.read(connection, None).items():
            if there.casefold() == text.casefold():
                return key
        key_column, text_column_ = _column(self.key), _column(self.text)
        if key_column is None or text_column_ is None:
            raise Refused(f"{self.name!r} cannot be added to: it is not read from plain columns")
        values = {text_column_: self.text.codec.keep(text)}
        if self.key.field.type is FieldType.TEXT:
            values[key_column] = self.key.codec.keep(text)
        insert = sa.insert(key_column.table).values(values).returning(key_column)
        made = self.key.codec.tell(connection.execute(insert).scalar_one())
        return part_text(made)

    def _raw(self, keys: Sequence[str]) -> list[object]:
        kept: list[object] = []
        for key in keys:
            value = part_value(self.key.field.type, key)
            try:
                kept += [] if value is None else [self.key.codec.keep(value)]
            except BadValue:
                continue
        return kept

    def _items(self, connection: sa.Connection, rows: "sa.Select[Any]") -> dict[str, str]:
        items: dict[str, str] = {}
        for raw_key, raw_text in connection.execute(rows):
            key, text = self.key.codec.tell(raw_key), self.text.codec.tell(raw_text)
            if key is None or key is UNSET:
                continue
            named = text is not None and text is not UNSET and text != ""
            items[part_text(key)] = part_text(text if named else key)
        if len(items) > ITEMS_MAX:
            raise Refused(f"{self.name!r} has more than {ITEMS_MAX} rows, and is no list")
        return items


def _column(column: SqlColumn) -> "sa.Column[Any] | None":
    """The column itself, where values are kept in it as they are."""
    if column.target is not None:
        return column.target
    return column.sql if isinstance(column.sql, sa.Column) else None


ListSource = EnumList | TableList


def text_column(columns: Sequence[SqlColumn], key: SqlColumn) -> SqlColumn:
    """The column with what a person reads: the first text beside the key, or the key."""
    texts = (each for each in columns if each is not key and each.field.type is FieldType.TEXT)
    return next(texts, key)
