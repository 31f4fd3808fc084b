"""Conditions: a query as the conditions of a queryset, with the meaning that all connectors share.

What a database cannot tell exactly is looked at once more in Python; ``is_exact`` says whether
that is needed. What was found so far is never too little.
"""

import unicodedata
from typing import Any, Final

from attrs import frozen
from django.db import connections
from django.db.models import BooleanField, CharField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast

from erplink.adapters.crm.django.assembly import ModelKind, Several
from erplink.adapters.crm.django.columns import Column
from erplink.connectors import AllOf, AnyOf, Condition, Criterion, Operator, Query
from erplink.domain.canonical import comparison_key
from erplink.domain.fields import FieldType
from erplink.domain.records import CRM

__all__ = ["Conditions", "Found"]

_ORDERED: Final = (
    FieldType.INTEGER,
    FieldType.DECIMAL,
    FieldType.DATE,
    FieldType.DATETIME,
)
_PARTS: Final = {
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "startswith",
    Operator.ENDS_WITH: "endswith",
}
_BOUNDS: Final = {Operator.GREATER: ("gt",), Operator.LESS: ("lt",)}
#: All signs of which the text of a value is made that is no text; other texts are in none of them.
_SIGNS: Final = frozenset("0123456789-+:. eEtruefalsTRUEFALS")
_ANYTHING: Final = Q()
_NOTHING: Final = Q(pk__in=[])


@frozen
class Found:
    """Which records a query finds."""

    condition: Q
    #: Whether those are all, or have to be looked at once more.
    is_exact: bool = True

    def __and__(self, other: "Found") -> "Found":
        """Both of them."""
        return Found(self.condition & other.condition, self.is_exact and other.is_exact)

    def __or__(self, other: "Found") -> "Found":
        """One of them; where one of them is anything, the other says nothing any more."""
        exact = self.is_exact and other.is_exact
        if not exact and _ANYTHING in (self.condition, other.condition):
            return Found(_ANYTHING, is_exact=False)
        return Found(self.condition | other.condition, exact)


_UNTOLD: Final = Found(_ANYTHING, is_exact=False)
_NONE: Final = Found(_NOTHING)


