"""Assembly: from what a host says of its tables to tables that can be read and written."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from attrs import evolve, field, frozen

from erplink.adapters.crm.sqlalchemy.kinds import SqlField, SqlKind, SqlList, SqlValues
from erplink.adapters.crm.sqlalchemy.sources import SeveralCodec, Sources, gathered, table_of
from erplink.adapters.crm.triggers import ChangeTable, Watched
from erplink.adapters.erp.sql.catalogue import ColumnFacts, ForeignKey, TableFacts
from erplink.adapters.erp.sql.codecs import TextCodec
from erplink.adapters.erp.sql.columns import SeveralRows, SqlColumn
from erplink.adapters.erp.sql.dialects import Dialect
from erplink.adapters.erp.sql.dialects.dialect import RIGHTS
from erplink.adapters.erp.sql.lists import EnumList, ListSource, TableList
from erplink.adapters.erp.sql.tables import ParentLink, SqlTable, Tombstone
from erplink.domain.fields import Access, Field, FieldType
from erplink.errors import BadName, InputError

__all__ = ["Assembled", "StaticList", "Values", "assemble"]


@frozen
class StaticList:
    """A list whose items the host gave."""

    items: Mapping[str, str]

    def read(self, connection: sa.Connection, keys: Iterable[str] | None) -> Mapping[str, str]:  # noqa: ARG002 - what is given is known already
        """The items, or those with ``keys``."""
        wanted = self.items if keys is None else keys
        return {key: self.items[key] for key in wanted if key in self.items}


@frozen(eq=False)
class Values:
    """Where the values of a field with several texts are written."""

    column: SqlColumn
    table: sa.Table
    value: "sa.Column[Any]"
    parent: "sa.Column[Any]"
    #: What other columns hold in these rows.
    fixed: Mapping["sa.Column[Any]", Any]


@frozen(eq=False)
class Assembled:
    """One kind, ready for use."""

    said: SqlKind
    table: SqlTable
    #: The fields with several texts, by their column.
    values: Mapping[SqlColumn, Values]
    changes: ChangeTable | None = None
    #: The tables whose changes are changes of this kind.
    watched: tuple[Watched, ...] = ()


def assemble(
    kinds: Iterable[SqlKind],
    lists: Mapping[str, "SqlList | Mapping[str, str]"],
    speaks: sa.engine.Dialect,
    dialect: Dialect,
    plain: Dialect,
) -> tuple[dict[str, Assembled], dict[str, "ListSource | StaticList"]]:
    """All kinds and all lists; InputError or BadName names what does not fit."""
    said = {kind.name: kind for kind in kinds}
    makers = {name: _Kind(kind, said, speaks, dialect, plain) for name, kind in said.items()}
    made = {name: maker.assembled(makers) for name, maker in makers.items()}
    found: dict[str, ListSource | StaticList] = {}
    for name, items in lists.items():
        found[name] = _list(name, items, dialect, plain)
    for each in made.values():
        for column in each.table.columns:
            if column.items:
                found.setdefault(column.field.list_name, EnumList(column.items))
            elif column.field.list_name and column.field.list_name not in found:
                raise BadName.among(f"list of {each.said.name}", column.field.list_name, found)
    return made, found


def _list(
    name: str, items: "SqlList | Mapping[str, str]", dialect: Dialect, plain: Dialect
) -> "TableList | StaticList":
    if not isinstance(items, SqlList):
        return StaticList(dict(items))
    element = getattr(items.key, "__clause_element__", lambda: items.key)()
    if not isinstance(element, sa.Column) or not isinstance(element.table, sa.Table):
        raise InputError(f"the list {name!r} is read from the columns of a table")
    sources = Sources(name, element.table, dialect, plain)
    return TableList(name, sources.column(items.key), sources.column(items.text))


@frozen(eq=False)
class _Kind:
    """Puts one kind together."""

    said: SqlKind
    known: Mapping[str, SqlKind]
    speaks: sa.engine.Dialect
    dialect: Dialect
    plain: Dialect
    sources: Sources = field(init=False)

    @sources.default
    def _sources(self) -> Sources:
        return Sources(self.said.name, table_of(self.said.table), self.dialect, self.plain)

    @property
    def table(self) -> sa.Table:
        return self.sources.table

    @property
    def key(self) -> tuple["sa.Column[Any]", ...]:
        named = tuple(map(self.sources.resolved, self.said.key))
        key = named or tuple(self.table.primary_key.columns)
        if not key:
            raise InputError(f"{self.said.name}: {self.table.name} has no primary key; name one")
        return key

    def assembled(self, kinds: Mapping[str, "_Kind"]) -> Assembled:
        said = self.said
        own = [said.modified, said.version, said.deleted, said.active, said.request]
        owned = {self.sources.resolved(each) for each in own if each is not None}
        makes_keys = len(self.key) == 1 and _is_made(self.key[0], self.table)
        values: dict[SqlColumn, Values] = {}
        columns = []
        for name, source in said.fields.items():
            if isinstance(source, SqlValues):
                made = self._several(name, source)
                values[made.column] = made
                columns.append(made.column)
            else:
                columns.append(self._field(name, source, owned, makes_keys=makes_keys))
        parent = self._parent(kinds)
        taken = {each.target: each for each in columns if each.target is not None}

        def role(source: Any) -> SqlColumn | None:
            if source is None:
                return None
            return taken.get(self.sources.resolved(source)) or self.sources.column(source)

        stone = role(said.deleted) or role(said.active)
        request = role(said.request)
        key = tuple(taken.get(each) or self.sources.column(each) for each in self.key)
        table = SqlTable(
            facts=self._facts(),
            sql=self.table,
            kind_name=said.name,
            title=said.title,
            columns=tuple(columns),
            key=key,
            makes_keys=makes_keys,
            mark=role(said.modified),
            version=role(said.version),
            tombstone=Tombstone(stone, said.active is not None) if stone else None,
            parent=ParentLink(said.parent, tuple(map(self._of(taken), parent))) if parent else None,
            idempotency=request,
            idempotency_is_unique=request is not None and self._is_unique(request),
            natural_key=self._natural_key(columns, key, makes_keys=makes_keys),
            rights=frozenset({"select"}) if said.read_only else RIGHTS,
        )
        return Assembled(said, table, values, self._change_table(), tuple(self._watched(values)))

    def _of(self, taken: Mapping[Any, SqlColumn]) -> Any:
        return lambda column: taken.get(column) or self.sources.column(column)

    # fields --------------------------------------------------------------------------------------

    def _field(self, name: str, source: Any, owned: set[Any], *, makes_keys: bool) -> SqlColumn:
        more = source if isinstance(source, SqlField) else SqlField(source)
        column = self.sources.column(more.source, name)
        if more.list_name:
            column = column.as_item_of(more.list_name)
        is_made = column.target in set(self.key) and makes_keys
        access = self._access(column, owned, is_made=is_made)
        if more.access is not None and access is not Access.READ_ONLY:
            access = more.access
        described = evolve(
            column.field,
            label=more.label,
            tooltip=more.tooltip or column.field.tooltip,
            rank=more.rank,
            access=access,
            is_key=is_made,
        )
        return evolve(column, field=described)

    def _access(self, column: SqlColumn, owned: set[Any], *, is_made: bool) -> Access:
        if self.said.read_only or is_made or column.facts.computed or column.target in owned:
            return Access.READ_ONLY
        if column.target in set(self.key):
            return Access.WRITE_ONCE
        parents = {self.sources.resolved(each) for each in self.said.parent_key}
        needed = not column.facts.nullable and not column.facts.has_default
        return Access.MANDATORY if needed and column.target not in parents else Access.NORMAL

    def _several(self, name: str, said: SqlValues) -> Values:
        if len(self.key) != 1:
            raise InputError(f"{self.said.name}.{name}: several values need a key of one column")
        element = getattr(said.source, "__clause_element__", lambda: said.source)()
        if not isinstance(element, sa.Column) or not isinstance(element.table, sa.Table):
            raise InputError(f"{self.said.name}.{name}: several values stand in a table's column")
        rows = Sources(f"{self.said.name}.{name}", element.table, self.dialect, self.plain)
        value, parent = rows.column(said.source, name), rows.resolved(said.parent)
        if not isinstance(value.codec, TextCodec):
            raise InputError(f"{self.said.name}.{name}: several values are texts")
        fixed = {rows.resolved(column): item for column, item in said.fixed.items()}
        ours = sa.and_(parent == self.key[0], *(column == item for column, item in fixed.items()))
        order = rows.resolved(said.order) if said.order is not None else value.sql
        told = gathered(value.sql, element.table, ours, order, self.speaks)
        described = Field(
            name,
            FieldType.TEXTS,
            said.label,
            said.tooltip,
            max_length=value.field.max_length,
            access=Access.READ_ONLY if self.said.read_only else Access.NORMAL,
            rank=said.rank,
            sort=said.sort,
        )
        column = SqlColumn(
            facts=ColumnFacts(name=name, type=sa.Text(), has_default=True),
            field=described,
            codec=SeveralCodec(),
            sql=told,
            told=told,
            several=SeveralRows(element.table, value, ours),
        )
        return Values(column, rows.table, rows.resolved(said.source), parent, fixed)

    # the rest ------------------------------------------------------------------------------------

    def _parent(self, kinds: Mapping[str, "_Kind"]) -> tuple[Any, ...]:
        if not self.said.parent:
            return ()
        if self.said.parent not in kinds:
            raise BadName.among(f"kind for the parent of {self.said.name}", self.said.parent, kinds)
        above = kinds[self.said.parent]
        named = tuple(map(self.sources.resolved, self.said.parent_key))
        if named:
            if len(named) == len(above.key):
                return named
            raise InputError(f"{self.said.name}: as many columns as the parent's key refer to it")
        found = [self._referring(each) for each in above.key]
        if any(each is None for each in found):
            reason = f"no column refers to {above.table.name}; name it as parent_key"
            raise InputError(f"{self.said.name}: {reason}")
        return tuple(found)

    def _referring(self, above: "sa.Column[Any]") -> "sa.Column[Any] | None":
        found = (c for c in self.table.columns if c is not above and c.references(above))
        return next(found, None)

    def _natural_key(
        self, columns: Iterable[SqlColumn], key: tuple[SqlColumn, ...], *, makes_keys: bool
    ) -> tuple[str, ...]:
        known = {column.key: column for column in columns}
        if self.said.natural_key is not None:
            for name in self.said.natural_key:
                if name not in known:
                    raise BadName.among(f"field of {self.said.name}", name, known)
            return self.said.natural_key
        names = {each.target: each.key for each in known.values() if each.target is not None}
        if not makes_keys:
            mine = [names[each.target] for each in key if each.target in names]
            return tuple(mine) if len(mine) == len(key) else ()
        for unique in self._unique():
            fits = all(
                column in names
                and not column.nullable
                and not known[names[column]].field.why_not_writable
                for column in unique
            )
            if unique and fits:
                return tuple(names[column] for column in unique)
        return ()

    def _unique(self) -> Iterable[tuple["sa.Column[Any]", ...]]:
        for column in self.table.columns:
            if column.unique:
                yield (column,)
        for constraint in self.table.constraints:
            if isinstance(constraint, sa.UniqueConstraint):
                yield tuple(constraint.columns)
        for index in self.table.indexes:
            if index.unique and not index.dialect_kwargs:
                yield tuple(index.columns)

    def _is_unique(self, column: SqlColumn) -> bool:
        return (column.target,) in set(self._unique()) or (column.target,) == self.key

    def _facts(self) -> TableFacts:
        return TableFacts(
            name=self.table.name,
            schema=self.table.schema,
            columns=tuple(ColumnFacts(column.name, column.type) for column in self.table.columns),
            primary_key=tuple(column.name for column in self.key),
            primary_key_name=str(self.table.primary_key.name or f"{self.table.name}_pkey"),
            foreign_keys=tuple(
                ForeignKey(
                    tuple(each.column_keys),
                    each.referred_table.name,
                    (),
                    str(each.name or f"{self.table.name}_{each.column_keys[0]}_fkey"),
                )
                for each in self.table.foreign_key_constraints
            ),
            unique={
                f"{self.table.name}_{'_'.join(c.name for c in unique)}_key": tuple(
                    c.name for c in unique
                )
                for unique in self._unique()
            },
            comment=self.table.comment or "",
        )

    def _change_table(self) -> ChangeTable | None:
        name = self.said.change_table
        if not name:
            return None
        types = [(c.name, c.type.compile(dialect=self.speaks)) for c in self.key]
        return ChangeTable(name, types, self.table.schema or "")

    def _watched(self, values: Mapping[SqlColumn, Values]) -> Iterable[Watched]:
        if not self.said.change_table:
            return
        yield Watched(self.table.name, [c.name for c in self.key], self.table.schema or "")
        seen = set()
        for each in values.values():
            if each.table.name not in seen:
                seen.add(each.table.name)
                yield Watched(each.table.name, [each.parent.name], each.table.schema or "")


def _is_made(column: "sa.Column[Any]", table: sa.Table) -> bool:
    given = column.default is not None or column.server_default is not None
    return given or table.autoincrement_column is column
