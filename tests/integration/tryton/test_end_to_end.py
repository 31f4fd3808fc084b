"""A CRM in SQL tables and a real Tryton, kept in step by the Hub: everything a user does."""

import pytest

from erplink.domain import OnUnlinked
from erplink.errors import NotReady

CITY = {"addresses": [["create", [{"city": "Oslo"}]]]}
LEAVE = OnUnlinked()


def test_what_is_missing_is_made_on_either_side(house):
    """One pass makes it, the next brings what Tryton numbered, and then there is nothing to do."""
    house.add(name="Nordic Sails", city="Stavanger")
    house.party("Fjord Boats", **CITY)
    house.connect(customers="all")

    state, report = house.sync()

    assert "done" == state, report
    names = {"Fjord Boats", "Harbour Trading", "Nordic Sails"}
    assert names == {name for (name,) in house.companies()}
    assert [("Fjord Boats",), ("Nordic Sails",)] == house.parties()
    city = house.server.rows("party.address", [["party.name", "=", "Nordic Sails"]], "city")
    assert ["Stavanger"] == [row["city"] for row in city]
    house.sync()
    assert {*house.parties("name", "code")} <= {*house.companies("name", "number")}
    assert "updated" not in house.sync()[1]


def test_edits_meet_and_a_conflict_is_asked(house):
    """Each side's own edit reaches the other; where both moved one field, a person is asked."""
    party = house.party("Fjord Boats", **CITY)
    house.connect()
    house.sync()
    house.edit("Fjord Boats", city="Trondheim")
    (address,) = house.server.rows("party.address", [["party", "=", party]], "id")
    house.server.call("model.party.address.write", [address["id"]], {"city": "Tromsø"})
    house.server.call("model.party.party.write", [party], {"name": "Fjord Boats AS"})

    state, report = house.sync()

    assert "done" == state, report
    assert ("Fjord Boats AS", "Trondheim") in house.companies("name", "city")
    (conflict,) = house.hub.conflicts.open()
    house.hub._desk.wiring.engine.answer(conflict.id, "crm")
    (row,) = house.server.rows("party.address", [["party", "=", party]], "city")
    assert "Trondheim" == row["city"]


def test_an_entity_is_connected_by_hand(house):
    """Found by its name, compared field by field, linked as chosen, disconnected again."""
    house.add(name="Fjord Boats", city="Bergen")
    house.party("Fjord Boats Ltd", **CITY)
    connection = house.connect(LEAVE)
    entity = house.entity("Fjord Boats")
    links = house.hub.links

    (hit,) = links.search(entity, connection, "customer", "fjord").rows
    compared = links.compare(entity, hit.actor, choices={"name": "erp", "city": "crm"})
    links.commit(compared)

    assert [("Bergen", "Fjord Boats Ltd")] == house.companies("city", "name")
    city = house.server.rows("party.address", [["party.name", "=", "Fjord Boats Ltd"]], "city")
    assert ["Bergen"] == [row["city"] for row in city]
    links.disconnect(entity, connection)
    assert [] == list(links.of(entity))


def test_a_customer_is_made_from_an_entity(house):
    """The form is prefilled, and what Tryton numbers comes back into the CRM."""
    house.add(name="Nordic Sails", city="Stavanger")
    connection = house.connect(LEAVE)
    entity = house.entity("Nordic Sails")

    house.hub.links.create(house.hub.links.draft(entity, connection, "customer"))
    house.sync()

    ((_, code),) = house.parties("name", "code")
    assert [("Nordic Sails", code)] == house.companies("name", "number")


def test_a_resync_repairs(house):
    """What the linked parties say goes to the CRM, whenever it was said."""
    house.party("Fjord Boats", **CITY)
    connection = house.connect()
    house.sync()
    house.edit("Fjord Boats", city="")

    house.hub.sync.resync_from_erp(connection)

    assert ("Fjord Boats", "Oslo") in house.companies("name", "city")


def test_a_deleted_party_is_told_by_the_next_pass(house):
    """The log of the server says so; nobody waits for a full reading."""
    party = house.party("Fjord Boats", **CITY)
    house.connect()
    house.sync()
    entity = house.entity("Fjord Boats")

    house.server.call("model.party.party.delete", [party])
    house.sync()

    assert [] == list(house.hub.links.of(entity))
    assert [("Fjord Boats",)] == [each for each in house.companies() if each[0] == "Fjord Boats"]


def test_a_wrong_password_is_refused_when_it_is_typed(house):
    """A connection that does not work is not added, and the reason names what is wrong."""
    config = house.server.config(user="nobody")
    with pytest.raises(NotReady, match="the password is wrong"):
        house.hub.connections.add("Tryton", "tryton", config)
