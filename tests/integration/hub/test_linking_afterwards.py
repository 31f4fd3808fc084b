"""Linking: creating actors, syncing one entity, taking links away, and repairing them."""

from decimal import Decimal

import pytest
from attrs import evolve

from erplink import EntityRef, FieldRule, ListMap, Mapping
from erplink.domain.links import LinkStatus
from erplink.domain.mapping import DefaultValue, How, OnUnlinked
from erplink.errors import AlreadyLinked, BadName, BadValue, NotNow, Unsupported
from erplink.testing.fake_erp import FakeSession

from .conftest import EVE
from .shop import ANN, BOATS, DEFAULTS, INN, Shop


@pytest.fixture
def shop():
    """Companies, customers, and nothing linked."""
    made = Shop()
    with made.hub:
        yield made


# 5. sync now --------------------------------------------------------------------------------------


def test_sync_now_for_this_entity(shop):
    """What was edited on either side is on the other one at once."""
    shop.link()
    shop.crm.put("company", "1", {"city": "Bodø"})
    shop.hub.links.sync(BOATS)

    assert "Bodø" == shop.customer()["city"]


def test_an_entity_without_a_link_cannot_be_synced(shop):
    """The user is told why; one whose only link is out of sight is told the same."""
    shop.link(key="S", connection="south")
    for entity in (INN, BOATS):
        with pytest.raises(NotNow, match="is not linked"):
            shop.hub.as_user(EVE).links.sync(entity)


# 6. no hit: create the actor ----------------------------------------------------------------------


def test_an_actor_is_made_from_the_entity_and_linked(shop):
    """Create the actor in the ERP from the entity; the new actor is linked."""
    done = shop.hub.links.create(shop.hub.links.draft(INN, "north", "customer"))

    made = shop.customer(done.link.actor.key)
    assert ("Harbour Inn", "Bergen", Decimal(5)) == (made["name"], made["city"], made["credit"])
    assert INN == done.link.entity


def test_the_fields_needed_are_listed_and_prefilled(shop):
    """Prefilled from the mapping and the defaults, and it is told from which."""
    shop.map("north", defaults=DEFAULTS)
    draft = shop.hub.links.draft(BOATS, "north", "customer")

    assert {
        "number": (None, "", True),
        "name": ("Fjord Boats", "mapping", True),
        "note": ("by erplink", "default", False),
        "city": ("Oslo", "mapping", False),
        "country": ("NO", "mapping", False),
        "credit": (None, "", False),
        "terms": (30, "default", False),
    } == {each.field: (each.value, each.source, each.mandatory) for each in draft.fields}


def test_missing_mandatory_values_are_an_error_that_names_them(shop):
    """And nothing is made."""
    shop.map("north", defaults=DEFAULTS)
    draft = shop.hub.links.draft(BOATS, "north", "customer").give("name", None)
    before = shop.stamps()

    assert ("number", "name") == draft.missing
    with pytest.raises(BadValue, match=r"number: a value is needed; name: a value is needed"):
        shop.hub.links.create(draft)
    assert before == shop.stamps()


def test_what_the_user_gives_for_a_mapped_field_goes_to_both_sides(shop):
    """As far as the direction allows it: afterwards both sides agree."""
    draft = shop.hub.links.draft(BOATS, "north", "customer", values={"name": "Fjord"})
    done = shop.hub.links.create(draft)

    assert ("Fjord", "Fjord") == (
        shop.company()["name"],
        shop.customer(done.link.actor.key)["name"],
    )


def test_a_connector_that_may_not_create_says_why(shop, monkeypatch):
    """The host disables Create and shows the reason; a draft is refused with it."""
    claims = FakeSession._claims
    less = lambda self, kind: evolve(claims(self, kind), create=False)  # noqa: E731
    monkeypatch.setattr(FakeSession, "_claims", less)
    shop.hub._desk.wiring.sessions.close()

    (kind,) = shop.hub.links.kinds(BOATS, "north")
    assert (False, "its connector may not make records: Customers") == (kind.creates, kind.why_not)
    with pytest.raises(Unsupported, match="may not make records"):
        shop.hub.links.draft(BOATS, "north", "customer")


