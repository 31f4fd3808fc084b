"""What a column holds, found out from its cells."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.files.columntypes import ColumnType
from erplink.adapters.erp.files.inference import Inferred, inferred
from erplink.adapters.erp.files.notation import Notation
from erplink.domain.fields import FieldType

PLAIN = Notation()


def of_texts(cells, locale="", title="x", **more):
    return inferred(title, cells, Notation(locale), typed=False, **more)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], "text"),
        (["Acme", "1"], "text"),
        (["1", "-20", "0"], "integer"),
        (["1.50", "2"], "decimal"),
        (["1.234", "2.5"], "decimal"),
        (["1234.567"], "decimal"),
        (["true", "FALSE"], "checkbox"),
        (["2024-01-31", "1999-12-01"], "date"),
        (["2024-01-31", "2024-01-31T10:00"], "datetime"),
        (["2024-01-31 10:00:00+01:00"], "datetime"),
        (["0150", "5003"], "text"),
        (["-01"], "text"),
        (["+4722334455"], "text"),
        (["1234567890123456"], "text"),
        (["1e5"], "text"),
        (["yes", "no"], "text"),
        (["  "], "text"),
        (["1" * 51], "text"),
    ],
)
def test_a_column_of_texts_is_what_all_its_cells_are(cells, expected):
    """Numbers, days and times as machines write them; codes and everything else are texts."""
    assert Inferred(ColumnType(FieldType(expected))) == of_texts(cells)


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        (["1.234"], "numbers"),
        (["1.234", "7", "-999.000"], "numbers"),
        (["1,50"], "numbers"),
        (["1 234"], "numbers"),
        (["01/02/2024"], "dates"),
        (["31.01.2024", "1.2.2024"], "dates"),
        (["2024-13-31"], "dates"),
    ],
)
def test_what_can_be_read_in_two_ways_is_a_text_and_told(cells, doubt):
    """Without a locale nobody decides between a thousand and a one, or January and February."""
    assert Inferred(ColumnType(), doubt) == of_texts(cells)


@pytest.mark.parametrize(
    ("locale", "cells", "expected"),
    [
        ("de-DE", ["1.234", "5"], "integer"),
        ("de-DE", ["1.234,50"], "decimal"),
        ("en-US", ["1,234.50"], "decimal"),
        ("nb-NO", ["1 234,5"], "decimal"),
        ("de-DE", ["31.01.2024"], "date"),
        ("en-US", ["1/31/2024"], "date"),
        ("de-DE", ["2024-01-31"], "date"),
        ("de-DE", ["31.01.2024 10:00"], "datetime"),
        ("de-DE", ["1.50"], "text"),
        ("en", ["01/02/2024"], "text"),
    ],
)
def test_a_locale_says_how_to_read(locale, cells, expected):
    """With a locale the same cells are numbers and days; what does not fit it is a text."""
    assert FieldType(expected) is of_texts(cells, locale).type.type


@pytest.mark.parametrize("title", ["Zip", "phone (work)", "customer_id", "VAT no", "Post code"])
def test_digits_under_the_title_of_a_code_are_a_text(title):
    """Nobody adds up telephone numbers, so a leading zero that comes later changes nothing."""
    assert FieldType.TEXT is of_texts(["5003"], title=title).type.type
    assert FieldType.TEXT is inferred(title, [5003.0], PLAIN, typed=True).type.type


def test_a_marked_column_holds_texts():
    """A number in quotes that it does not need was meant as a text."""
    assert FieldType.TEXT is of_texts(["1"], marked=True).type.type


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2"], "text"),
        ([1.0, 20.0], "integer"),
        ([1.0, 2.5], "decimal"),
        ([True, False], "checkbox"),
        ([date(2024, 1, 31)], "date"),
        ([date(2024, 1, 31), datetime(2024, 1, 31, 9)], "datetime"),  # noqa: DTZ001
        ([1.0, "1"], "text"),
        ([1.0, True], "text"),
        ([float("inf")], "text"),
    ],
)
def test_a_column_of_a_workbook_is_what_its_cells_say(cells, expected):
    """A text stays a text there, whatever it looks like; a mixture is a text."""
    assert FieldType(expected) is inferred("x", cells, PLAIN, typed=True).type.type


@given(
    st.lists(st.sampled_from(["1", "1.5", "1.234", "true", "2024-01-31", "x", "007"]), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_plays_no_part(cells, random):
    """The same cells in another order are the same column."""
    shuffled = list(cells)
    random.shuffle(shuffled)

    assert of_texts(cells) == of_texts(shuffled)


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=2), min_size=1))
def test_numbers_as_machines_write_them_are_numbers(numbers):
    """Two decimals after a point leave no doubt."""
    cells = [format(number, "f") for number in numbers if abs(number) < Decimal(10**15)]

    if cells:
        assert FieldType.DECIMAL is of_texts(cells).type.type
