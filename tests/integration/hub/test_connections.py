"""Connections: adding, configuring, activating, ranking, deleting, looking.

The tests stand in the order in which the behaviour is told: what a connection is made of, when it
may be saved, changed and activated, what becomes of it, and what is told about it.
"""

import pytest
from attrs import evolve

from erplink import Direction, Field, FieldRule, FieldType
from erplink.connectors import Diagnosis, Health, Kind
from erplink.domain.connections import EVERYONE, Scope
from erplink.domain.mapping import DefaultValue
from erplink.domain.secret import MASK, Secret
from erplink.errors import BadName, BadValue, NotNow, NotReady, Unsupported
from erplink.hub.connections import Offered
from erplink.sync import RunState
from erplink.sync.holding import Holding
from erplink.testing import FakeConnector

from .conftest import ADA, EVE, PASSWORD, Office, mapping_of

GOOD = {"user": "erplink", "password": PASSWORD}


def reasons(refused):
    return list(refused.value.reasons)


# adding ------------------------------------------------------------------------------------------


def test_the_connectors_that_there_are_can_be_chosen_from(office):
    """They are listed by name with their titles; none of them is imported for it."""
    assert [Offered("north", "North ERP"), Offered("south", "South ERP")] == list(
        office.hub.connections.connectors()
    )


def test_a_connection_has_a_name_a_connector_a_scope_a_configuration_and_a_description(office):
    """Whoever adds one gives all of them, and finds them again."""
    scope = Scope(users={"ada"}, groups={"sales"})
    made = office.hub.connections.add(
        "North", "north", GOOD, scope=scope, description="The old one"
    )
    found = office.hub.connections.get(made.id)

    assert made == found
    assert ("North", "north", scope, "The old one") == (
        found.name,
        found.connector,
        found.scope,
        found.description,
    )
    assert Secret(PASSWORD) == found.configuration["password"]
    assert not found.active


def test_a_connection_has_an_id_of_its_own_that_stays(office):
    """The id is opaque, differs from that of any other, and outlives a change of the name."""
    one, other = (office.hub.connections.add("Same", "north", GOOD) for _ in range(2))
    renamed = office.hub.connections.rename(one.id, " Another ")

    assert one.id != other.id
    assert 36 == len(one.id)
    assert (one.id, "Another") == (renamed.id, renamed.name)


def test_a_name_has_an_end(office):
    """One that fits on no screen is refused, and nothing is changed."""
    with pytest.raises(NotReady, match="at most 200 characters"):
        office.hub.connections.add("N" * 201, "north", GOOD)
    made = office.hub.connections.add("N" * 200, "north", GOOD)
    with pytest.raises(BadValue, match="at most 200 characters"):
        office.hub.connections.rename(made.id, "N" * 201)

    assert made == office.hub.connections.get(made.id)


def test_the_scope_is_everyone_or_named_users_and_groups(office):
    """Without a scope, all users see a connection; with one, those that it names."""
    add = office.hub.connections.add
    made = [
        add("all", "north", GOOD),
        add("users", "north", GOOD, scope=Scope(users={"eve"})),
        add("groups", "north", GOOD, scope=Scope(groups={"sales"})),
    ]

    def seen(who):
        return [each.name for each in office.hub.as_user(who).connections.all()]

    assert [EVERYONE, EVERYONE] == [made[0].scope, office.hub.connections.get(made[0].id).scope]
    assert ["all", "groups"] == seen(ADA)
    assert ["all", "users"] == seen(EVE)


def test_the_form_is_as_the_connector_describes_it(office):
    """The fields come with label, type and access, and are empty at first."""
    user, password = office.hub.connections.form("north")

    assert ("User", FieldType.TEXT, None) == (user.field.label, user.field.type, user.value)
    assert password.field.mandatory
    assert password.is_secret
    assert not user.is_secret


def test_a_form_shows_the_defaults_and_stands_in_the_connectors_order():
    """What a connector proposes is filled in; what is filled in over it counts."""
    office = Office()
    form = (
        Field("port", FieldType.INTEGER, default=443, rank=2),
        Field("host", rank=1),
        Field("hint", FieldType.LABEL, rank=3),
    )
    office.south_connector = Formal(office.south, "south", form=form)
    shown = office.hub.connections.form("south")
    made = office.hub.connections.add("South", "south", {"host": "erp"})

    assert [("host", None), ("port", 443), ("hint", None)] == [
        (each.field.key, each.value) for each in shown
    ]
    assert {"host": "erp", "port": 443} == dict(made.configuration)


