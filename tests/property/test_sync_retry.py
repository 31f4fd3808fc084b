"""The laws of trying again: what parks, what never does, and how long the wait is."""

from datetime import UTC, datetime, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erplink.connectors import EditRefused, EditUnknown
from erplink.errors import PluginFailed, Refused, Stale, Unauthorised, Unavailable, Unknown
from erplink.sync.retry import (
    RETRY_AFTER_SECONDS_MAX,
    Failure,
    Rhythm,
    after,
    is_still_parked,
)
from erplink.sync.state import FeedName, Pending

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
NEW = Pending(feed=FeedName("erp", "customer", "erp"), key="K-7", due=NOW, since=NOW)

fractions = st.floats(0, 1, exclude_max=True)
evidences = st.sampled_from(["", "1", "2"])
seconds = st.floats(0.1, 10_000)
rhythms = st.builds(Rhythm, seconds_first=seconds, seconds_max=seconds)
asked = st.none() | st.floats(allow_nan=True, allow_infinity=True)

passing = st.sampled_from([Stale("moved"), Unknown(), EditUnknown(), Unauthorised("no")])
failing = st.sampled_from([PluginFailed("bug"), RuntimeError("bug")])
transient = (passing | failing | asked.map(lambda s: Unavailable("off", retry_after=s))).map(
    Failure.of
)
refusals = st.sampled_from([Refused("no"), Refused("no", field="f"), EditRefused("never")]).map(
    Failure.of
)
failures = transient | refusals


def history(*troubles, evidence=""):
    """What is known of a record after so many failures."""
    pending = NEW
    for failure in troubles:
        pending = after(pending, failure, NOW, random=lambda: 0.5, evidence=evidence)
    return pending


@given(st.lists(transient), evidences)
def test_what_passes_by_itself_never_parks(failures, evidence):
    """However often a system is away, the records are not to blame."""
    pending = history(*failures, evidence=evidence)

    assert (False, 0, len(failures)) == (pending.parked, pending.refusals, pending.attempts)


@given(refusals, st.lists(transient), evidences)
def test_the_same_refusal_twice_parks(refusal, between, evidence):
    """With its reason and advice, whatever passed by itself in between."""
    pending = history(refusal, *between, refusal, evidence=evidence)

    assert pending.parked
    assert (refusal.text, refusal.advice) == (pending.reason, pending.advice)
    assert "" not in (pending.reason, pending.advice)


@given(refusals, st.lists(transient))
def test_a_refusal_is_tried_once_more(refusal, before):
    """One alone does not park."""
    assert not history(*before, refusal).parked


@given(refusals, refusals, st.lists(transient))
def test_two_different_refusals_do_not_park(one, other, between):
    """Something moved between them, so the next try may succeed."""
    pending = history(one, *between, other)

    assert (one.text == other.text) == pending.parked


@given(refusals)
def test_data_that_changed_are_tried_as_anew(refusal):
    """A refusal of other data is the first of its own."""
    first = after(NEW, refusal, NOW, random=lambda: 0.5, evidence="1")
    second = after(first, refusal, NOW, random=lambda: 0.5, evidence="2")

    assert (1, False) == (second.refusals, second.parked)


@given(st.lists(failures, max_size=6), st.lists(evidences, max_size=6), fractions, rhythms)
def test_the_record_stays_the_record(failures, evidences, fraction, rhythm):
    """Feed, key, lane, age and marking are nobody's to change here, and every try is counted."""
    pending = NEW
    for failure, evidence in zip(failures, evidences, strict=False):
        before = pending
        pending = after(
            before, failure, NOW, random=lambda: fraction, evidence=evidence, rhythm=rhythm
        )
        assert before.attempts + 1 == pending.attempts
        assert before.due <= pending.due or pending.parked or pending.due >= NOW

    kept = ("feed", "key", "lane", "since", "marked")
    assert [getattr(NEW, name) for name in kept] == [getattr(pending, name) for name in kept]


@given(rhythms, st.integers(0, 10_000), fractions, asked)
def test_a_wait_is_bounded(rhythm, attempts, fraction, retry_after):
    """Never longer than the longest, but for what the system asked for, and that is bounded too."""
    wait = rhythm.wait(attempts, lambda: fraction, retry_after)

    most = RETRY_AFTER_SECONDS_MAX if retry_after and retry_after > 0 else 0.0
    assert timedelta(0) <= wait <= timedelta(seconds=most + rhythm.seconds_max + 1e-3)


@given(rhythms, st.integers(1, 100), st.floats(0.1, RETRY_AFTER_SECONDS_MAX), fractions)
def test_a_wait_that_the_system_asked_for_is_kept(rhythm, attempts, retry_after, fraction):
    """Nobody asks again before the time that was named, nor long after it."""
    wait = rhythm.wait(attempts, lambda: fraction, retry_after).total_seconds()

    assert retry_after - 1e-3 <= wait <= retry_after + rhythm.ceiling(1) + 1e-3


@given(rhythms, st.integers(0, 100))
def test_waits_grow_until_they_are_as_long_as_they_get(rhythm, attempts):
    """The ceiling doubles with every try, up to the longest."""
    ceiling = rhythm.ceiling(attempts + 1)

    assert rhythm.ceiling(attempts) <= ceiling <= rhythm.seconds_max
    assert rhythm.ceiling(attempts + 2) in (2 * ceiling, rhythm.seconds_max)


@given(st.booleans(), evidences, evidences)
def test_parked_records_come_back_with_other_data(parked, before, now):
    """Where the data are known and the same, or not known, a parked record goes on waiting."""
    pending = evolve(NEW, parked=parked, evidence=before)

    assert (parked and (before == now or not (before and now))) == is_still_parked(pending, now)
