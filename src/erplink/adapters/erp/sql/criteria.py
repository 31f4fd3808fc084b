"""Criteria: a query as the condition of a statement, with the meaning that all connectors share.

Identifiers come from the reflected table and nowhere else; every value is a bound parameter. Each
condition is true or false and never NULL, so that its opposite is the opposite.
"""

from collections.abc import Hashable, Iterable
from decimal import Decimal
from math import ceil, floor
from typing import Any, Final
from unicodedata import normalize

import sqlalchemy as sa

from erplink.adapters.erp.sql.codecs import IntegerCodec, TextCodec
from erplink.adapters.erp.sql.columns import SeveralRows, SqlColumn
from erplink.adapters.erp.sql.dialects import Dialect
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import AllOf, AnyOf, Condition, Criterion, Operator, Query
from erplink.domain.canonical import comparison_key
from erplink.domain.fields import FieldType
from erplink.domain.records import Ref
from erplink.domain.values import Value
from erplink.errors import Refused

__all__ = ["Criteria"]

_DIGITS: Final = set("0123456789-")
_LETTERS: Final = {
    FieldType.INTEGER: _DIGITS,
    FieldType.DATE: _DIGITS,
    FieldType.DECIMAL: _DIGITS | set(".+e"),
    FieldType.DATETIME: _DIGITS | set(" :.+"),
}
"""All that the text of such a value is written with; no other text is in it."""

_NUMBERS: Final = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.CHECKBOX)
_NUMBER_MAX: Final = 10**60 - 1
_AFTER_SURROGATES: Final = "\ue000"


class Criteria:
    """Makes conditions for one table."""

    def __init__(self, table: SqlTable, dialect: Dialect, system: str) -> None:
        """Speak of ``table``, whose records are those of ``system``."""
        self._table, self._dialect, self._system = table, dialect, system
        self._texts = TextCodec(keeps_nul=dialect.keeps_nul)

    def of(self, query: Query) -> "sa.ColumnElement[bool]":
        """The condition of rows that ``query`` finds, among those that can be pointed at."""
        conditions = [self._table.present]
        if query.parent is not None:
            conditions.append(self._under(query.parent))
        if query.text.strip():
            conditions.append(self._found(query.text.strip()))
        if query.criteria is not None:
            conditions.append(self._meets(query.criteria))
        return sa.and_(*conditions)

    def equal(self, values: Iterable[tuple[str, Value]]) -> "sa.ColumnElement[bool]":
        """The condition of rows that have all of these values."""
        conditions = [Condition(key, Operator.EQUALS, (value,)) for key, value in values]
        return sa.and_(self._table.present, self._meets(AllOf(conditions)))

    def _under(self, parent: Ref) -> "sa.ColumnElement[bool]":
        link = self._table.parent
        if link is None or (parent.system, parent.kind) != (self._system, link.kind):
            return sa.false()
        under = link.under(parent.key)
        return sa.false() if under is None else under

    def _found(self, text: str) -> "sa.ColumnElement[bool]":
        found = (
            self._has(column, Operator.CONTAINS, text)
            if column.several is None
            else column.several.any(self._has(column.several.value, Operator.CONTAINS, text))
            for column in self._table.columns
            if column.is_searchable
        )
        return sa.or_(sa.false(), *found)

    def _meets(self, criterion: Criterion) -> "sa.ColumnElement[bool]":
        match criterion:
            case AllOf(criteria):
                return sa.and_(sa.true(), *map(self._meets, criteria))
            case AnyOf(criteria):
                return sa.or_(sa.false(), *map(self._meets, criteria))
            case Condition():
                column = self._table.column(criterion.field)
                if column is None:
                    reason = f"{self._table.name} has no field {criterion.field!r}"
                    raise Refused(reason, code="unknown-field")
                if column.several is not None:
                    return self._several_hold(criterion, column, column.several)
                return self._holds(criterion, column)

    def _holds(self, condition: Condition, column: SqlColumn) -> "sa.ColumnElement[bool]":
        wanted = condition.values
        match condition.operator:
            case Operator.EMPTY:
                return sa.not_(_is_filled(column))
            case Operator.NOT_EMPTY:
                return _is_filled(column)
            case Operator.EQUALS | Operator.IN:
                return self._is_one_of(column, wanted)
            case Operator.NOT_EQUALS:
                return sa.not_(self._is_one_of(column, wanted))
            case Operator.GREATER | Operator.LESS | Operator.BETWEEN:
                return self._lies(condition.operator, column, wanted)
            case _:
                parts = wanted[0] if isinstance(wanted[0], tuple) else (wanted[0],)
                texts = [str(part) for part in parts if part is not None]
                found = (self._has(column, condition.operator, text) for text in texts)
                return sa.or_(sa.false(), *found)

    def _several_hold(
        self, condition: Condition, column: SqlColumn, rows: SeveralRows
    ) -> "sa.ColumnElement[bool]":
        """Whether a condition holds of any of several values; only of those that SQL can tell."""
        match condition.operator:
            case Operator.EMPTY:
                return sa.not_(rows.any(_is_filled(rows.value)))
            case Operator.NOT_EMPTY:
                return rows.any(_is_filled(rows.value))
            case Operator.CONTAINS | Operator.STARTS_WITH | Operator.ENDS_WITH:
                return rows.any(self._holds(condition, rows.value))
            case _:
                reason = f"{column.key!r} can be searched for a part of it, or for being empty"
                raise Refused(reason, code="not-searchable")

    # texts ---------------------------------------------------------------------------------------

    def _has(self, column: SqlColumn, operator: Operator, text: str) -> "sa.ColumnElement[bool]":
        text = normalize("NFC", text)
        kind, folded = column.field.type, text.casefold()
        if not text:
            return _is_told(column)
        if kind is FieldType.CHECKBOX:
            shown = {flag: str(flag).casefold() for flag in (False, True)}
            return _is_flag(column, [f for f, s in shown.items() if _has(operator, s, folded)])
        if not set(folded) <= _LETTERS.get(kind, set(folded)):
            return sa.false()
        if self._texts.operand(text) is None:
            return sa.false()
        return sa.and_(_is_told(column), self._dialect.finds(column, operator, text))

    # equality ------------------------------------------------------------------------------------

    def _is_one_of(self, column: SqlColumn, wanted: tuple[Value, ...]) -> "sa.ColumnElement[bool]":
        keys = {comparison_key(column.field, each) for each in wanted}
        operands = [
            operand
            for key in keys
            if key is not None and (operand := column.codec.operand(key)) is not None
        ]
        found: list[sa.ColumnElement[bool]] = [sa.false()]
        if None in keys:
            found.append(sa.not_(_is_told(column)))
        if operands:
            found.append(sa.and_(_is_told(column), self._dialect.compared(column).in_(operands)))
        return sa.or_(*found)

    # order ---------------------------------------------------------------------------------------

    def _lies(
        self, operator: Operator, column: SqlColumn, wanted: tuple[Value, ...]
    ) -> "sa.ColumnElement[bool]":
        bounds: list[Any] = [comparison_key(column.field, each) for each in wanted]
        kind = column.field.type
        if kind in _NUMBERS:
            if not all(isinstance(bound, int | Decimal) for bound in bounds):
                return sa.false()
            return self._number_lies(operator, column, bounds)
        if kind is FieldType.LIST or isinstance(column.codec, TextCodec):
            if not all(isinstance(bound, str) for bound in bounds):
                return sa.false()
            return self._between(column, operator, bounds)
        operands = [_operand(column, bound) for bound in bounds]
        if None in operands:
            return sa.false()
        return self._between(column, operator, operands)

    def _number_lies(
        self, operator: Operator, column: SqlColumn, bounds: list[int | Decimal]
    ) -> "sa.ColumnElement[bool]":
        if column.field.type is FieldType.CHECKBOX:
            return _is_flag(column, [f for f in (False, True) if _lies(operator, f, bounds)])
        near = [max(-_NUMBER_MAX, min(_NUMBER_MAX, bound)) for bound in bounds]
        if isinstance(column.codec, IntegerCodec):
            return _integer_lies(operator, column, near, column.codec)
        return self._between(column, operator, [column.codec.operand(each) for each in near])

    def _between(
        self, column: SqlColumn, operator: Operator, operands: list[Any]
    ) -> "sa.ColumnElement[bool]":
        held = self._dialect.ordered(column)
        stored = [self._storable(operand) for operand in operands]
        # Above a bound that no text can be, the first one that can is above it too.
        above = [one != other for one, other in zip(operands, stored, strict=True)]
        match operator:
            case Operator.GREATER:
                lies = held >= stored[0] if above[0] else held > stored[0]
            case Operator.LESS:
                lies = held < stored[0]
            case _:
                upto = held < stored[1] if above[1] else held <= stored[1]
                lies = sa.and_(held >= stored[0], upto)
        return sa.and_(_is_told(column), lies)

    def _storable(self, operand: Any) -> Any:
        """The operand, or the first text after it that the database can hold."""
        for place, letter in enumerate(operand if isinstance(operand, str) else ""):
            if self._texts.operand(letter) is None:
                return operand[:place] + ("\x01" if letter == "\0" else _AFTER_SURROGATES)
        return operand


