"""Transforms of moments: their texts, clocks and days, by example."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from erplink.domain.transforms import Laws, day_in_zone, local_time, midnight_in, parse_datetime
from erplink.errors import BadName, BadValue

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
STOCKHOLM = local_time("Europe/Stockholm")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z"),
        ("20260131T120000Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31 07:00-05:00", "2026-01-31T12:00:00Z"),
    ],
)
def test_a_text_with_an_offset_is_a_moment(text, written):
    """However its zone is told, the moment is the same, and is written back in UTC."""
    trial = parse_datetime().try_out(text)

    assert (NOON, written) == (trial.becomes, trial.comes_back)


def test_fractions_of_a_second_are_kept():
    """No digit of a moment is lost on the way."""
    moment = NOON + timedelta(microseconds=1)

    assert "2026-01-31T12:00:00.000001Z" == parse_datetime().to_erp(moment)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-01-31T12:00:00", "it has no offset: name the time zone its clock is in"),
        ("2026-01-31", "it has no offset: name the time zone its clock is in"),
        ("2026-02-31T12:00:00Z", "it is not a date and time in ISO 8601"),
        ("noon", "it is not a date and time in ISO 8601"),
        (
            "2026-01-31T12:00:00." + "0" * 50 + "+01:00",
            "longer than the 50 characters of a date and time",
        ),
        ("0001-01-01T00:00:00+01:00", "too near an end of the calendar to be told in UTC"),
    ],
)
def test_what_is_no_certain_moment_is_refused(text, rule):
    """A clock without a zone tells no moment."""
    with pytest.raises(BadValue) as caught:
        parse_datetime().to_crm(text)

    assert rule == caught.value.rule


def test_a_blank_text_is_no_moment():
    """An ERP that writes nothing says that there is nothing."""
    assert parse_datetime().to_crm("") is None
    assert STOCKHOLM.to_crm(" ") is None


@pytest.mark.parametrize(
    ("transform", "text", "moment"),
    [
        (STOCKHOLM, "2026-01-31 13:00:00", NOON),
        (STOCKHOLM, "2026-07-31 14:00:00", NOON.replace(month=7)),
        (local_time("Asia/Kolkata", "DD.MM.YYYY hh:mm"), "31.01.2026 17:30", NOON),
        (local_time("UTC", "YYYYMMDDThhmmss"), "20260131T120000", NOON),
    ],
)
def test_the_clocks_of_a_zone_tell_a_moment(transform, text, moment):
    """Winter and summer alike, the text comes back as it was."""
    trial = transform.try_out(text)

    assert (moment, text) == (trial.becomes, trial.comes_back)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-03-29 02:30:00", "the clocks of Europe/Stockholm show this time never"),
        ("2026-10-25 02:30:00", "the clocks of Europe/Stockholm show this time twice"),
        ("2026-02-31 12:00:00", "there is no such day or time"),
        ("2026-01-31 24:00:00", "there is no such day or time"),
        ("2026-01-31T12:00:00", "it is not laid out as YYYY-MM-DD hh:mm:ss"),
        ("0001-01-01 00:00:00", "the clocks of Europe/Stockholm show this time never"),
    ],
)
def test_a_time_the_clocks_do_not_show_once_is_refused(text, rule):
    """An hour left out or shown twice tells no moment, and nobody guesses."""
    with pytest.raises(BadValue) as caught:
        STOCKHOLM.to_crm(text)

    assert rule == caught.value.rule


@pytest.mark.parametrize("hour", [0, 1])
def test_a_moment_that_the_clock_text_would_not_tell_is_refused(hour):
    """Either of the two half past twos in October would come back as the other one."""
    moment = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)

    with pytest.raises(BadValue, match="show this time twice"):
        STOCKHOLM.to_erp(moment)


def test_what_the_layout_does_not_write_is_cut_off():
    """A layout without seconds keeps none, which is why it is canonicalising."""
    transform = local_time("UTC", "YYYY-MM-DD hh:mm")
    trial = transform.try_out(NOON.replace(second=59, microsecond=5), from_crm=True)

    assert ("2026-01-31 12:00", NOON) == (trial.becomes, trial.comes_back)
    assert Laws.CANONICALISING is transform.laws


@pytest.mark.parametrize("layout", ["YYYY-MM-DD", "YY-MM-DD hh:mm", "YYYY-MM-DD hh"])
def test_a_clock_needs_a_layout_that_tells_a_moment(layout):
    """Day, hour and minute must be there, and the year in full."""
    with pytest.raises(BadValue):
        local_time("UTC", layout)


@pytest.mark.parametrize("name", ["Europe/Stokholm", "Europe", "../etc/passwd", "", None, "a\0b"])
def test_an_unknown_zone_is_refused(name):
    """What is not in the IANA database is no zone, whatever it is the name of."""
    with pytest.raises(BadName, match="unknown time zone"):
        local_time(name)


def test_a_misspelt_zone_is_named_with_the_likely_one():
    """The nearest name there is comes with the refusal."""
    with pytest.raises(BadName, match="did you mean 'Europe/Stockholm'"):
        day_in_zone("Europe/Stokholm")


def test_a_day_kept_as_its_midnight_comes_back():
    """The moment when a day begins in a zone is that day, and back."""
    transform = midnight_in("Europe/Stockholm")
    trial = transform.try_out(datetime(2026, 1, 30, 23, 0, tzinfo=UTC))

    assert trial.stable
    assert date(2026, 1, 31) == trial.becomes
    assert Laws.LOSSLESS is transform.laws


def test_no_other_time_of_day_is_a_day():
    """Cutting the time off would not come back."""
    with pytest.raises(BadValue, match="it is no midnight in Europe/Stockholm"):
        midnight_in("Europe/Stockholm").to_crm(NOON)


def test_a_day_with_two_midnights_or_none_is_refused():
    """Where clocks are set at midnight, the day's first moment is in doubt."""
    with pytest.raises(BadValue, match="never"):
        midnight_in("America/Sao_Paulo").to_erp(date(2018, 11, 4))
    with pytest.raises(BadValue, match="twice"):
        midnight_in("Atlantic/Azores").to_erp(date(2026, 10, 25))
    with pytest.raises(BadValue, match="twice"):
        midnight_in("Atlantic/Azores").to_crm(datetime(2026, 10, 25, 1, 0, tzinfo=UTC))


def test_the_day_of_a_moment_depends_on_the_zone():
    """Late in the evening of one zone it is already tomorrow in another."""
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-5)))

    assert date(2026, 2, 1) == day_in_zone("Europe/Stockholm").to_crm(moment)
    assert date(2026, 1, 31) == day_in_zone("America/New_York").to_crm(moment)
    assert Laws.TO_CRM_ONLY is day_in_zone("UTC").laws


def test_a_moment_at_the_end_of_the_calendar_may_have_no_clock():
    """Where the clocks of a zone would show a year that does not exist, they are not read."""
    moment = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)

    with pytest.raises(BadValue, match="too near an end of the calendar"):
        STOCKHOLM.to_erp(moment)


@pytest.mark.parametrize("given", [date(2026, 1, 31), "2026", datetime(2026, 1, 31)])  # noqa: DTZ001 - what is refused
def test_only_aware_moments_are_moments(given):
    """A day is none, and a clock without a zone is none either."""
    with pytest.raises(BadValue):
        day_in_zone("UTC").to_crm(given)
