"""Patches: what an edit writes into which column, checked before anything is written."""

from collections.abc import Mapping
from typing import Any

from erplink.adapters.erp.sql.codecs import TextCodec
from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.tables import SqlTable, raw_parts
from erplink.connectors import Edit
from erplink.domain.canonical import canonical
from erplink.domain.fields import Access
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["RawPatch", "raw_patch", "raw_value"]

RawPatch = Mapping[SqlColumn, Any]
"""What is stored, by column, as the driver takes it."""


def raw_patch(table: SqlTable, edit: Edit, system: str) -> RawPatch:
    """What ``edit`` stores; BadValue names the field that keeps it from being stored."""
    patch = {_writable(table, edit, key): value for key, value in edit.patch.items()}
    raw = {column: raw_value(column, value) for column, value in patch.items()}
    if not edit.creates:
        return raw
    raw = {column: value for column, value in raw.items() if not _left_to_default(column, value)}
    for column, value in _parent(table, edit, system).items():
        if raw.setdefault(column, value) != value:
            rule = "it says another parent than the one given"
            raise BadValue(rule, value=shorten(edit.patch[column.key]), field=column.key)
    if table.idempotency is not None and edit.idempotency_key:
        raw[table.idempotency] = raw_value(table.idempotency, edit.idempotency_key)
    for column in table.columns:
        needed = column.field.mandatory or (column in table.key and not table.makes_keys)
        if needed and raw.get(column) is None:
            raise BadValue("the field is mandatory", value="None", field=column.key)
    if not table.makes_keys and table.key_of([raw[column] for column in table.key]) is None:
        raise BadValue("the key is too long", value="…", field=table.key[0].key)
    return raw


def _writable(table: SqlTable, edit: Edit, key: str) -> SqlColumn:
    column = table.column(key)
    if column is None:
        raise BadValue("there is no such field", value=shorten(key), field=key)
    if column.field.why_not_writable:
        raise BadValue(column.field.why_not_writable, value=shorten(key), field=key)
    if column.field.access is Access.WRITE_ONCE and not edit.creates:
        raise BadValue("the field is written once only", value=shorten(key), field=key)
    return column


def raw_value(column: SqlColumn, value: Value) -> Any:
    """What is stored for a value; BadValue names the column that cannot keep it."""
    stored = canonical(column.field, value)
    try:
        if stored is not None:
            return column.codec.keep(stored)
    except BadValue as error:
        raise error.at(field=column.key) from None
    blank = isinstance(column.codec, TextCodec) and column.codec.blank_for_none
    return "" if blank else None


def _left_to_default(column: SqlColumn, raw: Any) -> bool:
    return raw is None and column.facts.has_default and not column.facts.nullable


def _parent(table: SqlTable, edit: Edit, system: str) -> RawPatch:
    if edit.parent is None:
        return {}
    link = table.parent
    if link is None:
        raise BadValue("such records have no parents", value=str(edit.parent))
    raw = raw_parts(link.columns, edit.parent.key)
    if raw is None or (edit.parent.system, edit.parent.kind) != (system, link.kind):
        raise BadValue("there can be no such parent", value=str(edit.parent))
    return dict(zip(link.columns, raw, strict=True))
