"""Systems: the sessions of one pass; and those of a preview, which write nothing."""

import pytest
from tests.unit.sync.stage import Stage

from erplink.connectors import Edit, Query, Removal
from erplink.errors import BadName, NotNow
from erplink.sync.systems import Systems


@pytest.fixture
def stage():
    stage = Stage(erps=("erp", "south"), page_max=2)
    stage.customers(5)
    return stage


def test_a_session_is_opened_when_it_is_needed_and_once(stage):
    """A pass that needs nothing of a system does not knock."""
    with Systems(stage.open) as systems:
        assert systems.session("erp") is systems.session("erp")

    assert [()] == stage.asked("erp", "open")
    assert [] == stage.asked("south", "open")


def test_all_sessions_are_closed_the_last_opened_first(stage):
    """Also where what they were opened for goes wrong."""

    def go_wrong():
        with Systems(stage.open) as systems:
            for system in ("erp", "crm", "south"):
                systems.session(system)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()

    assert ["south", "crm", "erp"] == stage.closed


def test_a_session_that_fails_to_close_keeps_no_other_one_open(stage):
    """The others are closed all the same, and the failure is told."""

    def opened(system):
        session = stage.open(system)
        if system == "crm":
            session.close = lambda: 1 // 0
        return session

    systems = Systems(opened)
    for system in ("erp", "crm", "south"):
        systems.session(system)
    with pytest.raises(ZeroDivisionError):
        systems.close()

    assert ["south", "erp"] == stage.closed


def test_kinds_are_asked_for_once(stage):
    """They are the same for all of a pass."""
    with Systems(stage.open) as systems:
        kinds = [systems.kind("erp", "customer") for _ in range(3)]

    assert ["customer"] * 3 == [kind.name for kind in kinds]
    assert 1 == len(stage.asked("erp", "kinds"))


def test_a_kind_that_is_not_there_is_named_with_what_is_like_it(stage):
    """Whoever misspelt it sees how it is spelt."""
    with Systems(stage.open) as systems, pytest.raises(BadName, match="customer"):
        systems.kind("erp", "custommer")


def test_many_records_are_asked_for_by_the_page(stage):
    """Never more at once than the system claims; who is not there is left out."""
    with Systems(stage.open) as systems:
        found = systems.get("erp", "customer", ["K0", "K1", "K7", "K4", "K3"], ["name"])

    assert ["K0", "K1", "K4", "K3"] == list(found)
    assert [2, 2, 1] == [len(keys) for _, keys, _ in stage.asked("erp", "get")]


def test_no_keys_are_no_question(stage):
    """The system is not even opened."""
    with Systems(stage.open) as systems:
        assert {} == systems.get("erp", "customer", [], ["name"])

    assert [] == stage.calls


def test_a_preview_reads_like_a_pass(stage):
    """It sees all that a pass would see."""
    with Systems(stage.open, read_only=True) as systems:
        session = systems.session("erp")
        (known,) = session.get("customer", ["K0"], ["name"])

        assert "name 0" == known.fields["name"]
        assert ["customer"] == [kind.name for kind in session.kinds()]
        assert systems.claims("erp", "customer").save
        assert 2 == len(session.changes("customer", None, ["name"]))
        assert 2 == len(session.search("customer", Query(), ["name"]))
        assert 5 == session.count("customer", Query())
        assert 1 == len(session.find_created("customer", "", {"number": "N3"}))
        assert {} == session.list_items("colours")
    assert ["erp"] == stage.closed


def test_a_preview_that_would_write_is_stopped_before_the_system_hears_of_it(stage):
    """Whatever goes wrong in a preview, nothing was done."""
    with Systems(stage.open, read_only=True) as systems:
        session = systems.session("erp")
        with pytest.raises(NotNow, match="a preview would have written: save"):
            session.save("customer", [Edit({"name": "x"}, "K0")])
        with pytest.raises(NotNow, match="a preview would have written: delete"):
            session.delete("customer", [Removal("K0"), Removal("K1")])

    assert [] == stage.writes()
