"""What is told about connections: their order, what they sync, how they are, and to whom."""

from datetime import timedelta

import pytest
from attrs import evolve

from erplink import ActorRef, EntityRef, Field, FieldRule, Principal
from erplink.connectors import Diagnosis, Kind
from erplink.domain.connections import Scope
from erplink.errors import BadName, BadValue
from erplink.sync.state import FeedName, Pending, Side
from erplink.testing import FakeConnector, FakeErp

from .conftest import ADA, EVE, PASSWORD, mapping_of

GOOD = {"user": "erplink", "password": PASSWORD}


# ranks -------------------------------------------------------------------------------------------


def test_connections_are_ranked_and_the_crm_among_them(busy):
    """The order can be changed; it decides in which order connections are listed and served."""
    assert ["crm", "north", "south"] == list(busy.hub.connections.ranking())
    busy.hub.connections.rank(["south", "crm", "north"])

    assert ["south", "crm", "north"] == list(busy.hub.connections.ranking())
    assert ["south", "north"] == [each.id for each in busy.hub.connections.all()]
    assert ["south", "north"] == [each.connection for each in busy.hub.sync.status()]


@pytest.mark.parametrize(("order", "winner"), [("crm north", "Tromsø"), ("north crm", "Bergen")])
def test_the_rank_decides_who_wins_a_tie(office, order, winner):
    """Both sides moved: the value of the one that stands higher is the value of both."""
    office.connect("north")
    office.north.put("customer", "K-1", {"name": "Fjord Boats", "city": "Oslo"})
    office.hub.sync.now("north")
    (key,) = office.crm.rows("company")
    office.hub.connections.rank(order.split())
    office.north.put("customer", "K-1", {"city": "Bergen"})
    office.crm.put("company", key, {"city": "Tromsø"})
    office.hub.sync.now("north")

    assert winner == office.crm.rows("company")[key].values["city"]
    assert winner == office.north.rows("customer")["K-1"].values["city"]


def test_a_new_connection_stands_last(busy):
    """It gets in nobody's way."""
    made = busy.hub.connections.add("Third", "north", GOOD)

    assert made.id == busy.hub.connections.ranking()[-1]


def test_an_order_names_every_system_once(busy):
    """One that leaves something out, or names it twice, is refused, and nothing changes."""
    for wrong in (["crm", "north"], ["crm", "north", "north"], ["crm", "north", "south", "crm"]):
        with pytest.raises(BadValue, match="each connection once"):
            busy.hub.connections.rank(wrong)

    assert ["crm", "north", "south"] == list(busy.hub.connections.ranking())


def test_a_user_ranks_what_they_see_and_the_rest_stays_put(busy):
    """What is out of sight keeps its place, and is not told."""
    busy.connect("third")
    busy.hub.connections.rank(["north", "south", "crm", "third"])
    hers = busy.hub.as_user(EVE).connections

    assert ["north", "crm", "third"] == list(hers.ranking())
    assert ["third", "north", "crm"] == list(hers.rank(["third", "north", "crm"]))
    assert ["third", "south", "north", "crm"] == list(busy.hub.connections.ranking())


# looking -----------------------------------------------------------------------------------------


def test_the_summary_says_what_is_synced_and_which_way(busy):
    """A line for each kind of actor, with its fields by direction and how many are linked."""
    rules = [
        FieldRule("name", "name"),
        FieldRule("city", "city", ">"),
        FieldRule("note", "note", "<"),
        FieldRule("terms", ()),
    ]
    busy.keep(mapping_of("north", rules=rules, lists=[]))
    busy.north.put("customer", "K-1", {"name": "Fjord Boats"})
    busy.hub.sync.now("north")
    (line,) = busy.hub.connections.summary("north")

    assert "customer - company: 1 both ways, 1 to the CRM, 1 to the ERP" == str(line)
    assert (("name",), ("city",), ("note",), 1) == (line.both, line.to_crm, line.to_erp, line.links)
    busy.keep(mapping_of("north", enabled=False))
    assert "customer - company: not synced" == str(busy.hub.connections.summary("north")[0])


def test_users_outside_a_scope_do_not_see_a_connection(busy):
    """They are told nothing of it: no list, count, rank or summary has it."""
    hers = busy.hub.as_user(EVE)

    assert ["north"] == [each.id for each in hers.connections.all()]
    assert ["crm", "north"] == list(hers.connections.ranking())
    assert ["north"] == [each.connection for each in hers.sync.status()]


def test_users_outside_a_scope_do_not_sync_through_it(busy):
    """Syncing everything is syncing everything that they see."""
    hers = busy.hub.as_user(EVE)

    assert {"north"} == {each.run.connection for each in hers.sync.now()}
    with pytest.raises(BadName, match="unknown connection 'south'; did you mean 'north'"):
        hers.sync.now("south")


def test_users_outside_a_scope_do_not_search_link_or_read_through_it(busy):
    """Each is answered as if there was no such connection; those in the scope go on."""
    busy.south.put("customer", "S-1", {"name": "Fjord Boats"})
    busy.crm.put("company", "1", {"name": "Fjord Boats"})
    company, customer = EntityRef.of("company", "1"), ActorRef("south", "customer", "S-1")
    hers, his = (busy.hub.as_user(each).links for each in (EVE, ADA))

    for ask in (
        lambda links: links.search(company, "south", "customer"),
        lambda links: links.compare(company, customer),
    ):
        with pytest.raises(BadName, match="unknown connection 'south'"):
            ask(hers)
        assert ask(his)
    his.commit(his.compare(company, customer))
    assert ["south"] == [each.connection for each in his.of(company)]
    assert [] == list(hers.of(company))
    assert ["north"] == [each.connection for each in hers.tab(company)]
    with pytest.raises(BadName, match="unknown connection 'south'"):
        hers.disconnect(company, "south")


