"""Samples: telling values of every field type, to try a transform on before any real value."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from erplink.domain.fields import FieldType
from erplink.domain.frozen import FrozenDict
from erplink.domain.transforms.transform import Transform
from erplink.domain.transforms.typemaps import types_holding
from erplink.domain.values import Value

__all__ = ["SAMPLES", "samples_for"]

_TEXTS: Final = (
    "", " ", "ACME", " Acme  Ltd ", "Straße 5", "A & B", "İzmir", "e\u0301", "line 1\nline 2",
    "0", "007", "00001234", "K-100", "1234", "1,234", "1.355,90", "9,99", "-0.50", "1 234,5",
    "12.50 EUR", "31.01.2026", "01/02/2026", "2026-01-31", "20260131", "2026-01-31 12:00:00",
    "2026-03-29 02:30:00", "2026-01-31T12:00:00+01:00", "yes", "N", "SE", "swe", "752",
)  # fmt: skip

SAMPLES: Final[FrozenDict[FieldType, tuple[Value, ...]]] = FrozenDict(
    {
        FieldType.TEXT: _TEXTS,
        FieldType.LIST: ("A", "a", "01", "active", "SE"),
        FieldType.INTEGER: (0, 1, -7, 25, 1234, 10**18),
        FieldType.DECIMAL: tuple(
            map(Decimal, ("0", "1", "0.25", "-12.50", "1.005", "2.675", "1E+3", "0.000001"))
        ),
        FieldType.CHECKBOX: (True, False),
        FieldType.DATE: (date(2026, 1, 31), date(2024, 2, 29), date(1969, 12, 31), date(1, 1, 1)),
        FieldType.DATETIME: (
            datetime(2026, 1, 31, 12, 0, tzinfo=UTC),
            datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2025, 12, 31, 23, 0, tzinfo=UTC),  # midnight in central Europe
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # in the hour its clocks show twice
        ),
        FieldType.TEXTS: (
            (),
            ("ACME",),
            ("ACME", "Ltd"),
            ("ACME Trading", "Ltd"),
            ("ACME", None),
            (None, None),
            ("Main Street 1", "", "12345 Town"),
            (Decimal("12.50"), "EUR"),
            (None, "EUR"),
        ),
        FieldType.PASSWORD: (),
        FieldType.LABEL: (),
    }
)
"""By field type; the types that only forms have are without."""


def samples_for(transform: Transform, kind: FieldType) -> tuple[Value, ...]:
    """The samples of a field type, and what the transform's own parameters hold of that type."""
    own = _inside(tuple(transform.params.values()))
    return (*SAMPLES[kind], *(value for value in own if kind in types_holding(value)))


def _inside(held: Any) -> Iterator[Value]:
    """Every single value that parameters hold, however deep, also those of inner transforms."""
    match held:
        case Transform():
            yield from _inside(tuple(held.params.values()))
        case FrozenDict():
            yield from _inside(tuple(held.items()))
        case tuple():
            for value in held:
                yield from _inside(value)
        case str() | int() | Decimal() | date():
            yield held
        case _:
            pass  # a host's own parameters may hold what no field does
