"""Feeds: what changed, by a field that is stamped or from a table that triggers keep.

By a field: a reading begins where the last one came to, less the declared overlap, so that what
was committed late comes with it; a stamp in the future holds nothing up. From a change table: see
:mod:`erplink.adapters.crm.sqlalchemy.change_feed`, which reads the same tables.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve
from django.db import connections
from django.db.models import Max, Q
from django.utils import timezone

from erplink.adapters.crm.django.assembly import ModelKind
from erplink.adapters.crm.django.columns import Column
from erplink.adapters.crm.django.reader import ModelReader
from erplink.adapters.crm.places import Place
from erplink.adapters.erp.sql.cursors import Phase, Position, position_of, text_of
from erplink.connectors import Page
from erplink.domain.fields import FieldType
from erplink.errors import Refused

__all__ = ["ChangeTableFeed", "StampFeed", "listed"]

_POSTGRES: Final = "postgresql"
_DAY: Final = 86_400


def listed(reader: ModelReader, kind: ModelKind, condition: Q, after: Any, count: int) -> list[Any]:
    """So many rows and one more, in the order of their keys."""
    rows = reader.select().filter(condition).order_by(kind.key.path)
    if after is not None:
        rows = rows.filter(**{f"{kind.key.path}__gt": after})
    return list(rows[: count + 1])


class StampFeed:
    """The changes of one kind by the field that is stamped; without one, all there is."""

    def __init__(self, kind: ModelKind, lag: int, page_max: int) -> None:
        """Read ``kind``; ``lag`` is in seconds, or in steps where the stamp counts."""
        self._kind, self._lag, self._page_max = kind, lag, page_max

    def page(self, since: str | None, reader: ModelReader) -> Page:
        """The page after the cursor ``since``."""
        position = Position() if since is None else position_of(since)
        mark = self._kind.mark
        if mark is None:
            rows = listed(reader, self._kind, Q(), _key_of(position), self._page_max)
            more = len(rows) > self._page_max
            return self._page(rows, reader, Position(key=self._last(rows, reader)), more=more)
        if position.phase is not Phase.MARKED:
            unmarked = Q(**{f"{mark.path}__isnull": True})
            rows = listed(reader, self._kind, unmarked, _key_of(position), self._page_max)
            if rows:
                more = len(rows) > self._page_max
                key = self._last(rows, reader) if more else None
                phase = Phase.UNMARKED if more else Phase.MARKED
                # After those without a stamp come those with one.
                return self._page(rows, reader, evolve(position, phase=phase, key=key), more=True)
            position = evolve(position, phase=Phase.MARKED, key=None)
        return self._marked(position, reader, mark)

    def _marked(self, position: Position, reader: ModelReader, mark: Column) -> Page:
        rows, ceiling = reader.select().filter(**{f"{mark.path}__isnull": False}), position.ceiling
        if position.key is not None:
            after = Q(**{f"{mark.path}__gt": position.mark})
            same = Q(**{mark.path: position.mark, f"{self._kind.key.path}__gt": position.key[0]})
            rows = rows.filter(after | same)
        else:
            ceiling = self._ceiling(reader, mark)
            if position.mark is not None:
                rows = rows.filter(**{f"{mark.path}__gte": self._begin(mark, position.mark)})
        found = list(rows.order_by(mark.path, self._kind.key.path)[: self._page_max + 1])
        part, more = found[: self._page_max], len(found) > self._page_max
        reached = reader.raw(part[-1], mark) if part else position.mark
        if more:
            key = self._last(found, reader)
            there = Position(phase=Phase.MARKED, mark=reached, key=key, ceiling=ceiling)
        else:
            ends = [each for each in (reached, ceiling) if each is not None]
            there = Position(mark=min(ends, default=None))
        return self._page(found, reader, there, more=more)

    def _ceiling(self, reader: ModelReader, mark: Column) -> Any:
        """The highest stamp there is, or the present time where that is in the future."""
        told = reader.select().order_by().aggregate(highest=Max(mark.path))["highest"]
        if not isinstance(told, datetime):
            return told
        now = timezone.now()
        return min(told, now if told.tzinfo else timezone.make_naive(now))

    def _begin(self, mark: Column, raw: Any) -> Any:
        if mark.field.type is FieldType.INTEGER and isinstance(raw, int):
            return raw - self._lag
        if mark.field.type is FieldType.DATE and not isinstance(raw, datetime | int | str):
            return raw - timedelta(days=math.ceil(self._lag / _DAY))
        if isinstance(raw, datetime):
            return raw - timedelta(seconds=self._lag)
        raise Refused("the cursor is of another kind; read from the beginning", code="bad-cursor")

    def _last(self, rows: Sequence[Any], reader: ModelReader) -> tuple[Any, ...] | None:
        part = rows[: self._page_max]
        return (reader.raw(part[-1], self._kind.key),) if part else None

    def _page(
        self, rows: Sequence[Any], reader: ModelReader, there: Position, *, more: bool
    ) -> Page:
        part = rows[: self._page_max]
        gone = [key for row in part if reader.is_gone(row) and (key := reader.key(row)) is not None]
        ends = self._kind.mark is None and not more
        return Page(
            reader.records([row for row in part if not reader.is_gone(row)]),
            deletions=gone,
            cursor=None if ends else text_of(there),
            more=more,
        )


def _key_of(position: Position) -> Any:
    return None if position.key is None else position.key[0]


class ChangeTableFeed:
    """The changes of one kind, from the table in which triggers keep them."""

    def __init__(self, kind: ModelKind, using: str, page_max: int) -> None:
        """Read the change table of ``kind``."""
        self._kind, self._connection, self._page_max = kind, connections[using], page_max
        quote = self._connection.ops.quote_name
        self._table = quote(kind.said.change_table)
        self._column = quote(kind.model._meta.pk.column)  # noqa: SLF001 - Django's own way

    @property
    def _is_postgres(self) -> bool:
        return bool(self._connection.vendor == _POSTGRES)

    def page(self, since: str | None, reader: ModelReader) -> Page:
        """The page after the cursor ``since``."""
        position = Position() if since is None else position_of(since)
        if position.phase is Phase.MARKED:
            place = Place.of(position.mark)
            if self._begin() <= place:
                return self._changed(place, reader)
            # What came after it was forgotten meanwhile: everything is read again.
            position = Position()
        if position.phase is Phase.NEW:
            self._begin()  # else nobody keeps what changes from here on
            position = Position(phase=Phase.UNMARKED, ceiling=str(self._end()))
        rows = listed(reader, self._kind, self._kind.alive, _key_of(position), self._page_max)
        part = rows[: self._page_max]
        if len(rows) > self._page_max:
            there = evolve(position, key=(reader.raw(part[-1], self._kind.key),))
        else:
            there = Position(phase=Phase.MARKED, mark=position.ceiling)
        more = len(rows) > self._page_max
        return Page(reader.records(part), cursor=text_of(there), more=more)

    def _changed(self, place: Place, reader: ModelReader) -> Page:
        rows = self._read(place)
        more, rows = len(rows) > self._page_max, rows[: self._page_max]
        last = Place(int(rows[-1][0]), int(rows[-1][1])) if rows else place
        keys = dict.fromkeys(key for row in rows if (key := self._key(row[2])) is not None)
        found = reader.by_key(keys)
        there = text_of(Position(phase=Phase.MARKED, mark=str(last)))
        return Page(
            [found[key] for key in keys if key in found],
            deletions=[key for key in keys if key not in found],
            cursor=there,
            more=more,
        )

    def _key(self, raw: Any) -> str | None:
        if raw is None:
            return None
        field = self._kind.model._meta.pk  # noqa: SLF001 - Django's own way to ask
        return self._kind.key_text(self._kind.key, field.to_python(raw))

    def _read(self, place: Place) -> list[Any]:
        if self._is_postgres:
            told, order = "CAST(xid AS text)", "xid, seq"
            condition = (
                "(xid, seq) > (CAST(CAST(%s AS text) AS xid8), %s)"
                " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            )
            values = [str(place.xid), place.seq, self._page_max + 1]
        else:
            told, order, condition = "0", "seq", "seq > %s"
            values = [place.seq, self._page_max + 1]
        return self._asked(
            f"SELECT {told}, seq, {self._column} FROM {self._table}"  # noqa: S608 - the host's own names
            f" WHERE {condition} ORDER BY {order} LIMIT %s",
            values,
        )

    def _end(self) -> Place:
        if self._is_postgres:
            ((xid,),) = self._asked("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")
            return Place(int(xid), 0)
        ((seq,),) = self._asked(f"SELECT max(seq) FROM {self._table}")  # noqa: S608 - the host's own names
        return Place(0, int(seq or 0))

    def _begin(self) -> Place:
        told, order = ("CAST(xid AS text)", "xid, seq") if self._is_postgres else ("0", "seq")
        rows = self._asked(
            f"SELECT {told}, seq FROM {self._table} ORDER BY {order} LIMIT 1"  # noqa: S608 - the host's own names
        )
        if not rows:
            reason = f"{self._table} is empty: make the change tables again"
            raise Refused(reason, code="no-change-table")
        return Place(int(rows[0][0]), int(rows[0][1]))

    def _asked(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
