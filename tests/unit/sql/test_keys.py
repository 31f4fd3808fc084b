from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.sql.keys import join_key, part_text, part_value, split_key
from erplink.domain.fields import FieldType
from erplink.domain.records import KEY_LENGTH_MAX

PARTS = st.lists(st.text("a|~01", max_size=4), min_size=1, max_size=4)


@given(PARTS)
def test_a_key_is_told_apart_again(parts):
    """Whatever the parts hold, the one text leads back to them, and to no others."""
    key = join_key(parts)

    assert tuple(parts) == split_key(key)
    assert key


@given(st.text("a|~01", max_size=9))
def test_a_text_is_a_key_in_one_way_only(text):
    """What can be split is joined to the same text; any other text is no key."""
    parts = split_key(text)

    assert parts is None or text == join_key(parts)


@pytest.mark.parametrize("key", ["7", "A-1", "Smith, J.", "a b", "æ"])
def test_a_usual_key_is_its_own_text(key):
    """Nobody need know of the escapes as long as there is nothing to escape."""
    assert key == join_key([key])


@pytest.mark.parametrize("text", ["", "a|", "~2", "~~", "a~", "x" * (KEY_LENGTH_MAX + 1)])
def test_what_is_no_key_has_no_parts(text):
    """An empty part is written out, and a lone escape means nothing."""
    assert split_key(text) is None


def test_a_key_has_an_end():
    """A key longer than erplink holds is none."""
    assert KEY_LENGTH_MAX == len(join_key(["x" * KEY_LENGTH_MAX]))
    assert join_key(["x" * KEY_LENGTH_MAX, ""]) is None


VALUES = {
    FieldType.TEXT: st.text(max_size=9),
    FieldType.LIST: st.text(max_size=9),
    FieldType.INTEGER: st.integers(),
    FieldType.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False).map(
        lambda number: Decimal(format(number, "f"))
    ),
    FieldType.CHECKBOX: st.booleans(),
    FieldType.DATE: st.dates(),
    FieldType.DATETIME: st.datetimes(timezones=st.just(UTC)),
}


@given(st.data())
def test_a_value_is_read_from_its_part(data):
    """Every value that may stand in a key has one text, and is read from it."""
    kind = data.draw(st.sampled_from(list(VALUES)))
    value = data.draw(VALUES[kind])

    assert value == part_value(kind, part_text(value))


OTHER_WRITINGS = [
    (FieldType.INTEGER, ["01", "+1", " 1", "1_0", "\N{ARABIC-INDIC DIGIT ONE}", "", "x", "1.0"]),
    (FieldType.DECIMAL, ["1E+2", "NaN", "Infinity", "x", "1_0", " 1"]),
    (FieldType.CHECKBOX, ["True", "1", ""]),
    (FieldType.DATE, ["20240101", "2024-1-1", "2024-02-30", "x"]),
    (FieldType.DATETIME, ["2024-01-01", "2024-01-01T00:00:00Z", "x"]),
    (FieldType.TEXTS, ["x"]),
]


@pytest.mark.parametrize(("kind", "texts"), OTHER_WRITINGS)
def test_another_writing_of_a_value_is_no_part(kind, texts):
    """A record has one key, so what is written otherwise leads to no record."""
    assert [None] * len(texts) == [part_value(kind, text) for text in texts]


def test_days_and_moments_are_written_apart():
    """A moment is told in UTC, a day without a time."""
    assert "2024-01-02" == part_text(date(2024, 1, 2))
    assert "2024-01-02T03:00:00+00:00" == part_text(datetime(2024, 1, 2, 3, tzinfo=UTC))
