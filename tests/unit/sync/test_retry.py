"""Trying again: the table of behaviours, the advice, and the life of a record that fails."""

from datetime import UTC, datetime, timedelta

import pytest

from erplink import errors
from erplink.connectors import EditRefused, EditStale, EditUnknown
from erplink.domain.plan import StepOutcome, StepResult
from erplink.errors import (
    AlreadyLinked,
    BadPlan,
    BadValue,
    BadVault,
    BrokenPromise,
    ConfigurationLost,
    NotNow,
    Refused,
    Stale,
    StoreBusy,
    Unauthorised,
    Unavailable,
    Unknown,
    Unsupported,
)
from erplink.sync.retry import BEHAVIOURS, REASON_LENGTH_MAX, Behaviour, Failure, Rhythm, after
from erplink.sync.state import FeedName, Pending

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
NEW = Pending(feed=FeedName("erp", "customer", "erp"), key="K-7", due=NOW, since=NOW)


def half():
    return 0.5


@pytest.mark.parametrize(
    ("trouble", "behaviour"),
    [
        (Unavailable("off"), Behaviour.RETRY_LATER),
        (StoreBusy("locked"), Behaviour.RETRY_LATER),
        (NotNow("a pass runs"), Behaviour.RETRY_LATER),
        (Unknown("cut off"), Behaviour.READ_BACK),
        (EditUnknown(), Behaviour.READ_BACK),
        (Stale("moved"), Behaviour.DECIDE_AGAIN),
        (EditStale(), Behaviour.DECIDE_AGAIN),
        (Refused("no"), Behaviour.PARK_IF_REPEATED),
        (EditRefused("no"), Behaviour.PARK_IF_REPEATED),
        (AlreadyLinked("to K-8"), Behaviour.PARK_IF_REPEATED),
        (Unsupported("cannot"), Behaviour.PARK),
        (BadValue("too long", value="'a'"), Behaviour.PARK),
        (BadPlan("contradicts itself"), Behaviour.PARK),
        (Unauthorised("no"), Behaviour.PAUSE),
        (ConfigurationLost("lost"), Behaviour.REOPEN),
        (BrokenPromise("erp", "save", "answers"), Behaviour.FAIL_PASS),
        (BadVault("no key"), Behaviour.FAIL_PASS),
        (ZeroDivisionError("bug"), Behaviour.FAIL_PASS),
        (StepOutcome("s", StepResult.REFUSED), Behaviour.PARK_IF_REPEATED),
        (StepOutcome("s", StepResult.STALE), Behaviour.DECIDE_AGAIN),
        (StepOutcome("s", StepResult.UNAVAILABLE), Behaviour.RETRY_LATER),
        (StepOutcome("s", StepResult.UNKNOWN), Behaviour.READ_BACK),
        (StepOutcome("s", StepResult.SKIPPED), Behaviour.DECIDE_AGAIN),
    ],
)
def test_every_kind_of_failure_has_its_behaviour(trouble, behaviour):
    """What is done follows from the kind of the failure alone, and a person is told what to do."""
    failure = Failure.of(trouble)

    assert behaviour is failure.behaviour
    assert failure.reason
    assert failure.advice.endswith(".")


def test_no_error_is_without_a_behaviour():
    """Each group of the tree of errors is in the table, or said to be nobody's fault here."""
    groups = errors.ErplinkError.__subclasses__()
    unnamed = {group for group in groups if group not in BEHAVIOURS}

    # All members of the first are named; the second is the engine's own trouble.
    assert {errors.SessionError, errors.StoreError} == unnamed
    assert {*errors.SessionError.__subclasses__()} <= BEHAVIOURS.keys()


def test_a_success_is_no_failure():
    """There is nothing to do about it."""
    with pytest.raises(BadValue, match="a step that succeeded is no failure"):
        Failure.of(StepOutcome("patch 1", StepResult.CONFIRMED))


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Refused("too long", field="name", code="E7"), "name: too long (E7)"),
        (EditRefused("too long", "name", "E7"), "name: too long (E7)"),
        (EditRefused("name: too long", "name"), "name: too long"),
        (EditRefused(""), "refused without a reason"),
        (Unavailable("off", retry_after=30), "off"),
        (EditStale(), "the record moved since it was read"),
        (EditUnknown(), "the answer was lost"),
        (EditUnknown("timeout"), "timeout"),
        (StepOutcome("s", StepResult.SKIPPED), "the step is skipped"),
        (ZeroDivisionError(), "ZeroDivisionError"),
        (BadValue("too long", value="'abc'", field="name"), "name: 'abc': too long"),
        (BadValue("no", value="1", field="f", record="r"), "r.f: 1: no"),
        (Refused(" a\n\tb "), "a b"),
    ],
)
def test_a_failure_is_told_in_one_line(trouble, told):
    """Reason, field and code, as far as they are known."""
    assert told == str(Failure.of(trouble))


