"""Stamps: what a writer leaves beside the data, so that others see that something changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.dialects import Dialect
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.domain.fields import FieldType

__all__ = ["Stamps"]


class Stamps:
    """The mark and the version of rows written in one transaction.

    A trigger of the database that does the same has the last word.
    """

    def __init__(self, table: SqlTable, dialect: Dialect, connection: sa.Connection) -> None:
        """Stamp rows of ``table``."""
        self._table, self._dialect, self._connection = table, dialect, connection
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The database's time, asked for once."""
        if self._now is None:
            self._now = self._dialect.now(self._connection)
        return self._now

    def new(self) -> Mapping[SqlColumn, Any]:
        """For a new row."""
        table, new = self._table, dict(self._mark())
        version, stone = table.version, table.tombstone
        counts = version is not None and version.field.type is FieldType.INTEGER
        if version is not None and counts and not version.facts.has_default:
            new[version] = 1
        if stone is not None and not stone.column.facts.has_default:
            new[stone.column] = stone.birth()
        return new

    def next(self) -> Mapping[SqlColumn, Any]:
        """For a row that is changed."""
        version = self._table.version
        if version is None or version.field.type is not FieldType.INTEGER or version.facts.computed:
            return self._mark()
        return {**self._mark(), version: version.sql + 1}

    def gone(self) -> Mapping[SqlColumn, Any]:
        """For a row that is marked as gone."""
        stone = self._table.tombstone
        buried = {stone.column: stone.burial(self.now)} if stone else {}
        return {**self.next(), **buried}

    def _mark(self) -> Mapping[SqlColumn, Any]:
        mark = self._table.mark
        if mark is None or mark.facts.computed:
            return {}
        match mark.field.type:
            case FieldType.DATETIME:
                return {mark: mark.codec.keep(self.now)}
            case FieldType.DATE:
                return {mark: mark.codec.keep(self.now.astimezone(self._dialect.zone).date())}
            case _:
                return {}
