import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.clock import SystemClock
from erplink.connectors.budget import PAUSE_SECONDS_MAX, TokenBudget
from erplink.errors import BadValue, Unavailable

gaps = st.lists(st.floats(0, 3), min_size=1, max_size=40)


@given(gaps, st.floats(0.1, 20), st.integers(1, 5))
def test_no_window_sees_more_than_the_budget(new_clock, gaps, rate, burst):
    """In every stretch of t seconds at most burst + rate * t requests leave, however they come."""
    clock = new_clock()
    budget = TokenBudget(clock, rate, burst=burst, wait_seconds_max=1e6)
    left_at = []
    for gap in gaps:
        clock.seconds += gap
        budget.take()
        left_at.append(clock.monotonic())

    for first, begin in enumerate(left_at):
        for last, end in enumerate(left_at[first:], first):
            assert last - first + 1 <= burst + rate * (end - begin) + 1e-6


@given(st.floats(0.1, 20), st.integers(1, 5), st.integers(1, 20))
def test_nobody_waits_longer_than_the_rate_asks(new_clock, rate, burst, requests):
    """The burst leaves at once, and each one behind it a turn later."""
    clock = new_clock()
    begun = clock.monotonic()
    budget = TokenBudget(clock, rate, burst=burst, wait_seconds_max=1e6)

    for _ in range(requests):
        budget.take()

    expected = max(0, requests - burst) / rate
    assert math.isclose(expected, clock.monotonic() - begun, abs_tol=1e-6)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.fixed_dictionaries(
                {},
                optional={
                    "retry_after": st.none() | st.floats(-5, 50),
                    "remaining": st.none() | st.integers(-1, 3),
                    "reset_after": st.none() | st.floats(-5, 50),
                },
            ),
        ),
        max_size=20,
    )
)
def test_nothing_leaves_during_a_pause(new_clock, events):
    """From an answer that asks for a pause until its end, no request leaves."""
    clock = new_clock()
    budget = TokenBudget(clock, rate=2.0, wait_seconds_max=1e6)
    paused_until = 0.0
    for gap, said in events:
        clock.seconds += gap
        budget.observe(limit=10, **said)
        nothing_left = (said.get("remaining") is not None) and said["remaining"] <= 0
        pause = max(said.get("retry_after") or 0, (said.get("reset_after") or 0) * nothing_left)
        paused_until = max(paused_until, clock.monotonic() + pause)
        budget.take()

        assert clock.monotonic() >= paused_until


def test_without_a_rate_only_pauses_count(clock):
    """A system that said nothing of limits is asked as fast as it answers."""
    budget = TokenBudget(clock)

    for _ in range(1_000):
        budget.take()

    assert clock.slept == []


def test_a_pause_is_not_shortened_by_a_later_answer(clock):
    """An answer that was under way when the limit was reached does not lift the pause."""
    budget = TokenBudget(clock)
    budget.observe(retry_after=20.0)
    budget.observe(remaining=5, reset_after=1.0)
    budget.observe(retry_after=2.0)

    budget.take()

    assert clock.slept == [20.0]


def test_who_would_wait_too_long_is_told_when_to_come_back(clock):
    """A used-up quota is Unavailable with the time of its renewal, and takes no token."""
    budget = TokenBudget(clock, wait_seconds_max=30.0)
    budget.observe(remaining=0, reset_after=3_600.0)

    with pytest.raises(Unavailable) as caught:
        budget.take()

    assert caught.value.retry_after == 3_600.0
    assert clock.slept == []


def test_no_pause_is_longer_than_a_day(clock):
    """A nonsense value pauses for a bounded time."""
    budget = TokenBudget(clock)
    budget.observe(retry_after=1e12)

    with pytest.raises(Unavailable) as caught:
        budget.take()

    assert caught.value.retry_after == PAUSE_SECONDS_MAX


def test_waiting_again_and_again_has_an_end(clock):
    """Who is overtaken time after time is told so at the latest after the longest wait."""
    budget = TokenBudget(clock, wait_seconds_max=10.0)
    budget.observe(retry_after=4.0)
    sleep = clock.sleep

    def sleep_while_pauses_grow(seconds):
        sleep(seconds)
        budget.observe(retry_after=4.0)

    clock.sleep = sleep_while_pauses_grow

    with pytest.raises(Unavailable):
        budget.take()

    assert sum(clock.slept) <= 10.0


def test_a_clock_that_oversleeps_is_no_harm(clock):
    """When the moment has passed meanwhile, nobody sleeps a negative time."""
    budget = TokenBudget(clock, rate=1.0)
    budget.take()
    times = iter([1_000.0, 1_000.0, 1_005.0, 1_005.0])
    clock.monotonic = lambda: next(times)

    budget.take()

    assert clock.slept == []


@pytest.mark.parametrize("rate", [0, -1, math.nan, math.inf])
def test_a_rate_is_above_nothing(rate, clock):
    """A budget of nothing would wait for ever."""
    with pytest.raises(BadValue, match="above 0"):
        TokenBudget(clock, rate)


def test_a_burst_is_at_least_one(clock):
    """Else no request could ever leave."""
    with pytest.raises(BadValue, match="at least 1"):
        TokenBudget(clock, 1.0, burst=0)


def test_threads_share_a_budget():
    """Many threads together keep to the rate, on the machine's own clock."""
    clock = SystemClock()
    budget = TokenBudget(clock, rate=1_000.0, burst=5)
    begun = clock.monotonic()

    def take_some():
        for _ in range(5):
            budget.take()

    threads = [threading.Thread(target=take_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.monotonic() - begun >= (40 - 5) / 1_000.0 - 1e-6


def test_the_clock_of_the_machine_tells_aware_times():
    """Its moments are in UTC and its seconds run on."""
    clock = SystemClock()

    assert clock.now().utcoffset().total_seconds() == 0
    assert clock.monotonic() <= clock.monotonic()
    assert repr(clock) == "SystemClock()"


def test_a_budget_learns_its_rate(new_clock):
    """A system claims a rate once it is open; from then on the budget keeps to it."""
    clock = new_clock()
    budget = TokenBudget(clock)
    budget.limit(2, burst=1)
    begun = clock.monotonic()

    for _ in range(3):
        budget.take()

    assert 1.0 == clock.monotonic() - begun
