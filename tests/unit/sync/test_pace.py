"""The pace of a connection: intervals, idleness, pauses and full listings."""

from datetime import UTC, datetime, timedelta

import pytest

from erplink.errors import BadValue
from erplink.sync.pace import Beat, Pace
from erplink.sync.state import FeedName, Side

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = FeedName("erp", "customer", Side.ERP)


def test_a_new_connection_is_looked_at_at_once():
    """And listed as a whole."""
    assert Pace().is_due(Beat(), NOW)
    assert NOW == Pace().full_due(FEED, None, NOW)


def test_a_quiet_connection_is_looked_at_ever_more_rarely():
    """Five minutes, ten, twenty and so on, up to an hour."""
    beat, rests = Beat(), []
    for found in (True, False, False, False, False, False, True):
        beat = beat.after(NOW, found=found)
        rests.append((Pace().due(beat, NOW) - NOW) // MINUTE)

    assert [5, 10, 20, 40, 60, 60, 5] == rests


def test_an_interval_longer_than_the_longest_is_kept():
    """Who asks once a day is not made to ask once an hour."""
    pace = Pace(interval=DAY, idle_max=HOUR)

    assert [DAY, DAY] == [pace.rest(idle) for idle in (0, 5)]


def test_a_used_up_quota_puts_everything_off_until_it_renews():
    """The system is asked again as soon as it may be."""
    beat = Beat().after(NOW, found=True).paused(NOW + DAY)

    assert beat.is_paused(NOW)
    assert not beat.is_paused(NOW + DAY)
    assert NOW + DAY == Pace().due(beat, NOW)
    assert not Beat().is_paused(NOW)


def test_a_pause_that_is_over_puts_off_nothing():
    """The interval counts again."""
    beat = Beat(last=NOW, paused_until=NOW - HOUR)

    assert NOW + 5 * MINUTE == Pace().due(beat, NOW)


def test_full_listings_can_be_left_to_demand():
    """Some systems are too large for them."""
    assert Pace(full_every=None).full_due(FEED, NOW, NOW) is None


def test_the_moment_of_a_full_listing_is_the_feed_s_own():
    """The same on every machine and in every release, and another one for the next feed."""
    others = [FeedName("erp", "customer", Side.CRM), FeedName("erpc", "ustomer", Side.ERP)]
    due = [Pace().full_due(feed, NOW, NOW) for feed in (FEED, *others)]

    assert datetime(2026, 2, 1, 2, 30, tzinfo=UTC) == due[0].replace(second=0, microsecond=0)
    assert 3 == len(set(due))


@pytest.mark.parametrize("name", ["interval", "idle_max", "full_every"])
def test_a_span_of_no_time_is_refused(name):
    """It would ask a system as fast as it can."""
    with pytest.raises(BadValue, match=f"{name} is longer than nothing"):
        Pace(**{name: timedelta(0)})
