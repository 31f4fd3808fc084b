"""Transforms of moments: the texts that write them, and their days and clocks in a time zone."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from erplink.domain.fields import FieldType
from erplink.domain.transforms.layouts import LAYOUT_LENGTH_MAX, Layout, layout_of
from erplink.domain.transforms.parameters import given
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import between
from erplink.domain.transforms.ways import a_date, a_filled_text, a_moment, taking
from erplink.domain.transforms.zones import moment_at, wall_clock, zone_called
from erplink.domain.values import in_utc, shorten
from erplink.errors import BadValue

__all__ = ["day_in_zone", "local_time", "midnight_in", "parse_datetime"]

_TEXT_TO_MOMENT: Final = between({FieldType.TEXT}, {FieldType.DATETIME})


def parse_datetime() -> Transform:
    """The ERP's ISO 8601 text is the CRM's moment (canonicalising).

    The text must carry an offset or a ``Z``; one without is the business of :func:`local_time`.
    The ERP gets it back in UTC, with fractions of a second where there are some; a blank text is
    no moment.
    """
    ways = (taking(a_filled_text, _read_iso), taking(a_moment, _write_iso))
    return Transform("parse_datetime", *ways, Laws.CANONICALISING, _TEXT_TO_MOMENT)


def _read_iso(text: str) -> datetime:
    if len(text) > LAYOUT_LENGTH_MAX:
        rule = f"longer than the {LAYOUT_LENGTH_MAX} characters of a date and time"
        raise BadValue(rule, value=shorten(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("it is not a date and time in ISO 8601", value=shorten(text)) from None
    if moment.utcoffset() is None:
        rule = "it has no offset: name the time zone its clock is in"
        raise BadValue(rule, value=shorten(text))
    return in_utc(moment)


def _write_iso(moment: datetime) -> str:
    return in_utc(moment).isoformat().replace("+00:00", "Z")


def local_time(zone: str, layout: str = "YYYY-MM-DD hh:mm:ss") -> Transform:
    """The ERP's text is what the clocks of ``zone`` showed at the CRM's moment (canonicalising).

    Times that the clocks show twice or never are refused, both ways. What the layout does not
    write, such as fractions of a second, is cut off; a blank text is no moment.
    """
    where, written = zone_called(zone), layout_of(layout, with_time=True)
    if written.short_year:
        raise BadValue("a year of two digits leaves the moment open", value=shorten(layout))
    return Transform(
        "local_time",
        taking(a_filled_text, lambda text: moment_at(_read_clock(text, written), where)),
        taking(a_moment, lambda moment: _write_clock(moment, written, where)),
        Laws.CANONICALISING,
        _TEXT_TO_MOMENT,
        given(zone=zone, layout=layout),
    )


def _read_clock(text: str, layout: Layout) -> datetime:
    numbers = layout.read(text)
    if numbers is None:
        raise BadValue(f"it is not laid out as {layout.text}", value=shorten(text))
    year, month, day, hour, minute, second = (numbers.get(name, 0) for name in _CLOCK)
    try:
        # A clock on a wall has no zone of its own; the caller knows in which one it hangs.
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        raise BadValue("there is no such day or time", value=shorten(text)) from None


def _write_clock(moment: datetime, layout: Layout, zone: ZoneInfo) -> str:
    clock = wall_clock(moment, zone)
    text = layout.write({name: getattr(clock, name) for name in _CLOCK})
    moment_at(_read_clock(text, layout), zone)  # refuses what could not be read again
    return text


_CLOCK: Final = ("year", "month", "day", "hour", "minute", "second")


def midnight_in(zone: str) -> Transform:
    """The ERP's moment is the midnight in ``zone`` with which the CRM's date begins (lossless).

    For systems that keep days as moments. Any other time of day is refused, and so is a day that
    has two midnights or none, where the clocks are set just then.
    """
    where = zone_called(zone)

    def read(moment: datetime) -> date:
        clock = wall_clock(moment, where)
        if clock.time() != time.min:
            raise BadValue(f"it is no midnight in {zone}", value=shorten(moment))
        moment_at(clock, where)
        return clock.date()

    def write(day: date) -> datetime:
        return moment_at(datetime.combine(day, time.min), where)

    gives = between({FieldType.DATETIME}, {FieldType.DATE})
    ways = (taking(a_moment, read), taking(a_date, write))
    return Transform("midnight_in", *ways, Laws.LOSSLESS, gives, given(zone=zone))


def day_in_zone(zone: str) -> Transform:
    """The CRM's date is the day on which the ERP's moment was in ``zone`` (one-way)."""
    where = zone_called(zone)
    gives = between({FieldType.DATETIME}, {FieldType.DATE})
    to_crm = taking(a_moment, lambda moment: wall_clock(moment, where).date())
    return Transform("day_in_zone", to_crm, None, Laws.TO_CRM_ONLY, gives, given(zone=zone))
