"""Type maps: which of the CRM's field types a transform can fill from one of the ERP's."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from erplink.domain.fields import FieldType
from erplink.domain.transforms.transform import TypeMap
from erplink.domain.values import Value

__all__ = ["NUMBERS", "RECORD_TYPES", "TEXTUAL", "between", "types_holding", "types_holding_all"]

TEXTUAL: Final = frozenset({FieldType.TEXT, FieldType.LIST})
"""The types whose values are texts: free ones, and keys of list items."""

NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
"""The types whose values are numbers."""

RECORD_TYPES: Final = frozenset(kind for kind in FieldType if not kind.only_in_forms)
"""The types that fields of records have."""


def between(erp: Collection[FieldType], crm: Collection[FieldType]) -> TypeMap:
    """The type map of a transform that fills each of ``crm`` from each of ``erp``."""
    taken, given = frozenset(erp), frozenset(crm)

    def gives(kind: FieldType) -> frozenset[FieldType]:
        return given if kind in taken else frozenset()

    return gives


_HOLDERS: Final[tuple[tuple[type, frozenset[FieldType]], ...]] = (
    # A yes or no is an int to Python and a moment is a date, so each comes before the other.
    (bool, frozenset({FieldType.CHECKBOX})),
    (str, TEXTUAL),
    (int, NUMBERS),
    (Decimal, frozenset({FieldType.DECIMAL})),
    (datetime, frozenset({FieldType.DATETIME})),
    (date, frozenset({FieldType.DATE})),
    (tuple, frozenset({FieldType.TEXTS})),
)


def types_holding(value: Value) -> frozenset[FieldType]:
    """The types of fields that can hold ``value``; every one can be empty."""
    return next((kinds for family, kinds in _HOLDERS if isinstance(value, family)), RECORD_TYPES)


def types_holding_all(values: Iterable[Value]) -> frozenset[FieldType]:
    """The types of fields that can hold every one of ``values``."""
    return RECORD_TYPES.intersection(*(types_holding(value) for value in values))