class Conditions:
    """Makes conditions for one kind."""

    def __init__(self, kind: ModelKind, using: str) -> None:
        """Speak of ``kind`` in the database called ``using``."""
        self._kind, self._using = kind, using
        self._columns = {column.key: column for column in kind.columns}
        self._several = {each.key: each for each in kind.several}
        self._is_sqlite = connections[using].vendor == "sqlite"

    def of(self, query: Query) -> Found:
        """What ``query`` finds, among the records that are not gone."""
        found = Found(self._kind.alive)
        if query.parent is not None:
            found &= self._under(query.parent)
        if query.text.strip():
            found &= self._has_text(query.text.strip())
        if query.criteria is not None:
            found &= self._meets(query.criteria)
        if self._is_sqlite:
            _define(self._using)
        return found

    def _under(self, parent: Any) -> Found:
        column = self._kind.parent
        if column is None or (parent.system, parent.kind) != (CRM, self._kind.said.parent):
            return _NONE
        raw = self._kind.raw_key(column, parent.key)
        return _NONE if raw is None else Found(Q(**{column.path: raw}))

    def _has_text(self, text: str) -> Found:
        found = _NONE
        for key in self._kind.fields:
            found |= self._part(key, Operator.CONTAINS, text)
        return found

    def _meets(self, criterion: Criterion) -> Found:
        match criterion:
            case AllOf(criteria):
                found = Found(_ANYTHING)
                for each in criteria:
                    found &= self._meets(each)
                return found
            case AnyOf(criteria):
                found = _NONE
                for each in criteria:
                    found |= self._meets(each)
                return found
            case _:
                return self._holds(criterion)

    def _holds(self, condition: Condition) -> Found:
        if condition.operator in _PARTS:
            return self._has_part(condition)
        column, wanted = self._columns.get(condition.field), condition.values
        if column is None or column.expression is not None:
            return _UNTOLD
        match condition.operator:
            case Operator.GREATER | Operator.LESS | Operator.BETWEEN:
                return self._lies(column, condition.operator, wanted)
            case Operator.EMPTY | Operator.NOT_EMPTY:
                found = self._empty(column)
            case _:
                found = self._is_one_of(column, wanted)
        denies = condition.operator in (Operator.NOT_EMPTY, Operator.NOT_EQUALS)
        return Found(~found if denies else found)

    def _has_part(self, condition: Condition) -> Found:
        found, wanted = _NONE, condition.values[0]
        for text in wanted if isinstance(wanted, tuple) else (wanted,):
            if text is not None:
                found |= self._part(condition.field, condition.operator, str(text))
        return found

    # texts ---------------------------------------------------------------------------------------

    def _part(self, key: str, operator: Operator, text: str) -> Found:
        several, column = self._several.get(key), self._columns.get(key)
        if several is not None:
            return self._several_part(several, operator, text)
        if column is None or column.field.type is FieldType.TEXT:
            return self._text_part(column.path if column else key, operator, text)
        return _UNTOLD if set(text) <= _SIGNS or self._is_listed(column) else _NONE

    def _is_listed(self, column: Column) -> bool:
        return column.field.type is FieldType.LIST

    def _text_part(self, path: str, operator: Operator, text: str) -> Found:
        if not text:
            return _UNTOLD
        if not self._is_sqlite:
            return Found(Q(**{f"{path}__i{_PARTS[operator]}": text}), is_exact=False)
        wanted = [Value(_folded(text)), Value(_PARTS[operator])]
        finds = Func(
            Cast(F(path), CharField()),
            *wanted,
            function="erplink_finds",
            output_field=BooleanField(),
        )
        return Found(Q(finds))

    def _several_part(self, several: Several, operator: Operator, text: str) -> Found:
        ours = {several.parent.attname: OuterRef("pk")}
        manager = several.model._base_manager.using(self._using)  # noqa: SLF001 - Django's own way
        rows = manager.filter(**ours, **several.fixed)
        part = self._text_part(several.value, operator, text)
        return Found(Q(Exists(rows.filter(part.condition))), part.is_exact)

    # values --------------------------------------------------------------------------------------

    def _empty(self, column: Column) -> Q:
        none = Q(**{f"{column.path}__isnull": True})
        is_text = column.blank_is_none or column.field.type is FieldType.TEXT
        return none | Q(**{column.path: ""}) if is_text and self._holds_text(column) else none

    def _holds_text(self, column: Column) -> bool:
        target: Any = column.target
        return getattr(target, "empty_strings_allowed", False) and column.field.type in (
            FieldType.TEXT,
            FieldType.LIST,
        )

    def _is_one_of(self, column: Column, wanted: tuple[Any, ...]) -> Q:
        keys = {comparison_key(column.field, each) for each in wanted}
        operands = [
            operand
            for key in keys
            if key is not None and (operand := column.codec.operand(key)) is not None
        ]
        found = Q(**{f"{column.path}__in": operands}) if operands else _NOTHING
        if None in keys:
            found |= self._none(column)
        # Told apart from NULL, so that its opposite is the opposite.
        return found if None in keys else found & ~Q(**{f"{column.path}__isnull": True})

    def _none(self, column: Column) -> Q:
        none = Q(**{f"{column.path}__isnull": True})
        return none | Q(**{column.path: ""}) if column.blank_is_none else none

    def _lies(self, column: Column, operator: Operator, wanted: tuple[Any, ...]) -> Found:
        if column.field.type not in _ORDERED:
            return _UNTOLD
        keys = [comparison_key(column.field, each) for each in wanted]
        operands = [None if key is None else column.codec.operand(key) for key in keys]
        if None in operands:
            # Of another type, or a number that such a field cannot hold.
            return _UNTOLD
        names = _BOUNDS.get(operator, ("gte", "lte"))
        bounds = zip(names, operands, strict=True)
        return Found(Q(**{f"{column.path}__{name}": operand for name, operand in bounds}))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _finds(text: Any, wanted: str, how: str) -> bool:
    if not isinstance(text, str):
        return False
    folded = _folded(text)
    if how == "startswith":
        return folded.startswith(wanted)
    return folded.endswith(wanted) if how == "endswith" else wanted in folded


def _define(using: str) -> None:
    """Give the database the function that finds texts as Python does."""
    connection = connections[using]
    connection.ensure_connection()
    connection.connection.create_function("erplink_finds", 3, _finds, deterministic=True)
