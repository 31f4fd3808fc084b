"""Unlinked: what becomes of a record without a link is what the mapping says, and nothing else."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import CREATE, Stage, counts

from erplink.domain.links import Link, LinkStatus
from erplink.domain.mapping import OnUnlinked
from erplink.domain.matching import KeyPart, MatchRule
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import Refused
from erplink.sync.apart import bring_together, keep_apart
from erplink.sync.state import FeedName, IssueKind, Side
from erplink.sync.workbench import Options

LINK = OnUnlinked("link", "link")
BY_NUMBER = Options(match_rules={"company": (MatchRule("number", KeyPart("number"), weight=0.95),)})
BY_NAME = Options(match_rules={"company": (MatchRule("name", KeyPart("name"), weight=0.5),)})
NO_RULES = Options(match_rules={"company": ()})
BOTH = pytest.mark.parametrize("system", ["erp", "crm"])


def put(stage, system, key, **values):
    """A record with a name of its own, unless the values say otherwise."""
    kind = "company" if system == "crm" else "customer"
    stage.worlds[system].put(kind, key, {"name": f"name {key}", **values})


def other(system):
    return "erp" if system == "crm" else "crm"


# left alone ---------------------------------------------------------------------------------------


@BOTH
def test_a_record_without_a_link_is_left_alone_unless_somebody_chose_otherwise(system):
    """It is counted, with the reason, and nothing is asked of the other side."""
    stage = Stage(on_unlinked=OnUnlinked())
    put(stage, system, "1")

    result = stage.one()

    assert {"it is not linked": 1} == dict(result.report.reasons)
    assert ([], []) == (stage.writes(), stage.asked(other(system), "search"))


def test_each_side_has_its_own_wish():
    """New customers become companies, and companies of which the ERP knows nothing stay there."""
    stage = Stage(on_unlinked=OnUnlinked(in_erp="create"))
    put(stage, "erp", "1")
    put(stage, "crm", "2")

    stage.settle()

    assert (1, 2) == (len(stage.held("erp")), len(stage.held("crm")))


@BOTH
def test_a_record_that_came_and_went_is_nothing(system):
    """Nobody makes a counterpart of what is not there any more."""
    stage = Stage()
    put(stage, system, "1")
    stage.worlds[system].remove("company" if system == "crm" else "customer", "1")

    result = stage.one()

    assert ({"unchanged": 1}, []) == (counts(result), stage.held(other(system)))


def test_a_mark_about_a_record_that_is_not_there_is_no_news():
    """A webhook may be late, or wrong."""
    stage = Stage()
    stage.engine.notify("erp", "customer", Side.ERP, ["K7"])

    stage.settle()

    assert {} == stage.pending(FeedName("erp", "customer", "erp"), "K7")


# linked -------------------------------------------------------------------------------------------


@BOTH
def test_a_certain_match_is_linked(system):
    """And what one of the two lacks, it gets from the other."""
    stage = Stage(on_unlinked=LINK, options=BY_NUMBER)
    put(stage, system, "1", number="N1", name="Ann")
    put(stage, other(system), "7", number="N1", name="Ann", city="Oslo")

    stage.settle()

    assert [LinkStatus.ACTIVE] == [link.status for link in stage.links()]
    assert ["Oslo", "Oslo"] == [stage.held(each)[0]["city"] for each in ("crm", "erp")]
    assert [1, 1] == [len(stage.held(each)) for each in ("crm", "erp")]


@BOTH
def test_a_record_without_a_match_is_skipped_where_nothing_is_to_be_made(system):
    """With the reason."""
    stage = Stage(on_unlinked=LINK, options=BY_NUMBER)
    put(stage, system, "1", number="N1")

    result = stage.one()

    assert {"no candidate shares its number": 1} == dict(result.report.reasons)
    assert [] == stage.held(other(system))


@BOTH
def test_a_record_without_a_match_gets_a_counterpart_where_that_is_wanted(system):
    """With all that it holds."""
    stage = Stage(options=BY_NUMBER)
    put(stage, system, "1", number="N1", city="Oslo")

    assert {"created": 1} == counts(stage.one())
    assert stage.held("erp") == stage.held("crm")


def test_where_no_match_rule_fits_that_is_the_reason():
    """Match rules about fields that are not mapped are left out."""
    rules = {"company": (MatchRule("mail", KeyPart("email")),)}
    stage = Stage(on_unlinked=LINK, options=Options(match_rules=rules))
    put(stage, "erp", "1")

    result = stage.one()

    assert {"no match rule fits its fields": 1} == dict(result.report.reasons)


def test_what_is_linked_already_is_nobody_elses_counterpart():
    """A second customer with the same number is told whose it is; no company is made for it."""
    stage = Stage(options=BY_NUMBER)
    put(stage, "erp", "1", number="N1")
    stage.settle()
    put(stage, "erp", "2", number="N1")

    result = stage.one()

    (reason,) = result.report.reasons
    assert reason.endswith("is already linked to erp/customer/1")
    assert 1 == len(stage.held("crm"))


def test_two_records_of_one_page_do_not_share_a_counterpart():
    """The first takes it; the second is told so."""
    stage = Stage(on_unlinked=LINK, options=BY_NUMBER)
    put(stage, "crm", "7", number="N1")
    put(stage, "erp", "1", number="N1")
    put(stage, "erp", "2", number="N1")

    result = stage.one()

    assert 1 == len(stage.links())
    assert [each for each in result.report.reasons if "already linked" in each]


def test_a_match_that_is_gone_when_it_is_looked_at_is_tried_again():
    """Somebody removed it while the pass was reading."""
    stage = Stage(on_unlinked=LINK, options=BY_NUMBER)
    put(stage, "crm", "7", number="N1")
    put(stage, "erp", "1", number="N1")
    stage.hooks["crm", "get"] = lambda _, __, keys, ___: [None for _ in keys]

    result = stage.one()
    del stage.hooks["crm", "get"]
    stage.settle()

    assert "its match is gone" in result.report.reasons
    assert 1 == len(stage.links())


def test_a_system_that_cannot_be_searched_is_read_through_its_changes():
    """Its records are candidates all the same."""
    stage = Stage(on_unlinked=LINK, options=BY_NUMBER)
    stage.claims["crm"] = {"search": False}
    put(stage, "crm", "7", number="N1")
    put(stage, "erp", "1", number="N1")

    stage.settle()

    assert 1 == len(stage.links())


def test_a_candidate_that_comes_twice_is_one_candidate():
    """It was edited while the candidates were read, page by page."""
    stage = Stage(on_unlinked=OnUnlinked(in_erp="link"), options=BY_NUMBER, page_max=1)
    stage.claims["crm"] = {"search": False}
    put(stage, "crm", "7", number="N1")
    put(stage, "crm", "8", number="N2")
    put(stage, "erp", "1", number="N1")
    edits = iter(["Rome"])

    def edited_meanwhile(do, *_):
        page = do()
        for city in edits:
            put(stage, "crm", "7", number="N1", city=city)
        return page

    stage.hooks["crm", "changes"] = edited_meanwhile
    stage.settle()

    assert ["crm/company/7"] == [str(link.entity) for link in stage.links()]
    assert "Rome" == stage.customer("1")["city"]


# asked --------------------------------------------------------------------------------------------


@pytest.fixture
def asked():
    """A stage with a customer that may be either of two companies."""
    stage = Stage(options=BY_NUMBER, on_unlinked=OnUnlinked(in_erp="create"))
    put(stage, "crm", "7", number="N1", city="Oslo")
    put(stage, "crm", "8", number="N1", city="Bergen")
    put(stage, "erp", "1", number="N1")
    stage.settle()
    return stage


def test_several_matches_are_a_question(asked):
    """With the candidates, and nothing is linked or made until it is answered."""
    (question,) = asked.issues()

    assert (IssueKind.MATCH, "erp/customer/1") == (question.kind, question.record)
    assert {"7", "8", "new", "leave"} == set(question.options)
    assert ([], 2) == (asked.links(), len(asked.held("crm")))


def test_the_answer_links(asked):
    """The chosen company and the customer are a pair, and the question is closed."""
    (question,) = asked.issues()
    asked.engine.answer(question.id, "8")

    assert ["crm/company/8"] == [str(link.entity) for link in asked.links()]
    assert [] == asked.issues()
    assert "Bergen" == asked.customer("1")["city"]


def test_the_answer_that_it_is_none_of_them_makes_a_new_one(asked):
    """One that is linked to the customer."""
    (question,) = asked.issues()
    asked.engine.answer(question.id, "new")

    assert (1, 3, []) == (len(asked.links()), len(asked.held("crm")), asked.issues())


def test_the_answer_to_leave_it_alone_closes_the_question(asked):
    """Until somebody edits the customer, nobody is asked again."""
    (question,) = asked.issues()
    asked.engine.answer(question.id, "leave")
    asked.settle()
    quiet = asked.issues()
    put(asked, "erp", "1", number="N1", city="Rome")
    asked.settle()

    assert ([], 1, []) == (quiet, len(asked.issues()), asked.links())


def test_a_match_that_is_only_possible_is_a_question():
    """A name alone links nobody."""
    stage = Stage(options=BY_NAME, on_unlinked=LINK)
    put(stage, "crm", "7", name="Ann")
    put(stage, "erp", "1", name="Ann")

    stage.settle()

    assert [] == stage.links()
    assert {"erp/customer/1?", "crm/company/7?"} == {each.id for each in stage.issues()}


def test_the_answer_of_one_side_answers_the_other_too():
    """Nobody is asked about a record that has its counterpart."""
    stage = Stage(options=BY_NAME, on_unlinked=LINK)
    put(stage, "crm", "7", name="Ann")
    put(stage, "erp", "1", name="Ann")
    stage.settle()

    stage.engine.answer("erp/customer/1?", "7")
    stage.settle()

    assert (1, []) == (len(stage.links()), stage.issues())


@BOTH
def test_more_matches_than_can_be_compared_are_a_question_too(system):
    """Whoever has a hundred namesakes is not taken for nobody, and given another one."""
    stage = Stage(options=BY_NAME, on_unlinked=OnUnlinked())
    for number in range(101):
        put(stage, other(system), f"X{number}", name="Ann")
    stage.remap(on_unlinked=OnUnlinked(**{f"in_{system}": "create"}))
    put(stage, system, "1", name="Ann")

    stage.settle()

    (question,) = stage.issues()
    assert "too many share its name" in question.text
    assert {"new", "leave"} == set(question.options)
    assert 101 == len(stage.held(other(system)))


# kept apart ---------------------------------------------------------------------------------------


def part(stage):
    """A person takes a link away."""
    (link,) = stage.links()
    with stage.store.begin() as state:
        state.links.remove(link)
        keep_apart(state, link, "Ann", stage.clock.now())
    return link


@BOTH
def test_what_a_person_took_apart_is_not_put_together_again(system):
    """However alike the two are, and however often either is edited."""
    stage = Stage(options=BY_NUMBER)
    put(stage, "erp", "1", number="N1")
    stage.settle()
    link = part(stage)
    key = link.entity.key if system == "crm" else "1"
    put(stage, system, key, number="N1", city="Rome")

    result = stage.one()

    assert {"a person took its link away": 1} == dict(result.report.reasons)
    assert (1, 1, []) == (len(stage.held("crm")), len(stage.held("erp")), stage.links())


def test_what_a_person_took_apart_is_nobody_elses_counterpart():
    """A third record like both is told so, instead of being linked behind that person's back."""
    stage = Stage(options=BY_NUMBER, on_unlinked=OnUnlinked(in_erp="create"))
    put(stage, "erp", "1", number="N1")
    stage.settle()
    link = part(stage)
    put(stage, "erp", "2", number="N1")

    result = stage.one()

    assert {f"a person took the link of {link.entity} away": 1} == dict(result.report.reasons)


