"""Selection: rows of one table, read in parts: by their keys, or in the order of their keys."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.tables import SqlTable, equal

__all__ = ["after", "order_of", "rows_at", "rows_by_key"]

_KEYS_MAX: Final = 500
"""The most keys in one statement; fewer, where a key is of several columns."""


def rows_by_key(
    connection: sa.Connection,
    table: SqlTable,
    reader: RowReader,
    keys: Iterable[str],
    *,
    lock: bool = False,
) -> dict[str, Sequence[Any]]:
    """The rows that have one of ``keys`` and are not gone, by key; ``lock`` keeps others off."""
    raw = [parts for key in dict.fromkeys(keys) if (parts := table.raw_key(key)) is not None]
    return rows_at(connection, table, reader, raw, lock=lock)


def rows_at(
    connection: sa.Connection,
    table: SqlTable,
    reader: RowReader,
    raw: Sequence[tuple[Any, ...]],
    *,
    lock: bool = False,
) -> dict[str, Sequence[Any]]:
    """As :func:`rows_by_key`, by the values that the driver has for the keys."""
    size = max(1, _KEYS_MAX // len(table.key) ** 2)
    found: dict[str, Sequence[Any]] = {}
    for start in range(0, len(raw), size):
        some = _one_of(table, raw[start : start + size])
        rows = reader.select().where(table.present, some)
        if lock:
            # In one order, so that two who lock the same rows do not wait for each other.
            rows = rows.order_by(*order_of(table.key)).with_for_update()
        for row in connection.execute(rows):
            key = reader.key(row)
            if key is not None:
                found[key] = row
    return found


def _one_of(table: SqlTable, keys: Sequence[tuple[Any, ...]]) -> "sa.ColumnElement[bool]":
    if len(table.key) == 1:
        return table.key[0].sql.in_([key[0] for key in keys])
    return sa.or_(sa.false(), *(table.at(key) for key in keys))


def order_of(columns: Sequence[SqlColumn]) -> "list[sa.ColumnElement[Any]]":
    """The order in which rows are read."""
    return [column.sql.asc() for column in columns]


def after(columns: Sequence[SqlColumn], last: Sequence[Any]) -> "sa.ColumnElement[bool]":
    """The condition of rows that come after the row with these values, in the order of columns.

    Written out, for not every database compares rows; the first part is there for its index.
    """
    if len(columns) == 1:
        only: sa.ColumnElement[bool] = columns[0].sql > last[0]
        return only
    steps = [
        sa.and_(equal(columns[:place], last[:place]), columns[place].sql > last[place])
        for place in range(1, len(columns))
    ]
    first = columns[0].sql
    return sa.and_(first >= last[0], sa.or_(first > last[0], *steps))