def _operand(column: SqlColumn, bound: Hashable) -> Any:
    return None if bound is None else column.codec.operand(bound)


def _is_told(column: SqlColumn) -> "sa.ColumnElement[bool]":
    """The condition of rows where the column's value is not None."""
    there = column.sql.is_not(None)
    return sa.and_(there, column.sql != "") if column.blank_is_none else there


def _is_filled(column: SqlColumn) -> "sa.ColumnElement[bool]":
    """The condition of rows where the column's value is neither None nor an empty text."""
    is_text = isinstance(column.codec, TextCodec)
    return sa.and_(_is_told(column), column.sql != "") if is_text else _is_told(column)


def _is_flag(column: SqlColumn, flags: list[bool]) -> "sa.ColumnElement[bool]":
    found = (sa.and_(column.sql.is_not(None), column.sql == flag) for flag in flags)
    return sa.or_(sa.false(), *found)


def _has(operator: Operator, text: str, wanted: str) -> bool:
    if operator is Operator.STARTS_WITH:
        return text.startswith(wanted)
    return text.endswith(wanted) if operator is Operator.ENDS_WITH else wanted in text


def _lies(operator: Operator, held: int, bounds: list[int | Decimal]) -> bool:
    match operator:
        case Operator.GREATER:
            return held > bounds[0]
        case Operator.LESS:
            return held < bounds[0]
        case _:
            return bounds[0] <= held <= bounds[1]


def _integer_lies(
    operator: Operator, column: SqlColumn, bounds: list[Any], codec: IntegerCodec
) -> "sa.ColumnElement[bool]":
    """From one whole number to another, both of which the column could hold."""
    least, most = -codec.end, codec.end - 1
    match operator:
        case Operator.GREATER:
            least = max(least, floor(bounds[0]) + 1)
        case Operator.LESS:
            most = min(most, ceil(bounds[0]) - 1)
        case _:
            least, most = max(least, ceil(bounds[0])), min(most, floor(bounds[1]))
    if least > most:
        return sa.false()
    return sa.and_(column.sql.is_not(None), column.sql.between(least, most))
