"""Proposals: what a partly filled form could be filled with."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from erplink.adapters.erp.sql.catalogue import TABLES_MAX, TableFacts, read_tables, table_names
from erplink.adapters.erp.sql.database import Database
from erplink.adapters.erp.sql.schema import Schema, read_schema
from erplink.adapters.erp.sql.settings import SqlSettings
from erplink.connectors import Clock
from erplink.domain.toml import write_toml
from erplink.errors import Refused

__all__ = ["propose"]

_LIST_COLUMNS_MAX: Final = 4


def propose(settings: SqlSettings, clock: Clock) -> Mapping[str, Mapping[str, str]]:
    """The schemas and tables there are, those that could be lists, and the columns found."""
    database = Database(settings, clock)
    try:
        database.check()
        with database.reading() as connection:
            schemas = sa.inspect(connection).get_schema_names()
            names = table_names(connection, settings.schema)
            some = dict(list(names.items())[:TABLES_MAX])
            facts = read_tables(connection, settings.schema, some)
            try:
                columns = _columns(read_schema(connection, settings, database.dialect))
            except Refused:
                columns = {}
    finally:
        database.close()
    referred = {reference.table for table in facts.values() for reference in table.foreign_keys}
    return {
        "schema": {name: name for name in schemas},
        "tables": {name: _described(table) for name, table in facts.items()},
        "lists": {
            name: _described(table)
            for name, table in facts.items()
            if name in referred and _could_be_list(table)
        },
        "columns": columns,
    }


def _described(table: TableFacts) -> str:
    what = "view" if table.is_view else "table"
    key = f"key {', '.join(table.primary_key)}" if table.primary_key else "no key"
    return f"{table.name} ({what}, {len(table.columns)} columns, {key})"


def _could_be_list(table: TableFacts) -> bool:
    small = len(table.columns) <= _LIST_COLUMNS_MAX and not table.foreign_keys
    return small and len(table.primary_key) == 1


def _columns(schema: Schema) -> Mapping[str, str]:
    """One proposal: everything that was found, to be kept or changed."""
    document: dict[str, Any] = {}
    for name, table in schema.tables.items():
        section: dict[str, Any] = {"key": [column.key for column in table.key]}
        section["modified"] = table.mark.key if table.mark else ""
        section["version"] = table.version.key if table.version else ""
        section["parent"] = [each.key for each in table.parent.columns] if table.parent else []
        document[name] = section
    return {write_toml(document): "What was found"}
