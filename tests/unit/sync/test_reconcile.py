"""Reconcile: what follows from news about linked records, by what both sides last agreed on."""

from datetime import timedelta

import pytest
from tests.unit.sync.stage import FIELDS, Stage, counts

from erplink.connectors import Kind
from erplink.domain.fields import Field, FieldType
from erplink.domain.links import LinkStatus, Pin
from erplink.domain.mapping import OnDelete, Reaction
from erplink.errors import BrokenPromise, Unavailable
from erplink.sync.state import FeedName, Intent, RunState, Side

NUMBER = Field("phone", FieldType.INTEGER)
LONG = timedelta(days=1)
BOTH = pytest.mark.parametrize("system", ["erp", "crm"])


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(2)
    stage.settle()
    stage.key = stage.link("K0").entity.key
    stage.forget_calls()
    return stage


def edit(stage, system, **values):
    if system == "crm":
        stage.crm.put("company", stage.key, values)
    else:
        stage.erp.put("customer", "K0", values)


def held(stage, system):
    return stage.company(stage.key) if system == "crm" else stage.customer("K0")


def other(system):
    return "erp" if system == "crm" else "crm"


def feed(system):
    return FeedName("erp", "customer", Side(system))


def change_link(stage, change):
    """Somebody changes the link of K0."""
    link = stage.link("K0")
    with stage.store.begin() as state:
        state.links.change(change(link), expects=link.version)


# one side, both sides -----------------------------------------------------------------------------


@BOTH
def test_what_one_side_moved_is_written_to_the_other(stage, system):
    """The fields that nobody moved are not written, and the link remembers the new value."""
    edit(stage, system, city="Bergen")
    result = stage.one()

    ((_, _, (_, edits)),) = stage.writes()
    assert ({"updated": 1}, {"city": "Bergen"}) == (counts(result), dict(edits[0].patch))
    assert "Bergen" == held(stage, other(system))["city"]
    assert ("Bergen", "Bergen") == (stage.link().base["city"].crm, stage.link().base["city"].erp)


def test_what_both_sides_moved_alike_is_agreed_without_a_write(stage):
    """The base moves on, so that the next edit of either side is seen for what it is."""
    for system in ("erp", "crm"):
        edit(stage, system, city="Bergen")
    stage.one()

    assert ([], "Bergen") == (stage.writes(), stage.link().base["city"].crm)


def test_different_fields_moved_on_both_sides_are_both_kept(stage):
    """Each side gets what the other one moved."""
    edit(stage, "erp", city="Bergen")
    edit(stage, "crm", name="edited")
    stage.one()

    for system in ("erp", "crm"):
        assert ("edited", "Bergen") == (held(stage, system)["name"], held(stage, system)["city"])


@BOTH
def test_an_echo_asks_nothing_of_the_other_side(stage, system):
    """What comes back as it was agreed on is no news."""
    edit(stage, system, city="Bergen")
    stage.one()
    stage.forget_calls()
    stage.one()

    assert [] == [*stage.asked("erp", "get"), *stage.asked("crm", "get"), *stage.writes()]


def test_a_value_that_flips_back_and_forth_ends_where_people_left_it(stage):
    """Quick edits on both sides are no loop: after the last one, writes stop."""
    for number in range(6):
        edit(stage, ("erp", "crm")[number % 2], city=f"city {number}")
        stage.one()
    stage.settle()
    stage.forget_calls()
    stage.settle()

    assert ({"city 5"}, []) == ({held(stage, s)["city"] for s in ("erp", "crm")}, stage.writes())


@BOTH
def test_clearing_a_field_is_an_edit(stage, system):
    """Cleared is not the same as never said."""
    edit(stage, system, city=None)
    stage.one()

    assert None is held(stage, other(system))["city"]


@pytest.mark.parametrize(("pin", "stands"), [(Pin.CRM, "Rome"), (Pin.ERP, "Paris")])
def test_a_pinned_field_keeps_the_value_of_its_side(stage, pin, stands):
    """Whatever the ranking says, and whoever moved."""
    change_link(stage, lambda link: link.pinned("city", pin))
    edit(stage, "crm", city="Rome")
    edit(stage, "erp", city="Paris")
    stage.settle()

    assert {stands} == {held(stage, system)["city"] for system in ("erp", "crm")}


# questions ----------------------------------------------------------------------------------------


