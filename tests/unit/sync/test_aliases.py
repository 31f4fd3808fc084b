"""Aliases: links and history follow records that are renumbered or merged in their own system."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage, counts

from erplink.domain.links import LinkStatus
from erplink.domain.mapping import OnUnlinked
from erplink.domain.plan import Patch
from erplink.errors import Refused
from erplink.sync.aliases import to_be_followed
from erplink.sync.state import FeedName, Side
from erplink.sync.systems import Systems

ERP = FeedName("erp", "customer", Side.ERP)


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(2)
    stage.settle()
    return stage


def renumber(stage, old, new, **edits):
    """The ERP gives a customer another number; the old one leads there."""
    stage.erp.put("customer", new, {**stage.customer(old), **edits})
    stage.erp.merge("customer", old, new)


def merge_companies(stage, old, new):
    stage.crm.merge("company", old, new)


def test_a_renumbered_actor_keeps_its_link(stage):
    """Its counterpart is the one it was, and nothing is made or written."""
    before = stage.link("K0")
    renumber(stage, "K0", "K9")
    stage.forget_calls()

    stage.settle()

    after = stage.link("K9")
    assert (before.entity, before.base) == (after.entity, after.base)
    assert [] == stage.writes()
    assert 2 == len(stage.links())


def test_an_edit_that_came_with_the_new_number_arrives(stage):
    """Nothing is lost on the way from one number to the other."""
    renumber(stage, "K0", "K9", city="Bergen")

    stage.settle()

    assert "Bergen" == stage.company(stage.link("K9").entity.key)["city"]


def test_a_renumbered_entity_keeps_its_link(stage):
    """The same on the side of the CRM."""
    old = stage.link("K0").entity.key
    stage.crm.put("company", "C9", {**stage.company(old), "city": "Bergen"})
    merge_companies(stage, old, "C9")

    stage.settle()

    assert "C9" == stage.link("K0").entity.key
    assert "Bergen" == stage.customer("K0")["city"]
    assert 2 == len(stage.held("erp"))


@pytest.mark.parametrize("side", list(Side))
def test_the_history_goes_with_the_link(stage, side):
    """Why a field holds what it holds is still told after the record was renumbered."""
    company = stage.link("K0").entity.key
    stage.crm.put("company", company, {"city": "Bergen"})
    stage.settle()
    old = stage.link("K0")
    if side is Side.ERP:
        renumber(stage, "K0", "K9")
    else:
        stage.crm.put("company", "C9", stage.company(company))
        merge_companies(stage, company, "C9")
    stage.settle()
    new = stage.link("K9" if side is Side.ERP else "K0")

    why = stage.engine.explain(new.key, "city", system="erp").change

    assert ("Oslo", "Bergen") == (why.old, why.new)
    assert [] == stage.history(old.key)
    assert [new.key] == [event.details["link"] for event in stage.told("link moved")]


@pytest.mark.parametrize("side", list(Side))
def test_two_linked_records_that_become_one_keep_one_link(stage, side):
    """That of the record which is left; the other link is a dead one that says why."""
    kept, gone = stage.link("K0"), stage.link("K1")
    if side is Side.ERP:
        stage.erp.merge("customer", "K1", "K0")
    else:
        merge_companies(stage, gone.entity.key, kept.entity.key)

    stage.settle()

    by_status = {link.status: link for link in stage.links()}
    assert kept.key == by_status[LinkStatus.ACTIVE].key
    assert by_status[LinkStatus.DEAD].reason.endswith(", which is linked itself")
    assert [by_status[LinkStatus.DEAD].key] == [
        event.details["link"] for event in stage.told("link died")
    ]


def test_a_record_that_is_renumbered_twice_is_followed_twice(stage):
    """Both moves may be on one page."""
    entity = stage.link("K0").entity
    renumber(stage, "K0", "K8")
    renumber(stage, "K8", "K9")

    stage.settle()

    assert entity == stage.link("K9").entity


def test_a_move_that_is_told_twice_is_followed_once(stage):
    """Feeds tell the last things again, to be sure."""
    renumber(stage, "K0", "K9")
    stage.settle()
    moved = stage.link("K9")
    with stage.store.begin() as state:
        state.feeds.put(evolve(state.feeds.get(ERP), cursor=None))

    stage.settle()

    assert moved == stage.link("K9")


def test_the_new_number_may_be_read_before_the_move_is_told():
    """What was planned for a stranger is dropped once it is known who it is."""
    stage = Stage(page_max=1)
    stage.customers(1)
    stage.settle()
    renumber(stage, "K0", "K9", city="Bergen")

    stage.settle()

    assert ["Bergen"] == [each["city"] for each in stage.held("crm")]


def test_records_without_a_link_are_nobody_to_follow():
    """A renumbered stranger is a stranger."""
    stage = Stage(on_unlinked=OnUnlinked())
    stage.customers(1)
    renumber(stage, "K0", "K9")

    result = stage.one()

    assert {"skipped": 2} == counts(result)
    assert [] == stage.links()


def test_a_parked_record_is_tried_under_its_new_number(stage):
    """Nobody is left with a parked record that does not exist any more."""
    stage.hooks["crm", "save"] = refuse
    stage.erp.put("customer", "K0", {"name": "broken"})
    stage.settle()
    parked = [each.key for each in stage.parked()]
    del stage.hooks["crm", "save"]
    renumber(stage, "K0", "K9", name="mended")

    stage.settle()

    assert (["K0"], [], {}) == (parked, list(stage.parked()), dict(stage.pending(ERP, "K0", "K9")))
    assert "mended" == stage.company(stage.link("K9").entity.key)["name"]


def refuse(*_):
    """The CRM says no."""
    raise Refused("a company has another name")


@pytest.mark.parametrize("side", list(Side))
def test_a_question_can_be_answered_after_the_record_was_renumbered(stage, side):
    """It is asked again under the new number, and only once."""
    company = stage.link("K0").entity.key
    stage.erp.put("customer", "K0", {"phone": "1"})
    stage.crm.put("company", company, {"phone": "2"})
    stage.settle()
    if side is Side.ERP:
        renumber(stage, "K0", "K9")
    else:
        stage.crm.put("company", "C9", stage.company(company))
        merge_companies(stage, company, "C9")
    stage.settle()
    (question,) = stage.issues()

    stage.engine.answer(question.id, "erp")

    phones = [each["phone"] for each in stage.held("crm") if each["phone"]]
    assert ([], ["1"]) == (stage.issues(), phones)


def test_a_preview_makes_no_counterpart_of_a_record_that_was_renumbered(stage):
    """It is no new record; what follows for it is shown once a pass has moved the link."""
    renumber(stage, "K0", "K9", name="another")

    preview = stage.engine.plan("erp", "customer")

    assert (0, ()) == (len(preview.plan.steps), preview.trips)
    assert {"it has another key now, and a pass follows it first": 1} == dict(
        preview.report.reasons
    )
    assert "K0" in [link.actor.key for link in stage.links()]


def test_a_preview_shows_what_a_merged_record_gets(stage):
    """One that had a link itself goes on as it did."""
    stage.erp.put("customer", "K1", {"city": "Bergen"})
    stage.erp.merge("customer", "K0", "K1")

    preview = stage.engine.plan("erp", "customer")

    (patch,) = [step for step in preview.plan.steps if isinstance(step, Patch)]
    assert (stage.link("K1").entity, {"city": "Bergen"}) == (patch.target, dict(patch.patch))


def test_without_aliases_nothing_is_asked_of_the_store(stage):
    """Most pages tell of none."""
    with Systems(stage.open) as systems:
        assert frozenset() == to_be_followed(stage.bench(systems), Side.ERP, {})
