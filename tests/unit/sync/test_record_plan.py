"""RecordPlan: what is written into the journal is read back as it was."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage

from erplink.domain.plan import Delete, Patch, Plan, RemoveLink, StepOutcome, StepResult
from erplink.domain.records import ActorRef, EntityRef
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import GONE, FeedName, Issue, IssueKind, Side

ACTOR = ActorRef("erp", "customer", "K-7")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FEED = FeedName("erp", "customer", Side.CRM)
PATCH = Patch(ACTOR, {"name": "Ann"}, "3")
DELETE = Delete(EntityRef.of("company", "7"))
ISSUE = Issue(
    id="q",
    kind=IssueKind.CREATION,
    record="crm/company/7",
    feed=FEED,
    key="7",
    text="Was it made?",
    options={"yes": "It was."},
    asked_at=NOW,
)
PLAN = RecordPlan(
    record="crm/company/7",
    feed=FEED,
    key="7",
    plan=Plan([PATCH, DELETE]),
    fingerprint=b"\x00\xff",
    marked=3,
    issues=(ISSUE,),
    outcomes={
        PATCH.id: StepOutcome(
            PATCH.id, StepResult.CONFIRMED, {"n": Decimal("1.50"), "at": NOW, "l": ("a",)}, "4"
        ),
        DELETE.id: StepOutcome(DELETE.id, StepResult.REFUSED, reason="no"),
    },
)


def test_what_is_written_is_read_back():
    """With questions, outcomes and every type of value."""
    assert PLAN == RecordPlan.from_json(PLAN.to_json())


def test_what_a_merge_decided_is_read_back():
    """So that the history can be told by whoever finishes the plan after a crash."""
    stage = Stage()
    stage.customers(1)
    stage.settle()
    stage.erp.put("customer", "K0", {"city": "Bergen", "phone": "1"})
    stage.crm.put("company", stage.link().entity.key, {"city": "Rome", "phone": "2"})

    (plan,) = stage.engine.plan("erp", "customer").plans

    assert plan == RecordPlan.from_json(plan.to_json())
    assert plan.decisions


@pytest.mark.parametrize(
    ("result", "left"), [(StepResult.UNKNOWN, 1), (StepResult.REFUSED, 0), (None, 1)]
)
def test_a_write_is_open_until_it_is_known_what_became_of_it(result, left):
    """An answer that was lost tells as little as one that was never asked for."""
    told = {} if result is None else {PATCH.id: StepOutcome(PATCH.id, result)}
    plan = evolve(PLAN, plan=Plan([PATCH]), outcomes=told)

    assert left == len(plan.open_writes)


def test_that_a_record_was_gone_is_not_forgotten():
    """Looked at again it is only missing, which would be no fact."""
    gone = evolve(PLAN, plan=Plan([RemoveLink("a link")]))

    assert (GONE, "00ff") == (gone.evidence, PLAN.evidence)


@pytest.mark.parametrize(
    ("result", "left"),
    [(StepResult.UNAVAILABLE, [PATCH.id]), (StepResult.SKIPPED, [PATCH.id]), (None, None)],
)
def test_what_a_person_decided_is_gone_through_with(result, left):
    """What surely was not done is open again; where all was done, nothing is."""
    done = StepOutcome(DELETE.id, StepResult.CONFIRMED)
    told = {} if result is None else {PATCH.id: StepOutcome(PATCH.id, result)}
    plan = evolve(PLAN, personal=True, outcomes={DELETE.id: done, **told})

    again = plan.resumed()

    assert left == (again and [step.id for step in again.open_writes])


def test_what_was_refused_or_nobody_decided_is_not_gone_through_with():
    """A refusal stays one, and what a pass planned is decided again."""
    down = {PATCH.id: StepOutcome(PATCH.id, StepResult.UNAVAILABLE)}
    refused = {**down, DELETE.id: StepOutcome(DELETE.id, StepResult.REFUSED)}

    assert None is evolve(PLAN, personal=True, outcomes=refused).resumed()
    assert None is evolve(PLAN, personal=False, outcomes=down).resumed()
