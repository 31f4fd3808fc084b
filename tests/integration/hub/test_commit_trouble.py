"""A commit while systems are down, lose answers, or are written by others at the same time."""

import pytest

from erplink.adapters.erp.memory import MemorySession
from erplink.domain.mapping import OnUnlinked
from erplink.domain.matching import KeyPart, MatchRule
from erplink.errors import Unavailable, Unknown
from erplink.sync import Options, RunState
from erplink.sync.holding import LEASE_LENGTH

from .shop import BOATS, INN, Shop

CHOSEN = {"name": "erp", "country": "crm"}
AS_CHOSEN = ("Fjord Boats AS", "Fjord Boats AS", "NO", {("1", "A")})
UNTOUCHED = ("Fjord Boats", "Fjord Boats AS", None, set())


@pytest.fixture
def shop():
    """A company and a customer about to be linked."""
    made = Shop()
    with made.hub:
        yield made


@pytest.fixture
def compared(shop):
    return shop.hub.links.compare(BOATS, shop.actor(), choices=CHOSEN)


def state(shop):
    customer = shop.customer()
    return shop.company()["name"], customer["name"], customer["country"], shop.links()


def on_save(monkeypatch, kind, do):
    """Have something else happen where records of a kind are saved."""
    save = MemorySession.save

    def bent(self, name, edits):
        return do(lambda: save(self, name, edits)) if name == kind else save(self, name, edits)

    monkeypatch.setattr(MemorySession, "save", bent)


def lost(act):
    """The system acts, and its answer does not arrive."""
    act()
    raise Unknown("the answer was lost")


def down(_):
    raise Unavailable("the system is down")


def test_where_the_erp_is_down_nothing_is_written(shop, compared, monkeypatch):
    """The user tries again later."""
    on_save(monkeypatch, "customer", down)
    with pytest.raises(Unavailable, match="the system is down; nothing was written"):
        shop.hub.links.commit(compared)

    assert UNTOUCHED == state(shop)


def test_where_the_crm_cannot_even_be_looked_at_nothing_is_written(shop, compared, monkeypatch):
    """What was shown is looked at again first; the run is told as failed."""
    get = MemorySession.get

    def bent(self, kind, keys, fields):
        if kind == "company":
            raise Unavailable("the database is down")
        return get(self, kind, keys, fields)

    monkeypatch.setattr(MemorySession, "get", bent)
    with pytest.raises(Unavailable, match="the database is down"):
        shop.hub.links.commit(compared)
    monkeypatch.undo()

    assert UNTOUCHED == state(shop)
    assert RunState.FAILED is shop.hub.history.runs("north")[0].state


def test_an_answer_that_was_lost_is_read_back_and_the_rest_is_done(shop, compared, monkeypatch):
    """The user does not even notice."""
    on_save(monkeypatch, "customer", lost)
    shop.hub.links.commit(compared)

    assert AS_CHOSEN == state(shop)


def test_a_write_that_surely_did_not_happen_is_told_as_such(shop, compared, monkeypatch):
    """It was sent, no answer came, and it is found that nothing was done."""

    def nothing(_):
        raise Unknown("no answer")

    on_save(monkeypatch, "customer", nothing)
    with pytest.raises(Unavailable, match="nothing was written"):
        shop.hub.links.commit(compared)

    assert UNTOUCHED == state(shop)


def in_doubt(shop, compared, monkeypatch):
    """A commit of which nobody can tell for now what the ERP made of it."""
    get, answered = MemorySession.get, []

    def silent(self, kind, keys, fields):
        if answered and kind == "customer":
            raise Unavailable("the system is down")
        return get(self, kind, keys, fields)

    def lost_for_now(act):
        answered.append(act())
        raise Unknown("the answer was lost")

    monkeypatch.setattr(MemorySession, "get", silent)
    on_save(monkeypatch, "customer", lost_for_now)
    with pytest.raises(Unknown, match="the next pass finds out, and goes through with it"):
        shop.hub.links.commit(compared)
    monkeypatch.undo()
    shop.clock.sleep(LEASE_LENGTH.total_seconds() + 1)


def test_what_is_in_doubt_is_found_out_and_gone_through_with(shop, compared, monkeypatch):
    """The ERP had done it: the next pass writes the CRM and makes the link."""
    in_doubt(shop, compared, monkeypatch)
    assert ("Fjord Boats", set()) == (shop.company()["name"], shop.links())
    shop.pass_over()

    assert AS_CHOSEN == state(shop)


def test_what_is_in_doubt_is_not_forced_on_what_moved_meanwhile(shop, compared, monkeypatch):
    """An edit of the CRM since then stands, no link is made, and it is told."""
    in_doubt(shop, compared, monkeypatch)
    shop.crm.put("company", "1", {"name": "Newer"})
    shop.pass_over()

    assert ("Newer", "Fjord Boats AS", "NO", set()) == state(shop)
    (told,) = [each for each in shop.events if each.name == "link given up"]
    assert "crm/company/1" == told.details["record"]


def test_what_cannot_be_finished_yet_is_tried_again_in_every_pass(shop, compared, monkeypatch):
    """The CRM is down when the doubt is over; once it is up, the link is made."""
    in_doubt(shop, compared, monkeypatch)
    on_save(monkeypatch, "company", down)
    shop.pass_over()
    assert set() == shop.links()
    monkeypatch.undo()
    shop.clock.sleep(4000)
    shop.pass_over()

    assert AS_CHOSEN == state(shop)


def test_two_plans_of_one_commit_cannot_tie_the_same_actor(shop, compared):
    """The first one does; nothing is written for the other."""
    other = shop.hub.links.compare(INN, shop.actor(), choices={"credit": "crm"})
    plans = [compared.record_plan, other.record_plan]
    engine = shop.hub._desk.wiring.engine
    result = engine.commit(plans, connection="north", actor_kind="customer")

    reasons = {each.plan.key: each.reason for each in result.settled}

    assert {"1": "", "2": "somebody else is writing north/customer/A"} == reasons
    assert ("Harbour Inn", {("1", "A")}) == (shop.company("2")["name"], shop.links())


def test_a_record_that_a_person_left_alone_is_no_ones_match():
    """Neither by itself nor for another record that would match it."""
    rules = {"company": (MatchRule("name", KeyPart("name", "name"), weight=0.95),)}
    shop = Shop(options=Options(match_rules=rules))
    with shop.hub:
        shop.map("north", on_unlinked=OnUnlinked("leave", "link"))
        shop.link(**CHOSEN)
        shop.hub.links.disconnect(BOATS, "north")
        shop.crm.put("company", "7", {"name": "Fjord Boats AS", "city": "Oslo"})
        shop.crm.put("company", "1", {"city": "Bodø"})
        shop.pass_over()

        assert set() == shop.links()


def test_one_record_is_written_once_in_a_commit(shop, compared):
    """Of two plans for it, the first one counts."""
    other = shop.hub.links.compare(
        BOATS, shop.actor("B"), choices={"name": "erp", "country": "crm"}
    )
    plans = [compared.record_plan, other.record_plan]
    engine = shop.hub._desk.wiring.engine
    result = engine.commit(plans, connection="north", actor_kind="customer")

    told = sorted(each.reason for each in result.settled)
    assert ["", "somebody else is writing crm/company/1"] == told
    assert AS_CHOSEN == state(shop)
