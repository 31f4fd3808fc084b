"""BatchWriter: edits of one kind in one transaction, with as few statements as they take.

Creations that fill the same columns are one statement, and so are changes of the same columns.
What the database refuses is halved until the edit is found that it refuses; the others are done.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from attrs import field as attr
from attrs import frozen
from sqlalchemy.exc import DBAPIError

from erplink.adapters.crm.sqlalchemy.assembly import Assembled
from erplink.adapters.crm.sqlalchemy.patching import Patcher
from erplink.adapters.crm.sqlalchemy.sending import send_many
from erplink.adapters.crm.sqlalchemy.several import write_values
from erplink.adapters.crm.sqlalchemy.transactions import Transactions
from erplink.adapters.erp.sql.attempts import not_done
from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.database import Work
from erplink.adapters.erp.sql.faults import fault_of
from erplink.adapters.erp.sql.patches import RawPatch
from erplink.adapters.erp.sql.rows import RowReader
from erplink.adapters.erp.sql.selection import rows_at, rows_by_key
from erplink.adapters.erp.sql.stamps import Stamps
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Edit, EditRefused, EditResult, EditStale, EditUnknown, Saved
from erplink.domain.values import UNSET
from erplink.errors import BadValue, Refused, Unauthorised

__all__ = ["BatchWriter"]


@frozen(eq=False)
class _Task:
    """An edit with what it stores."""

    edit: Edit
    raw: RawPatch


@frozen
class _Written:
    """An edit that was done; the record is read back when all are."""

    key: str
    #: The values of the key, as the driver has them.
    raw: tuple[Any, ...]


_Outcome = _Written | EditRefused | EditStale


class _PassedOver(Exception):
    """The database changed fewer rows than it was told to."""


class BatchWriter:
    """Saves edits of one kind."""

    def __init__(self, kind: Assembled, transactions: Transactions, reader: RowReader) -> None:
        """Write to ``kind``; ``reader`` reads whole records back."""
        self._kind, self._transactions, self._reader = kind, transactions, reader
        self._patcher = Patcher(kind.table)

    def save(self, edits: Sequence[Edit]) -> list[EditResult]:
        """Do each edit, and answer each in its place."""
        planned = [self._planned(edit) for edit in edits]
        done = iter(self._done([task for task in planned if isinstance(task, _Task)]))
        return [next(done) if isinstance(plan, _Task) else plan for plan in planned]

    def _planned(self, edit: Edit) -> _Task | EditRefused:
        try:
            return _Task(edit, self._patcher.raw(edit))
        except BadValue as error:
            return EditRefused(error.rule, error.field)

    def _done(self, tasks: Sequence[_Task]) -> list[EditResult]:
        if not tasks:
            return []
        try:
            with self._transactions.writing() as work:
                return _Saving(self._kind, self._transactions, self._reader, work).done(tasks)
        except Unauthorised:
            raise
        except Refused as error:
            # What the database checks only at the end; all was undone, whichever edit it was.
            if len(tasks) > 1:
                half = len(tasks) // 2
                return [*self._done(tasks[:half]), *self._done(tasks[half:])]
            return [EditRefused(error.reason, error.field, error.code)]


@frozen(eq=False)
class _Saving:
    """One transaction."""

    _kind: Assembled
    _transactions: Transactions
    _reader: RowReader
    _work: Work
    _stamps: Stamps = attr(init=False)

    @_stamps.default
    def _stamped(self) -> Stamps:
        return Stamps(self._kind.table, self._transactions.dialect, self._work.connection)

    @property
    def _table(self) -> SqlTable:
        return self._kind.table

    def done(self, tasks: Sequence[_Task]) -> list[EditResult]:
        """Do all tasks, those of one record one after the other."""
        outcomes: dict[int, _Outcome] = {}
        for numbers in _rounds(tasks):
            some = [tasks[number] for number in numbers]
            outcomes.update(zip(numbers, self._round(some), strict=True))
        raw = [each.raw for each in outcomes.values() if isinstance(each, _Written)]
        stored = rows_at(self._work.connection, self._table, self._reader, raw)
        return [self._answer(outcomes[number], stored) for number in range(len(tasks))]

    def _answer(self, outcome: _Outcome, stored: Mapping[str, Any]) -> EditResult:
        if not isinstance(outcome, _Written):
            return outcome
        row = stored.get(outcome.key)
        record = None if row is None else self._reader.record(row, outcome.key)
        if record is None:
            return EditUnknown(f"{outcome.key!r} was written and cannot be read back")
        return Saved(record)

    def _round(self, tasks: Sequence[_Task]) -> list[_Outcome]:
        keys = [task.edit.key for task in tasks if task.edit.key is not None]
        rows = self._locked(keys)
        outcomes: dict[int, _Outcome] = {}
        creations: list[tuple[int, _Task]] = []
        changes: list[tuple[int, _Task, Sequence[Any]]] = []
        for number, task in enumerate(tasks):
            if task.edit.key is None:
                creations.append((number, task))
                continue
            row = rows.get(task.edit.key)
            if row is None:
                outcomes[number] = EditStale(None)
            elif task.edit.expects not in (None, self._reader.version(row)):
                outcomes[number] = EditStale(self._reader.record(row, task.edit.key))
            else:
                changes.append((number, task, row))
        self._create_all(creations, outcomes)
        self._attempt(changes, self._change, outcomes)
        return [outcomes[number] for number in range(len(tasks))]

    def _create_all(
        self, creations: Sequence[tuple[int, _Task]], outcomes: dict[int, _Outcome]
    ) -> None:
        """Make what was not made before; mostly nothing was, and the unique index would say so."""
        if not creations:
            return
        if self._table.idempotency_is_unique and self._create_at_once(creations, outcomes):
            return
        made = self._made_before(task for _, task in creations)
        left = []
        for number, task in creations:
            before = made.get(task.edit.idempotency_key)
            if before is None:
                left.append((number, task))
            else:
                outcomes[number] = before
        self._attempt(left, self._create, outcomes)

    def _create_at_once(
        self, creations: Sequence[tuple[int, _Task]], outcomes: dict[int, _Outcome]
    ) -> bool:
        try:
            with self._work.connection.begin_nested():
                self._work.acted = True
                outcomes.update(self._create(creations))
        except DBAPIError as error:
            if not fault_of(error, self._transactions.redactor).is_of_the_edit:
                raise
            return False
        return True

    def _locked(self, keys: Sequence[str]) -> dict[str, Sequence[Any]]:
        return rows_by_key(self._work.connection, self._table, self._reader, keys, lock=True)

    def _attempt(self, tasks: Sequence[Any], write: Any, outcomes: dict[int, _Outcome]) -> None:
        """Write all tasks together, or where the database refuses one of them, each half."""
        if not tasks:
            return
        try:
            with self._work.connection.begin_nested():
                self._work.acted = True
                done = write(tasks)
        except _PassedOver:
            if len(tasks) == 1:
                number, task, row = tasks[0]
                now = self._locked([task.edit.key]).get(task.edit.key)
                outcomes[number] = not_done(self._reader, row, now)
                return
        except DBAPIError as error:
            fault = fault_of(error, self._transactions.redactor)
            if not fault.is_of_the_edit:
                raise
            if len(tasks) == 1:
                number, task, *_ = tasks[0]
                # Two creations under one idempotency key at once: the other one was first.
                before = self._made_before([task]).get(task.edit.idempotency_key)
                outcomes[number] = before or self._table.refusal(fault)
                return
        else:
            outcomes.update(done)
            return
        half = len(tasks) // 2
        self._attempt(tasks[:half], write, outcomes)
        self._attempt(tasks[half:], write, outcomes)

    # creating ------------------------------------------------------------------------------------

    def _create(self, tasks: Sequence[tuple[int, _Task]]) -> dict[int, _Outcome]:
        stamps = self._stamps.new()
        groups: dict[tuple[SqlColumn, ...], list[tuple[int, _Task]]] = defaultdict(list)
        for number, task in tasks:
            own = tuple(column for column in task.raw if column.several is None)
            groups[own].append((number, task))
        outcomes: dict[int, _Outcome] = {}
        for columns, some in groups.items():
            stored = {column: raw for column, raw in stamps.items() if column not in columns}
            names = [_name(column) for column in columns]
            more = {_name(column): raw for column, raw in stored.items()}
            rows = [
                dict(zip(names, map(task.raw.__getitem__, columns), strict=True), **more)
                for _, task in some
            ]
            keys = self._insert((*columns, *stored), rows)
            for (number, _), key in zip(some, keys, strict=True):
                told = self._table.key_of(key)
                if told is None:
                    raise Refused("the new row has a key that cannot be told or is too long")
                outcomes[number] = _Written(told, key)
            self._write_values(
                [(key, task, None) for (_, task), key in zip(some, keys, strict=True)]
            )
        return outcomes

    def _insert(
        self, columns: Sequence[SqlColumn], rows: list[dict[str, Any]]
    ) -> Sequence[tuple[Any, ...]]:
        """The keys of new rows, in their order."""
        table, connection = self._table, self._work.connection
        insert = sa.insert(table.sql).values(
            {column.target: _bound(column) for column in columns if column.target is not None}
        )
        if not table.makes_keys:
            connection.execute(insert, rows)
            return [tuple(row[_name(column)] for column in table.key) for row in rows]
        if connection.dialect.name == "sqlite" and table.key[0].facts.counted:
            return self._insert_counted(columns, rows)
        told = [column.told for column in table.key]
        if connection.dialect.insert_executemany_returning_sort_by_parameter_order:
            returning = insert.returning(*told, sort_by_parameter_order=True)
            return [tuple(row) for row in connection.execute(returning, rows)]
        if connection.dialect.insert_returning:
            one = insert.returning(*told)
            return [tuple(connection.execute(one, row).one()) for row in rows]
        return [tuple(connection.execute(insert, row).inserted_primary_key or ()) for row in rows]

    def _insert_counted(
        self, columns: Sequence[SqlColumn], rows: list[dict[str, Any]]
    ) -> Sequence[tuple[Any, ...]]:
        """As SQLite counts up, but all at once: nobody else writes until this transaction ends."""
        table, connection, key = self._table, self._work.connection, self._table.key[0]
        highest = connection.execute(sa.select(sa.func.max(key.sql))).scalar() or 0
        if table.sql.dialect_options["sqlite"]["autoincrement"]:
            counted = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            named = counted.bindparams(name=table.sql.name)
            highest = max(highest, connection.execute(named).scalar() or 0)
        name = _name(key)
        for number, row in enumerate(rows, highest + 1):
            row[name] = number
        targets = {each.target: _bound(each) for each in (key, *columns)}
        send_many(connection, sa.insert(table.sql).values(targets), (key, *columns), rows)
        return [(row[name],) for row in rows]

    def _made_before(self, tasks: Iterable[_Task]) -> dict[str, _Outcome]:
        """What the same creations made before, by their idempotency keys."""
        column = self._table.idempotency
        keys = [task.edit.idempotency_key for task in tasks if task.edit.creates]
        asked = {column.codec.keep(key): key for key in keys if key} if column else {}
        if column is None or not asked:
            return {}
        rows = self._reader.select(column.sql).where(column.sql.in_(list(asked)))
        found: dict[str, _Outcome] = {}
        for row in self._work.connection.execute(rows):
            key = self._reader.key(row)
            if key is None or self._reader.is_gone(row):
                found[asked[row[-1]]] = EditRefused(
                    "what this creation made is gone by now", code="gone"
                )
            else:
                found[asked[row[-1]]] = _Written(key, self._reader.raw_key(row))
        return found

    # changing ------------------------------------------------------------------------------------

    def _change(self, tasks: Sequence[tuple[int, _Task, Sequence[Any]]]) -> dict[int, _Outcome]:
        groups: dict[tuple[SqlColumn, ...], list[tuple[dict[SqlColumn, Any], Any]]]
        groups = defaultdict(list)
        several = []
        for _, task, row in tasks:
            news = {each: raw for each, raw in task.raw.items() if self._is_news(each, raw, row)}
            own = {column: raw for column, raw in news.items() if column.several is None}
            if news:
                groups[tuple(own)].append((own, row))
            if len(own) < len(news):
                several.append((self._reader.raw_key(row), task, row))
        for columns, some in groups.items():
            self._update(columns, some)
        self._write_values(several)
        return {
            number: _Written(str(task.edit.key), self._reader.raw_key(row))
            for number, task, row in tasks
        }

    def _is_news(self, column: SqlColumn, raw: Any, row: Sequence[Any]) -> bool:
        """Whether what is to be stored is not stored already."""
        held = column.codec.tell(self._reader.raw(row, column))
        return held is UNSET or bool(held != column.codec.tell(raw))

    def _update(
        self, columns: Sequence[SqlColumn], some: Sequence[tuple[dict[SqlColumn, Any], Any]]
    ) -> None:
        table, stamps = self._table, self._stamps.next()
        stored = {column: raw for column, raw in stamps.items() if column not in columns}
        values = {each.target: _bound(each) for each in columns}
        values |= dict(column.assignment(raw) for column, raw in stored.items())
        if not values:
            return
        where = [each.sql == _bound(each, "at") for each in table.key]
        version = table.version
        if version is not None:
            where.append(version.sql.is_not_distinct_from(_bound(version, "at")))
        rows = []
        for own, row in some:
            at = dict(zip(table.key, self._reader.raw_key(row), strict=True))
            if version is not None:
                at[version] = self._reader.raw(row, version)
            rows.append(
                {_name(column): raw for column, raw in own.items()}
                | {_name(column, "at"): raw for column, raw in at.items()}
            )
        done = self._work.connection.execute(
            sa.update(table.sql).where(*where).values(values), rows
        )
        if 0 <= done.rowcount != len(rows):
            raise _PassedOver

    def _write_values(self, tasks: Sequence[tuple[tuple[Any, ...], _Task, Any]]) -> None:
        """Write the fields that have several values, into their own tables."""
        for column, values in self._kind.values.items():
            wanted = {key[0]: task.raw[column] for key, task, _ in tasks if column in task.raw}
            is_new = all(row is None for _, _, row in tasks)
            write_values(self._work.connection, values, wanted, is_new=is_new)


def _rounds(tasks: Sequence[_Task]) -> Iterable[list[int]]:
    """The numbers of tasks such that no two of a round are about one record."""
    names = {task.edit.key or task.edit.idempotency_key for task in tasks}
    if len(names) == len(tasks) and "" not in names:
        return [list(range(len(tasks)))]
    rounds: list[tuple[set[Any], list[int]]] = []
    for number, task in enumerate(tasks):
        same = task.edit.key or task.edit.idempotency_key or object()
        about = (task.edit.creates, same)
        free = next((each for each in rounds if about not in each[0]), None)
        if free is None:
            free = (set(), [])
            rounds.append(free)
        free[0].add(about)
        free[1].append(number)
    return [numbers for _, numbers in rounds]


def _name(column: SqlColumn, prefix: str = "to") -> str:
    """The name of a parameter; no column has such a name."""
    return f"erplink_{prefix}_{column.facts.name}"


def _bound(column: SqlColumn, prefix: str = "to") -> "sa.BindParameter[Any]":
    return sa.bindparam(_name(column, prefix), type_=column.sql.type)
