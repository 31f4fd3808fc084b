"""The laws of the pace: rarer while nothing happens, never in a pause, and never all at once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from erplink.sync.pace import Beat, Pace
from erplink.sync.state import FeedName, Side

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)

spans = st.timedeltas(timedelta(milliseconds=1), timedelta(days=60))
paces = st.builds(Pace, interval=spans, idle_max=spans, full_every=spans)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds, given a zone by the strategy
beats = st.builds(
    Beat, last=st.none() | moments, idle=st.integers(0, 500), paused_until=st.none() | moments
)
feeds = st.builds(FeedName, st.text(max_size=3), st.text(max_size=3), st.sampled_from(Side))


@given(paces, st.integers(0, 500))
def test_rests_double_until_they_are_as_long_as_they_get(pace, idle):
    """From the interval on, never shorter than it and never longer than the longest."""
    longest = max(pace.interval, pace.idle_max)

    assert pace.interval == pace.rest(0)
    assert pace.interval <= pace.rest(idle) <= pace.rest(idle + 1) <= longest
    assert pace.rest(idle + 1) in (2 * pace.rest(idle), longest)


@given(paces, beats, moments)
def test_no_pass_begins_in_a_pause(pace, beat, now):
    """Whatever else is due."""
    assert not (beat.is_paused(now) and pace.is_due(beat, now))


@given(paces, beats, moments, st.booleans())
def test_a_pass_puts_off_the_next_one(pace, beat, now, found):
    """By a rest at least; after news by the interval, if there is no pause."""
    after = beat.after(now, found=found)
    due = pace.due(after, now)

    assert due >= now + pace.interval
    assert not found or due == now + pace.interval or due == beat.paused_until


@given(beats, moments, moments)
def test_a_pause_is_never_shortened(beat, one, other):
    """Whoever is told of two waits for the later one, in whatever order they are told."""
    held = beat.paused(one).paused(other)

    assert held == beat.paused(other).paused(one)
    assert held.paused_until == max(filter(None, (beat.paused_until, one, other)))


@given(paces, feeds, moments, moments)
def test_the_first_full_listing_is_not_too_soon_and_not_too_late(pace, feed, listed, now):
    """Half a period to one and a half after the last one; and it does not matter who asks when."""
    due = pace.full_due(feed, listed, now)

    assert pace.full_every / 2 <= due - listed <= pace.full_every * 3 / 2
    assert due == pace.full_due(feed, listed, now + timedelta(days=1))


@given(paces, feeds, moments, st.floats(0, 0.49))
def test_full_listings_are_a_period_apart(pace, feed, listed, late):
    """However late one is served, the next one is not, and none drifts towards the others."""
    assume(pace.full_every > timedelta(seconds=1))
    due = pace.full_due(feed, listed, NOW)
    served = due + pace.full_every * late

    assert due + pace.full_every == pace.full_due(feed, served, NOW)


@pytest.mark.parametrize("every", [timedelta(hours=1), timedelta(days=1), timedelta(days=7)])
def test_ten_thousand_feeds_are_spread_over_the_period(every):
    """No minute has more than chance would give it, though all were connected at once."""
    pace = Pace(full_every=every)
    names = (FeedName(f"connection-{at}", "customer", Side.ERP) for at in range(10_000))
    due = (pace.full_due(name, NOW, NOW) for name in names)
    minutes = Counter(each.replace(second=0, microsecond=0) for each in due)

    mean = 10_000 / (every / timedelta(minutes=1))
    assert max(minutes.values()) <= mean + 6 * mean**0.5 + 6
