"""Search: the rows of a table that a query finds, in the order of their keys."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from erplink.adapters.erp.sql.criteria import Criteria
from erplink.adapters.erp.sql.cursors import Position, position_of, text_of
from erplink.adapters.erp.sql.database import Transactions
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.selection import after, order_of
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Page, Query, Record
from erplink.domain.values import Value

__all__ = ["Search"]

_FOUND_MAX = 100


class Search:
    """Finds records of one table."""

    def __init__(self, table: SqlTable, database: Transactions, system: str, page_max: int) -> None:
        """Search ``table``, whose records are those of ``system``."""
        self._table, self._database, self._page_max = table, database, page_max
        self._criteria = Criteria(table, database.dialect, system)

    def page(self, query: Query, reader: RowReader, cursor: str | None) -> Page:
        """The page of what ``query`` finds after ``cursor``."""
        rows = reader.select().where(self._criteria.of(query))
        key = None if cursor is None else position_of(cursor).key
        if key is not None:
            rows = rows.where(after(self._table.key, key))
        rows = rows.order_by(*order_of(self._table.key)).limit(self._page_max + 1)
        with self._database.reading() as connection:
            found = connection.execute(rows).all()
        more, found = len(found) > self._page_max, found[: self._page_max]
        there = text_of(Position(key=reader.raw_key(found[-1]))) if more else None
        return Page(reader.records(found), cursor=there, more=more)

    def count(self, query: Query) -> int:
        """How many records ``query`` finds."""
        rows = sa.select(sa.func.count()).select_from(self._table.sql)
        with self._database.reading() as connection:
            return int(connection.execute(rows.where(self._criteria.of(query))).scalar_one())

    def created(
        self, idempotency_key: str, natural_key: Mapping[str, Value], reader: RowReader
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or else what has the natural key."""
        column = self._table.idempotency
        asked: list[sa.ColumnElement[bool]] = []
        if column is not None and idempotency_key:
            made = column.sql == column.codec.keep(idempotency_key)
            asked.append(sa.and_(self._table.present, made))
        if natural_key:
            asked.append(self._criteria.equal(natural_key.items()))
        with self._database.reading() as connection:
            for condition in asked:
                rows = reader.select().where(condition)
                rows = rows.order_by(*order_of(self._table.key)).limit(_FOUND_MAX)
                found = reader.records(connection.execute(rows).all())
                if found:
                    return found
        return []
