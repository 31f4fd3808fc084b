"""The linking dialog, the desk, conflicts and history, over every host: tables and models alike."""

from decimal import Decimal

import pytest

from erplink import EntityRef, Principal
from erplink.domain.connections import EVERYONE
from erplink.domain.mapping import OnUnlinked
from erplink.domain.records import ActorRef
from erplink.errors import AlreadyLinked, NotNow, Stale

pytest.importorskip("django", reason="the extra [django] is not installed")
pytest.importorskip("sqlalchemy", reason="the extra [sql] is not installed")

from attrs import evolve

from .test_story import Story, server, story  # noqa: F401 - fixtures

ADA = Principal("ada")


@pytest.fixture
def dialog(story):  # noqa: F811 - a fixture
    """A host and an ERP whose records nobody links by themselves."""
    with story.hub._desk.wiring.store.begin() as state:
        state.connections.put(evolve(state.connections.get("erp"), scope=EVERYONE))
        for mapping in state.mappings.of("erp"):
            rules = [evolve(rule, show_in_tab=True, show_in_search=True) for rule in mapping.rules]
            state.mappings.put(evolve(mapping, rules=rules, on_unlinked=OnUnlinked()))
    return story


def actor(key):
    return ActorRef("erp", "customer", key)


def company(key):
    return EntityRef.of("company", key)


def test_an_entity_is_searched_compared_and_committed(dialog):
    """Both sides as chosen, the tab shows them live, and a pass finds nothing to do."""
    key = dialog.host.add("Fjord Boats", "Oslo", ["+47 1"])
    dialog.erp.put("customer", "K", {"name": "Fjord Boats AS", "city": "Bergen", "country": "S"})
    hub = dialog.hub.as_user(ADA)
    (hit,) = hub.links.search(company(key), "erp", "customer", "fjord").rows
    compared = hub.links.compare(company(key), hit.actor)
    assert {"name", "number", "city", "country", "phones"} == {e.field for e in compared.different}
    compared = compared.choose("name", "erp").choose("city", "crm").choose("country", "erp")
    done = hub.links.commit(compared)

    held = dialog.company(key)
    assert ("Fjord Boats AS", "Oslo", "SE") == (held["name"], held["town"], held["country"])
    assert "Oslo" == dialog.erp.rows("customer")["K"].values["city"]
    (tab,) = hub.links.tab(company(key))
    assert ("Oslo", "Sverige") == tuple(
        each.text for each in tab.values if each.field in ("city", "country")
    )
    dialog.sync()
    stamp = dialog.erp.rows("customer")["K"].stamp
    dialog.sync()
    assert (held, stamp) == (dialog.company(key), dialog.erp.rows("customer")["K"].stamp)
    assert {"ada"} == {row.principal for row in hub.history.run(done.run)}


def test_an_actor_is_made_and_persons_are_searched_under_it(dialog):
    """From a company, and a person under it; a second company cannot have it."""
    key, other = dialog.host.add("Harbour Inn", "Bergen"), dialog.host.add("Other")
    contact = EntityRef.of("contact", dialog.host.add_contact(key, "Ann"))
    with pytest.raises(NotNow, match="link that first"):
        dialog.hub.links.search(contact, "erp", "person")
    made = dialog.hub.links.create(dialog.hub.links.draft(company(key), "erp", "customer"))
    dialog.erp.put("person", "p1", {"name": "Ann"}, parent=made.link.actor)
    dialog.erp.put("person", "p2", {"name": "Ann"})

    assert ["p1"] == [
        each.actor.key for each in dialog.hub.links.search(contact, "erp", "person").rows
    ]
    with pytest.raises(AlreadyLinked):
        dialog.hub.links.compare(company(other), made.link.actor)


def test_what_moved_in_the_host_since_it_was_shown_is_not_written(dialog):
    """Nothing is written and nothing linked."""
    key = dialog.host.add("Fjord Boats", "Oslo")
    dialog.erp.put("customer", "K", {"name": "Fjord Boats AS", "city": "Bergen"})
    compared = dialog.hub.links.compare(company(key), actor("K"), choices={"city": "erp"})
    dialog.host.edit(key, town="Hamar")
    before = dialog.erp.rows("customer")["K"].stamp

    with pytest.raises(Stale):
        dialog.hub.links.commit(compared)
    assert ("Hamar", before, None) == (
        dialog.company(key)["town"],
        dialog.erp.rows("customer")["K"].stamp,
        dialog.linked("K"),
    )


def test_a_disconnected_entity_is_left_alone(dialog):
    """The data stays on both sides, and is no longer synced."""
    key = dialog.host.add("Fjord Boats", "Oslo")
    dialog.erp.put("customer", "K", {"name": "Fjord Boats"})
    dialog.hub.links.commit(dialog.hub.links.compare(company(key), actor("K")).choose_all("crm"))
    dialog.hub.links.disconnect(company(key), "erp")
    dialog.host.edit(key, town="Hamar")
    dialog.sync()

    assert "Oslo" == dialog.erp.rows("customer")["K"].values["city"]


def test_existing_data_is_linked_at_a_desk(dialog):
    """By the standard rules; what is certain is accepted at once."""
    keys = [dialog.host.add(f"Company {number}") for number in range(4)]
    for number in range(3):
        dialog.erp.put("customer", f"K{number}", {"name": f"Company {number}"})
    desk = dialog.hub.links.desk("erp", "customer")
    assert {"certain": 0, "likely": 0, "ambiguous": 3, "none": 1} == desk.counts
    for number in range(3):
        desk = desk.accept(keys[number], f"K{number}")
    done = dialog.hub.links.commit_desk(desk)

    assert (3, ()) == (done.done, done.failed)
    assert keys[:3] == [dialog.linked(f"K{number}") for number in range(3)]


def test_a_question_is_settled_and_what_lost_is_restored_and_undone(dialog):
    """Every step is history, and each can be taken back."""
    key = dialog.host.add("Fjord Boats")
    dialog.erp.put("customer", "K", {"name": "Fjord Boats"})
    dialog.hub.links.commit(dialog.hub.links.compare(company(key), actor("K")).choose_all("crm"))
    dialog.sync()
    dialog.host.edit(key, credit=Decimal(100))
    dialog.erp.put("customer", "K", {"limit": Decimal(200)})
    dialog.sync()
    (question,) = dialog.hub.conflicts.open()
    assert [Decimal(100), Decimal(200)] == [side.value for side in question.sides]
    dialog.hub.conflicts.settle(question.id, "erp")
    assert Decimal(200) == dialog.company(key)["credit"]

    (loss,) = dialog.hub.history.losses(company(key), field="credit")
    done = dialog.hub.history.restore(dialog.hub.history.plan_restore(loss))
    assert Decimal(100) == dialog.company(key)["credit"]
    assert Decimal(100) == dialog.erp.rows("customer")["K"].values["limit"]
    dialog.hub.history.undo(dialog.hub.history.plan_undo(done.run))
    assert Decimal(200) == dialog.company(key)["credit"]
