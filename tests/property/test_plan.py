"""The laws of plans, on plans that real merges make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.fields import Field
from erplink.domain.links import Agreed
from erplink.domain.mapping import FieldRule, Mapping
from erplink.domain.merge import Merger
from erplink.domain.plan import (
    Advance,
    Create,
    NewRecord,
    Patch,
    Place,
    Plan,
    StepOutcome,
    StepResult,
    confirmed_agreements,
    fingerprint,
    plan_from_json,
    plan_link,
    plan_merge,
    plan_to_json,
)
from erplink.domain.policy import Rule
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import BadDocument

FIELDS = [Field("f"), Field("g")]
letters = st.sampled_from([None, "a", "b", "\ud800", "é"])
records = st.fixed_dictionaries({}, optional={"f": letters, "g": letters})
bases = st.fixed_dictionaries(
    {}, optional={key: st.builds(Agreed, letters, letters) for key in ("f", "g")}
)
rules = st.sampled_from(["", Rule.ASK, Rule.FILL])


@st.composite
def plans(draw, key="1"):
    """A plan for one record, linked or about to be."""
    lines = [FieldRule(field.key, field.key, rule=draw(rules)) for field in FIELDS]
    merger = Merger(Mapping("erp", "customer", "company", rules=lines), FIELDS, FIELDS)
    entity, actor = EntityRef.of("company", key), ActorRef("erp", "customer", key)
    base, crm, erp = draw(bases), draw(records), draw(records)
    if draw(st.booleans()):
        merged = merger.merge(base, crm, erp)
        link = f"{entity}={actor}"
        return plan_merge(
            str(entity), merged, {"crm": Place(entity, "v1"), "erp": Place(actor, "v2", link, 3)}
        )
    new = Place(NewRecord("erp", "customer", f"creation-{key}"))
    return plan_link(str(entity), merger.merge({}, crm, {}), Place(entity, "v1"), new, "erp")


@given(plan=plans())
def test_a_plan_survives_being_written_and_read(plan):
    """What is read back is the plan that was written, and its text is the same."""
    text = plan_to_json(plan)

    again = plan_from_json(text)

    assert plan == again
    assert text == plan_to_json(again)
    assert fingerprint(plan) == fingerprint(again)


@given(one=plans(key="1"), other=plans(key="2"))
def test_the_order_in_which_plans_are_joined_does_not_matter(one, other):
    """Steps stand in the order of their needs and names, not in the order they were thought of."""
    assert (one + other).steps == (other + one).steps


@given(plan=plans())
def test_a_record_is_written_once(plan):
    """A plan holds at most one write for each record and side."""
    written = [step.id for step in plan.steps if isinstance(step, Patch | Create)]

    assert len(set(written)) == len(written)


@given(plan=plans(), data=st.data())
def test_settled_questions_fold_into_the_write_that_is_there(plan, data):
    """Settling adds no second write to a record, and leaves no question behind."""
    for question in plan.questions:
        option = data.draw(st.sampled_from(question.decision.options))
        plan = plan.settle(question.id, option.system)

    written = [step.id for step in plan.steps if isinstance(step, Patch | Create)]
    assert len(set(written)) == len(written)
    assert plan.questions == ()


@given(plan=plans())
def test_what_waits_comes_later(plan):
    """Every step stands after the steps it waits for."""
    position = {step.id: at for at, step in enumerate(plan.steps)}

    for step in plan.steps:
        if isinstance(step, Advance):
            for promise in step.promises:
                assert all(position[need] < position[step.id] for need in promise.needs)


@given(plan=plans(), data=st.data())
def test_the_base_is_promised_only_for_confirmed_writes(plan, data):
    """A field is remembered if and only if every write it rests on was confirmed."""
    results = {
        step.id: data.draw(st.sampled_from(StepResult))
        for step in plan.steps
        if not isinstance(step, Advance)
    }
    outcomes = [StepOutcome(step, result) for step, result in results.items()]

    agreed = confirmed_agreements(plan, outcomes)

    confirmed = {step for step, result in results.items() if result is StepResult.CONFIRMED}
    for step in plan.steps:
        if isinstance(step, Advance):
            made = f"link {step.link}" not in results or f"link {step.link}" in confirmed
            expected = {p.field for p in step.promises if made and p.needs <= confirmed}
            assert expected == set(agreed.get(step.link, {}))


@given(plan=plans(), data=st.data())
def test_a_damaged_text_is_refused_and_says_why(plan, data):
    """Cutting a plan's text never gives another plan."""
    text = plan_to_json(plan)
    at = data.draw(st.integers(0, len(text) - 1))

    with pytest.raises(BadDocument):
        plan_from_json(text[:at])


@given(plan=plans())
def test_every_step_is_explained(plan):
    """What a plan tells a person names each step and each question."""
    told = plan.explain()

    assert all(step.id in told for step in plan.steps)
    assert all(question.id in told for question in plan.questions)
    assert bool(plan) == (told != "nothing to do")
    assert plan == Plan(plan.steps, plan.questions, plan.problems)