def test_a_connection_is_not_saved_until_all_mandatory_fields_are_filled(office):
    """The refusal names every one of them, the connector is not bothered, nothing is saved."""
    with pytest.raises(NotReady) as refused:
        office.hub.connections.add("", "north", {"user": "erplink"})

    assert ["a connection needs a name", "'Password' must be filled"] == reasons(refused)
    assert [] == list(office.hub.connections.all())


def test_a_connection_is_not_saved_until_the_test_has_succeeded(office):
    """The connector's own words are the reason, and nothing is saved."""
    with pytest.raises(NotReady, match="Check the password") as refused:
        office.hub.connections.add("North", "north", {"password": "wrong"})

    assert "wrong" not in str(refused.value).replace("the password is wrong", "")
    assert [] == list(office.hub.connections.all())


def test_a_configuration_is_tested_without_saving_it(office):
    """The test tells how well it works, for a person and for programs."""
    good = office.hub.connections.test("north", GOOD)
    bad = office.hub.connections.test("north", {"password": "guess"})
    incomplete = office.hub.connections.test("north", {})

    assert good.works
    assert (Health.ERROR, "wrong-password") == (bad.health, bad.code)
    assert "guess" not in repr(bad)
    assert "'Password' must be filled." == incomplete.message
    assert [] == list(office.hub.connections.all())


def test_a_change_of_a_configuration_is_tested_over_what_is_there(office):
    """For an existing connection, what is not given, or given as a mask, is what it has."""
    made = office.hub.connections.add("North", "north", GOOD)
    test = office.hub.connections.test

    assert test("north", {"user": "other"}, connection=made.id).works
    assert test("north", {"password": MASK}, connection=made.id).works
    assert not test("north", {"password": None}, connection=made.id).works
    with pytest.raises(BadValue, match="made with 'north'"):
        test("south", {}, connection=made.id)


def test_what_does_not_fit_a_form_is_told_at_once(office):
    """Unknown fields, values of a wrong type and secrets in the open are all named."""
    given = {"usr": "x", "user": 7, "password": 12, "user2": Secret("x")}
    with pytest.raises(NotReady) as refused:
        office.hub.connections.add("North", "north", given)

    assert 4 == len(reasons(refused))
    assert "did you mean 'user'?" in reasons(refused)[0]
    assert not any("12" in each for each in reasons(refused))


def test_a_secret_belongs_into_a_password_field(office):
    """Anywhere else it would be shown."""
    with pytest.raises(NotReady, match="only a password is a secret"):
        office.hub.connections.add("North", "north", {**GOOD, "user": Secret("x")})


def test_a_connector_proposes_values_for_a_form(office):
    """One that can is asked with what is filled in; one that cannot says so."""
    with pytest.raises(Unsupported):
        office.hub.connections.propose("north", GOOD)
    office.south_connector = Formal(office.south, "south", form=(Field("company"),))

    assert {"company": {"1": "ACME"}} == office.hub.connections.propose("south", {})
    made = office.hub.connections.add("South", "south", {})
    found = office.hub.connections.propose("south", {}, connection=made.id)
    assert {"company": {"1": "ACME"}} == found


def test_an_unknown_connector_is_named_with_the_likely_spelling(office):
    """A typing error is told as one."""
    with pytest.raises(BadName, match="did you mean 'north'"):
        office.hub.connections.add("North", "nort", GOOD)


# configuring -------------------------------------------------------------------------------------


def test_the_configuration_is_shown_with_its_secrets_masked(office):
    """No output of the Hub has the secret; where none is set, there is no mask either."""
    made = office.hub.connections.add("North", "north", GOOD)
    user, password = office.hub.connections.configuration(made.id)

    assert ("erplink", MASK) == (user.value, password.value)
    assert PASSWORD not in repr((user, password, made))


