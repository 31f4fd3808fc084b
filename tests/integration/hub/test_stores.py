"""The same Hub over every store, and several Hubs over one store, as of several processes."""

from itertools import count

import pytest

from erplink import FieldRule, Hub, Registry
from erplink.adapters.stores import open_store
from erplink.domain.mapping import OnUnlinked
from erplink.domain.secret import Secret
from erplink.errors import BadVault
from erplink.hub import Tuning
from erplink.testing.postgres import postgres_server, why_no_postgres

from .conftest import KEY, PASSWORD, Office, mapping_of

NUMBERS = count(1)
GOOD = {"user": "erplink", "password": PASSWORD}


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of its own."""
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["file", "postgres"])
def address(request, tmp_path):
    """Where several processes can reach it."""
    if request.param == "file":
        return f"sqlite:///{tmp_path}/erplink.db"
    server, name = request.getfixturevalue("server"), f"hub_{next(NUMBERS)}"
    server.run(f"CREATE DATABASE {name}")
    return server.url(name)


def another(office, address, **given):
    """A Hub of another process."""
    return Hub(
        lambda: office.crm.session("crm"),
        address,
        registry=Registry([office], installed=False),
        tuning=Tuning(clock=office.clock),
        **{"key": KEY, **given},
    )


def test_a_connection_lives_through_it_all(address):
    """Added, mapped, activated, synced, changed, deleted and restored, by two processes."""
    office = Office()
    office.north.put("customer", "K-1", {"name": "Fjord Boats", "note": "Pays late"})
    with another(office, address) as one, another(office, address) as other:
        made = one.connections.add("North", "north", GOOD)
        one.mappings.set(mapping_of(made.id, on_unlinked=OnUnlinked("create", "leave")))
        assert other.connections.activate(made.id).active
        (result,) = other.sync.now()
        assert 1 == result.report.read
        one.mappings.set_rule(made.id, "customer", FieldRule("note", "note"))
        other.sync.now()
        (row,) = office.crm.rows("company").values()
        assert "Pays late" == row.values["note"]
        assert [2, 1] == [each.version for each in other.mappings.versions(made.id, "customer")]
        one.connections.delete(made.id)
        assert [] == list(other.connections.all())
        assert made.id == other.connections.restore(made.id).id


def test_the_switch_is_one_for_all_processes(address):
    """Switched off by one, no other serves by itself."""
    office = Office()
    with another(office, address) as one, another(office, address) as other:
        made = one.connections.add("North", "north", GOOD)
        one.mappings.set(mapping_of(made.id))
        one.connections.activate(made.id)
        one.sync.switch_off("it is night")

        assert "it is night" == other.sync.switched_off()
        assert [] == list(other.sync.run_due())
        other.sync.switch_on()
        assert 1 == len(one.sync.run_due())


def test_what_one_process_configures_is_what_another_works_with(address):
    """A session that was open with the old configuration is not used any more."""
    office = Office()
    with another(office, address) as one, another(office, address) as other:
        made = one.connections.add("North", "north", GOOD)
        assert other.connections.health(made.id).reachable
        office.north.password = "changed"  # noqa: S105 - it guards a fake
        one.connections.configure(made.id, {"password": "changed"})

        assert other.connections.health(made.id).reachable
        assert one.connections.test("north", {}, connection=made.id).works


def test_keys_are_changed_with_the_newest_first(tmp_path):
    """What was encrypted with the old key is read as long as that is among them."""
    office, address = Office(), f"sqlite:///{tmp_path}/erplink.db"
    newer = KEY[1:-1] + "A="
    with another(office, address) as hub:
        made = hub.connections.add("North", "north", GOOD)
    with another(office, address, key=[Secret(newer), KEY]) as hub:
        assert Secret(PASSWORD) == hub.connections.get(made.id).configuration["password"]
    with another(office, address, key=newer) as hub, pytest.raises(BadVault):
        hub.connections.get(made.id)


def test_a_store_that_was_handed_over_is_left_open(tmp_path):
    """Its owner closes it, and may keep secrets as they are."""
    office = Office()
    store = open_store(f"sqlite:///{tmp_path}/erplink.db", secrets="plain")
    with another(office, store, key=()) as hub:
        made = hub.connections.add("North", "north", GOOD)
    with store.look() as state:
        assert made == state.connections.get(made.id)
    store.close()
