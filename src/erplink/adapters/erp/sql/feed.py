"""Feed: what changed in a table, a page at a time, so that nothing is passed over.

Within one reading, pages go on strictly after the mark and key of the last row, so that rows of
one mark may fill any number of pages. A later reading begins at the last mark, or at the highest
there was when the reading began, less the declared overlap: what is committed late, under a mark
that was passed meanwhile, comes with it. A mark in the future holds nothing up: a reading never
counts as having come further than the database's own time when it began.

Rows without a mark cannot be told old from new: they come first, in every reading. Without a
column for marks, every reading is of the whole table, and there is no cursor at its end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa
from attrs import evolve

from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.cursors import Phase, Position, position_of, text_of
from erplink.adapters.erp.sql.database import Transactions
from erplink.adapters.erp.sql.moments import shortest
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.selection import after, order_of
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Page
from erplink.domain.fields import FieldType
from erplink.domain.values import UNSET
from erplink.errors import BadValue, Refused

__all__ = ["Feed", "overlap_of"]

_CLOCK_CHANGE: Final = timedelta(hours=1)


def overlap_of(table: SqlTable, lag: int) -> timedelta:
    """How long after its mark a change may become visible, as declared.

    A local time goes back by an hour once a year, where its zone changes its clocks.
    """
    zone = getattr(table.mark.codec, "zone", None) if table.mark else None
    changes = zone is not None and zone.key != "UTC"
    return timedelta(seconds=lag) + (_CLOCK_CHANGE if changes else timedelta(0))


class Feed:
    """The changes of one table."""

    def __init__(self, table: SqlTable, database: Transactions, lag: int, page_max: int) -> None:
        """Read ``table``; ``lag`` is in seconds, or in steps where the mark counts."""
        self._table, self._database, self._page_max = table, database, page_max
        self._lag = overlap_of(table, lag)

    def page(self, since: str | None, reader: RowReader) -> Page:
        """The page after the cursor ``since``."""
        position = Position() if since is None else position_of(since)
        mark = self._table.mark
        with self._database.reading() as connection:
            if mark is None:
                return self._listed(connection, position, reader)
            if position.phase is not Phase.MARKED:
                page = self._unmarked(connection, position, reader, mark)
                if page is not None:
                    return page
                position = evolve(position, phase=Phase.MARKED, key=None)
            return self._marked(connection, position, reader, mark)

    def _listed(self, connection: sa.Connection, position: Position, reader: RowReader) -> Page:
        """The next rows by key, of a table without marks."""
        found, more = self._next(connection, reader.select(), self._table.key, position.key)
        cursor = Position(key=reader.raw_key(found[-1])) if more else None
        return _page(found, reader, cursor, more=more)

    def _unmarked(
        self, connection: sa.Connection, position: Position, reader: RowReader, mark: SqlColumn
    ) -> Page | None:
        """The next rows without a mark, after which come those with one; None for no such row."""
        conditions = [mark.sql.is_(None)]
        if ends := self._database.dialect.ends(mark):
            conditions += [mark.sql < ends[0], mark.sql > ends[1]]
        rows = reader.select().where(sa.or_(*conditions))
        found, more = self._next(connection, rows, self._table.key, position.key)
        if not found:
            return None
        key = reader.raw_key(found[-1]) if more else None
        phase = Phase.UNMARKED if more else Phase.MARKED
        return _page(found, reader, evolve(position, phase=phase, key=key), more=True)

    def _marked(
        self, connection: sa.Connection, position: Position, reader: RowReader, mark: SqlColumn
    ) -> Page:
        """The next rows by mark and key."""
        dialect, order = self._database.dialect, (mark, *self._table.key)
        first, last = dialect.ends(mark) or (None, None)
        upto = mark.sql.is_not(None) if last is None else mark.sql <= last
        if position.key is not None:
            after_last = (position.mark, *position.key)
            found, more = self._next(connection, reader.select().where(upto), order, after_last)
            ceiling = position.ceiling
        else:
            # Asked before the rows are, so that it is not later than what they show.
            now = dialect.now(connection)
            begin = first if position.mark is None else _begin(mark, position.mark, self._lag)
            # One condition for the lower end: of two, SQLite may take the wrong one to its index.
            known = upto if begin is None else sa.and_(mark.sql >= begin, upto)
            # Not by max(), which an index does not help where there is a condition.
            highest = sa.select(mark.sql).where(upto, dialect.is_told(mark))
            highest = highest.order_by(mark.sql.desc()).limit(1).correlate(None)
            rows = reader.select(highest.scalar_subquery()).where(known)
            found, more = self._next(connection, rows, order, None)
            top = found[0][-1] if found else None
            # Where no mark can be told, the next reading begins where this one does.
            ceiling = position.mark if top is None else _capped(mark, top, now)
        reached = reader.raw_mark(found[-1]) if found else position.mark
        if more:
            key = reader.raw_key(found[-1])
            there = Position(phase=Phase.MARKED, mark=reached, key=key, ceiling=ceiling)
        else:
            end = None if ceiling is None else _earlier(mark, reached, ceiling)
            there = Position(mark=end)
        return _page(found, reader, there, more=more)

    def _next(
        self,
        connection: sa.Connection,
        rows: "sa.Select[Any]",
        order: Sequence[SqlColumn],
        last: Sequence[Any] | None,
    ) -> tuple[Sequence[Any], bool]:
        """The rows after the last one, and whether there are more of them."""
        rows = rows.where(self._table.keyed)
        if last is not None:
            rows = rows.where(after(order, last))
        rows = rows.order_by(*order_of(order)).limit(self._page_max + 1)
        found = connection.execute(rows).all()
        return found[: self._page_max], len(found) > self._page_max


def _page(
    found: Sequence[Any], reader: RowReader, position: Position | None, *, more: bool
) -> Page:
    gone = [key for row in found if reader.is_gone(row) and (key := reader.key(row)) is not None]
    return Page(
        reader.records(row for row in found if not reader.is_gone(row)),
        deletions=gone,
        cursor=None if position is None else text_of(position),
        more=more,
    )


def _earlier(mark: SqlColumn, one: Any, other: Any) -> Any:
    """The earlier of two marks that can be told; None where neither can."""
    pairs = [(mark.codec.tell(raw), raw) for raw in (one, other)]
    told: list[Any] = [pair for pair in pairs if pair[0] not in (None, UNSET)]
    return min(told, key=itemgetter(0))[1] if told else None


def _capped(mark: SqlColumn, highest: Any, now: datetime) -> Any:
    """The highest mark, or the present time where that mark is in the future."""
    match mark.field.type:
        case FieldType.DATETIME:
            return _earlier(mark, highest, mark.codec.keep(now))
        case FieldType.DATE:
            # Tomorrow has begun somewhere.
            return _earlier(mark, highest, mark.codec.keep(now.date() + timedelta(days=1)))
        case _:
            return highest


def _begin(mark: SqlColumn, raw: Any, lag: timedelta) -> Any:
    """A mark less the overlap, as the driver takes it."""
    told: Any = mark.codec.tell(raw)
    if told is None or told is UNSET:
        raise Refused("the cursor is of another table; read from the beginning", code="bad-cursor")
    if mark.field.type is FieldType.INTEGER:
        return told - int(lag.total_seconds())
    if mark.field.type is FieldType.DATE:
        lag = timedelta(days=ceil(lag / timedelta(days=1)))
    try:
        begin = mark.codec.keep(told - lag)
    except (OverflowError, BadValue):
        return raw
    return shortest(begin) if isinstance(begin, str) else begin
