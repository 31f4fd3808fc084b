"""Transforms by a table of values, and the one that always gives the same value."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from erplink.domain.frozen import FrozenDict
from erplink.domain.transforms.likeness import likeness
from erplink.domain.transforms.parameters import OTHERWISE, a_choice, given
from erplink.domain.transforms.roundtrip import guarded
from erplink.domain.transforms.transform import Laws, OneWay, Transform
from erplink.domain.transforms.typemaps import (
    RECORD_TYPES,
    between,
    types_holding,
    types_holding_all,
)
from erplink.domain.transforms.ways import a_tuple
from erplink.domain.values import Scalar, Value, check_value, in_utc, shorten
from erplink.errors import BadValue

__all__ = ["TABLE_ROWS_MAX", "Table", "constant", "lookup"]

TABLE_ROWS_MAX = 10_000
"""The most rows of a table."""

Table: TypeAlias = Mapping[Any, Any] | Iterable[tuple[Any, Any]]
"""Rows of two values each: a mapping, or pairs where a value cannot be a mapping's key."""

_Row: TypeAlias = tuple[Scalar, Scalar]


def lookup(table: Table, *, preferred: Table = (), otherwise: str = "refuse") -> Transform:
    """The CRM has one word for a thing and the ERP another, row by row of a table.

    Where several of the ERP's values mean one of the CRM's, ``preferred`` says for that one which
    is written back. A value that is in no row is refused; with ``otherwise`` it becomes ``blank``,
    or is kept (``keep``). Lossless if every row can be told from every other and all else is
    refused; canonicalising otherwise.
    """
    rows, choices = _rows("table", table), _rows("preferred", preferred)
    rest = a_choice("otherwise", otherwise, OTHERWISE)
    there = {likeness(erp): crm for erp, crm in rows}
    if len(there) != len(rows) or not rows:
        raise BadValue("a table has rows, each with another value of the ERP", value=shorten(rows))
    back = _way_back(rows, choices)
    laws = Laws.LOSSLESS if len(back) == len(rows) and rest == "refuse" else Laws.CANONICALISING
    erp_types, crm_types = (types_holding_all(side) for side in zip(*rows, strict=True))
    if rest == "keep":
        erp_types = crm_types = erp_types & crm_types
    ways = (_looking_up(there, rest), _looking_up(back, rest))
    if rest == "keep":
        # A kept CRM's value may happen to be an ERP's word that is not the preferred one.
        ways = guarded(*ways, laws)
    return Transform(
        "lookup",
        *ways,
        laws,
        between(erp_types, crm_types),
        given(table=_plain(rows), preferred=_plain(choices) or None, otherwise=otherwise),
    )


def _rows(name: str, table: Table) -> tuple[_Row, ...]:
    rows = table.items() if isinstance(table, Mapping) else table
    if not isinstance(rows, Iterable):
        raise BadValue(f"{name} must be a table", value=shorten(table))
    pairs = tuple(rows)
    if len(pairs) > TABLE_ROWS_MAX:
        raise BadValue(f"{name} has more than {TABLE_ROWS_MAX} rows", value=str(len(pairs)))
    return tuple(_a_row(name, pair) for pair in pairs)


def _a_row(name: str, pair: object) -> _Row:
    match pair:
        case (one, other):
            return _a_scalar(one), _a_scalar(other)
        case _:
            raise BadValue(f"a row of {name} is a pair of values", value=shorten(pair))


def _a_scalar(value: object) -> Scalar:
    checked = check_value(value)
    if checked is None or isinstance(checked, tuple):
        raise BadValue("one value is expected, not none or several", value=shorten(value))
    return in_utc(checked) if isinstance(checked, datetime) else checked


def _way_back(rows: tuple[_Row, ...], choices: tuple[_Row, ...]) -> dict[Hashable, Scalar]:
    chosen = {likeness(crm): erp for crm, erp in choices}
    if len(chosen) != len(choices):
        raise BadValue("preferred names a value of the CRM twice", value=shorten(choices))
    meanings = {(likeness(erp), likeness(crm)) for erp, crm in rows}
    for crm, erp in choices:
        if (likeness(erp), likeness(crm)) not in meanings:
            rule = f"preferred for {shorten(crm)}, but no row of the table says so"
            raise BadValue(rule, value=shorten(erp))
    back: dict[Hashable, Scalar] = {}
    for erp, crm in rows:
        first = back.setdefault(likeness(crm), chosen.get(likeness(crm), erp))
        if likeness(crm) not in chosen and first is not erp:
            rule = f"{shorten(first)} and {shorten(erp)} both mean this: name the preferred one"
            raise BadValue(rule, value=shorten(crm))
    return back


def _looking_up(table: Mapping[Hashable, Scalar], otherwise: str) -> OneWay:
    def way(value: Value) -> Value:
        if value is None:
            return None
        found = table.get(likeness(check_value(value)))
        if found is None and otherwise == "refuse":
            raise BadValue("the table has no row for it", value=shorten(value))
        return value if found is None and otherwise == "keep" else found

    return way


def _plain(rows: tuple[_Row, ...]) -> FrozenDict[str, Scalar] | tuple[_Row, ...]:
    named = {one: other for one, other in rows if isinstance(one, str)}
    return FrozenDict(named) if len(named) == len(rows) else rows


def constant(value: Value, side: str = "crm") -> Transform:
    """Always ``value`` on one ``side`` (``crm`` or ``erp``), even for no value (one-way)."""
    if isinstance(check_value(value), tuple):
        fixed: Value = tuple(_a_scalar(part) for part in a_tuple(value))
    else:
        fixed = _a_scalar(value)
    to_crm = a_choice("side", side, ("crm", "erp")) == "crm"
    kinds = types_holding(fixed)
    return Transform(
        "constant",
        (lambda _: fixed) if to_crm else None,
        None if to_crm else (lambda _: fixed),
        Laws.TO_CRM_ONLY if to_crm else Laws.TO_ERP_ONLY,
        between(RECORD_TYPES, kinds) if to_crm else between(kinds, RECORD_TYPES),
        given(value=fixed, side=side),
    )
