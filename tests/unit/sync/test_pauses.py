"""A pause has a reason, and what changes meanwhile is found afterwards."""

import pytest
from tests.unit.sync.stage import Stage

from erplink.domain.records import CRM
from erplink.errors import NotNow
from erplink.sync.pauses import pause_of
from erplink.sync.state import Side


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(1)
    stage.settle()
    return stage


def pause(stage):
    with stage.store.look() as state:
        return pause_of(state, "erp")


def test_a_pause_is_known_by_its_reason(stage):
    """It is told to whoever listens, and ends when it is resumed."""
    stage.engine.pause("erp", "the books are closed")
    told = pause(stage)
    stage.engine.resume("erp")

    assert ("the books are closed", "") == (told, pause(stage))
    assert [{"connection": "erp", "reason": "the books are closed"}] == [
        dict(event.details) for event in stage.told("connection paused")
    ]
    assert 1 == len(stage.told("connection resumed"))


def test_nothing_is_asked_of_a_paused_connection(stage):
    """Not by a pass over all, nor by a command; the CRM is edited as ever."""
    stage.engine.pause("erp", "the books are closed")
    stage.forget_calls()

    assert [] == stage.sync()
    with pytest.raises(NotNow, match="the books are closed"):
        stage.sync(connection="erp")
    assert [] == stage.calls


def test_what_changes_during_a_pause_is_found_after_it(stage):
    """Edits of both sides, and what was signalled."""
    company = stage.link().entity.key
    stage.engine.pause("erp", "the books are closed")
    stage.erp.put("customer", "K0", {"city": "Rome"})
    stage.crm.put("company", company, {"name": "edited"})
    stage.erp.put("customer", "K1", {"number": "N1", "name": "new"})
    stage.engine.notify("erp", "customer", Side.ERP, ["K1"])
    stage.engine.resume("erp")

    stage.settle()

    assert ("edited", "Rome") == (stage.customer("K0")["name"], stage.company(company)["city"])
    assert stage.held(CRM) == stage.held("erp")
