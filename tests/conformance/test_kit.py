"""The kit itself: what it skips and refuses, and that it is never green by accident."""

import json
from datetime import UTC, datetime
from importlib.metadata import version

import pytest
from attrs import evolve

from erplink.adapters.erp.memory import MemoryConnector
from erplink.connectors import Capabilities, KindCapabilities
from erplink.testing import (
    SUITE_VERSION,
    ConnectorConformance,
    FakeErp,
    Harness,
    NotTried,
    Verdict,
    WrappedSession,
    checks,
    examine,
    promise,
)
from erplink.testing.checks import ALL_CHECKS

pytest_plugins = ["pytester"]


PREAMBLE = """
import pytest
from erplink.testing import ConformanceSuite, ConnectorConformance, FakeErp, NotTried, promise
from erplink.testing.promises import ensure
from erplink.testing.suite import SUITE_VERSION, tried

class Harness:
    def __new__(cls):
        return FakeErp(page_max=3).harness(kinds=["customer"])
"""


@pytest.fixture
def run(pytester):
    """Runs a module of tests with the plug-in, and tells how they came out."""

    def run_it(source, *arguments):
        pytester.makepyfile(test_it=PREAMBLE + source)
        plugin = ("-p", "erplink.testing.pytest_plugin")
        return pytester.runpytest_inprocess(*plugin, "-p", "no:cacheprovider", *arguments)

    return run_it


SUITE = """
{checks}

class Suite(ConformanceSuite):
    test_one = tried(check_one)
    test_two = tried(check_two)

class TestIt(Suite):
    {known_faults}
    @pytest.fixture
    def harness(self):
        return Harness()
"""
KEPT = """
@promise()
def check_{name}(trial):
    'It is kept.'
    trial.kind
"""
BROKEN = """
@promise({since})
def check_{name}(trial):
    'It is broken.'
    ensure(False, 'it broke')
"""
NOT_TRIED = """
@promise()
def check_{name}(trial):
    'It is not tried.'
    raise NotTried('there is nothing to try it on')
"""


def suite(one, two, known_faults="", since=""):
    sources = [one.format(name="one", since=since), two.format(name="two", since=since)]
    return SUITE.format(checks="\n".join(sources), known_faults=known_faults)


def test_a_kept_promise_passes_and_a_broken_one_fails_with_its_sentence(run):
    """The failure says what was promised, with which kind, and what it takes to repeat it."""
    result = run(suite(KEPT, BROKEN))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*customer: it broke repeat it with Faults(seed=0)*"])


def test_a_known_fault_is_expected_to_fail(run):
    """Whoever knows of a fault goes on with the others."""
    result = run(suite(KEPT, BROKEN, "known_faults = {'test_two': 'ticket 4711'}"), "-rx")

    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["*ticket 4711*"])


def test_a_known_fault_that_is_mended_fails(run):
    """The day a known fault passes, somebody has to take it out."""
    result = run(suite(KEPT, BROKEN, "known_faults = {'test_one': 'ticket 4711'}"))

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*it passes: take it out of known_faults (ticket 4711)*"])


def test_a_known_fault_of_no_test_is_an_error_with_a_hint(run):
    """A misspelt known fault excuses nothing."""
    result = run(suite(KEPT, BROKEN, "known_faults = {'test_tow': 'ticket 4711'}"))

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*did you mean 'test_two'*"])


def test_what_cannot_be_tried_is_skipped_with_its_reason(run):
    """A skip says what it would take."""
    result = run(suite(KEPT, NOT_TRIED), "-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*customer: there is nothing to try it on*"])


def test_a_class_that_tried_nothing_fails(run):
    """Where every test is skipped, nothing was shown."""
    result = run(suite(NOT_TRIED, NOT_TRIED))

    result.assert_outcomes(skipped=1, failed=1)
    result.stdout.fnmatch_lines(["*TestIt tried nothing: every one of its tests was skipped*"])


def test_one_test_alone_may_be_skipped(run):
    """Who asks for one test learns of that one."""
    result = run(suite(NOT_TRIED, NOT_TRIED), "-k", "test_one")

    result.assert_outcomes(skipped=1, deselected=1)