def test_a_new_person_belongs_to_the_actor_of_the_contacts_company(shop):
    """Made under it; refused as long as there is none."""
    with pytest.raises(NotNow, match="link that first"):
        shop.hub.links.draft(ANN, "north", "person")
    shop.link()
    done = shop.hub.links.create(shop.hub.links.draft(ANN, "north", "person"))

    assert shop.actor("A") == shop.north.rows("person")[done.link.actor.key].parent


def test_a_value_without_a_writing_in_the_erp_is_told(shop):
    """The field says why it is empty, and the actor is not made before somebody gives a value."""
    shop.crm.put("company", "1", {"land": "de"})
    shop.map("north", lists=[ListMap("countries", "lands", {"NO": "no", "SE": "se"})])
    draft = shop.hub.links.draft(BOATS, "north", "customer")

    assert 1 == len(draft.problems)
    with pytest.raises(BadValue, match="country"):
        shop.hub.links.create(draft)
    assert not draft.give("country", "SE").problems


def test_an_actor_is_made_once_however_often_it_is_sent(shop):
    """A second click of the same button is told that the entity is linked, and makes nothing."""
    draft = shop.hub.links.draft(INN, "north", "customer")
    shop.hub.links.create(draft)
    count = len(shop.north.rows("customer"))

    with pytest.raises(AlreadyLinked, match="crm/company/2 is linked already"):
        shop.hub.links.create(draft)
    assert count == len(shop.north.rows("customer"))


# 7. disconnect ------------------------------------------------------------------------------------


def test_disconnect_removes_the_link_and_data_stays_on_both_sides(shop):
    """And is no longer synced."""
    shop.link()
    mine, theirs = shop.company(), shop.customer()
    shop.hub.links.disconnect(BOATS, "north")
    assert (set(), mine, theirs) == (shop.links(), shop.company(), shop.customer())

    shop.north.put("customer", "A", {"city": "Tromsø"})
    shop.pass_over()
    assert "Oslo" == shop.company()["city"]


def test_what_was_disconnected_is_not_linked_again_by_a_pass(shop):
    """Not even where the mapping makes counterparts; a person may link it again."""
    shop.map("north", on_unlinked=OnUnlinked("create", "create"))
    shop.pass_over()
    (link,) = shop.hub.links.of(BOATS)
    shop.hub.links.disconnect(BOATS, "north")
    shop.crm.put("company", "1", {"city": "Bodø"})
    shop.north.put("customer", link.actor.key, {"city": "Tromsø"})
    shop.pass_over()
    shop.pass_over()
    assert [] == list(shop.hub.links.of(BOATS))

    compared = shop.hub.links.compare(BOATS, link.actor).choose_all("crm")
    shop.hub.links.commit(compared)
    assert "Bodø" == shop.customer(link.actor.key)["city"]
    shop.hub.links.disconnect(BOATS, "north")


def test_many_are_disconnected_at_once(shop):
    """Those that are not linked are told."""
    shop.link()
    done = shop.hub.links.disconnect_many([BOATS, INN], "north")

    assert (1, set()) == (done.done, shop.links())
    assert (("crm/company/2", "crm/company/2 is not linked through north"),) == done.failed


def test_an_entity_that_is_not_linked_cannot_be_disconnected(shop):
    """The error says so."""
    with pytest.raises(NotNow, match="crm/company/1 is not linked through north"):
        shop.hub.links.disconnect(BOATS, "north")


# what is done to a link ---------------------------------------------------------------------------


def test_a_suspended_link_takes_part_in_nothing_until_it_is_resumed(shop):
    """What moved meanwhile arrives then."""
    shop.link()
    shop.hub.links.suspend(BOATS, "north", "the audit")
    shop.north.put("customer", "A", {"city": "Tromsø"})
    shop.pass_over()
    assert ("Oslo", "suspended: the audit") == (
        shop.company()["city"],
        shop.hub.links.tab(BOATS)[0].note,
    )

    shop.hub.links.resume(BOATS, "north")
    shop.pass_over()
    assert "Tromsø" == shop.company()["city"]


def test_a_pinned_field_keeps_one_sides_value(shop):
    """Whatever happens, until it is let go."""
    shop.link(name="crm")
    shop.hub.links.pin(BOATS, "north", "name", "crm")
    shop.north.put("customer", "A", {"name": "Renamed"})
    shop.pass_over()
    assert ("Fjord Boats", "Fjord Boats") == (shop.company()["name"], shop.customer()["name"])

    shop.hub.links.pin(BOATS, "north", "name", None)
    shop.north.put("customer", "A", {"name": "Renamed"})
    shop.pass_over()
    assert "Renamed" == shop.company()["name"]


