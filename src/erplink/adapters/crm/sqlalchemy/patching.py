"""Patcher: what edits store, as :func:`raw_patch` says it, with a short way for most of them.

Which columns an edit is about, and whether they may be written, is found out once for all edits
that name the same fields. A value that needs no thought (a plain text that fits, a number that
fits) takes the short way; everything else takes the long one, and so does every refusal.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from attrs import field, frozen

from erplink.adapters.erp.sql.codecs import (
    CheckboxCodec,
    DecimalCodec,
    IntegerCodec,
    ListCodec,
    TextCodec,
)
from erplink.adapters.erp.sql.columns import SqlColumn
from erplink.adapters.erp.sql.moments import DateCodec, MomentCodec
from erplink.adapters.erp.sql.patches import RawPatch, raw_patch, raw_value
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Edit
from erplink.domain.fields import Case, Field, FieldType
from erplink.domain.records import CRM

__all__ = ["Patcher"]

_SHAPES_MAX: Final = 1000
_TEXT_MAX: Final = 1_000_000
#: So many digits a floating point number keeps, whatever they are.
_SURE_DIGITS: Final = 15

Prepare = Callable[[Any], Any]


@frozen(eq=False)
class _Shape:
    """All edits that name the same fields."""

    columns: tuple[SqlColumn, ...]
    prepare: tuple[Prepare, ...]
    #: The places of values without which an edit takes the long way.
    filled: tuple[int, ...]


@frozen(eq=False)
class Patcher:
    """Makes raw patches for one table."""

    _table: SqlTable
    _shapes: dict[tuple[Any, ...], _Shape | None] = field(factory=dict, init=False)

    def raw(self, edit: Edit) -> RawPatch:
        """What ``edit`` stores; BadValue names the field that keeps it from being stored."""
        # A parent may contradict a field, and a key that somebody chose may be too long.
        if edit.parent is not None or (edit.creates and not self._table.makes_keys):
            return raw_patch(self._table, edit, CRM)
        known = (*edit.patch, edit.creates)
        if known not in self._shapes and len(self._shapes) < _SHAPES_MAX:
            self._shapes[known] = self._shape(edit)
        shape = self._shapes.get(known)
        if shape is None:
            return raw_patch(self._table, edit, CRM)
        raw = [make(value) for make, value in zip(shape.prepare, edit.patch.values(), strict=True)]
        for place in shape.filled:
            if raw[place] is None:
                return raw_patch(self._table, edit, CRM)
        stored = dict(zip(shape.columns, raw, strict=True))
        column = self._table.idempotency
        if column is not None and edit.creates and edit.idempotency_key:
            stored[column] = raw_value(column, edit.idempotency_key)
        return stored

    def _shape(self, edit: Edit) -> _Shape | None:
        columns = [self._table.column(key) for key in edit.patch]
        known = [column for column in columns if column is not None]
        if len(known) < len(columns) or not all(_may_be_written(each, edit) for each in known):
            return None
        needed = {column for column in self._table.columns if column.field.mandatory}
        if edit.creates and not needed <= set(known):
            return None
        filled = tuple(
            place
            for place, column in enumerate(known)
            if edit.creates and (column in needed or _has_own_default(column))
        )
        return _Shape(tuple(known), tuple(map(_preparing, known)), filled)


def _may_be_written(column: SqlColumn, edit: Edit) -> bool:
    once = column.field.access.value == "write-once" and not edit.creates
    return not column.field.why_not_writable and not once


def _has_own_default(column: SqlColumn) -> bool:
    return column.facts.has_default and not column.facts.nullable


def _preparing(column: SqlColumn) -> Prepare:
    """What makes of a value what is stored, by the short way where there is one."""

    def long_way(value: Any) -> Any:
        return raw_value(column, value)

    if column.several is not None:
        return long_way
    make = _SHORT.get(type(column.codec))
    short = None if make is None else make(column.field, column.codec, long_way)
    if short is None:
        return long_way
    if column.field.mandatory:
        return short
    nothing = long_way(None)
    return lambda value: nothing if value is None else short(value)


def _text(field: Field, codec: Any, long_way: Prepare) -> Prepare | None:  # noqa: ARG001 - as below
    folds = field.case not in (Case.KEEP, Case.IGNORE)
    if field.type is not FieldType.TEXT or field.trims or folds:
        return None
    most = field.max_length or _TEXT_MAX

    def short(value: Any) -> Any:
        # A text of ASCII is composed, and can be encoded.
        plain = type(value) is str and value.isascii() and 0 < len(value) <= most
        return value if plain and "\0" not in value else long_way(value)

    return short


def _integer(field: Field, codec: IntegerCodec, long_way: Prepare) -> Prepare | None:
    if field.type is not FieldType.INTEGER:
        return None
    end = codec.end
    return lambda value: value if type(value) is int and -end <= value < end else long_way(value)


def _checkbox(field: Field, codec: CheckboxCodec, long_way: Prepare) -> Prepare:  # noqa: ARG001 - as the others
    return lambda value: value if type(value) is bool else long_way(value)


def _decimal(field: Field, codec: DecimalCodec, long_way: Prepare) -> Prepare | None:
    scale, whole = codec.scale, codec.whole_digits
    if not codec.floats or field.decimals != scale:
        return None

    def short(value: Any) -> Any:
        if type(value) is not Decimal or not value.is_finite():
            return long_way(value)
        _, digits, exponent = value.as_tuple()
        few = len(digits) <= _SURE_DIGITS and -_SURE_DIGITS < int(exponent) <= 0
        if not few or (scale is not None and -int(exponent) > scale):
            return long_way(value)
        if whole is not None and len(digits) + int(exponent) > whole:
            return long_way(value)
        number = float(value)
        return int(number) if number.is_integer() else number

    return short


def _date(field: Field, codec: DateCodec, long_way: Prepare) -> Prepare:  # noqa: ARG001 - as the others
    texts = codec.texts

    def short(value: Any) -> Any:
        if type(value) is not date:
            return long_way(value)
        return value.isoformat() if texts else value

    return short


def _moment(field: Field, codec: MomentCodec, long_way: Prepare) -> Prepare | None:
    utc = codec.zone is not None and codec.zone.key == "UTC"
    if not (utc and codec.texts) or field.decimals is not None:
        return None

    def short(value: Any) -> Any:
        if type(value) is not datetime or value.tzinfo is not UTC:
            return long_way(value)
        return value.replace(tzinfo=None).isoformat(" ", codec.timespec)

    return short


def _item(field: Field, codec: ListCodec, long_way: Prepare) -> Prepare | None:  # noqa: ARG001 - as the others
    inner, items = codec.inner, codec.items
    if codec.kind is not FieldType.TEXT or not isinstance(inner, TextCodec) or inner.padded:
        return None

    def short(value: Any) -> Any:
        plain = type(value) is str and value and value.isascii() and "\0" not in value
        return value if plain and (items is None or value in items) else long_way(value)

    return short


_SHORT: Final[dict[type, Callable[[Field, Any, Prepare], Prepare | None]]] = {
    TextCodec: _text,
    IntegerCodec: _integer,
    CheckboxCodec: _checkbox,
    DecimalCodec: _decimal,
    DateCodec: _date,
    MomentCodec: _moment,
    ListCodec: _item,
}