def test_a_provisional_promise_fails_nobody_yet(run):
    """A new check reports for one version, and counts from the next on."""
    result = run(suite(KEPT, BROKEN, since=f"since='{SUITE_VERSION}'"), "-rx")

    result.assert_outcomes(failed=0, passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["*provisional until the version after 0.1: customer: it broke*"])


def test_a_promise_of_an_earlier_version_counts(run):
    """What was provisional once is a promise now."""
    result = run(suite(KEPT, BROKEN, since="since='0.0'"))

    result.assert_outcomes(passed=1, failed=1)


def test_a_missing_harness_is_an_error_in_every_test(run):
    """Whoever fills nothing in has tested nothing."""
    result = run("class TestIt(ConnectorConformance): pass")

    result.assert_outcomes(errors=len(ALL_CHECKS))


def test_collecting_does_no_work(run):
    """To list the tests opens no session, and asks for no fixture."""
    result = run(
        "class TestIt(ConnectorConformance):\n"
        "    @pytest.fixture\n"
        "    def harness(self):\n"
        "        raise SystemExit('never')\n",
        "--collect-only",
    )

    assert pytest.ExitCode.OK == result.ret


def test_the_report_tells_what_was_claimed_and_what_came_of_it(run, pytester):
    """--erplink-report writes claims and results, known faults among them."""
    source = suite(KEPT, BROKEN, "known_faults = {'test_two': 'ticket 4711'}")

    run(source, "--erplink-report=matrix.json")

    report = json.loads((pytester.path / "matrix.json").read_text())
    told = report["suites"][0]
    assert ("TestIt", SUITE_VERSION, "fake") == (
        told["suite"],
        told["suite_version"],
        told["connector"],
    )
    assert told["claims"]["threads"]
    assert 3 == told["claims"]["kinds"]["customer"]["page_max"]
    assert 3.0 == told["claims"]["kinds"]["customer"]["commit_lag"]
    assert {
        "test_one": {
            "promise": "It is kept.",
            "provisional": False,
            "outcome": "passed",
            "kinds": {"customer": ["kept", ""]},
        },
        "test_two": {
            "promise": "It is broken.",
            "provisional": False,
            "outcome": "known fault",
            "kinds": {"customer": ["broken", "it broke"]},
        },
    } == told["results"]


def test_the_report_of_nothing_is_empty(run, pytester):
    """Tests that are of no suite are none of its business."""
    run("def test_it(): pass", "--erplink-report=matrix.json")

    report = json.loads((pytester.path / "matrix.json").read_text())
    assert {"erplink": version("erplink"), "suites": []} == {
        name: report[name] for name in report if name != "ended"
    }
    assert datetime.fromisoformat(report["ended"]) <= datetime.now(UTC)


def test_the_plug_in_imports_nothing_of_what_it_reports_on(pytester):
    """To start pytest takes no longer where erplink is installed."""
    script = (
        "import sys, erplink.testing.pytest_plugin;"
        "print([m for m in sys.modules if m in ('attrs', 'pluggy.x', 'erplink.connectors',"
        " 'erplink.domain', 'erplink.errors', 'erplink.testing.suite')])"
    )

    result = pytester.runpython_c(script)

    assert ["[]"] == result.outlines


# --- the class and the checks ---------------------------------------------------------------------


def test_the_class_has_a_test_for_every_check():
    """A check that no test calls would never be tried."""
    expected = {f"test_{check.promise.name}" for check in ALL_CHECKS}

    assert expected == ConnectorConformance.promised()


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.promise.name)
def test_every_check_says_its_promise_in_one_sentence(check):
    """The docstring is the promise."""
    sentence = check.promise.sentence

    assert (1, ".", True) == (sentence.count(". ") + 1, sentence[-1], sentence[0].isupper())
    assert check.__name__ == f"check_{check.promise.name}"
    assert check.__name__ in checks.__all__


def test_a_check_needs_no_pytest():
    """Checks are plain functions of a trial: one that holds says nothing."""
    with FakeErp().harness().trial("customer") as trial:
        checks.check_the_feed_tells_every_record(trial)


