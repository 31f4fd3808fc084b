"""Transforms between days and the texts that write them, by example."""

from datetime import UTC, date, datetime

import pytest

from erplink.domain.transforms import Laws, parse_date
from erplink.errors import BadName, BadValue

LAST_OF_JANUARY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("params", "text", "written"),
    [
        ({"locale": "de"}, "31.01.2026", "31.01.2026"),
        ({"locale": "de"}, "31.1.2026", "31.01.2026"),
        ({"locale": "de"}, " 31/01/2026 ", "31.01.2026"),
        ({"locale": "en-US"}, "1/31/2026", "01/31/2026"),
        ({"locale": "en-GB"}, "31/1/2026", "31/01/2026"),
        ({"locale": "sv"}, "2026-01-31", "2026-01-31"),
        ({"order": "dmy"}, "31-1-2026", "31.01.2026"),
        ({"order": "mdy"}, "01 31 2026", "01/31/2026"),
        ({"order": "ymd"}, "2026/1/31", "2026-01-31"),
        ({"order": "ymd", "pivot": 50}, "26-01-31", "2026-01-31"),
        ({"layout": "YYYYMMDD"}, "20260131", "20260131"),
        ({"layout": "D.M.YYYY"}, "31.01.2026", "31.1.2026"),
        ({"layout": "MM/DD/YY", "pivot": 50}, "01/31/26", "01/31/26"),
    ],
)
def test_a_day_is_read_and_written_as_it_is_said_to_be(params, text, written):
    """A locale, an order or a layout says which number is the day."""
    trial = parse_date(**params).try_out(text)

    assert (LAST_OF_JANUARY, written) == (trial.becomes, trial.comes_back)


@pytest.mark.parametrize(
    ("params", "text", "rule"),
    [
        ({"order": "dmy"}, "31.02.2026", "there is no such day"),
        ({"order": "dmy"}, "00.00.0000", "there is no such day"),
        ({"order": "dmy"}, "2026-01-31", "it is not a date in the order dmy"),
        ({"order": "dmy"}, "31.01/2026", "it is not a date in the order dmy"),
        ({"order": "dmy"}, "31.01.26", "a year of two digits needs a pivot"),
        ({"order": "dmy"}, "31.01.202", "it is not a date in the order dmy"),
        ({}, "31.02.2026", "it is not a date in any order"),
        ({"layout": "YYYYMMDD"}, "2026-01-31", "it is not laid out as YYYYMMDD"),
        ({"layout": "YYYYMMDD"}, "20260231", "there is no such day"),
        ({"layout": "DD.MM.YYYY"}, "1.2.2026", "it is not laid out as DD.MM.YYYY"),
    ],
)
def test_what_is_no_day_as_expected_is_refused(params, text, rule):
    """Impossible days and other ways of writing are refused with the reason."""
    with pytest.raises(BadValue) as caught:
        parse_date(**params).to_crm(text)

    assert rule == caught.value.rule


@pytest.mark.parametrize(
    ("pivot", "text", "year"),
    [(70, "70", 1970), (70, "69", 2069), (0, "00", 1900), (0, "99", 1999)],
)
def test_the_pivot_says_which_century_two_digits_are_in(pivot, text, year):
    """From the pivot up they were before 2000, below it they are after."""
    assert date(year, 5, 1) == parse_date(order="dmy", pivot=pivot).to_crm(f"1.5.{text}")


def test_two_digits_are_not_written_for_a_year_they_do_not_tell():
    """A year outside the pivot's hundred would come back as another one."""
    transform = parse_date(layout="DD.MM.YY", pivot=70)

    with pytest.raises(BadValue, match="two digits tell the years 1970 to 2069 only"):
        transform.to_erp(date(1969, 12, 31))


@pytest.mark.parametrize("text", ["31/01/2026", "2026-01-31", "01/31/2026"])
def test_without_an_order_only_what_has_one_reading_is_taken(text):
    """A number above twelve is no month, and a year is seen by its digits."""
    assert LAST_OF_JANUARY == parse_date().to_crm(text)
    assert date(2026, 2, 2) == parse_date().to_crm("02.02.2026")


def test_an_ambiguous_day_without_an_order_is_refused():
    """The first of February in one country is the second of January in another."""
    with pytest.raises(
        BadValue, match="it can be read as 2026-01-02 or 2026-02-01: name the order"
    ):
        parse_date().to_crm("01/02/2026")


def test_without_an_order_there_is_no_way_back():
    """Nobody said how the ERP would read what is written there."""
    assert Laws.TO_CRM_ONLY is parse_date().laws
    assert Laws.CANONICALISING is parse_date(order="dmy").laws


@pytest.mark.parametrize(
    "params",
    [
        {"locale": "en"},
        {"locale": "de", "order": "dmy"},
        {"order": "dmy", "layout": "YYYYMMDD"},
        {"layout": "DD.MM.YY"},
        {"layout": "DD.MM.YY", "pivot": 100},
        {"layout": "DD.MM"},
        {"layout": "DD.DD.MM.YYYY"},
        {"layout": "yyyy-mm-dd"},
        {"layout": "YYYY-MM-DD hh:mm"},
        {"layout": "YYYY-MM-DDss"},
        {"layout": "YYYY year MM DD"},
        {"layout": "YYYYMD"},
        {"layout": "MMDYYYY"},
        {"layout": ""},
        {"layout": "YYYY-MM-DD" + " " * 50},
    ],
)
def test_what_leaves_days_in_doubt_is_refused_when_it_is_made(params):
    """Two names at once, a language without a country, years without a pivot, misspelt layouts."""
    with pytest.raises(BadValue):
        parse_date(**params)


@pytest.mark.parametrize("params", [{"locale": "xx"}, {"order": "ydm"}])
def test_unknown_names_are_refused(params):
    """A locale or an order that is not known is refused by name."""
    with pytest.raises(BadName):
        parse_date(**params)


def test_only_days_are_written():
    """A moment has a day only in a zone."""
    with pytest.raises(BadValue, match="a date is expected"):
        parse_date(order="ymd").to_erp(datetime(2026, 1, 31, tzinfo=UTC))


def test_a_blank_text_is_no_day():
    """An ERP that writes nothing says that there is nothing."""
    assert parse_date(order="ymd").to_crm("") is None
