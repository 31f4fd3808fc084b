"""Sending: many rows to SQLite in one statement, without a step for each row on the way."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from erplink.adapters.erp.sql.columns import SqlColumn

__all__ = ["send_many"]


def send_many(
    connection: sa.Connection,
    insert: sa.Insert,
    columns: Iterable[SqlColumn],
    rows: list[dict[str, Any]],
) -> None:
    """Insert ``rows``, whose values are those of the driver.

    Where SQLAlchemy has nothing to do for a row, neither a value to convert nor a default to fill
    in, the rows are handed to the driver as they are.
    """
    dialect = connection.dialect
    compiled: Any = insert.compile(dialect=dialect)
    converts = any(_converts(column, dialect) for column in columns)
    if converts or not compiled.positional or compiled.insert_prefetch:
        connection.execute(insert, rows)
        return
    names = compiled.positiontup
    # Of one column, itemgetter makes no tuple.
    values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    connection.exec_driver_sql(str(compiled), list(map(values, rows)))


def _converts(column: SqlColumn, dialect: sa.engine.Dialect) -> bool:
    return column.sql.type.dialect_impl(dialect).bind_processor(dialect) is not None
