"""Schema: all tables of a configuration as kinds, and all lists."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.sql.catalogue import ForeignKey, TableFacts, read_tables, table_names
from erplink.adapters.erp.sql.columns import SqlColumn, column_of
from erplink.adapters.erp.sql.dialects import Dialect
from erplink.adapters.erp.sql.lists import EnumList, ListSource, TableList, text_column
from erplink.adapters.erp.sql.roles import Roles, key_names, parent_reference
from erplink.adapters.erp.sql.settings import SqlSettings
from erplink.adapters.erp.sql.tables import ParentLink, SqlTable, Tombstone
from erplink.domain.fields import Access
from erplink.errors import Refused, likely

__all__ = ["Schema", "read_schema"]


@frozen(eq=False, kw_only=True)
class Schema:
    """What a session offers, and what it does not."""

    tables: Mapping[str, SqlTable]
    lists: Mapping[str, ListSource] = attr(factory=dict)
    #: Tables without a key, and tables that the user may not read.
    without_key: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


def read_schema(connection: sa.Connection, settings: SqlSettings, dialect: Dialect) -> Schema:
    """Reflect the configured tables; Refused says which of them cannot be offered, and why."""
    there = table_names(connection, settings.schema)
    if not there:
        raise Refused("the schema has no tables", field="schema", code="no-tables")
    for field, names in (("tables", settings.tables), ("lists", settings.lists)):
        _check_names(field, names, there)
    _check_names("columns", settings.columns, there)
    wanted = settings.tables or [
        name
        for name, is_view in there.items()
        if name not in settings.lists and (not is_view or settings.of_table(name).key)
    ]
    all_names = {name: there[name] for name in (*wanted, *settings.lists)}
    facts = read_tables(connection, settings.schema, all_names)
    rights = dialect.rights(connection, settings.schema, facts)
    return _Assembly(settings, dialect, facts, rights).schema(wanted)


def _check_names(field: str, names: Iterable[str], there: Mapping[str, bool]) -> None:
    for name in names:
        if name not in there:
            reason = f"there is no table {name!r}{likely(name, there)}"
            raise Refused(reason, field=field, code="no-such-table")


class _Assembly:
    """Puts the tables together; every step needs what is known of all of them."""

    def __init__(
        self,
        settings: SqlSettings,
        dialect: Dialect,
        facts: Mapping[str, TableFacts],
        rights: Mapping[str, frozenset[str]],
    ) -> None:
        self._settings, self._dialect = settings, dialect
        self._facts, self._rights = facts, rights
        self._lists: dict[str, ListSource] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, dict[str, SqlColumn]] = {}

    def schema(self, wanted: Iterable[str]) -> Schema:
        readable = [name for name in wanted if "select" in self._rights.get(name, ())]
        for name in self._settings.lists:
            self._add_list(self._facts[name])
        for name in readable:
            self._add_key(self._facts[name])
        if not self._keys:
            raise Refused("no table with a key can be read", field="tables", code="no-tables")
        tables = [self._table(self._facts[name]) for name in readable if name in self._keys]
        return Schema(
            tables={table.name: table for table in tables},
            lists=self._lists,
            without_key=tuple(name for name in readable if name not in self._keys),
            denied=tuple(name for name in wanted if name not in readable),
        )

    def _add_key(self, facts: TableFacts) -> None:
        """Take in the table where all of its key has values in erplink."""
        names = key_names(facts, self._settings.of_table(facts.name))
        columns = self._columns(facts, names)
        if names and all(name in columns for name in names):
            self._keys[facts.name], self._known[facts.name] = names, columns
        elif facts.name in self._settings.tables:
            reason = f"{facts.name!r} has no key; name its columns, as in [{facts.name}] key = …"
            raise Refused(reason, field="columns", code="no-key")

    def _add_list(self, facts: TableFacts) -> None:
        names = key_names(facts, self._settings.of_table(facts.name))
        columns = self._columns(facts, names)
        if len(names) != 1 or names[0] not in columns:
            reason = f"{facts.name!r} is no list, for its key is not one column"
            raise Refused(reason, field="lists", code="no-key")
        key = columns[names[0]]
        self._lists[facts.name] = TableList(
            facts.name, key, text_column(list(columns.values()), key)
        )

    def _columns(self, facts: TableFacts, key: Iterable[str]) -> dict[str, SqlColumn]:
        table = sa.Table(
            facts.name,
            sa.MetaData(),
            # Their names as parameters are ours: a driver need not cope with those of the table.
            *(
                sa.Column(each.name, self._dialect.sql_type(each.type), key=f"c{number}")
                for number, each in enumerate(facts.columns)
            ),
            schema=facts.schema,
        )
        known = {
            each.name: column_of(
                each, sql, self._dialect, f"{facts.name}.{each.name}", in_key=each.name in key
            )
            for each, sql in zip(facts.columns, table.columns, strict=True)
        }
        return {name: column for name, column in known.items() if column is not None}

    def _table(self, facts: TableFacts) -> SqlTable:
        settings, key = self._settings.of_table(facts.name), self._keys[facts.name]
        columns = {
            name: self._as_item(facts, column) for name, column in self._known[facts.name].items()
        }
        for column in columns.values():
            if column.items:
                self._lists[column.field.list_name] = EnumList(column.items)
        roles = Roles.of(facts, columns, settings)
        reference = parent_reference(facts, settings, self._keys)
        above = reference.columns if reference else ()
        makes_keys = len(key) == 1 and self._is_made(facts, key[0])
        own = roles.own | ({key[0]} if makes_keys else set())
        columns = {
            name: self._with_access(column, facts, key, own, above)
            for name, column in columns.items()
        }
        stone = columns.get(roles.deleted or roles.active)
        idempotency = columns.get(roles.idempotency)
        return SqlTable(
            facts=facts,
            sql=next(iter(columns.values())).sql.table,
            columns=tuple(columns.values()),
            key=tuple(columns[name] for name in key),
            makes_keys=makes_keys,
            mark=columns.get(roles.mark),
            version=columns.get(roles.version),
            tombstone=Tombstone(stone, bool(roles.active)) if stone else None,
            parent=self._parent(reference, columns) if reference else None,
            idempotency=idempotency,
            idempotency_is_unique=(roles.idempotency,) in facts.unique.values(),
            natural_key=_natural_key(facts, columns) if makes_keys else key,
            rights=self._rights_to(facts),
            left_out=tuple(name for name in facts.column_names if name not in columns),
        )

    def _parent(self, reference: ForeignKey, columns: Mapping[str, SqlColumn]) -> ParentLink | None:
        ours = dict(zip(reference.referred, reference.columns, strict=True))
        names = [ours[name] for name in self._keys[reference.table]]
        if not all(name in columns for name in names):
            return None
        return ParentLink(reference.table, tuple(columns[name] for name in names))

    def _as_item(self, facts: TableFacts, column: SqlColumn) -> SqlColumn:
        for reference in facts.foreign_keys:
            source = self._lists.get(reference.table)
            fits = reference.columns == (column.key,) and isinstance(source, TableList)
            if fits and isinstance(source, TableList) and reference.referred == (source.key.key,):
                return column.as_item_of(reference.table)
        return column

    def _is_made(self, facts: TableFacts, name: str) -> bool:
        column = facts.column(name)
        if column.has_default or facts.is_view:
            return True
        # SQLite counts up a primary key that is declared as INTEGER, and no other.
        is_row_id = str(column.type).upper() == "INTEGER" and facts.primary_key == (name,)
        return is_row_id and self._dialect.integers_are_long

    def _rights_to(self, facts: TableFacts) -> frozenset[str]:
        if facts.is_view or self._settings.read_only:
            return frozenset({"select"})
        return self._rights[facts.name]

    def _with_access(
        self,
        column: SqlColumn,
        facts: TableFacts,
        key: tuple[str, ...],
        own: set[str],
        above: tuple[str, ...],
    ) -> SqlColumn:
        name, declared = column.key, column.facts
        writes = self._rights_to(facts) & {"insert", "update"}
        if name in own or declared.computed or not writes:
            # The key that the database makes is the record's own id; no other column is.
            return column.with_access(Access.READ_ONLY, is_key=name in own and key == (name,))
        if name in key:
            return column.with_access(Access.WRITE_ONCE)
        if name in facts.primary_key and self._is_made(facts, name):
            return column.with_access(Access.READ_ONLY)
        needed = not declared.nullable and not declared.has_default and name not in above
        return column.with_access(Access.MANDATORY if needed else Access.NORMAL)


def _natural_key(facts: TableFacts, columns: Mapping[str, SqlColumn]) -> tuple[str, ...]:
    """The first columns that are unique, always filled, and written from outside."""
    for names in facts.unique.values():
        known = [columns[name] for name in names if name in columns]
        fitting = [
            each for each in known if not each.field.why_not_writable and not each.facts.nullable
        ]
        if len(fitting) == len(names):
            return names
    return ()
