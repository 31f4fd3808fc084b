"""ChangeFeed: what changed, from the table in which triggers keep it.

The first reading lists all records by their keys, and goes on from where the change table ended
before it began. Later ones read the change table alone, in the order in which transactions were
decided: on PostgreSQL nothing is read of a transaction before all that began earlier are over, on
SQLite only one writes at a time. So nothing that is committed late is passed over, and no overlap
is needed.

A record whose key stands in the change table and that is not there any more is gone.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from attrs import evolve

from erplink.adapters.crm.places import Place
from erplink.adapters.crm.sqlalchemy.assembly import Assembled
from erplink.adapters.erp.sql.cursors import Phase, Position, position_of, text_of
from erplink.adapters.erp.sql.database import Transactions
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.selection import after, order_of, rows_by_key
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Page
from erplink.errors import InputError, Refused

__all__ = ["ChangeFeed"]

_POSTGRES: Final = "postgresql"


class ChangeFeed:
    """The changes of one kind."""

    def __init__(self, kind: Assembled, transactions: Transactions, page_max: int) -> None:
        """Read the change table of ``kind``."""
        if kind.changes is None:
            raise InputError(f"{kind.said.name} has no change table")
        self._kind, self._transactions, self._page_max = kind, transactions, page_max
        self._changes = sa.table(
            kind.changes.name,
            sa.column("seq"),
            sa.column("xid"),
            sa.column("at"),
            *(sa.column(name) for name, _ in kind.changes.key),
            schema=kind.changes.schema or None,
        )

    @property
    def _table(self) -> SqlTable:
        return self._kind.table

    def page(self, since: str | None, reader: RowReader) -> Page:
        """The page after the cursor ``since``."""
        position = Position() if since is None else position_of(since)
        with self._transactions.reading() as connection:
            if position.phase is Phase.MARKED:
                place = Place.of(position.mark)
                if self._begin(connection) <= place:
                    return self._changed(connection, place, reader)
                # What came after it was forgotten meanwhile: everything is read again.
                position = Position()
            if position.phase is Phase.NEW:
                self._begin(connection)  # else nobody keeps what changes from here on
                ceiling = str(self._end(connection))
                position = Position(phase=Phase.UNMARKED, ceiling=ceiling)
            return self._listed(connection, position, reader)

    # listing -------------------------------------------------------------------------------------

    def _listed(self, connection: sa.Connection, position: Position, reader: RowReader) -> Page:
        rows = reader.select().where(self._table.present)
        if position.key is not None:
            rows = rows.where(after(self._table.key, position.key))
        rows = rows.order_by(*order_of(self._table.key)).limit(self._page_max + 1)
        found = connection.execute(rows).all()
        more, found = len(found) > self._page_max, found[: self._page_max]
        if more:
            there = evolve(position, key=reader.raw_key(found[-1]))
        else:
            there = Position(phase=Phase.MARKED, mark=position.ceiling)
        return Page(reader.records(found), cursor=text_of(there), more=more)

    # changes -------------------------------------------------------------------------------------

    def _changed(self, connection: sa.Connection, place: Place, reader: RowReader) -> Page:
        rows, last = self._read(connection, place), place
        more, rows = len(rows) > self._page_max, rows[: self._page_max]
        keys: dict[str, None] = {}
        for xid, seq, *parts in rows:
            last = Place(int(xid), int(seq))
            key = self._key(parts)
            if key is not None:
                keys[key] = None
        found = rows_by_key(connection, self._table, reader, keys)
        there = text_of(Position(phase=Phase.MARKED, mark=str(last)))
        return Page(
            reader.records(found[key] for key in keys if key in found),
            deletions=[key for key in keys if key not in found],
            cursor=there,
            more=more,
        )

    def _key(self, parts: Sequence[Any]) -> str | None:
        return None if None in parts else self._table.key_of(parts)

    def _read(self, connection: sa.Connection, place: Place) -> Sequence[Any]:
        changes = self._changes.c
        keys = [
            sa.type_coerce(changes[name], column.sql.type)
            for (name, _), column in zip(self._keys, self._table.key, strict=True)
        ]
        rows: sa.Select[Any]
        if connection.dialect.name == _POSTGRES:
            known = sa.text(
                "(xid, seq) > (CAST(CAST(:xid AS text) AS xid8), :seq)"
                " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            )
            told = sa.cast(changes.xid, sa.Text)
            rows = sa.select(told, changes.seq, *keys).where(
                known.bindparams(xid=str(place.xid), seq=place.seq)
            )
            rows = rows.order_by(changes.xid, changes.seq)
        else:
            rows = sa.select(sa.literal_column("0"), changes.seq, *keys)
            rows = rows.where(changes.seq > place.seq).order_by(changes.seq)
        return connection.execute(rows.limit(self._page_max + 1)).all()

    @property
    def _keys(self) -> tuple[tuple[str, str], ...]:
        return self._kind.changes.key if self._kind.changes else ()

    # its ends ------------------------------------------------------------------------------------

    def _end(self, connection: sa.Connection) -> Place:
        """After all that is decided now."""
        if connection.dialect.name == _POSTGRES:
            asked = sa.text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")
            return Place(int(connection.execute(asked).scalar_one()), 0)
        last = sa.select(sa.func.max(self._changes.c.seq))
        return Place(0, int(connection.execute(last).scalar() or 0))

    def _begin(self, connection: sa.Connection) -> Place:
        """The first change that is kept; only what comes after it is whole."""
        changes = self._changes.c
        if connection.dialect.name == _POSTGRES:
            first = sa.select(sa.cast(changes.xid, sa.Text), changes.seq)
            first = first.order_by(changes.xid, changes.seq).limit(1)
        else:
            first = sa.select(sa.literal_column("0"), sa.func.min(changes.seq))
        row = connection.execute(first).first()
        if row is None or row[1] is None:
            reason = f"{self._changes.name} is empty: make the change tables again"
            raise Refused(reason, code="no-change-table")
        return Place(int(row[0]), int(row[1]))

    def forget(self, connection: sa.Connection, before: Any) -> int:
        """Remove what was kept before a moment, all but the last of it; gives how many rows."""
        changes = self._changes.c
        old = changes.at < before
        if connection.dialect.name == _POSTGRES:
            decided = sa.text("xid < pg_snapshot_xmin(pg_current_snapshot())")
            kept: sa.Select[Any] = sa.select(sa.cast(changes.xid, sa.Text), changes.seq)
            kept = kept.where(old, decided)
            kept = kept.order_by(changes.xid.desc(), changes.seq.desc()).limit(1)
            last = connection.execute(kept).first()
            if last is None:
                return 0
            passed = sa.text("(xid, seq) < (CAST(CAST(:xid AS text) AS xid8), :seq)")
            passed = passed.bindparams(xid=last[0], seq=last[1])
            return connection.execute(sa.delete(self._changes).where(passed)).rowcount
        seq = connection.execute(sa.select(sa.func.max(changes.seq)).where(old)).scalar()
        if seq is None:
            return 0
        return connection.execute(sa.delete(self._changes).where(changes.seq < seq)).rowcount