def test_the_configuration_is_edited_only_while_inactive(busy):
    """An active connection is refused with what to do."""
    with pytest.raises(NotNow, match="deactivate it first"):
        busy.hub.connections.configure("north", {"user": "other"})
    busy.hub.connections.deactivate("north")
    changed = busy.hub.connections.configure("north", {"user": "other", "password": MASK})

    assert "other" == changed.configuration["user"]
    assert Secret(PASSWORD) == changed.configuration["password"]


def test_the_configuration_is_not_edited_while_a_pass_still_runs(busy):
    """What was read with the old configuration is not written with the new one."""
    busy.hub.connections.deactivate("north")
    holding = Holding.acquire(busy.store, "pass/north/customer", "somebody", busy.clock)
    with pytest.raises(NotNow, match="still running"):
        busy.hub.connections.configure("north", {"user": "other"})
    with pytest.raises(NotNow, match="still running"):
        busy.hub.connections.delete("north")
    holding.release(busy.store)
    busy.hub.connections.configure("north", {"user": "other"})

    assert "other" == busy.hub.connections.get("north").configuration["user"]


def test_a_mandatory_field_is_not_emptied(busy):
    """An incomplete configuration is not saved, whatever it was before."""
    busy.hub.connections.deactivate("north")
    with pytest.raises(NotReady, match="'Password' must be filled"):
        busy.hub.connections.configure("north", {"password": ""})


def test_after_an_edit_the_test_runs_again_before_it_is_active(busy):
    """A configuration that does not work may be saved; the connection stays inactive with it."""
    busy.hub.connections.deactivate("north")
    busy.hub.connections.configure("north", {"password": "guess"})
    with pytest.raises(NotReady, match="Check the password"):
        busy.hub.connections.activate("north")
    busy.hub.connections.configure("north", {"password": PASSWORD})

    assert busy.hub.connections.activate("north").active


def test_a_configuration_that_is_changed_meanwhile_is_not_overwritten(busy, monkeypatch):
    """Of two who edit it at once, the second is told to look again."""
    busy.hub.connections.deactivate("north")
    fields = FakeConnector.config_fields

    def form(connector):
        busy.keep(evolve(busy.hub.connections.get("north").configured(user="x"), active=False))
        return fields(connector)

    monkeypatch.setattr(FakeConnector, "config_fields", form)
    with pytest.raises(NotNow, match="changed meanwhile"):
        busy.hub.connections.configure("north", {"user": "other"})

    assert "x" == busy.hub.connections.get("north").configuration["user"]


def test_a_connection_that_is_deleted_meanwhile_is_not_there(busy):
    """Whoever changes it at that moment is told so, and it does not come back."""

    def delete():
        with busy.store.begin() as state:
            state.connections.delete("north", busy.clock.now())

    busy.meanwhile["before connections.rename"] = [delete]
    with pytest.raises(BadName, match="unknown connection 'north'"):
        busy.hub.connections.rename("north", "New")

    assert ["south"] == [each.id for each in busy.hub.connections.all()]


def test_a_configuration_that_is_changed_meanwhile_is_not_activated(busy, monkeypatch):
    """What was tested is what is activated."""
    busy.hub.connections.deactivate("north")
    test = FakeConnector.test

    def tested(self, config, context):
        busy.keep(evolve(busy.hub.connections.get("north").configured(user="x"), active=False))
        return test(self, config, context)

    monkeypatch.setattr(FakeConnector, "test", tested)
    with pytest.raises(NotNow, match="changed meanwhile"):
        busy.hub.connections.activate("north")


def test_name_description_and_scope_can_be_changed_at_any_time(busy):
    """They have nothing to do with how it works."""
    busy.hub.connections.rename("north", "New")
    busy.hub.connections.describe("north", "Told")
    changed = busy.hub.connections.rescope("north", Scope(users={"ada"}))

    assert ("New", "Told", Scope(users={"ada"}), True) == (
        changed.name,
        changed.description,
        changed.scope,
        changed.active,
    )
    with pytest.raises(BadValue, match="needs a name"):
        busy.hub.connections.rename("north", " ")


# activating --------------------------------------------------------------------------------------