def test_what_a_person_puts_together_again_is_not_kept_apart_any_more():
    """The last word counts."""
    stage = Stage(options=BY_NUMBER)
    put(stage, "erp", "1", number="N1")
    stage.settle()
    link = part(stage)
    with stage.store.begin() as state:
        bring_together(state, link)
    put(stage, "erp", "1", number="N1", city="Rome")
    stage.settle()

    assert [link.key] == [each.key for each in stage.links()]


def test_a_match_that_is_linked_after_it_was_found_stays_where_it_is():
    """Somebody was quicker; the record is told whose it is."""
    stage = Stage(options=BY_NUMBER, on_unlinked=OnUnlinked(in_erp="link"))
    put(stage, "crm", "7", number="N1")
    put(stage, "erp", "1", number="N1")
    quicker = Link(EntityRef.of("company", "7"), ActorRef("erp", "customer", "9"))

    def linked_first(do, *_):
        del stage.hooks["crm", "get"]
        with stage.store.begin() as state:
            state.links.add(quicker)
        return do()

    stage.hooks["crm", "get"] = linked_first
    result = stage.one()

    assert 1 == result.report.reasons["crm/company/7 is already linked"]
    assert [quicker.key] == [each.key for each in stage.links()]


# made ---------------------------------------------------------------------------------------------


