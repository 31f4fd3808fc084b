"""Views: in a repair one side counts as having moved, whatever the marks say."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import FIELDS, Stage, counts

from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping import FieldRule
from erplink.domain.records import CRM
from erplink.domain.transforms import boolean_words, flip
from erplink.sync.state import FeedName, Side


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(2)
    stage.settle()
    return stage


def diverge(stage, *, crm, erp, key="K0"):
    """The two records differ, and no pass would notice: what the link says is lost."""
    link = stage.link(key)
    stage.crm.put("company", link.entity.key, crm)
    stage.erp.put("customer", key, erp)
    return link.entity.key


def test_a_resync_from_the_crm_carries_every_difference_to_the_erp(stage):
    """Also where the ERP alone moved, which a sync would take over."""
    company = diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris", "name": "other"})

    stage.engine.resync_from_crm("erp")

    assert ("Rome", "name 0") == (stage.customer("K0")["city"], stage.customer("K0")["name"])
    assert ("Rome", "name 0") == (stage.company(company)["city"], stage.company(company)["name"])


def test_a_resync_from_the_erp_carries_every_difference_to_the_crm(stage):
    """Also where the CRM alone moved."""
    company = diverge(stage, crm={"city": "Rome", "name": "other"}, erp={"city": "Paris"})

    stage.engine.resync_from_erp("erp")

    assert ("Paris", "name 0") == (stage.company(company)["city"], stage.company(company)["name"])
    assert "Paris" == stage.customer("K0")["city"]


@pytest.mark.parametrize("empty", [None, ""])
def test_a_resync_that_keeps_what_is_filled_overwrites_nothing_with_blanks(stage, empty):
    """Neither the repair nor the sync after it; nothing is written to the CRM."""
    company = diverge(stage, crm={"city": empty, "phone": "1"}, erp={"city": "Paris"})

    stage.engine.resync_from_crm("erp", keep_filled=True)
    repaired = stage.customer("K0")
    stage.settle()

    assert ("Paris", "1") == (repaired["city"], repaired["phone"])
    assert (repaired, None) == (stage.customer("K0"), stage.company(company)["city"])


@pytest.mark.parametrize("silent", ["crm", "erp"])
def test_what_a_system_does_not_say_is_no_blank(stage, silent):
    """Whether it is one cannot be told, so that nothing is agreed on about it."""
    link = stage.link("K0")
    stage.hooks[silent, "get"] = lambda do, *_: [
        each and evolve(each, fields=_but_city(each.fields)) for each in do()
    ]

    stage.engine.resync_from_crm("erp", keep_filled=True)

    assert link.base["city"] == stage.link("K0").base["city"]


def test_a_resync_from_the_crm_writes_to_one_erp_only():
    """What another one has entered is taken up by its own pass, as ever."""
    stage = Stage(erps=("erp", "south"))
    stage.customers(1)
    stage.settle()
    diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris"})
    (there,) = stage.links("south")
    stage.worlds["south"].put("customer", there.actor.key, {"name": "entered"})
    stage.forget_calls()

    stage.engine.resync_from_crm("erp")
    written = {system for system, *_ in stage.writes()}
    stage.settle()

    assert {"erp"} == written
    held = [stage.held(system)[0] for system in stage.worlds]
    assert [("entered", "Rome")] * 3 == [(each["name"], each["city"]) for each in held]


def test_what_a_resync_kept_is_edited_like_anything_else(stage):
    """A city that is entered afterwards arrives."""
    company = diverge(stage, crm={"city": None}, erp={"city": "Paris"})
    stage.engine.resync_from_crm("erp", keep_filled=True)
    stage.crm.put("company", company, {"city": "Rome"})

    stage.settle()

    assert "Rome" == stage.customer("K0")["city"]


def test_a_resync_clears_what_the_crm_has_cleared(stage):
    """Unless somebody asked to keep what is filled."""
    diverge(stage, crm={"city": None}, erp={"city": "Paris"})

    stage.engine.resync_from_crm("erp")

    assert None is stage.customer("K0")["city"]


def test_a_resync_repairs_only_the_records_that_were_named(stage):
    """The others wait for their own turn."""
    chosen = diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris"})
    diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris"}, key="K1")

    (result,) = stage.engine.resync_from_crm("erp", entities=[chosen])

    assert {"updated": 1} == counts(result)
    assert ("Rome", "Paris") == (stage.customer("K0")["city"], stage.customer("K1")["city"])


def test_after_a_resync_nothing_is_left_to_do(stage):
    """What was repaired is what both sides agree on now."""
    diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris"})
    stage.engine.resync_from_crm("erp")
    stage.forget_calls()

    stage.settle()

    assert [] == stage.writes()


def test_a_resync_from_one_erp_reaches_the_others():
    """The CRM hears of it first, and tells it on."""
    stage = Stage(erps=("erp", "south"))
    stage.customers(1)
    stage.settle()
    diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris"})

    stage.engine.resync_from_erp("erp")

    assert [["Paris"]] * 3 == [
        [each["city"] for each in stage.held(system)] for system in (CRM, "erp", "south")
    ]


def words():
    """A stage whose ERP has a checkbox where the CRM has words, not all of which mean anything."""
    stage = Stage(fields=[Field("blocked", FieldType.CHECKBOX)])
    rules = [FieldRule(each.key, each.key) for each in FIELDS if each.key != "phone"]
    meaning = flip(boolean_words("yes", "no"))
    stage.remap(rules=[*rules, FieldRule("blocked", "phone", transform=meaning)])
    stage.erp.put("customer", "K0", {"name": "name 0", "city": "Oslo", "blocked": True})
    stage.settle()
    return stage


def test_what_the_erp_could_not_have_written_is_replaced_by_what_it_holds():
    """A value of the CRM that has no writing in the ERP keeps nothing from being done."""
    stage = words()
    company = diverge(stage, crm={"phone": "perhaps", "city": "Rome"}, erp={"blocked": False})

    stage.engine.resync_from_erp("erp")

    assert ("Oslo", "no") == (stage.company(company)["city"], stage.company(company)["phone"])


def test_what_has_no_writing_in_the_erp_is_told_and_the_rest_repaired():
    """One value that nobody can translate holds up its own field of its own record."""
    stage = words()
    diverge(stage, crm={"phone": "perhaps", "city": "Rome"}, erp={"city": "Paris"})

    stage.engine.resync_from_crm("erp")

    assert ("Rome", True) == (stage.customer("K0")["city"], stage.customer("K0")["blocked"])
    (pending,) = stage.pending(FeedName("erp", "customer", Side.CRM), *stage.keys("crm")).values()
    assert "neither a word for yes nor one for no" in pending.reason


@pytest.mark.parametrize(("silent", "stands"), [("crm", "Paris"), ("erp", "Rome")])
def test_a_system_that_does_not_say_what_it_holds_gets_what_is_right(stage, silent, stands):
    """Nothing can be compared there, and the side that is right is known."""
    company = diverge(stage, crm={"city": "Rome"}, erp={"city": "Paris"})

    def without_city(do, *_):
        return [each and evolve(each, fields=_but_city(each.fields)) for each in do()]

    stage.hooks[silent, "get"] = without_city
    repair = stage.engine.resync_from_erp if silent == "crm" else stage.engine.resync_from_crm
    repair("erp")

    assert {stands} == {stage.company(company)["city"], stage.customer("K0")["city"]}


def _but_city(fields):
    return {key: value for key, value in fields.items() if key != "city"}