def refused_with(office, mapping):
    office.keep(evolve(office.hub.connections.get("north"), active=False), mapping)
    with pytest.raises(NotReady) as refused:
        office.hub.connections.activate("north")
    assert not office.hub.connections.get("north").active
    return "\n".join(reasons(refused))


def test_a_connection_is_activated_and_deactivated(busy):
    """Only while it is active it is synced."""
    assert not busy.hub.connections.deactivate("north").active
    with pytest.raises(NotNow, match="not active"):
        busy.hub.sync.now("north")
    assert busy.hub.connections.activate("north").active
    assert busy.hub.sync.now("north")


def test_it_is_not_activated_while_a_mandatory_field_has_no_direction(busy):
    """What the target insists on must come from somewhere."""
    rules = [FieldRule("name", "name", Direction.NONE), FieldRule("city", "city")]

    assert "name" in refused_with(busy, mapping_of("north", rules=rules, lists=[]))


def test_it_is_not_activated_while_a_mapping_names_an_unknown_field(busy):
    """The stranger is named, with the likely spelling."""
    rules = [FieldRule("name", "name"), FieldRule("citty", "city")]
    told = refused_with(busy, mapping_of("north", rules=rules, lists=[]))

    assert "customer: citty:" in told
    assert "city" in told


def test_it_is_not_activated_while_a_target_is_read_only(busy):
    """An id cannot be written."""
    rules = [FieldRule("name", "name"), FieldRule("id", "city")]

    assert "id" in refused_with(busy, mapping_of("north", rules=rules, lists=[]))


def test_it_is_not_activated_while_a_list_field_has_no_list_mapping(busy):
    """Two lists are tied together item by item, or not at all."""
    assert "country" in refused_with(busy, mapping_of("north", lists=[]))


def test_it_is_not_activated_while_two_fields_go_into_one(busy):
    """One of them would win by chance."""
    rules = [FieldRule("name", "name"), FieldRule("city", "note"), FieldRule("note", "note")]

    assert "note" in refused_with(busy, mapping_of("north", rules=rules, lists=[]))


def test_a_default_that_neither_sets_nor_asks_is_a_reason_too(busy):
    """Defaults are looked at like everything else of a mapping."""
    told = refused_with(busy, mapping_of("north", defaults=[DefaultValue("nmae", value="x")]))

    assert "nmae" in told


def test_all_problems_are_listed_and_not_only_the_first(busy):
    """Whoever mends them is told of all of them at once."""
    rules = [FieldRule("nam", "name"), FieldRule("citty", "city"), FieldRule("id", "note")]
    told = refused_with(busy, mapping_of("north", rules=rules))

    assert 3 <= told.count("customer:")


def test_it_is_not_activated_while_no_kind_of_actor_is_synced(busy):
    """A connection without a mapping would do nothing."""
    assert "No kind of actor is synced" in refused_with(busy, mapping_of("north", enabled=False))


def test_it_is_not_activated_while_its_kind_of_actor_is_gone(busy):
    """A mapping of a kind that the connector does not have any longer is a reason."""
    busy.north.kinds = (Kind("project", (Field("name"),)),)
    told = refused_with(busy, mapping_of("north"))

    assert "unknown kind 'customer'" in told


def test_it_is_not_activated_while_its_connector_is_not_installed(busy):
    """A plug-in that was removed is named."""
    busy.keep(evolve(busy.hub.connections.get("north"), connector="gone", active=False))
    with pytest.raises(NotReady, match="unknown connector 'gone'"):
        busy.hub.connections.activate("north")


def test_the_obstacles_are_shown_before_anybody_tries(busy):
    """A screen can list them; what only may be wrong does not block."""
    busy.keep(
        mapping_of("north", rules=[FieldRule("name", "name"), FieldRule("city", "city")], lists=[])
    )
    found = busy.hub.connections.obstacles("north")

    assert found
    assert not any(each.blocks for each in found)


def test_a_warning_of_the_test_does_not_block(busy, monkeypatch):
    """The connector says that something will not work; it is told, and the rest goes on."""
    warning = Diagnosis(Health.WARNING, "The licence ends soon.")
    monkeypatch.setattr(FakeConnector, "test", lambda *_: warning)
    told = [str(each) for each in busy.hub.connections.obstacles("north")]

    assert "configuration: The licence ends soon." in told
    assert busy.hub.connections.activate("north").active


