"""What the linking dialog shows is told in words, and what cannot be chosen or given says why."""

from datetime import UTC, datetime

import pytest

from erplink import Field, FieldRule, FieldType, Mapping, Merger
from erplink.connectors import Kind
from erplink.domain.connections import Ranking
from erplink.domain.fields import Access
from erplink.domain.links import Link
from erplink.domain.mapping import DefaultValue, How
from erplink.domain.policy import Policy
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef
from erplink.errors import BadName, BadValue
from erplink.hub.compared import Choice, compare_field
from erplink.hub.comparison import Comparison
from erplink.hub.defaults import asked_values
from erplink.hub.draft import draft_of
from erplink.hub.repair import BrokenLink
from erplink.hub.tab import ShownValue, Tab
from erplink.sync.pairing import Pairing

ERP = (
    Field("name", access=Access.MANDATORY, max_length=8, label="Name"),
    Field("mails", FieldType.TEXTS),
    Field("first"),
    Field("last"),
    Field("number"),
    Field("id", is_key=True),
)
COMPANY = (
    Field("name"),
    Field("mails", FieldType.TEXTS),
    Field("given"),
    Field("family"),
    Field("code", access=Access.WRITE_ONCE),
    Field("id", is_key=True),
)
RULES = (
    FieldRule("name", "name"),
    FieldRule("mails", "mails"),
    FieldRule(("first", "last"), ("given", "family")),
)
ENTITY, ACTOR = EntityRef.of("company", "1"), ActorRef("erp", "customer", "A")
POLICY = Policy(Ranking((CRM, "erp")))


def mapping_of(*rules, **more):
    return Mapping("erp", "customer", "company", rules=rules or RULES, **more)


def comparison(crm, erp, *rules, **more):
    mapping = mapping_of(*rules, **more)
    merger = Merger(mapping, ERP, COMPANY)
    records = Entity(ENTITY, fields=crm), Actor(ACTOR, fields=erp)
    by_key = {rule.key: rule for rule in mapping.rules}
    return Comparison(
        entity=records[0],
        actor=records[1],
        fields=[
            compare_field(by_key[p.key], p, records, POLICY, texts=("mine", "theirs"))
            for p in merger.pairs
        ],
        defaults=asked_values(mapping, ERP),
        pairs={p.key: p for p in merger.pairs},
    )


def draft(crm, *rules, **more):
    actor, entity = Kind("customer", ERP), Kind("company", COMPANY)
    pairing = Pairing.of(mapping_of(*rules, **more), actor, entity, POLICY)
    return draft_of(Entity(ENTITY, fields=crm), pairing, "key", None)


WHOLE = {"name": "Fjord", "mails": ("a@b.no",), "given": "Ann", "family": "Berg"}
THEIRS = {"name": "Boats", "mails": ("c@d.no",), "first": "Ann", "last": "Berg"}


def test_what_both_sides_have_of_several_is_united():
    """That is what the rule of such a field makes of both, and it is proposed as that."""
    row = comparison(WHOLE, THEIRS).field("mails")

    assert (Choice.RULE, "both") == (row.choice, row.writes)
    assert {("a@b.no", "c@d.no")} == {write.new for write in row.option.writes}


def test_a_comparison_is_told_line_by_line():
    """What is the same, what differs, and what is still to be said."""
    told = comparison(WHOLE, THEIRS, FieldRule("name", "name", rule="ask"), *RULES[1:])

    assert [
        "<name: crm mine / erp theirs: to be chosen>",
        "<mails: crm mine / erp theirs: rule>",
        "<first+last: same, mine>",
        "name: choose which value is right",
    ] == told.explain().splitlines()
    assert "2 of 3 fields differ, 1 to be said" in repr(told)
    assert "erp" == told.choose("name", "crm").field("name").writes


@pytest.mark.parametrize(
    ("crm", "erp", "choice", "why"),
    [
        ({"given": "Ann"}, THEIRS, "crm", "the CRM did not say what it holds"),
        (WHOLE, {"first": "Ann"}, "erp", "the ERP did not say what it holds"),
    ],
)
def test_what_a_side_did_not_say_cannot_be_chosen(crm, erp, choice, why):
    """Silence is not emptiness."""
    row = comparison(crm, erp, RULES[2]).field("first+last")

    assert why == row.impossible[Choice(choice)]


def test_where_neither_side_says_anything_nothing_follows():
    """Neither a write nor an agreement."""
    row = comparison({}, {}, RULES[0]).field("name")

    assert (True, (), ()) == (row.same, row.option.writes, row.option.agreements)


@pytest.mark.parametrize("choice", ["other", "nothing"])
def test_what_is_no_choice_is_refused(choice):
    """A value of one's own is given, not chosen; a misspelt choice is named."""
    with pytest.raises(
        (BadName, BadValue), match=r"it is not among what can be chosen|unknown choice"
    ):
        comparison(WHOLE, THEIRS).choose("name", choice)


def test_a_field_that_is_not_compared_is_refused():
    """With the likely spelling."""
    with pytest.raises(BadName, match="did you mean 'name'"):
        comparison(WHOLE, THEIRS).field("nmae")


