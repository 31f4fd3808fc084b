"""Several: how the values of a field that has several are written, each in a row of its own."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from erplink.adapters.crm.sqlalchemy.assembly import Values
from erplink.domain.canonical import text_key

__all__ = ["write_values"]

_KEYS_MAX: Final = 500


def write_values(
    connection: sa.Connection,
    values: Values,
    wanted: Mapping[Any, tuple[str, ...] | None],
    *,
    is_new: bool,
) -> None:
    """Have the records with these keys hold the wanted texts, and no others.

    A row whose text is wanted stays as it is, with all that its other columns hold.
    """
    if not wanted:
        return
    held = {} if is_new else _held(connection, values, list(wanted))
    key_of = text_key(values.column.field)
    added: list[dict[str, Any]] = []
    removed: list[dict[str, Any]] = []
    for parent, texts in wanted.items():
        named = {key_of(text): text for text in texts or ()}
        there = held.get(parent, [])
        known = {key_of(text): text for text in there}
        added += [
            {"erplink_parent": parent, "erplink_value": text}
            for text_is, text in named.items()
            if known.get(text_is) != text
        ]
        removed += [
            {"erplink_parent": parent, "erplink_value": text}
            for text in there
            if named.get(key_of(text)) != text
        ]
    _write(connection, values, added, removed)


def _held(connection: sa.Connection, values: Values, parents: list[Any]) -> Mapping[Any, list[str]]:
    held: dict[Any, list[str]] = defaultdict(list)
    fixed = [column == item for column, item in values.fixed.items()]
    for start in range(0, len(parents), _KEYS_MAX):
        some = values.parent.in_(parents[start : start + _KEYS_MAX])
        rows = sa.select(values.parent, values.value).where(some, *fixed)
        for parent, text in connection.execute(rows):
            if text is not None:
                held[parent].append(text)
    return held


def _write(
    connection: sa.Connection,
    values: Values,
    added: list[dict[str, Any]],
    removed: list[dict[str, Any]],
) -> None:
    parent: sa.BindParameter[Any] = sa.bindparam("erplink_parent")
    value: sa.BindParameter[Any] = sa.bindparam("erplink_value")
    if removed:
        fixed = [column == item for column, item in values.fixed.items()]
        where = [values.parent == parent, values.value == value, *fixed]
        connection.execute(sa.delete(values.table).where(*where), removed)
    if added:
        row = {values.parent: parent, values.value: value, **values.fixed}
        connection.execute(sa.insert(values.table).values(row), added)
