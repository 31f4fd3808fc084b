"""Time zones: the wall clock of a place, and the moments it tells without doubt.

The zones are those of the IANA database that Python finds, in the system or in the ``tzdata``
package; the zone of the process plays no part.
"""

from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from erplink.domain.values import shorten
from erplink.errors import BadName, BadValue

__all__ = ["moment_at", "wall_clock", "zone_called"]


def zone_called(name: str) -> ZoneInfo:
    """The zone with a name of the IANA database, or BadName with the likely spelling."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):
        # No such key, a path that leaves the database, no text, or a folder of it.
        near = get_close_matches(str(name), available_timezones(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise BadName(f"unknown time zone {name!r}{hint}") from None


def wall_clock(moment: datetime, zone: tzinfo) -> datetime:
    """What the clocks of ``zone`` show at ``moment``, without a zone of its own."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        rule = "too near an end of the calendar to be told in another zone"
        raise BadValue(rule, value=shorten(moment)) from None


def moment_at(clock: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, when the clocks of ``zone`` show ``clock``.

    Clocks that are set back show an hour twice, and clocks that are set forward leave one out:
    either is refused, for nobody can tell which moment was meant.
    """
    try:
        turns = {clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        shown = {moment for moment in turns if wall_clock(moment, zone) == clock}
    except OverflowError:
        shown = set()
    if len(shown) == 1:
        return shown.pop()
    what = "twice" if shown else "never"
    rule = f"the clocks of {zone.key} show this time {what}"
    raise BadValue(rule, value=shorten(clock.isoformat(" ")))