def test_a_scope_is_enforced_from_the_moment_it_is_changed(busy):
    """Whoever loses sight of a connection is told that there is none."""
    hers = busy.hub.as_user(EVE)
    hers.connections.rescope("north", Scope(groups={"sales"}))

    with pytest.raises(BadName, match="none is known"):
        hers.connections.get("north")
    assert "north" == busy.hub.as_user(Principal("bob", {"sales"})).connections.get("north").id


def test_the_connector_is_asked_again_for_its_kinds_and_fields(busy):
    """New fields appear, vanished and changed ones are told, and settings stay."""
    busy.hub.connections.refresh("north")
    assert not busy.hub.connections.refresh("north")
    customer, _ = busy.north.kinds
    fields = [
        evolve(field, max_length=99) if field.key == "name" else field
        for field in customer.fields
        if field.key != "city"
    ]
    busy.north.kinds = (
        evolve(customer, fields=(*fields, Field("web"))),
        Kind("project", (Field("name"),)),
    )
    busy.clock.sleep(600)  # sessions that were open are not asked again for a while
    told = busy.hub.connections.refresh("north")
    (changed,) = [each for each in told.kinds if each.kind == "customer"]

    assert (("project",), ("person",)) == (told.new_kinds, told.gone_kinds)
    assert (("web",), ("city",)) == (changed.new_fields, changed.gone_fields)
    assert ("name: max length was 60 and is 99",) == changed.changed
    assert "ERP field 'city' is gone." in changed.affects
    assert mapping_of("north") == busy.hub.mappings.get("north", "customer")
    assert not busy.hub.connections.refresh("north")


def test_the_kinds_are_remembered_when_a_connection_is_added(office):
    """The first refresh tells what changed since then."""
    made = office.hub.connections.add("North", "north", GOOD)
    customer, _ = office.north.kinds
    office.north.kinds = (customer,)
    office.clock.sleep(600)

    assert ("person",) == office.hub.connections.refresh(made.id).gone_kinds


def test_a_connection_is_added_even_if_its_kinds_cannot_be_read_yet(office, monkeypatch):
    """Observers are told; a refresh makes up for it."""
    monkeypatch.setattr(FakeErp, "session", broken)
    monkeypatch.setattr(FakeConnector, "test", lambda *_: Diagnosis.ok())
    made = office.hub.connections.add("North", "north", GOOD)

    assert [made] == list(office.hub.connections.all())
    assert "kinds not read" in [each.name for each in office.events]


def broken(*_):
    raise RuntimeError("it is broken")


def test_health_says_whether_the_system_answers(busy, monkeypatch):
    """It is tried out, and the reason is told where it does not."""
    healthy = busy.hub.connections.health("north")
    busy.clock.sleep(600)
    monkeypatch.setattr(FakeErp, "session", broken)
    sick = busy.hub.connections.health("north")

    assert healthy.reachable
    assert not sick.reachable
    assert "it is broken" in sick.unreachable


def test_the_health_of_a_connection_that_is_deleted_meanwhile_is_told_as_far_as_it_is_known(
    busy, monkeypatch
):
    """Nothing is left of it but its name."""
    session = FakeErp.session

    def opened(erp, system):
        with busy.store.begin() as state:
            state.connections.delete(system, busy.clock.now())
        return session(erp, system)

    monkeypatch.setattr(FakeErp, "session", opened)
    health = busy.hub.connections.health("north")

    assert ("North", False, None) == (health.status.name, health.status.active, health.last_pass)


def test_health_tells_the_last_pass_and_the_lag(busy):
    """How the last pass went, and since when nothing was read."""
    fresh = busy.hub.connections.health("north")
    (result,) = busy.hub.sync.now("north")
    busy.clock.sleep(60)
    later = busy.hub.connections.health("north")

    assert (None, None, "") == (fresh.last_pass, fresh.lag, fresh.failing)
    assert result.run.id == later.last_pass.id
    assert timedelta(seconds=60) <= later.lag < timedelta(seconds=70)
    assert "" == later.failing


def test_health_tells_what_fails_and_what_is_left_out_and_why(busy):
    """A pass that failed, a kind that is suspended, a record that is parked, a link that rests."""
    busy.north.put("customer", "K-1", {"name": "Fjord Boats"})
    busy.hub.sync.now("north")
    now = busy.clock.now()
    feed = FeedName("north", "customer", Side.ERP)
    with busy.store.begin() as state:
        (link,) = state.links.of("north", "customer")
        state.links.change(link.suspended("it is looked at", now), expects=link.version)
        state.pending.put(
            [
                Pending(
                    feed=feed,
                    key="K-2",
                    due=now,
                    since=now,
                    reason="no name",
                    advice="give it one",
                    parked=True,
                )
            ]
        )
        state.feeds.put(evolve(state.feeds.get(feed), suspended="the city is gone"))
    health = busy.hub.connections.health("north")

    assert [
        ("customer", "", "the city is gone"),
        ("customer", "K-2", "no name"),
        ("customer", "K-1", "it is looked at"),
    ] == [(each.kind, each.key, each.reason) for each in health.excluded]
    assert "give it one" == health.excluded[1].advice
    assert 1 == health.status.parked


def test_health_tells_why_the_last_pass_failed(busy):
    """A pass that could not begin is told with its reason."""
    customer, _ = busy.north.kinds
    busy.north.kinds = (customer,)
    busy.crm.kinds = [each for each in busy.crm.kinds if each.name != "company"]
    busy.hub.sync.now("north")

    assert "company" in busy.hub.connections.health("north").failing