def test_deactivating_ends_a_pass_that_runs_at_its_next_page(busy):
    """What was done stays done, and no more is."""
    for number in range(20):
        busy.north.put("customer", f"K-{number}", {"name": f"Number {number}"})
    busy.north.people = lambda *_: busy.hub.connections.deactivate("north")
    busy.north.dice.order("edited")
    (result,) = busy.hub.sync.now("north")

    assert RunState.CANCELLED is result.run.state
    assert not busy.hub.connections.get("north").active


# deleting ----------------------------------------------------------------------------------------


class Formal(FakeConnector):
    """A connector with a form of its own, that hears of its connections and proposes values."""

    def __init__(self, erp, name, form=(), fails=False):
        super().__init__(erp, name, "South ERP")
        object.__setattr__(self, "form", form)
        object.__setattr__(self, "fails", fails)
        object.__setattr__(self, "heard", [])

    def config_fields(self):
        return self.form

    def test(self, *_):
        return Diagnosis.ok()

    def open(self, _config, context):
        return self.erp.session(context.connection)

    def discover(self, *_):
        return {"company": {"1": "ACME"}}

    def connection_saved(self, _config, context):
        self.heard.append(("saved", context.connection))
        if self.fails:
            raise RuntimeError("it is in a bad mood")

    def connection_deleted(self, _config, context):
        self.heard.append(("deleted", context.connection))
        if self.fails:
            raise RuntimeError("it is in a bad mood")


def test_a_deleted_connection_is_out_of_the_way_and_can_be_restored(busy):
    """It is not listed, not synced and not found; restored, it is inactive and as it was."""
    before = busy.hub.connections.get("north")
    busy.hub.connections.delete("north")

    assert ["south"] == [each.id for each in busy.hub.connections.all()]
    with pytest.raises(BadName):
        busy.hub.connections.get("north")
    assert ["north"] == [each.id for each in busy.hub.connections.all_deleted()]
    assert evolve(before, active=False) == busy.hub.connections.restore("north")
    assert ["north", "south"] == [each.id for each in busy.hub.connections.all()]
    assert busy.hub.connections.activate("north").active


def test_the_connector_is_told_when_a_connection_is_saved_and_deleted(office):
    """It hears of every change of what it works with, with the id."""
    connector = office.south_connector = Formal(office.south, "south", (Field("host"),))
    made = office.hub.connections.add("South", "south", {"host": "a"})
    office.hub.connections.configure(made.id, {"host": "b"})
    office.hub.connections.delete(made.id)
    office.hub.connections.restore(made.id)

    told = ["saved", "saved", "deleted", "saved"]
    assert [(each, made.id) for each in told] == connector.heard


def test_a_connector_that_fails_to_hear_keeps_nothing_from_being_done(office):
    """The connection is deleted; observers are told that the connector does not know."""
    office.south_connector = Formal(office.south, "south", fails=True)
    made = office.hub.connections.add("South", "south", {})
    office.hub.connections.delete(made.id)
    told = [each for each in office.events if each.name == "connector not told"]

    assert [] == list(office.hub.connections.all())
    assert 2 == len(told)
    assert "bad mood" in told[0].details["error"]


def test_a_connector_in_use_cannot_be_removed(busy):
    """As long as there is a connection with it, it stays; afterwards it is offered no more."""
    with pytest.raises(NotNow, match="'north' is in use"):
        busy.hub.connections.withdraw("north")
    busy.hub.connections.delete("north")
    busy.hub.connections.withdraw("north")

    assert [True, False] == [each.withdrawn for each in busy.hub.connections.connectors()]
    with pytest.raises(NotNow, match="not offered any more"):
        busy.hub.connections.add("North", "north", GOOD)
    busy.hub.connections.offer("north")
    assert busy.hub.connections.add("North", "north", GOOD)


def test_a_connector_tells_which_connections_it_has(busy):
    """Of those that the user sees, and of no others."""
    south = busy.hub.as_user(EVE).connections.connectors()[1]

    assert ("south",) == busy.hub.connections.connectors()[1].connections
    assert () == south.connections
