"""What people do while a pass is under way is not lost."""

import pytest
from tests.unit.sync.stage import Crash, Doom, Stage, counts

from erplink.sync.rails import Rail, Rails
from erplink.sync.state import FeedName, RunState, Side
from erplink.sync.workbench import Options


@pytest.fixture
def stage():
    stage = Stage(page_max=1)
    stage.customers(3)
    stage.settle()
    return stage


def key(stage, customer="K0"):
    return stage.link(customer).entity.key


def meanwhile(stage, system, operation, do_it, *, call=1):
    """Have something happen right after a call to a system was answered."""
    calls = iter(range(1, 1000))

    def answered(do, *_):
        answer = do()
        if next(calls) == call:
            do_it()
        return answer

    stage.hooks[system, operation] = answered


def test_an_edit_beside_the_echo_of_an_earlier_one_arrives(stage):
    """That the ERP tells of our own write says nothing about the CRM's record."""
    stage.crm.put("company", key(stage), {"city": "Rome"})
    stage.one()
    stage.crm.put("company", key(stage), {"city": "Paris"})

    stage.one()

    assert "Paris" == stage.customer("K0")["city"]


def test_a_record_that_moves_after_it_was_read_is_decided_again_in_the_pass(stage):
    """A record that comes twice in one reading is taken as it was the second time."""
    for customer in ("K0", "K1", "K2"):
        stage.erp.put("customer", customer, {"city": "first"})
    second = {"city": "second"}
    meanwhile(stage, "erp", "changes", lambda: stage.erp.put("customer", "K0", second), call=2)

    result = stage.one()

    assert "second" == stage.company(key(stage))["city"]
    assert {"updated": 4} == counts(result)


def test_an_unlinked_record_that_moves_after_it_was_read_is_decided_again():
    """What is made of it holds the second state too."""
    stage = Stage(page_max=1)
    stage.customers(2)
    second = {"city": "second"}
    meanwhile(stage, "erp", "changes", lambda: stage.erp.put("customer", "K0", second), call=1)

    stage.one()

    assert "second" == stage.company(key(stage))["city"]


def test_an_edit_of_the_other_side_after_it_was_read_is_decided_again(stage):
    """The CRM's record moved after the ERP's side was decided, and before its own was read."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    company, edit = key(stage), {"name": "edited"}
    meanwhile(stage, "crm", "get", lambda: stage.crm.put("company", company, edit))

    stage.one()

    assert ("edited", "Bergen") == (stage.customer("K0")["name"], stage.customer("K0")["city"])


def test_what_one_plan_deals_with_is_not_remembered_before_it_was_carried_out(stage):
    """Both sides moved, the plan was held, and one side was put back: the other edit is news."""
    engine = stage.new_engine(options=Options(rails=Rails(updates=Rail(0))))
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    stage.crm.put("company", key(stage), {"name": "edited"})
    (held,) = engine.sync()
    stage.erp.put("customer", "K0", {"city": "Oslo"})

    stage.one()

    assert RunState.HELD == held.run.state
    assert "edited" == stage.customer("K0")["name"]


def test_a_deletion_told_by_both_sides_is_dealt_with_once(stage):
    """The link is dead, and the second side finds nothing left to do."""
    company = key(stage)
    stage.erp.remove("customer", "K0")
    stage.crm.remove("company", company)

    result = stage.one()

    assert {"unchanged": 2} == counts(result)
    assert ["dead"] == [link.status.value for link in stage.links() if link.actor.key == "K0"]


def test_a_mark_that_comes_while_a_record_is_written_stays(stage):
    """Whoever settles a record settles the marking they saw, and no later one."""
    name = FeedName("erp", "customer", Side.ERP)
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    meanwhile(
        stage, "crm", "save", lambda: stage.engine.notify("erp", "customer", Side.ERP, ["K0"])
    )

    stage.one()

    assert ["K0"] == list(stage.pending(name, "K0"))


def test_a_move_seen_twice_survives_a_crash_in_between(stage):
    """That the record has to be decided again is in the store before the first plan is sent."""
    stage.erp.put("customer", "K0", {"city": "first"})
    stage.erp.put("customer", "K1", {"city": "first"})
    second = {"city": "second"}
    meanwhile(stage, "erp", "changes", lambda: stage.erp.put("customer", "K0", second), call=2)
    doom = Doom()
    engine = stage.new_engine(doom=doom)

    def die():
        doom.at = doom.count + 3  # the answer, then the outcome: what comes after is lost

    meanwhile(stage, "crm", "save", die)
    with pytest.raises(Crash):
        engine.sync()
    stage.hooks.clear()
    stage.expire()
    stage.settle()

    assert "second" == stage.company(key(stage))["city"]
