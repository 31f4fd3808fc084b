"""Samples: values for a field, made from nothing but its description; the same ones every time."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from erplink.domain.canonical import canonical
from erplink.domain.fields import Field, FieldType, Sort
from erplink.domain.values import Value

__all__ = ["sample_value"]

_FIRST_DAY: Final = date(2024, 1, 1)
_FIRST_MOMENT: Final = datetime(2024, 1, 1, 0, 0, 1, tzinfo=UTC)
_DAYS: Final = 9_000
_HOURS: Final = 200_000
_TEXTS: Final[dict[Sort, str]] = {
    Sort.PLAIN: "{key} {number}{more}",
    Sort.PHONE: "+47 {number:08}{more}",
    Sort.EMAIL: "{key}{more}.{number}@erp.example",
    Sort.URL: "https://erp.example/{key}/{number}{more}",
}


def sample_value(field: Field, number: int, items: Sequence[str] = (), *, salt: str = "") -> Value:
    """A value that ``field`` stores as it is; another one for the next number.

    Args:
        field: What the value is for.
        number: Which value; what a field can hold sets the limit of how many differ.
        items: The keys of the items of the field's list.
        salt: Stands in every text, so that it is new in a world that outlives its tests.
    """
    return canonical(field, _value(field, number, items, salt))


def _value(field: Field, number: int, items: Sequence[str], salt: str) -> Any:
    made: dict[FieldType, Callable[[], Any]] = {
        FieldType.TEXT: lambda: _text(field, number, salt),
        FieldType.TEXTS: lambda: tuple(_text(field, number, salt, more) for more in ("", "2")),
        FieldType.INTEGER: lambda: number,
        FieldType.DECIMAL: lambda: Decimal(number) + Decimal("0.25"),
        FieldType.CHECKBOX: lambda: number % 2 == 1,
        FieldType.DATE: lambda: _FIRST_DAY + timedelta(days=number % _DAYS),
        FieldType.DATETIME: lambda: _FIRST_MOMENT + timedelta(hours=number % _HOURS),
        FieldType.LIST: lambda: items[number % len(items)] if items else None,
    }
    return made.get(field.type, lambda: None)()


def _text(field: Field, number: int, salt: str, more: str = "") -> str:
    text = _TEXTS[field.sort].format(key=field.key + salt, number=number, more=more)
    # The end of a text differs from that of the next one, so a short field gets the end.
    return text[-field.max_length :].lstrip() if field.max_length else text