def test_what_a_new_record_must_have_and_has_not_is_named():
    """Nothing is sent that would be refused, or would be half a record."""
    stage = Stage(options=NO_RULES)
    rules = [each for each in stage.mappings["erp"].rules if each.key != "name"]
    stage.remap(rules=rules)
    put(stage, "erp", "1", city="Oslo")

    result = stage.one()

    assert {"a new record needs crm.name": 1} == dict(result.report.reasons)
    assert [] == stage.writes()


def test_two_new_records_with_one_identity_get_one_counterpart():
    """Whether they come one by one, or both at once."""
    stage = Stage(options=BY_NUMBER)
    put(stage, "erp", "1", number="N1")
    put(stage, "erp", "2", number="N1")

    first = stage.one()
    stage.settle()

    (reason,) = first.report.reasons
    assert reason.endswith("is already linked to erp/customer/1")
    assert (1, 1) == (len(stage.held("crm")), len(stage.links()))


def test_the_second_of_two_is_made_where_the_first_was_refused():
    """It waits for what becomes of the first, and no longer."""
    stage = Stage(options=BY_NUMBER, on_unlinked=OnUnlinked(in_erp="create"))
    put(stage, "erp", "1", number="N1", city="nowhere")
    put(stage, "erp", "2", number="N1", city="Oslo")

    def refuse(do, _, edits):
        if [edit for edit in edits if edit.patch.get("city") == "nowhere"]:
            raise Refused("there is no such city")
        return do()

    stage.hooks["crm", "save"] = refuse
    stage.settle()
    stage.settle()

    assert ["Oslo"] == [each["city"] for each in stage.held("crm")]
    assert ["1"] == [each.key for each in stage.parked()]