@pytest.mark.parametrize(("direction", "side"), [(">", "the ERP"), ("<", "the CRM")])
def test_a_value_of_ones_own_needs_both_directions(direction, side):
    """Or at least the one to the side that does not hold it yet."""
    compared = comparison(WHOLE, THEIRS, FieldRule("name", "name", direction))
    with pytest.raises(BadValue, match=f"does not lead to {side}"):
        compared.give("name", "Third")

    held = "Boats" if direction == ">" else "Fjord"
    given = compared.give("name", held).field("name")
    assert (Choice.OTHER, "crm" if direction == ">" else "erp") == (given.choice, given.writes)


def test_a_value_that_both_sides_hold_writes_nothing():
    """It is only remembered."""
    both = {"name": "Fjord"}
    given = comparison(both, both, RULES[0]).give("name", "Fjord")

    assert ("", 1) == (given.field("name").writes, len(given.field("name").option.agreements))


@pytest.mark.parametrize(
    ("rule", "crm", "why"),
    [
        (FieldRule("number", "code"), {"code": "1"}, "the CRM's field is written once only"),
        (FieldRule("number", "id"), {"id": "1"}, "id: it is the record's own id"),
    ],
)
def test_a_field_of_the_crm_that_nothing_may_write_cannot_be_overwritten(rule, crm, why):
    """The reason is told."""
    row = comparison(crm, {"number": "2"}, rule).field("number")

    assert why == row.impossible[Choice.ERP]


def test_what_is_asked_for_is_told():
    """The field, what it would get, and whether it has to have something."""
    asked = DefaultValue("number", How.ASK, mandatory=True)
    compared = comparison(WHOLE, THEIRS, defaults=[asked])

    assert "asked: number = None (ask, mandatory)" in compared.explain()
    assert ("number",) == compared.missing
    given = compared.give("number", "N-1")
    assert () == given.missing
    assert ("number",) == given.give("number", None).missing
    assert "N-1" in repr(given.asks[0])


def test_a_draft_is_told_line_by_line():
    """Where each value comes from, and what is missing."""
    made = draft({**WHOLE, "name": None}, defaults=[DefaultValue("number", How.SET, "N")])

    assert [
        "name = None (mandatory)",
        "mails = ('a@b.no',) (mapping)",
        "first = 'Ann' (mapping)",
        "last = 'Berg' (mapping)",
        "number = 'N' (default)",
        "name: a value is needed",
    ] == made.explain().splitlines()
    assert "Draft(erp/customer of crm/company/1, missing: name)" == repr(made)
    assert ("Name", True) == (made.field("name").title, made.field("name").missing)


def test_what_is_given_has_to_fit_the_field():
    """The error names the field; one that there is not is named, too."""
    made = draft(WHOLE)
    with pytest.raises(BadValue, match=r"name: .*longer than 8"):
        made.give("name", "much too long")
    with pytest.raises(BadName, match="did you mean 'name'"):
        made.give("nmae", "Boats")


def test_a_value_that_the_erp_cannot_hold_is_a_problem_of_the_draft():
    """Until somebody gives another one."""
    made = draft({**WHOLE, "name": "much too long"})

    assert ("longer than 8" in made.problems[1], ("name",)) == (True, made.missing)
    assert () == made.give("name", "Boats").problems


def test_what_a_person_gives_for_a_draft_goes_to_the_crm_as_the_direction_allows():
    """Where it may not, both sides agree to differ."""
    both = draft(WHOLE).give("name", "Boats").plan
    one = draft(WHOLE, FieldRule("name", "name", "<")).give("name", "Boats").plan

    assert "patch crm/company/1" in [step.id for step in both.steps]
    assert "patch crm/company/1" not in [step.id for step in one.steps]
    assert "'Fjord' = 'Boats'" in one.explain()


def test_fields_that_nothing_may_write_are_not_in_a_draft():
    """Nor are those of which the CRM said nothing."""
    made = draft({"name": "Fjord"}, RULES[0], FieldRule("id", "code"), RULES[2])

    assert ["name", "first", "last"] == [each.field for each in made.fields]
    assert ["name"] == [each.field for each in made.record_plan.decisions]


@pytest.mark.parametrize(
    ("entity", "actor", "advice"),
    [
        (None, True, "a system could not be asked: look again later"),
        (True, True, "both records are there again: revive it"),
        (True, False, "the actor is gone: link the entity to another one, or forget the link"),
        (False, True, "the entity is gone: link the actor to another one, or forget the link"),
        (False, False, "both records are gone: forget the link"),
    ],
)
def test_a_broken_link_has_an_advice(entity, actor, advice):
    """By what is there."""
    assert advice == BrokenLink(Link(ENTITY, ACTOR), entity, actor).advice


def test_a_tab_says_why_its_link_rests():
    """Nothing where it is active, or where there is none."""
    link, now = Link(ENTITY, ACTOR), datetime(2026, 1, 31, tzinfo=UTC)
    tabs = [Tab(connection="erp", name="ERP", link=each) for each in (None, link)]
    resting = Tab(connection="erp", name="ERP", link=link.suspended("the audit", now))

    assert ["", ""] == [tab.note for tab in tabs]
    assert "suspended: the audit" == resting.note
    assert "Town: Oslo" == repr(ShownValue("city", "Town", "Oslo", "Oslo"))
