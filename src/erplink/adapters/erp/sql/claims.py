"""Claims: what a session promises of a table."""

from collections.abc import Mapping
from datetime import timedelta

from erplink.adapters.erp.sql.feed import overlap_of
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Capabilities, KindCapabilities
from erplink.domain.fields import FieldType

__all__ = ["BATCH_MAX", "claims_of", "claims_of_table"]

BATCH_MAX = 200
"""The most edits in one transaction, whose locks others wait for."""


def claims_of(tables: Mapping[str, SqlTable], lag: int, page_max: int) -> Capabilities:
    """What is promised of each kind."""
    kinds = {name: claims_of_table(table, lag, page_max) for name, table in tables.items()}
    return Capabilities(kinds=kinds, lists=True)


def claims_of_table(table: SqlTable, lag: int, page_max: int) -> KindCapabilities:
    """What is promised of one kind."""
    creates = "insert" in table.rights
    changes = "update" in table.rights
    idempotent = table.idempotency is not None
    return KindCapabilities(
        read=True,
        search=True,
        count=True,
        changes=True,
        deletions=table.tombstone is not None,
        create=creates,
        save=changes,
        # To mark a row as gone is to change it, and to lock one before it is removed as well.
        delete=changes and (table.tombstone is not None or "delete" in table.rights),
        versions=True,
        idempotent_create=creates and idempotent and table.idempotency_is_unique,
        find_created=idempotent or bool(table.natural_key),
        natural_key=table.natural_key,
        ordered=table.mark is not None and not table.mark.facts.nullable,
        precision=_precision(table),
        commit_lag=overlap_of(table, lag) if _has_times(table) else timedelta(0),
        page_max=page_max,
        batch_max=BATCH_MAX,
    )


def _has_times(table: SqlTable) -> bool:
    return table.mark is not None and table.mark.field.type is not FieldType.INTEGER


def _precision(table: SqlTable) -> timedelta:
    if table.mark is None or table.mark.field.type is FieldType.INTEGER:
        return timedelta(0)
    if table.mark.field.type is FieldType.DATE:
        return timedelta(days=1)
    decimals = table.mark.field.decimals
    return timedelta(microseconds=1 if decimals is None else 10 ** (6 - decimals))
