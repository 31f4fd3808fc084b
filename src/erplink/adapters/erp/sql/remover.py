"""Remover: removals of rows of one table, all in one transaction, each by itself."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from erplink.adapters.erp.sql.attempts import attempt_each, not_done
from erplink.adapters.erp.sql.database import Transactions, Work
from erplink.adapters.erp.sql.faults import Fault
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.selection import rows_by_key
from erplink.adapters.erp.sql.stamps import Stamps
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Deleted, DeletionResult, EditRefused, EditStale, Removal
from erplink.errors import Refused, Unauthorised

__all__ = ["Remover"]


class Remover:
    """Removes rows, or where a column tells which are gone, marks them so."""

    def __init__(self, table: SqlTable, database: Transactions, reader: RowReader) -> None:
        """Remove from ``table``; ``reader`` reads whole records."""
        self._table, self._database, self._reader = table, database, reader

    def remove(self, removals: Sequence[Removal]) -> list[DeletionResult]:
        """Do each removal, and answer each in its place."""
        try:
            with self._database.writing() as work:
                return self._removed(work, removals)
        except Unauthorised:
            raise
        except Refused as error:
            # What the database checks only at the end; all was undone, whichever removal it was.
            if len(removals) > 1:
                return [self.remove([removal])[0] for removal in removals]
            return [EditRefused(error.reason, error.field, error.code) for _ in removals]

    def _removed(self, work: Work, removals: Sequence[Removal]) -> list[DeletionResult]:
        connection, table = work.connection, self._table
        stamps = Stamps(table, self._database.dialect, connection)
        keys = [removal.key for removal in removals]
        rows = rows_by_key(connection, table, self._reader, keys, lock=True)

        def remove(removal: Removal) -> DeletionResult:
            row: Sequence[Any] | None = rows.get(removal.key)
            if row is None:
                return Deleted(removal.key)
            if removal.expects not in (None, self._reader.version(row)):
                return EditStale(self._reader.record(row, removal.key))
            still = self._reader.is_still(row)
            work.acted = True
            if table.tombstone is None:
                self._remove_several(connection, row)
                done = connection.execute(sa.delete(table.sql).where(still))
            else:
                marks = dict(each.assignment(raw) for each, raw in stamps.gone().items())
                done = connection.execute(sa.update(table.sql).where(still).values(marks))
            if done.rowcount == 0:
                now = rows_by_key(connection, table, self._reader, [removal.key], lock=True)
                if removal.key in now:
                    return not_done(self._reader, row, now[removal.key])
            return Deleted(removal.key)

        def refuse(_: Removal, fault: Fault) -> DeletionResult:
            return table.refusal(fault)

        return attempt_each(connection, removals, remove, refuse, self._database.redactor)

    def _remove_several(self, connection: sa.Connection, row: Sequence[Any]) -> None:
        """Remove what belongs to the row and stands in other tables."""
        at = self._table.at(self._reader.raw_key(row))
        for column in self._table.columns:
            if column.several is not None:
                rows = column.several
                here: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(
                    self._table.sql
                )
                mine = here.where(at, rows.ours).correlate_except(self._table.sql).exists()
                connection.execute(sa.delete(rows.table).where(mine))