def test_a_match_that_moves_while_it_is_linked_is_linked_all_the_same():
    """What was decided once does not stand in the way of deciding it again."""
    stage = Stage(options=BY_NUMBER, on_unlinked=OnUnlinked(in_erp="link"))
    put(stage, "crm", "7", number="N1", name="Ann")
    put(stage, "erp", "1", number="N1", name="Ann", city="Oslo")

    def edited_first(do, *_):
        del stage.hooks["crm", "save"]
        put(stage, "crm", "7", number="N1", name="Ann", phone="1")
        return do()

    stage.hooks["crm", "save"] = edited_first
    stage.settle()

    assert 1 == len(stage.links())
    assert ("Oslo", "1") == (stage.company("7")["city"], stage.customer("1")["phone"])


@BOTH
def test_a_new_person_goes_under_the_counterpart_of_its_company(system):
    """Parents are made first, also in the same pass over everything."""
    stage = Stage(persons=True, options=Options(match_rules={"company": (), "contact": ()}))
    ref = EntityRef.of("company", "1") if system == "crm" else ActorRef("erp", "customer", "1")
    put(stage, system, "1")
    stage.worlds[system].put(
        "contact" if system == "crm" else "person", "P", {"name": "Ann"}, parent=ref
    )

    stage.settle()

    (link,) = stage.links()
    there = link.actor if system == "crm" else link.entity
    made = stage.worlds[other(system)].rows("person" if system == "crm" else "contact")
    assert [there] == [row.parent for row in made.values()]


def test_a_person_whose_company_is_not_linked_waits_for_it():
    """With the reason; once it is linked, the person follows."""
    stage = Stage(persons=True, on_unlinked=OnUnlinked())
    put(stage, "erp", "1")
    stage.erp.put("person", "P", {"name": "Ann"}, parent=ActorRef("erp", "customer", "1"))
    with stage.store.begin() as state:
        person = state.mappings.get("erp", "person")
        state.mappings.put(evolve(person, on_unlinked=CREATE, version=2))

    stage.settle()
    waiting = stage.pending(FeedName("erp", "person", "erp"), "P")["P"]
    stage.remap(on_unlinked=CREATE)
    stage.settle()

    assert "its parent erp/customer/1 is not linked" == waiting.reason
    assert ["Ann"] == [row.values["name"] for row in stage.crm.rows("contact").values()]


def test_a_link_that_somebody_made_meanwhile_stands():
    """Two people, or a pass and a person, do not make two links of a record."""
    stage = Stage(options=BY_NUMBER, on_unlinked=OnUnlinked(in_erp="link"))
    put(stage, "crm", "7", number="N1")
    put(stage, "crm", "8", number="N2")
    put(stage, "erp", "1", number="N1")
    put(stage, "erp", "2", number="N9")
    stage.settle()
    first = stage.link("1")
    put(stage, "erp", "2", number="N1")
    stage.engine.notify("erp", "customer", Side.ERP, ["2"])

    stage.settle()

    assert [first] == stage.links()
