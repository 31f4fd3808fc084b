"""Plans: one write per record, order, questions, and contradictions refused."""

import pytest

from erplink.domain.fields import Field
from erplink.domain.links import Agreed
from erplink.domain.mapping import FieldRule, Mapping
from erplink.domain.merge import Merger
from erplink.domain.plan import (
    Advance,
    Change,
    Create,
    Delete,
    MakeLink,
    NewRecord,
    Patch,
    Place,
    Plan,
    Promise,
    Question,
    RemoveLink,
    StepOutcome,
    StepResult,
    confirmed_agreements,
    doubtful_agreements,
    plan_from_data,
    plan_from_json,
    plan_link,
    plan_merge,
    plan_to_data,
    read_back,
)
from erplink.domain.policy import Rule
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET
from erplink.errors import BadDocument, BadName, BadPlan

ENTITY = EntityRef.of("company", "7")
ACTOR = ActorRef("erp", "customer", "K-7")
LINK = f"{ENTITY}={ACTOR}"
NAME, CITY = Field("name"), Field("city")
PLACES = {"crm": Place(ENTITY, "c1"), "erp": Place(ACTOR, "e1", LINK, 4)}


def merger(*, city_rule=""):
    rules = [FieldRule("name", "name"), FieldRule("city", "city", rule=city_rule)]
    return Merger(Mapping("erp", "customer", "company", rules=rules), [NAME, CITY], [NAME, CITY])


def agreed(name="ACME", city="Oslo"):
    return {"name": Agreed(name, name), "city": Agreed(city, city)}


def conflict_in_the_city():
    """The name moved in the CRM alone, the city on both sides; the city asks."""
    merged = merger(city_rule=Rule.ASK).merge(
        agreed(), {"name": "ACME AG", "city": "Rome"}, {"name": "ACME", "city": "Bonn"}
    )
    return plan_merge(str(ENTITY), merged, PLACES)


def test_a_merge_becomes_one_write_per_side_and_one_advance():
    """Fields that go to the same record go in one patch, with the version it expects."""
    merged = merger().merge(
        agreed(), {"name": "ACME AG", "city": "Rome"}, {"name": "ACME", "city": "Oslo"}
    )

    plan = plan_merge(str(ENTITY), merged, PLACES)

    patch, advance = plan.steps
    assert Patch(ACTOR, {"name": "ACME AG", "city": "Rome"}, "e1", patch.changes) == patch
    assert ["name", "city"] == [change.field for change in patch.changes]
    assert (LINK, 4, {"name", "city"}) == (
        advance.link,
        advance.expects,
        {promise.field for promise in advance.promises},
    )
    assert {frozenset({patch.id})} == {promise.needs for promise in advance.promises}


def test_an_answer_folds_into_the_write_that_is_there():
    """Settling the city towards the ERP extends its patch, instead of writing it twice."""
    plan = conflict_in_the_city()

    settled = plan.settle("crm/company/7.city", "crm")

    assert ["patch erp/customer/K-7"] == [s.id for s in settled.steps if isinstance(s, Patch)]
    assert {"name": "ACME AG", "city": "Rome"} == settled.step("patch erp/customer/K-7").patch
    assert () == settled.questions
    assert 1 == len(plan.questions), "the first plan is a value and stays as it was"


def test_a_person_may_answer_with_another_value():
    """A third value is written to both records."""
    plan = conflict_in_the_city()
    question = plan.question("crm/company/7.city")

    settled = plan.settle(question.id, merger().answer(question.decision, "Trondheim"))

    assert "Trondheim" == settled.step("patch crm/company/7").patch["city"]
    assert "Trondheim" == settled.step("patch erp/customer/K-7").patch["city"]
    assert "a person chose person's value" == settled.step("patch crm/company/7").changes[0].reason


def test_a_dismissed_question_leaves_the_field_alone():
    """The other fields go on; the field that was asked about is not written."""
    plan = conflict_in_the_city().dismiss("crm/company/7.city")

    assert {"name": "ACME AG"} == plan.step("patch erp/customer/K-7").patch
    assert () == plan.questions


@pytest.mark.parametrize("act", [Plan.dismiss, Plan.question, lambda p, q: p.settle(q, "crm")])
def test_a_question_that_is_not_asked_cannot_be_answered(act):
    """The error proposes the question that was probably meant."""
    with pytest.raises(BadPlan, match=r"did you mean 'crm/company/7\.city'"):
        act(conflict_in_the_city(), "crm/company/7.citi")


