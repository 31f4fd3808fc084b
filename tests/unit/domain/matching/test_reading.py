"""The texts that a value consists of."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from erplink.domain.keys import plain_key
from erplink.domain.matching.reading import texts_of, written_as
from erplink.domain.values import UNSET


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ("a",)),
        (7, ("7",)),
        (10**60, ()),
        (10**70, ()),
        (Decimal("7.50"), ("7.5",)),
        (Decimal(700), ("700",)),
        (Decimal("7E+2"), ("700",)),
        (Decimal("1E+60"), ()),
        (Decimal("1E-60"), ()),
        (Decimal("NaN"), ()),
        (date(2026, 1, 1), ("2026-01-01",)),
        (datetime(2026, 1, 1, tzinfo=UTC), ("2026-01-01T00:00:00+00:00",)),
        (None, ()),
        (UNSET, ()),
        (("a", None, UNSET, 7, ("b",)), ("a", "7")),
        ([], ()),
    ],
)
def test_the_texts_of_a_value(value, expected):
    """Every value is read as texts, as many as it has, and none where it has none."""
    assert expected == texts_of(value)


def test_a_value_is_told_as_it_is_written():
    """Of many values, the one that has the key is told; if none is found, the key itself."""
    assert "b " == written_as(("a", "b "), plain_key, "b")
    assert "c" == written_as(("a", "b "), plain_key, "c")
