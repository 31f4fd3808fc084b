"""Writer: edits of one table, all in one transaction, each by itself."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.sql.attempts import attempt_each, not_done
from erplink.adapters.erp.sql.database import Database, Work
from erplink.adapters.erp.sql.faults import Fault
from erplink.adapters.erp.sql.patches import RawPatch, raw_patch
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.selection import rows_by_key
from erplink.adapters.erp.sql.stamps import Stamps
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Edit, EditRefused, EditResult, EditStale, EditUnknown, Saved
from erplink.domain.values import UNSET
from erplink.errors import BadValue, Refused, Unauthorised

__all__ = ["Writer"]


@frozen(eq=False)
class _Task:
    """An edit with what it stores."""

    edit: Edit
    raw: RawPatch


@frozen
class _Written:
    """An edit that was done; the record is read back when all are."""

    key: str


_Outcome = _Written | EditRefused | EditStale


class Writer:
    """Saves edits of one table."""

    def __init__(self, table: SqlTable, database: Database, reader: RowReader, system: str) -> None:
        """Write to ``table``; ``reader`` reads whole records back."""
        self._table, self._database = table, database
        self._reader, self._system = reader, system

    def save(self, edits: Sequence[Edit]) -> list[EditResult]:
        """Do each edit, and answer each in its place."""
        planned = [self._planned(edit) for edit in edits]
        done = iter(self._done([task for task in planned if isinstance(task, _Task)]))
        return [next(done) if isinstance(plan, _Task) else plan for plan in planned]

    def _planned(self, edit: Edit) -> _Task | EditRefused:
        try:
            return _Task(edit, raw_patch(self._table, edit, self._system))
        except BadValue as error:
            return EditRefused(error.rule, error.field)

    def _done(self, tasks: Sequence[_Task]) -> list[EditResult]:
        if not tasks:
            return []
        try:
            with self._database.writing() as work:
                return _Saving(self._table, self._database, self._reader, work).done(tasks)
        except Unauthorised:
            raise
        except Refused as error:
            # What the database checks only at the end; all was undone, whichever edit it was.
            if len(tasks) > 1:
                return [self._done([task])[0] for task in tasks]
            return [EditRefused(error.reason, error.field, error.code)]


@frozen(eq=False)
class _Saving:
    """One transaction."""

    _table: SqlTable
    _database: Database
    _reader: RowReader
    _work: Work
    _stamps: Stamps = attr(init=False)
    #: The rows that edits are about and that none has changed yet, locked until the end. What a
    #: changed row holds is not kept here, because it may be undone.
    _rows: dict[str, Sequence[Any]] = attr(factory=dict, init=False)

    @_stamps.default
    def _stamped(self) -> Stamps:
        return Stamps(self._table, self._database.dialect, self._work.connection)

    def done(self, tasks: Sequence[_Task]) -> list[EditResult]:
        keys = [task.edit.key for task in tasks if task.edit.key is not None]
        self._rows.update(self._locked(keys))
        redactor, connection = self._database.redactor, self._work.connection
        outcomes = attempt_each(connection, tasks, self._write, self._refuse, redactor)
        keys = [outcome.key for outcome in outcomes if isinstance(outcome, _Written)]
        stored = rows_by_key(connection, self._table, self._reader, keys)
        return [
            self._saved(outcome.key, stored) if isinstance(outcome, _Written) else outcome
            for outcome in outcomes
        ]

    def _locked(self, keys: Sequence[str]) -> dict[str, Sequence[Any]]:
        return rows_by_key(self._work.connection, self._table, self._reader, keys, lock=True)

    def _write(self, task: _Task) -> _Outcome:
        return self._create(task) if task.edit.key is None else self._change(task, task.edit.key)

    def _refuse(self, task: _Task, fault: Fault) -> _Outcome:
        # Two creations under one idempotency key at once: the other one was first.
        made = self._made(task.edit) if task.edit.creates else None
        return self._table.refusal(fault) if made is None else made

    def _saved(self, key: str, stored: dict[str, Sequence[Any]]) -> EditResult:
        record = self._reader.record(stored[key], key) if key in stored else None
        if record is None:
            return EditUnknown(f"{key!r} was written and cannot be read back")
        return Saved(record)

    # changing ------------------------------------------------------------------------------------

    def _change(self, task: _Task, key: str) -> _Outcome:
        row = self._rows.get(key) or self._locked([key]).get(key)
        if row is None:
            return EditStale(None)
        if task.edit.expects not in (None, self._reader.version(row)):
            return EditStale(self._reader.record(row, key))
        news = {each: raw for each, raw in task.raw.items() if self._is_news(each, raw, row)}
        if not news:
            return _Written(key)
        change = sa.update(self._table.sql).where(self._reader.is_still(row))
        self._work.acted = True
        self._rows.pop(key, None)
        stored = {**news, **self._stamps.next()}
        values = dict(each.assignment(raw) for each, raw in stored.items())
        done = self._work.connection.execute(change.values(values))
        if done.rowcount == 0:
            return not_done(self._reader, row, self._locked([key]).get(key))
        return _Written(key)

    def _is_news(self, column: Any, raw: Any, row: Sequence[Any]) -> bool:
        """Whether what is to be stored is not stored already."""
        held = column.codec.tell(self._reader.raw(row, column))
        return held is UNSET or bool(held != column.codec.tell(raw))

    # creating ------------------------------------------------------------------------------------

    def _create(self, task: _Task) -> _Outcome:
        made = self._made(task.edit)
        if made is not None:
            return made
        table = self._table
        stored = {**self._stamps.new(), **task.raw}
        values = dict(each.assignment(raw) for each, raw in stored.items())
        insert = sa.insert(table.sql).values(values)
        self._work.acted = True
        connection = self._work.connection
        if connection.dialect.insert_returning:
            row = connection.execute(insert.returning(*(each.told for each in table.key))).one()
            return self._keyed(tuple(row))
        done = connection.execute(insert)
        return self._keyed(
            (done.lastrowid,) if table.makes_keys else tuple(task.raw[each] for each in table.key)
        )

    def _keyed(self, raw: tuple[Any, ...]) -> _Outcome:
        key = self._table.key_of(raw)
        if key is None:
            raise Refused("the new row has a key that cannot be told or is too long")
        return _Written(key)

    def _made(self, edit: Edit) -> _Outcome | None:
        """What the same creation made before."""
        column = self._table.idempotency
        if column is None or not edit.idempotency_key:
            return None
        rows = self._reader.select().where(column.sql == column.codec.keep(edit.idempotency_key))
        row = self._work.connection.execute(rows.limit(1)).first()
        if row is None:
            return None
        key = self._reader.key(row)
        if key is None or self._reader.is_gone(row):
            return EditRefused("what this creation made is gone by now", code="gone")
        return _Written(key)
