"""Query: what to search for; and the one reading of it that every in-memory search shares."""

import unicodedata
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.canonical import comparison_key
from erplink.domain.fields import Field
from erplink.domain.records import Ref
from erplink.domain.values import UNSET, Part, Value, is_empty, shorten
from erplink.errors import BadValue

__all__ = ["AllOf", "AnyOf", "Condition", "Criterion", "Operator", "Query", "matches"]

NESTING_MAX = 16
"""How deep criteria may hold criteria."""


class Operator(Enum):
    """How a condition compares a field with its values; the enum's value is how it is written."""

    EQUALS = "="
    NOT_EQUALS = "!="
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    GREATER = ">"
    LESS = "<"
    #: From the first value to the second, both included.
    BETWEEN = "between"
    #: One of the values.
    IN = "in"
    EMPTY = "empty"
    NOT_EMPTY = "not empty"

    @property
    def operands(self) -> range:
        """How many values the operator takes."""
        return _OPERANDS.get(self, range(1, 2))


_OPERANDS = {
    Operator.BETWEEN: range(2, 3),
    Operator.IN: range(1001),
    Operator.EMPTY: range(1),
    Operator.NOT_EMPTY: range(1),
}


def _values(values: object) -> tuple[Value, ...]:
    return values if isinstance(values, tuple) else (values,)


@frozen
class Condition:
    """One field, compared."""

    field: str
    operator: Operator = attr(converter=Operator)
    values: tuple[Value, ...] = attr(default=(), converter=_values)

    def __attrs_post_init__(self) -> None:
        """Refuse a comparison with too few or too many values."""
        if len(self.values) not in self.operator.operands:
            rule = f"{self.operator.value!r} takes another number of values"
            raise BadValue(rule, value=shorten(self.values), field=self.field)


def _criteria(criteria: Any) -> tuple["Criterion", ...]:
    return tuple(criteria)


@frozen
class AllOf:
    """Every one of the criteria."""

    criteria: tuple["Criterion", ...] = attr(converter=_criteria)


@frozen
class AnyOf:
    """At least one of the criteria."""

    criteria: tuple["Criterion", ...] = attr(converter=_criteria)


Criterion: TypeAlias = Condition | AllOf | AnyOf


@frozen
class Query:
    """What to search for: a text, criteria, a parent, or all of them; nothing finds everything."""

    #: Found in any searchable field; blank finds everything.
    text: str = ""
    criteria: Criterion | None = None
    #: Only records under this one.
    parent: Ref | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse criteria nested deeper than any person writes them."""
        if self.criteria is not None and _depth(self.criteria) > NESTING_MAX:
            rule = f"criteria are nested deeper than {NESTING_MAX}"
            raise BadValue(rule, value=shorten(self.criteria))


def _depth(criterion: Criterion, so_far: int = 1) -> int:
    if isinstance(criterion, Condition) or so_far > NESTING_MAX:
        return so_far
    return max((_depth(each, so_far + 1) for each in criterion.criteria), default=so_far)


def matches(
    query: Query,
    record: Mapping[str, Value],
    fields: Mapping[str, Field],
    searchable: tuple[str, ...],
    parent: Ref | None = None,
) -> bool:
    """Whether ``record`` is found by ``query``; the meaning that every connector shares."""
    if query.parent is not None and query.parent != parent:
        return False
    if query.text.strip() and not _found(query.text, record, searchable):
        return False
    return query.criteria is None or _meets(query.criteria, record, fields)


def _found(text: str, record: Mapping[str, Value], searchable: tuple[str, ...]) -> bool:
    wanted = _folded(text.strip())
    return any(wanted in _folded(part) for key in searchable for part in _parts(record.get(key)))


def _meets(criterion: Criterion, record: Mapping[str, Value], fields: Mapping[str, Field]) -> bool:
    match criterion:
        case AllOf(criteria):
            return all(_meets(each, record, fields) for each in criteria)
        case AnyOf(criteria):
            return any(_meets(each, record, fields) for each in criteria)
        case _:
            return _holds(criterion, fields[criterion.field], record.get(criterion.field))


def _holds(condition: Condition, field: Field, value: Value) -> bool:
    wanted = condition.values
    match condition.operator:
        case Operator.EMPTY:
            return is_empty(value)
        case Operator.NOT_EMPTY:
            return not is_empty(value)
        case Operator.EQUALS | Operator.IN:
            return _is_one_of(field, value, wanted)
        case Operator.NOT_EQUALS:
            return not _is_one_of(field, value, wanted)
        case Operator.GREATER | Operator.LESS | Operator.BETWEEN:
            return _lies(condition.operator, field, value, wanted)
        case _:
            return any(
                _text_holds(condition.operator, _folded(part), _folded(text))
                for part in _parts(value)
                for text in _parts(wanted[0])
            )


def _is_one_of(field: Field, value: Value, wanted: tuple[Value, ...]) -> bool:
    if isinstance(value, tuple):
        return any(_has(field, value, each) for each in wanted)
    return comparison_key(field, value) in {comparison_key(field, each) for each in wanted}


def _has(field: Field, value: tuple[Part, ...], wanted: Value) -> bool:
    """Whether several values are the wanted ones, or have the wanted one among them."""
    if isinstance(wanted, tuple):
        return comparison_key(field, value) == comparison_key(field, wanted)
    key = comparison_key(field, (wanted,))
    return any(comparison_key(field, (part,)) == key for part in value)


def _lies(operator: Operator, field: Field, value: Value, wanted: tuple[Value, ...]) -> bool:
    if isinstance(value, tuple):
        return any(_lies(operator, field, _one(part), wanted) for part in value)
    held: Any = comparison_key(field, value)
    bounds: list[Any] = [comparison_key(field, each) for each in wanted]
    if held is None:
        return False
    try:
        if operator is Operator.GREATER:
            return bool(held > bounds[0])
        if operator is Operator.LESS:
            return bool(held < bounds[0])
        return bool(bounds[0] <= held <= bounds[1])
    except TypeError:
        return False


def _one(part: Part) -> Value:
    return None if part is UNSET else part


def _text_holds(operator: Operator, text: str, wanted: str) -> bool:
    if operator is Operator.STARTS_WITH:
        return text.startswith(wanted)
    return text.endswith(wanted) if operator is Operator.ENDS_WITH else wanted in text


def _parts(value: Any) -> tuple[object, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _folded(value: object) -> str:
    return unicodedata.normalize("NFC", str(value)).casefold()