def test_a_question_holds_up_its_own_field_only(stage):
    """The others are written, and nothing is written of the one that waits."""
    edit(stage, "erp", phone="1", city="Bergen")
    edit(stage, "crm", phone="2")
    result = stage.one()

    (question,) = stage.issues()
    assert {"crm": "crm: 2", "erp": "erp: 1"} == dict(question.options)
    assert (1, "Bergen") == (result.report.questions, held(stage, "crm")["city"])
    assert ("2", "1") == (held(stage, "crm")["phone"], held(stage, "erp")["phone"])


@pytest.mark.parametrize(("answer", "stands"), [("erp", "1"), ("crm", "2"), ("3", "3")])
def test_the_answer_is_carried_out_and_told_as_a_persons(stage, answer, stands):
    """A side, or a value that neither of them held."""
    edit(stage, "erp", phone="1")
    edit(stage, "crm", phone="2")
    stage.one()
    (question,) = stage.issues()

    stage.engine.answer(question.id, answer)

    system = "erp" if answer == "crm" else "crm"
    why = stage.engine.explain(stage.link().key, "phone", system=system).change
    assert {stands} == {held(stage, each)["phone"] for each in ("erp", "crm")}
    assert ([], True) == (stage.issues(), why.reason.startswith("a person chose"))


def test_an_answer_to_one_of_two_questions_leaves_the_other_open():
    """They are about different fields."""
    stage = Stage(rules={"city": "ask"})
    stage.customers(1)
    stage.settle()
    stage.key = stage.link().entity.key
    edit(stage, "erp", phone="1", city="Rome")
    edit(stage, "crm", phone="2", city="Paris")
    stage.one()
    first = next(each for each in stage.issues() if each.text.startswith("phone"))

    stage.engine.answer(first.id, "erp")

    assert ["city"] == [each.text.partition(":")[0] for each in stage.issues()]
    assert ("1", "Paris") == (held(stage, "crm")["phone"], held(stage, "crm")["city"])


# who has to wait ----------------------------------------------------------------------------------


@BOTH
def test_a_suspended_link_takes_part_in_nothing_until_it_is_resumed(stage, system):
    """What was edited meanwhile is taken up then."""
    change_link(stage, lambda link: link.suspended("by Ann", stage.clock.now()))
    edit(stage, system, city="Bergen")

    result = stage.one()
    quiet = stage.writes()
    change_link(stage, lambda link: link.resumed(stage.clock.now()))
    stage.pause(4000)
    stage.settle()

    assert ([], {"its link is suspended: by Ann": 1}) == (quiet, dict(result.report.reasons))
    assert "Bergen" == held(stage, other(system))["city"]


@BOTH
def test_a_record_that_somebody_else_is_writing_waits(stage, system):
    """Nobody decides about it meanwhile; afterwards it is looked at again."""
    name = str(stage.link().entity)
    intent = Intent(
        record=name,
        run="R7",
        connection="erp",
        actor_kind="customer",
        lease="another",
        fence=1,
        document="",
        at=stage.clock.now(),
    )
    with stage.store.begin() as state:
        state.leases.acquire("another", "somebody", stage.clock.now(), LONG)
        state.intents.add([intent])
    edit(stage, system, city="Bergen")

    result = stage.one()
    with stage.store.begin() as state:
        state.intents.remove([name], run="R7")
    stage.pause(4000)
    stage.settle()

    assert {"somebody else is writing it": 1} == dict(result.report.reasons)
    assert "Bergen" == held(stage, other(system))["city"]


@BOTH
def test_a_record_whose_counterpart_cannot_be_seen_waits_for_it(stage, system):
    """That a record is not there when it is asked for is no deletion."""
    edit(stage, system, city="Bergen")
    stage.hooks[other(system), "get"] = lambda _, __, keys, ___: [None for _ in keys]

    result = stage.one()
    del stage.hooks[other(system), "get"]
    status = stage.link().status
    stage.pause(4000)
    stage.settle()

    assert {"its counterpart is not there": 1} == dict(result.report.reasons)
    assert (LinkStatus.ACTIVE, "Bergen") == (status, held(stage, other(system))["city"])


@BOTH
def test_what_is_decided_on_one_side_is_not_decided_again_on_the_other(stage, system):
    """Both feeds tell of the record; one plan follows."""
    edit(stage, system, city="Bergen")
    edit(stage, other(system), name="edited")

    result = stage.one()

    assert {"updated": 1, "unchanged": 1} == counts(result)
    assert [1, 1] == [len(edits) for _, _, (_, edits) in stage.writes()]


