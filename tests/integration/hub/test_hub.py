"""What a host holds, before it is about anything in particular."""

from inspect import signature

import pytest
from attrs import evolve

from erplink import Hub
from erplink.adapters.stores import open_store
from erplink.errors import BadVault, NotAllowed, NotNow
from erplink.hub import Hooks
from erplink.hub.operations import Group

from .conftest import ADA, EVE, Office

GROUPS = ("conflicts", "connections", "history", "imports", "links", "mappings", "sync")


def test_a_hub_shows_its_groups_and_they_show_their_operations(office):
    """Tab completion leads from the Hub to every operation, and to nothing else."""
    public = [name for name in dir(office.hub) if not name.startswith("_")]

    assert sorted([*GROUPS, "as_user", "close"]) == public
    for name in GROUPS:
        group = getattr(office.hub, name)
        assert isinstance(group, Group)
        assert all(callable(getattr(group, each)) for each in dir(group))
    assert repr(office.hub.connections).startswith("Connections: activate, add, all, ")


def test_a_hub_is_a_context_manager_that_closes_what_it_opened(tmp_path):
    """After the block, the store that the Hub opened is closed; one that was handed over is not."""
    crm = Office().crm
    store = open_store(f"sqlite:///{tmp_path}/erplink.db")

    with Hub(lambda: crm.session("crm"), store) as hub:
        assert [] == list(hub.connections.all())
    with Hub(lambda: crm.session("crm"), store) as hub:
        assert [] == list(hub.connections.all())
    store.close()


def test_a_hub_that_is_bound_to_a_user_leaves_the_others_open(busy):
    """as_user() gives the same Hub for somebody; its end is not the end of the first one."""
    with busy.hub.as_user(ADA) as hers:
        assert 2 == len(hers.connections.all())

    assert 2 == len(busy.hub.connections.all())
    assert "Hub(for 'ada')" == repr(hers)
    assert "Hub(for the host)" == repr(busy.hub)


def test_the_host_itself_sees_everything(busy):
    """A Hub that is bound to nobody acts for the host, whose code it is."""
    assert ["north", "south"] == [each.id for each in busy.hub.connections.all()]


def test_the_host_may_say_who_is_acting():
    """With a provider of the current user, each call is on behalf of whoever it names then."""
    now = [ADA]
    office = Office(Hooks(current=lambda: now[0]))
    office.connect("north")

    assert ["north"] == [each.id for each in office.hub.connections.all()]
    now[0] = None
    with pytest.raises(NotAllowed, match="nobody is acting"):
        office.hub.connections.all()


def test_the_host_may_refuse_an_operation():
    """The permission callback hears who, what and about which connection, and has the last word."""
    asked = []

    def may(who, action, connection):
        asked.append((who.user, action, connection and connection.id))
        return who.user == "ada"

    office = Office(Hooks(may=may))
    office.connect("north")
    office.hub.as_user(ADA).sync.now("north")
    with pytest.raises(NotAllowed, match=r"'eve' may not do this: sync\.now"):
        office.hub.as_user(EVE).sync.now("north")

    assert [("ada", "sync.now", "north"), ("eve", "sync.now", "north")] == asked


def test_the_host_is_not_asked_about_itself():
    """A Hub that is bound to nobody does what the host's own code says."""
    office = Office(Hooks(may=lambda *_: False))

    assert [] == list(office.hub.connections.all())


def test_observers_hear_of_a_command_before_and_after(busy):
    """What changes something is told to the registry's observers, with user and connection."""
    busy.hub.as_user(ADA).sync.now("north")
    told = [each for each in busy.events if each.name.endswith("sync.now")]

    assert ["before sync.now", "after sync.now"] == [each.name for each in told]
    assert {"user": "ada", "connection": "north"} == told[0].details


def test_observers_hear_of_a_command_that_failed(busy):
    """A command that raises is told as failed, with the name of the error and no more of it."""
    busy.keep(evolve(busy.hub.connections.get("north"), active=False))
    with pytest.raises(NotNow):
        busy.hub.sync.now("north")
    told = [each for each in busy.events if each.name.endswith("sync.now")]

    assert ["before sync.now", "failed sync.now"] == [each.name for each in told]
    assert "NotNow" == told[1].details["error"]


def test_observers_do_not_hear_of_queries(busy):
    """Looking is not told."""
    busy.hub.connections.all()

    assert [] == busy.events


def test_a_query_keeps_its_signature(office):
    """What a notebook shows of an operation is what it takes."""
    assert ["connection", "actor_kind"] == list(signature(office.hub.mappings.get).parameters)


def test_without_a_key_no_secret_is_kept():
    """A Hub that was given no key refuses a connection with a secret, and says what it needs."""
    crm = Office().crm
    with Hub(lambda: crm.session("crm"), "sqlite:///:memory:") as hub:
        office = Office()
        connected = office.connect("north")
        connection = office.hub.connections.get(connected)
        with pytest.raises(BadVault), hub._desk.wiring.store.begin() as state:
            state.connections.put(connection)


def test_sessions_are_not_lent_any_more_once_their_connection_changed(busy):
    """What another process configured anew is not read with the old configuration."""
    sessions = busy.hub._desk.wiring.sessions
    sessions("north").close()
    kept = sessions("north")
    kept.close()
    busy.keep(busy.hub.connections.get("north").configured(user="other"))
    renewed = sessions("north")

    assert renewed._session is not kept._session
    renewed.close()


def test_the_scheduler_is_stopped_with_the_hub():
    """Closing a Hub that serves ends the serving."""
    office = Office(poll_seconds=0.01)
    scheduler = office.hub._desk.wiring.scheduler
    scheduler.start()
    office.hub.close()

    assert scheduler._thread is None