def test_a_reason_is_not_kept_at_any_length():
    """Some systems answer with a whole page."""
    reason = Failure.of(Refused("a" * 10_000)).reason

    assert REASON_LENGTH_MAX == len(reason)
    assert reason.endswith("a…")


def test_a_code_that_is_known_has_its_own_advice():
    """It says more than that the system refused."""
    assert "removed in the other system" in Failure.of(EditRefused("no", code="gone")).advice
    assert "Correct the record" in Failure.of(EditRefused("no", code="E7")).advice


def test_a_code_says_nothing_where_no_record_is_to_blame():
    """A page that is not there because nobody is let in is no missing record."""
    assert "credentials" in Failure.of(Unauthorised("no", code="404")).advice


def test_only_some_failures_concern_the_whole_connection():
    """Where all records would fail alike, none of them is tried."""
    stopping = {each for each in Behaviour if each.stops_the_pass}
    blaming = {each for each in Behaviour if each.blames_the_record}

    assert {Behaviour.PAUSE, Behaviour.REOPEN, Behaviour.FAIL_PASS} == stopping
    assert {Behaviour.PARK, Behaviour.PARK_IF_REPEATED} == blaming


def test_the_life_of_a_record_that_a_system_refuses():
    """Refused, away, refused again: parked; mended: back, refused: tried once more."""
    refused = Failure.of(EditRefused("no such city", "city"))
    away = Failure.of(Unavailable("off", retry_after=60))

    first = after(NEW, refused, NOW, random=half, evidence="1")
    second = after(first, away, NOW, random=half, evidence="1")
    third = after(second, refused, NOW, random=half, evidence="1")
    fourth = after(third, refused, NOW, random=half, evidence="2")

    assert [1, 1, 2, 1] == [each.refusals for each in (first, second, third, fourth)]
    assert [False, False, True, False] == [each.parked for each in (first, second, third, fourth)]
    assert ["city: no such city"] * 4 == [each.reason for each in (first, second, third, fourth)]
    assert second.due - NOW >= timedelta(seconds=60)
    assert NOW == third.due


def test_what_cannot_succeed_is_parked_at_once():
    """A value that does not fit is not going to, and a system does not learn."""
    pending = after(NEW, Failure.of(Unsupported("cannot")), NOW, random=half)

    assert (True, 1, NOW) == (pending.parked, pending.refusals, pending.due)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("locked since 12:03:11", "locked since 12:04:59"),
        ("request 7f3a-11 failed", "request 09bc-42 failed"),
        ("no", "no"),
    ],
)
def test_numbers_do_not_make_another_refusal(one, other):
    """Many systems put the time or the number of the request into their reason."""
    first = after(NEW, Failure.of(Refused(one)), NOW, random=half)

    assert after(first, Failure.of(Refused(other)), NOW, random=half).parked


def test_data_that_are_not_known_are_taken_for_the_same():
    """What is known of them is kept, so that the record comes back once they change."""
    refused = Failure.of(Refused("no"))
    first = after(NEW, refused, NOW, random=half, evidence="1")
    second = after(first, refused, NOW, random=half)

    assert (True, "1") == (second.parked, second.evidence)


@pytest.mark.parametrize("trouble", [Unknown(), Stale("moved")])
def test_reading_anew_happens_at_once_and_then_with_a_wait(trouble):
    """The first time it most likely helps; a record that moves all the time is no busy loop."""
    failure = Failure.of(trouble)
    first = after(NEW, failure, NOW, random=half)
    second = after(first, failure, NOW, random=half)

    assert NOW == first.due
    assert NOW + timedelta(seconds=5) == second.due


def test_the_rhythm_doubles():
    """5, 10, 20 seconds and so on, up to an hour."""
    ceilings = [Rhythm().ceiling(attempts) for attempts in (0, 1, 2, 3, 10, 11, 1000)]

    assert [5, 5, 10, 20, 2560, 3600, 3600] == ceilings


def test_a_rhythm_without_waits_is_refused():
    """It would ask a system that is away as fast as it can."""
    with pytest.raises(ValueError, match="must be > 0"):
        Rhythm(seconds_first=0)