def test_a_deletion_waits_until_its_link_takes_part_again(stage):
    """It is told once, and is remembered as long as the link is suspended."""
    stage.remap(on_delete=OnDelete(in_erp=Reaction.UNLINK))
    stage.settle()
    change_link(stage, lambda link: link.suspended("by Ann", stage.clock.now()))
    stage.erp.remove("customer", "K0")
    stage.settle()
    suspended = stage.link("K0").status
    change_link(stage, lambda link: link.resumed(stage.clock.now()))
    stage.settle()

    assert (LinkStatus.SUSPENDED, 1) == (suspended, len(stage.links()))


# other systems ------------------------------------------------------------------------------------


@pytest.fixture
def three():
    """A CRM and two ERPs that hold the same company."""
    stage = Stage(erps=("erp", "south"))
    stage.customers(1)
    stage.settle()
    stage.key = stage.link("K0").entity.key
    (there,) = stage.links("south")
    stage.there = there.actor.key
    return stage


def everywhere(stage, field):
    return [stage.held(system)[0][field] for system in ("crm", "erp", "south")]


def test_what_one_erp_moved_reaches_the_crm_and_every_other_erp(three):
    """In one pass of the connection where it happened."""
    three.erp.put("customer", "K0", {"city": "Bergen"})

    three.engine.sync("erp")

    assert ["Bergen"] * 3 == everywhere(three, "city")


def test_where_two_erps_moved_apart_the_higher_rank_stands(three):
    """Whichever of them was met first."""
    three.worlds["south"].put("customer", three.there, {"city": "Paris"})
    three.erp.put("customer", "K0", {"city": "Rome"})

    three.engine.sync("south")
    three.settle()

    assert ["Rome"] * 3 == everywhere(three, "city")


@pytest.mark.parametrize("error", [Unavailable("it is down"), BrokenPromise("south", "get", "?")])
def test_an_erp_that_is_down_or_broken_holds_up_nobody_else(three, error):
    """It counts as not having moved, is not written, and gets the value once it is back."""

    def down(*_):
        raise error

    three.hooks["south", "get"] = down
    three.erp.put("customer", "K0", {"city": "Bergen"})

    (result,) = three.engine.sync("erp")
    meanwhile = everywhere(three, "city")
    del three.hooks["south", "get"]
    three.settle()

    assert RunState.DONE is result.run.state
    assert ["Bergen", "Bergen", "Oslo"] == meanwhile
    assert ["Bergen"] * 3 == everywhere(three, "city")


def test_what_an_erp_that_is_down_was_edited_meanwhile_is_not_lost(three):
    """It is judged once it can be asked again, against what was agreed on with it."""

    def down(*_):
        raise Unavailable("south is down")

    three.hooks["south", "get"] = down
    three.erp.put("customer", "K0", {"city": "Bergen"})
    three.worlds["south"].put("customer", three.there, {"name": "entered"})

    three.engine.sync("erp")
    del three.hooks["south", "get"]
    three.settle()

    assert [["entered"] * 3, ["Bergen"] * 3] == [everywhere(three, f) for f in ("name", "city")]


@pytest.mark.parametrize("how", ["suspended", "paused"])
def test_an_erp_that_takes_no_part_is_not_written(three, how):
    """Neither through a suspended link nor through a paused connection; it follows later."""
    (link,) = three.links("south")
    if how == "suspended":
        with three.store.begin() as state:
            state.links.change(link.suspended("", three.clock.now()), expects=link.version)
    else:
        three.engine.pause("south", "stocktaking")
    three.erp.put("customer", "K0", {"city": "Bergen"})

    three.engine.sync("erp")
    meanwhile = everywhere(three, "city")
    if how == "suspended":
        (link,) = three.links("south")
        with three.store.begin() as state:
            state.links.change(link.resumed(three.clock.now()), expects=link.version)
    else:
        three.engine.resume("south")
    three.settle()

    assert ["Bergen", "Bergen", "Oslo"] == meanwhile
    assert ["Bergen"] * 3 == everywhere(three, "city")


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("of", [FIELDS[:-1], (*FIELDS[:-1], NUMBER)])
def test_an_erp_whose_mapping_does_not_fit_any_more_is_not_written(three, noticed, of):
    """What its fields mean is not known for sure; it follows once the mapping fits again."""
    three.hooks["south", "kinds"] = lambda _: [Kind("customer", of, ("name",))]
    if noticed:
        three.engine.sync("south")
    three.erp.put("customer", "K0", {"city": "Bergen"})

    three.engine.sync("erp")
    meanwhile = everywhere(three, "city")
    del three.hooks["south", "kinds"]
    three.settle()

    assert ["Bergen", "Bergen", "Oslo"] == meanwhile
    assert ["Bergen"] * 3 == everywhere(three, "city")