@pytest.mark.parametrize(("field", "side"), [("nmae", "crm"), ("name", "crn")])
def test_a_pin_names_a_synced_field_and_a_side(shop, field, side):
    """A misspelt one is refused with the likely spelling."""
    shop.link()
    with pytest.raises(BadName, match="did you mean"):
        shop.hub.links.pin(BOATS, "north", field, side)


# dead links ---------------------------------------------------------------------------------------


def broken(shop):
    shop.link()
    shop.pass_over()
    shop.north.remove("customer", "A")
    shop.pass_over()
    return shop.hub.links.broken("north")


def test_broken_links_are_told_with_what_can_be_done(shop):
    """Which record is gone, since when, and what to do."""
    (found,) = broken(shop)

    assert (True, False, False) == (found.entity_there, found.actor_there, found.can_revive)
    assert "the actor is gone: link the entity to another one, or forget the link" == found.advice


def test_a_broken_link_is_revived_once_both_records_are_there(shop):
    """With everything that was agreed on."""
    (found,) = broken(shop)
    with pytest.raises(BadName, match="there is no record north/customer/A"):
        shop.hub.links.revive(found)
    shop.north.put("customer", "A", {"name": "Fjord Boats", "city": "Bodø"})
    (found,) = shop.hub.links.broken("north")
    shop.hub.links.revive(found)
    shop.pass_over()

    assert [] == list(shop.hub.links.broken("north"))
    assert LinkStatus.ACTIVE is shop.hub.links.of(BOATS)[0].status
    assert "Bodø" == shop.company()["city"]


def test_a_broken_link_gives_way_to_another_one(shop):
    """The entity is linked to another actor; the broken one cannot be revived any more."""
    (found,) = broken(shop)
    shop.link(key="B", credit="keep", country="crm", city="crm", name="crm")
    shop.north.put("customer", "A", {"name": "Fjord Boats"})

    with pytest.raises(AlreadyLinked):
        shop.hub.links.revive(found)
    shop.hub.links.forget(found)
    assert [] == list(shop.hub.links.broken("north"))


# scope --------------------------------------------------------------------------------------------


def test_users_outside_a_connections_scope_cannot_link_through_it(shop):
    """They cannot search, compare, commit, create, disconnect or read; it is as if it were not."""
    hers = shop.hub.as_user(EVE).links
    south = shop.actor("S", "south")
    compared = shop.hub.links.compare(BOATS, south)
    draft = shop.hub.links.draft(BOATS, "south", "customer")
    desk = shop.hub.links.desk("south", "customer", rules=None)
    for attempt in (
        lambda: hers.search(BOATS, "south", "customer"),
        lambda: hers.kinds(BOATS, "south"),
        lambda: hers.compare(BOATS, south),
        lambda: hers.commit(compared),
        lambda: hers.draft(BOATS, "south", "customer"),
        lambda: hers.create(draft),
        lambda: hers.commit_desk(desk),
        lambda: hers.disconnect(BOATS, "south"),
        lambda: hers.broken("south"),
    ):
        with pytest.raises(BadName, match="unknown connection 'south'"):
            attempt()


def test_a_company_is_one_of_customer_and_supplier(shop):
    """One of the two per company and connection: the second is refused."""
    rules = [FieldRule("name", "name")]
    shop.north.kinds = (*shop.north.kinds, evolve(shop.north.kinds[0], name="supplier"))
    shop.hub._desk.wiring.sessions.close()
    shop.keep(Mapping("north", "supplier", "company", rules=rules))
    shop.north.put("supplier", "A", {"name": "Fjord Boats"})
    shop.link()

    with pytest.raises(AlreadyLinked, match="north/customer/A"):
        shop.hub.links.compare(BOATS, shop.actor(kind="supplier"))


def test_an_entity_that_there_is_not_is_refused(shop):
    """By name."""
    with pytest.raises(BadName, match="there is no record crm/company/9"):
        shop.hub.links.compare(EntityRef.of("company", "9"), shop.actor())


def test_default_values_of_fields_that_are_gone_are_left_out(shop):
    """A field that the ERP no longer has is not asked for."""
    shop.map("north", defaults=[DefaultValue("gone", How.ASK, mandatory=True)])

    assert () == shop.hub.links.compare(BOATS, shop.actor()).problems