def test_an_examination_tells_how_every_promise_fared():
    """Without pytest, a harness can be examined in a notebook."""
    findings = examine(FakeErp().harness())

    assert {check.promise.name for check in ALL_CHECKS} == {each.check for each in findings}
    assert {Verdict.KEPT, Verdict.NOT_TRIED} == {each.verdict for each in findings}
    assert all(each.reason for each in findings if each.verdict is Verdict.NOT_TRIED)


def test_a_refusal_nobody_asked_for_breaks_the_promise():
    """What a session raises where it must not is a failure of the check."""

    @promise()
    def check_it(trial):
        """It answers."""
        trial.hook("throttle")(1.0)
        trial.look("1")

    (finding,) = examine(FakeErp().harness(kinds=["customer"]), [check_it])

    assert Verdict.BROKEN is finding.verdict
    assert "it was not to raise anything here: Unavailable: 429" in finding.reason
    assert ["repeat it with Faults(seed=0)"] == finding.error.__notes__


# --- harnesses ------------------------------------------------------------------------------------


def test_a_connector_alone_is_a_harness():
    """Without any hook, records are made through the connector itself."""
    findings = examine(Harness.of(MemoryConnector(), records_max=10))

    assert not [each for each in findings if each.verdict is Verdict.BROKEN]
    kept = {each.check for each in findings if each.verdict is Verdict.KEPT}
    assert {"what_was_saved_is_told", "a_stale_version_is_refused"} <= kept


def test_a_session_without_a_guard_is_told():
    """What is not claimed must be refused, and without the guard it is not."""

    class OnlyReads(WrappedSession):
        @property
        def capabilities(self):
            claims = {"customer": KindCapabilities(read=True, changes=True)}
            return Capabilities(kinds=claims)

    erp = FakeErp()
    harness = erp.harness(kinds=["customer"])
    unguarded = evolve(harness, open=lambda: OnlyReads(erp.session("erp")))

    (finding,) = examine(unguarded, [checks.check_what_is_not_claimed_is_refused])

    assert "customer: search is not claimed, and not refused" == finding.reason


def test_a_kind_that_there_is_not_is_told():
    """A misspelt kind in a harness is a failure, and not a silence."""
    findings = examine(
        FakeErp().harness(kinds=["costumer"]), [checks.check_a_missing_record_is_none]
    )

    assert ["the harness names a kind 'costumer' that there is not"] == [
        each.reason for each in findings
    ]


def test_a_sample_says_what_is_tried():
    """Where the author gives values, these are the fields that records are made with."""
    sample = {"customer": {"number": lambda n: f"C-{n:05}", "name": "ACME", "country": "NO"}}
    with FakeErp().harness(sample=sample).trial("customer") as trial:
        made = [trial.sample(), trial.sample()]
        other = trial.other(made[0])

    expected = [{"number": f"C-{n:05}", "name": "ACME", "country": "NO"} for n in (1, 2)]
    assert expected == made
    assert {"name", "country"} == other.keys()
    assert "ACME" != other["name"]


def test_a_salt_is_in_every_text():
    """In a world that outlives its tests, each run makes records of its own."""
    with FakeErp().harness(salt="-a1b2").trial("customer") as trial:
        made, word = trial.sample(), trial.word()

    assert all("-a1b2" in made[key] for key in ("number", "name", "note"))
    assert "-a1b2" in word


def test_nothing_found_is_a_failure_that_says_so():
    """A world without records shows nothing, and that is said."""
    harness = FakeErp().harness(kinds=["customer"])
    empty = Harness(open=harness.open, kinds=["customer"])

    with empty.trial("customer") as trial, pytest.raises(AssertionError) as caught:
        trial.read("1")

    assert "no record was found: customer '1' is not told" == str(caught.value)


def test_a_hook_that_is_missing_is_named():
    """A skip names the hook that it would take."""
    harness = Harness.of(MemoryConnector())

    with harness.trial("customer") as trial, pytest.raises(NotTried) as caught:
        checks.check_a_deletion_is_told(trial)

    assert "the harness has no seed" == str(caught.value)