def test_an_answer_must_be_one_of_the_sides():
    """The error lists the answers there are."""
    with pytest.raises(BadPlan, match="known: crm, erp"):
        conflict_in_the_city().settle("crm/company/7.city", "sap")


def test_a_question_explains_itself():
    """A person sees what each side holds and what was agreed."""
    told = conflict_in_the_city().questions[0].explain()

    assert "question crm/company/7.city: crm and erp moved apart" == told[0]
    assert "  crm: 'Rome' (agreed: 'Oslo')" == told[1]
    assert "Question(crm/company/7.city: crm, erp?)" == repr(conflict_in_the_city().questions[0])


def test_a_plan_tells_what_it_would_do():
    """The explanation names the step, the version, every field and the reason."""
    told = conflict_in_the_city().explain()

    assert "patch erp/customer/K-7 (if still at version e1)" in told
    assert "  name: 'ACME' -> 'ACME AG' (one side moved: only the CRM moved)" in told
    assert "nothing to do" == Plan().explain()


def test_counts_tell_every_kind():
    """The counts name each kind of step, be it zero."""
    plan = conflict_in_the_city()

    assert {
        "create": 0,
        "patch": 1,
        "link": 0,
        "advance": 1,
        "unlink": 0,
        "delete": 0,
        "question": 1,
        "problem": 0,
    } == plan.counts()
    assert 1 == plan.writes
    assert "Plan(1 patch, 1 advance, 1 question)" == repr(plan)
    assert "Plan(nothing to do)" == repr(Plan())


def test_parents_are_made_before_their_children():
    """A creation whose parent is created in the same plan comes after it, whatever the names."""
    parent = Create("erp", "customer", {"name": "ACME"}, "z")
    child = Create("erp", "person", {"name": "Sales"}, "a", parent=parent.id)
    grandchild = Create("erp", "person", {"name": "Desk"}, "0", parent=child.id)

    plan = Plan([grandchild, child, parent])

    assert (parent, child, grandchild) == plan.steps


def test_a_new_record_is_created_before_it_is_linked():
    """Creating an actor from an entity: create, link, then remember what both hold."""
    merged = merger().merge({}, {"name": "ACME", "city": "Oslo"}, {})
    new = Place(NewRecord("erp", "customer", "key-1"))

    plan = plan_link(str(ENTITY), merged, Place(ENTITY, "c1"), new, "erp")

    create, link, advance = plan.steps
    assert {"name": "ACME", "city": "Oslo"} == create.values
    assert MakeLink(ENTITY, create.id) == link
    assert f"advance {link.id.removeprefix('link ')}" == advance.id
    assert {frozenset({create.id})} == {promise.needs for promise in advance.promises}


def test_a_link_of_equal_records_is_remembered_without_a_write():
    """Two records that hold the same are linked, and their agreement is the base."""
    both = {"name": "ACME", "city": "Oslo"}

    plan = plan_link(
        str(ENTITY), merger().merge({}, both, both), Place(ENTITY), Place(ACTOR), "erp"
    )
    link, _ = plan.steps
    done = confirmed_agreements(plan, [StepOutcome(link.id, StepResult.CONFIRMED)])
    failed = confirmed_agreements(plan, [StepOutcome(link.id, StepResult.REFUSED)])

    assert {LINK: agreed()} == done
    assert {} == failed, "no link, nothing to remember"


def test_what_the_target_stored_is_what_is_remembered():
    """An ERP that shortens a name has agreed to the short one, and the CRM to the long one."""
    merged = merger().merge(
        agreed(),
        {"name": "ACME Aktiengesellschaft", "city": "Oslo"},
        {"name": "ACME", "city": "Oslo"},
    )
    plan = plan_merge(str(ENTITY), merged, PLACES)
    stored = {"name": "ACME Aktienges", "city": "Oslo"}

    known = confirmed_agreements(
        plan, [StepOutcome("patch erp/customer/K-7", StepResult.CONFIRMED, stored)]
    )

    assert {LINK: {"name": Agreed("ACME Aktiengesellschaft", "ACME Aktienges")}} == known


def test_what_the_crm_stored_is_remembered_too():
    """The CRM is a target like any other."""
    merged = merger().merge(
        agreed(), {"name": "ACME", "city": "Oslo"}, {"name": "ACME  AG", "city": "Oslo"}
    )
    plan = plan_merge(str(ENTITY), merged, PLACES)

    known = confirmed_agreements(
        plan, [StepOutcome("patch crm/company/7", StepResult.CONFIRMED, {"name": "ACME AG"})]
    )

    assert {LINK: {"name": Agreed("ACME AG", "ACME  AG")}} == known


