"""Roles: which columns are the key, the mark and the like; somebody said so, or they are found."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from attrs import frozen

from erplink.adapters.erp.sql.catalogue import ForeignKey, TableFacts
from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.settings import TableSettings
from erplink.domain.fields import FieldType
from erplink.errors import Refused, likely

__all__ = ["Roles", "key_names", "parent_reference"]

_MODIFIED: Final = re.compile(
    "(date)?(modified|updated|changed)(at|on|date)?"
    "|last(modified|updated?|changed?)(at|on|date)?"
    "|(write|modify)date|mtime"
)
_VERSION: Final = re.compile("(row|lock)?version|versionid|optlock")
_MARKS: Final = (FieldType.DATETIME, FieldType.DATE, FieldType.INTEGER)
_STONES: Final = (FieldType.DATETIME, FieldType.DATE, FieldType.INTEGER, FieldType.CHECKBOX)
_VERSIONS: Final = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.DATETIME, FieldType.TEXT)


def key_names(table: TableFacts, settings: TableSettings) -> tuple[str, ...]:
    """The columns of the key: those that somebody named, or else of the primary key."""
    for name in settings.key:
        _check(table, "key", name)
    return settings.key or table.primary_key


@frozen(kw_only=True)
class Roles:
    """The names of the columns of one table that erplink itself works with; empty for none."""

    mark: str = ""
    version: str = ""
    #: The column that tells whether a row is gone, or the one that tells whether it is not.
    deleted: str = ""
    active: str = ""
    idempotency: str = ""

    @classmethod
    def of(
        cls, table: TableFacts, columns: Mapping[str, SqlColumn], settings: TableSettings
    ) -> "Roles":
        """Those that somebody named, and for the others, those whose name and type say so."""

        def named(option: str, types: Collection[FieldType]) -> str:
            return _named(table, columns, option, getattr(settings, option) or "", types)

        mark, version = named("modified", _MARKS), named("version", _VERSIONS)
        if settings.modified is None:
            mark = _found(columns, _MODIFIED, FieldType.DATETIME)
        if settings.version is None:
            version = _found(columns, _VERSION, FieldType.INTEGER)
            version = "" if version and columns[version].facts.nullable else version
        return cls(
            mark=mark,
            version=version,
            deleted=named("deleted", _STONES),
            active=named("active", (FieldType.CHECKBOX, FieldType.INTEGER)),
            idempotency=named("idempotency", (FieldType.TEXT,)),
        )

    @property
    def own(self) -> set[str]:
        """The columns that nobody but erplink or the database writes."""
        return {self.mark, self.version, self.deleted, self.active, self.idempotency} - {""}


def _named(
    table: TableFacts,
    columns: Mapping[str, SqlColumn],
    option: str,
    name: str,
    types: Collection[FieldType],
) -> str:
    if not name:
        return ""
    _check(table, option, name)
    if name not in columns or columns[name].field.type not in types:
        wanted = " or ".join(each.value for each in types)
        raise _bad(f"{table.name}.{option}: {name!r} is no column of type {wanted}")
    return name


def _found(columns: Mapping[str, SqlColumn], names: re.Pattern[str], kind: FieldType) -> str:
    for name, column in columns.items():
        plain = name.lower().replace("_", "")
        if names.fullmatch(plain) and column.field.type is kind:
            return name
    return ""


def parent_reference(
    table: TableFacts, settings: TableSettings, keys: Mapping[str, tuple[str, ...]]
) -> ForeignKey | None:
    """The foreign key to the parent: the one that was named, or the first to another kind.

    Args:
        table: What is declared of the table.
        settings: What somebody said about it.
        keys: The key columns of every kind.
    """
    fitting = [
        reference
        for reference in table.foreign_keys
        if set(reference.referred) == set(keys.get(reference.table, ()))
    ]
    if settings.parent is None:
        order = table.column_names
        others = [each for each in fitting if each.table != table.name]
        return min(others, key=lambda each: order.index(each.columns[0]), default=None)
    for name in settings.parent:
        _check(table, "parent", name)
    for reference in fitting:
        if set(reference.columns) == set(settings.parent):
            return reference
    if not settings.parent:
        return None
    raise _bad(f"{table.name}.parent: no foreign key to the key of another of the tables")


def _check(table: TableFacts, option: str, name: str) -> None:
    if name not in table.column_names:
        hint = likely(name, table.column_names)
        raise _bad(f"{table.name}.{option}: there is no column {name!r}{hint}")


def _bad(reason: str) -> Refused:
    return Refused(reason, field="columns", code="bad-columns")
