"""What is shown of a plan, a report or a question that systems out of sight take part in."""

from datetime import UTC, datetime

import pytest

from erplink import ActorRef, Agreed, EntityRef, Plan
from erplink.domain.history import RecordChange
from erplink.domain.merge import Agreement, FieldDecision, FieldWrite, Option, Outcome, SideView
from erplink.domain.plan import (
    Advance,
    Change,
    Create,
    Delete,
    MakeLink,
    Patch,
    Place,
    Promise,
    Question,
    RecordResult,
    RemoveLink,
    Report,
)
from erplink.errors import Unavailable
from erplink.hub.masking import ELSEWHERE, Mask
from erplink.sync import FeedName, Issue, PassResult, Run, Side
from erplink.sync.effort import Effort

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FEED = FeedName("dark", "customer", Side.ERP)
COMPANY = EntityRef.of("company", "1")
SEEN, HIDDEN = ActorRef("seen", "customer", "1"), ActorRef("dark", "customer", "9")
MASK = Mask(frozenset({"crm", "seen"}), frozenset({"dark"}), {"seen": "The seen one"})


def test_a_mask_of_everything_changes_nothing():
    """The host is shown what there is."""
    plan = Plan([Delete(HIDDEN, reason="dark")])

    assert not Mask(None)
    assert plan is Mask(None).plan(plan)
    assert "dark" == Mask(None).text("dark")
    assert "dark" == Mask(None).system("dark")


@pytest.mark.parametrize(
    "step",
    [
        Create("dark", "customer", {"name": "x"}, "k"),
        Patch(HIDDEN, {"name": "x"}),
        Delete(HIDDEN),
        MakeLink(COMPANY, HIDDEN),
        RemoveLink(f"{COMPANY}={HIDDEN}"),
        Advance(f"{COMPANY}={HIDDEN}", [Promise("name", Agreed("x", "x"), ("name",), ("name",))]),
    ],
    ids=lambda step: type(step).__name__,
)
def test_a_step_out_of_sight_is_not_shown(step):
    """Whatever it does, and to whatever it is tied."""
    assert Plan() == MASK.plan(Plan([step]))


@pytest.mark.parametrize(
    "step",
    [
        Create("seen", "customer", {"name": "x"}, "k"),
        Patch(SEEN, {"name": "x"}, changes=[Change("name", "y", "x", "rank", "dark moved")]),
        Delete(SEEN, reason="dark said so"),
        MakeLink(COMPANY, SEEN),
        RemoveLink(f"{COMPANY}={SEEN}", reason="dark said so"),
        Advance(f"{COMPANY}={SEEN}", [Promise("name", Agreed("x", "x"), ("name",), ("name",))]),
    ],
    ids=lambda step: type(step).__name__,
)
def test_a_step_in_sight_is_shown_without_what_is_not(step):
    """It is the same step, in words that name nobody."""
    (shown,) = MASK.plan(Plan([step])).steps

    assert step.id == shown.id
    assert "dark" not in repr(shown)
    assert ELSEWHERE in repr(shown) or "dark" not in repr(step)


def test_what_passes_through_unmasked_is_the_very_same():
    """For the host, where no connection has a name of its own, nothing is made anew."""
    run = Run(
        id="r", connection="dark", actor_kind="customer", mode="full", principal="x", started=NOW
    )
    result = PassResult(run=run, report=Report(0))
    issue = Issue(id="q", kind="field", record="r", feed=FEED, key="1", text="dark?", asked_at=NOW)
    row = RecordChange("l", COMPANY, "r", "x", NOW, [])
    everything = Mask(None)

    assert run is everything.run(run)
    assert result is everything.result(result)
    assert issue is everything.issue(issue)
    assert row is everything.row(row)
    assert result.report is everything.report(result.report)


def test_how_a_run_ended_is_told_without_the_system_out_of_sight():
    """One that came to no report has none; trouble elsewhere is trouble elsewhere."""
    run = Run(
        id="r",
        connection="seen",
        actor_kind="customer",
        mode="full",
        principal="x",
        started=NOW,
        reason="dark is away",
    )
    told = MASK.result(
        PassResult(run=run, report=Report(0), trouble=Unavailable("dark is away"), system="dark")
    )

    assert ELSEWHERE == told.system
    assert "dark" not in f"{told} {told.trouble}"
    assert "" == told.run.report


def test_a_promise_does_not_wait_for_what_is_not_shown():
    """A plan that is shown is sound by itself."""
    write = Patch(HIDDEN, {"name": "x"})
    promise = Promise("name", Agreed("x", "x"), ("name",), ("name",), frozenset({write.id}))
    shown = MASK.plan(Plan([write, Advance(f"{COMPANY}={SEEN}", [promise])]))

    assert frozenset() == shown.steps[0].promises[0].needs


def test_a_question_is_shown_with_what_is_in_sight():
    """Its sides and answers, and what would follow from them, without the others."""

    def option(system):
        return Option(
            system,
            "x",
            tuple(FieldWrite(each, "name", {"name": "x"}, "y", "x") for each in ("seen", "dark")),
            tuple(
                Agreement(e, "name", Agreed("x", "x"), (), (), frozenset({"dark", "crm"}))
                for e in ("seen", "dark")
            ),
        )

    decision = FieldDecision(
        "name",
        Outcome.ASK,
        "ask",
        "crm, seen and dark moved apart",
        winner="dark",
        options=tuple(map(option, ("crm", "seen", "dark"))),
        sides=tuple(SideView(each, "x", "y", moved=True) for each in ("crm", "seen", "dark")),
        problems=("dark cannot hold it",),
    )
    places = {"crm": Place(COMPANY), "seen": Place(SEEN), "dark": Place(HIDDEN)}
    plan = Plan(
        questions=[
            Question(str(COMPANY), decision, places),
            Question(str(HIDDEN), decision, places),
        ],
        problems=["dark is away"],
    )
    shown = MASK.plan(plan)
    (question,) = shown.questions

    assert ["crm", "seen"] == [each.system for each in question.decision.options]
    assert ["crm", "seen"] == [each.system for each in question.decision.sides]
    assert f"crm, The seen one and {ELSEWHERE} moved apart" == question.decision.reason
    assert (f"{ELSEWHERE} is away",) == shown.problems
    assert "dark" not in repr((question.decision.options, question.places, question.decision))
    assert ELSEWHERE == question.decision.winner


def test_totals_stay_what_they_are_and_name_nobody():
    """What was changed out of sight is not counted by its name."""
    report = Report(
        2,
        {RecordResult.SKIPPED: 2},
        {"dark is away": 1, f"{ELSEWHERE} is away": 1},
        changes={"dark.name": 3, "seen.name": 1},
    )
    shown = MASK.report(report)

    assert {f"{ELSEWHERE} is away": 2} == dict(shown.reasons)
    assert {"seen.name": 1} == dict(shown.changes)
    assert Effort(requests={"seen": 1}, waited={"seen": 1.0}) == MASK.effort(
        Effort(requests={"seen": 1, "dark": 2}, waited={"seen": 1.0, "dark": 2.0})
    )


def test_a_name_stands_for_an_id_that_stands_alone():
    """A short id may be a part of other words, of a path or of a name; those stay."""
    mask = Mask(None, names={"a": r"Main\1"})

    assert r"only Main\1 moved" == mask.text("only a moved")
    assert "a/customer/1, b-a and data" == mask.text("a/customer/1, b-a and data")