def test_a_compound_field_is_remembered_by_its_parts():
    """What the target stored for each part makes up the value that is remembered."""
    create = Patch(ACTOR, {"first": "A", "last": "B"}, None)
    promise = Promise(
        "first+last",
        Agreed("A B", ("A", "B")),
        ("name",),
        ("first", "last"),
        frozenset({create.id}),
    )
    plan = Plan([create, Advance(LINK, [promise])])

    known = confirmed_agreements(
        plan, [StepOutcome(create.id, StepResult.CONFIRMED, {"first": "a", "last": "b"})]
    )

    assert {LINK: {"first+last": Agreed("A B", ("a", "b"))}} == known


def test_a_lost_answer_is_read_back():
    """A record that holds all of what was sent has taken it; any other has not surely done so."""
    step = Patch(ACTOR, {"name": "ACME AG", "city": "Rome"}, "e1")
    fields = {"name": NAME, "city": CITY}

    taken = read_back(step, {"name": "ACME AG", "city": "Rome", "zip": "1"}, fields, "e2")
    missed = read_back(step, {"name": "ACME"}, fields)

    assert StepResult.CONFIRMED is taken.result
    assert ({"name": "ACME AG", "city": "Rome"}, "e2") == (taken.stored, taken.version)
    assert StepResult.UNAVAILABLE is missed.result
    assert "the record does not hold what was sent for name, city" == missed.reason


def test_what_may_have_been_typed_back_is_agreed_on_no_more():
    """A record that moved and holds the old value was never written, or written and typed back."""
    changes = [Change("name", "ACME", "ACME AG"), Change("city", "Oslo", "Rome")]
    step = Patch(ACTOR, {"name": "ACME AG", "city": "Rome"}, "e1", changes)
    fields = {"name": NAME, "city": CITY}
    promises = [
        Promise(key, Agreed(key, key), (key,), (key,), frozenset({step.id}))
        for key in ("name", "city")
    ]
    plan = Plan([step, Advance(LINK, promises)])
    old, edited = {"name": "ACME", "city": "Oslo"}, {"name": "ACME", "city": "Bern"}

    still = read_back(step, old, fields, "e1")
    both, one = (read_back(step, held, fields, "e3") for held in (old, edited))
    unknown = read_back(step, old, fields)

    assert [StepResult.UNAVAILABLE] * 2 == [still.result, unknown.result]
    assert [StepResult.STALE] * 2 == [both.result, one.result]
    assert [("name", "city"), ("name",)] == [both.unsure, one.unsure]
    assert {LINK: {"name"}} == doubtful_agreements(plan, [one])
    assert {LINK: {"name", "city"}} == doubtful_agreements(plan, [both])
    assert {} == doubtful_agreements(plan, [still])


def test_what_may_have_been_typed_back_in_the_crm_is_agreed_on_no_more():
    """There, too."""
    step = Patch(ENTITY, {"name": "ACME AG"}, "1", [Change("name", "ACME", "ACME AG")])
    promise = Promise("n", Agreed("x", "x"), ("name",), ("title",), frozenset({step.id}))
    plan = Plan([step, Advance(LINK, [promise, Promise("c", Agreed("y", "y"), ("c",), ("c",))])])

    found = read_back(step, {"name": "ACME"}, {"name": NAME}, "2")

    assert {LINK: {"n"}} == doubtful_agreements(plan, [found])


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Patch(ACTOR, {"f": "a"}), Patch(ACTOR, {"f": "b"})], "says two things about f"),
        ([Patch(ACTOR, {"f": "a"}, "1"), Patch(ACTOR, {"g": "b"}, "2")], "cannot be one"),
        ([RemoveLink("l", 1), RemoveLink("l", 2)], "cannot be one"),
        (
            [
                Advance("l", [Promise("f", Agreed("a", "a"), ("f",), ("f",))]),
                Advance("l", [Promise("f", Agreed("b", "b"), ("f",), ("f",))]),
            ],
            "says two things about f",
        ),
        ([MakeLink("create x", ACTOR)], "waits for 'create x', which is not in the plan"),
        (
            [
                Create("erp", "person", {}, "a", "create erp/person b"),
                Create("erp", "person", {}, "b", "create erp/person a"),
            ],
            "steps wait for one another",
        ),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(steps, message):
    """The error names the step and what it says twice, or what it waits for in vain."""
    with pytest.raises(BadPlan, match=message):
        Plan(steps)


def test_a_question_is_asked_once():
    """Two plans that ask the same cannot be one."""
    plan = conflict_in_the_city()

    with pytest.raises(BadPlan, match="is asked 2 times"):
        plan + plan


def test_creations_of_one_key_are_one_creation():
    """The same new record, thought of twice, is made once with all its values."""
    plan = Plan(
        [Create("erp", "person", {"f": "a"}, "k"), Create("erp", "person", {"g": "b"}, "k")]
    )

    (create,) = plan.steps
    assert {"f": "a", "g": "b"} == create.values


def test_unlinking_and_deleting_say_why():
    """The reason of a removal is part of what a person is told."""
    told = Plan(
        [RemoveLink(LINK, 4, "asked for"), Delete(ACTOR, "e1", "gone from the CRM")]
    ).explain()

    assert "unlink crm/company/7=erp/customer/K-7 (if still at version 4)\n  asked for" in told
    assert "delete erp/customer/K-7 (if still at version e1)\n  gone from the CRM" in told


def test_an_unknown_step_is_named():
    """Asking for a step that is not there proposes the one that was meant."""
    with pytest.raises(BadName, match="did you mean 'patch erp/customer/K-7'"):
        conflict_in_the_city().step("patch erp/customer/K-8")


def test_a_change_reads_as_a_line():
    """Field, from what, to what; the rule where one chose."""
    assert "f: UNSET -> 'a'" == str(Change("f", UNSET, "a"))
    assert "f: 'a' = 'b' after x, y" == str(
        Promise("f", Agreed("a", "b"), ("f",), ("f",), frozenset({"y", "x"}))
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "a plan is a table, not list"),
        ({}, "its format is None"),
        ({"format": 2}, "its format is 2"),
        ({"format": 1, "stesp": []}, "stesp"),
        ({"format": 1, "steps": [{"step": "explode"}]}, "steps"),
        ({"format": 1, "steps": [{"step": "delete", "target": 7}]}, "a record is a list"),
        (
            {"format": 1, "steps": [{"step": "delete", "target": ["erp", "x"]}]},
            "a record is a list",
        ),
        (
            {"format": 1, "steps": [{"step": "link", "entity": "create x", "actor": "y"}]},
            "waits for",
        ),
    ],
)
def test_data_that_is_no_plan_is_refused(data, message):
    """The error names the place and what is wrong there."""
    with pytest.raises(BadDocument, match=message):
        plan_from_data(data)


def test_text_that_is_no_json_is_refused():
    """A torn or foreign text is an error of the document, not of the parser."""
    with pytest.raises(BadDocument, match="not JSON"):
        plan_from_json("{")


def test_a_plan_text_is_bounded(monkeypatch):
    """A text longer than the limit is not even parsed."""
    monkeypatch.setattr("erplink.domain.plan.document.PLAN_CHARACTERS_MAX", 10)

    with pytest.raises(BadDocument, match="at most 10 characters"):
        plan_from_json(" " * 11)


def test_every_kind_of_step_survives_being_written():
    """Creations with parents, links by step, removals: all come back as they were."""
    parent = Create("erp", "customer", {"name": None}, "p", parent=ACTOR)
    plan = Plan(
        [
            parent,
            Create("erp", "person", {"name": ("a", None)}, "c", parent=parent.id),
            MakeLink(ENTITY, parent.id),
            RemoveLink("x", 3, "why"),
            Delete(ACTOR, "v", "why"),
        ]
    )

    assert plan == plan_from_data(plan_to_data(plan))


def test_plans_are_joined_into_one():
    """Plans for several records do what each of them does; no plan at all does nothing."""
    plan = conflict_in_the_city()

    assert plan == Plan.joined([plan, Plan()])
    assert Plan() == Plan.joined([])


def test_a_question_about_a_new_record_survives_being_written():
    """The place of a question may be a record that is still to be made."""
    asked = conflict_in_the_city().questions[0]
    new = Place(NewRecord("erp", "customer", "k", "create erp/customer parent"), link="x")
    plan = Plan(
        questions=[Question(asked.record, asked.decision, {"crm": Place(ENTITY), "erp": new})]
    )

    assert plan == plan_from_data(plan_to_data(plan))
