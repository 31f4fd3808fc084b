"""Field mapping: what is synced with what, per connection and kind of actor.

The tests stand in the order in which the behaviour is told: the switch, the fields, suggestions,
lists and defaults; then what a live mapping needs: plans, versions, documents.
"""

import pytest
from attrs import evolve

from erplink import ActorRef, Direction, EntityRef, FieldRule, ListMap, Mapping
from erplink.domain.kinds import STANDARD_PAIRS
from erplink.domain.links import Agreed, Link
from erplink.domain.mapping import DefaultValue, How, ListPair, ProblemCode
from erplink.domain.plan import RecordResult
from erplink.domain.transforms import case
from erplink.errors import BadDocument, BadName, BadValue, NotNow, NotReady, Unavailable
from erplink.sync import RunState
from erplink.sync.rails import Rail, Rails
from erplink.sync.workbench import Options
from erplink.testing.fake_erp import FakeSession

from .conftest import ADA, Office, mapping_of

PLACE = ("north", "customer")


def codes(problems):
    return {each.code for each in problems}


def link(office, key="K-1", **values):
    """A customer and a company that are linked and agree."""
    office.north.put("customer", key, {"name": "Fjord Boats", "city": "Oslo", **values})
    office.crm.put("company", key, {"name": "Fjord Boats", "city": "Oslo"})
    agreed = {"name": Agreed("Fjord Boats", "Fjord Boats"), "city": Agreed("Oslo", "Oslo")}
    with office.store.begin() as state:
        state.links.add(
            Link(EntityRef.of("company", key), ActorRef("north", "customer", key), agreed)
        )


# the switch --------------------------------------------------------------------------------------


def test_the_kinds_of_a_connection_are_listed_with_what_they_may_be_synced_with(busy):
    """Each kind of actor has the kinds of entities of this CRM that it may be mapped to."""
    customer, person = busy.hub.mappings.kinds("north")

    assert ("customer", "Customers", ("company",), True) == (
        customer.actor_kind,
        customer.title,
        customer.entity_kinds,
        customer.synced,
    )
    assert ("person", ("contact",), None, False) == (
        person.actor_kind,
        person.entity_kinds,
        person.mapping,
        person.synced,
    )


def test_a_kind_of_actor_is_synced_or_not(busy):
    """The switch leaves links and settings as they are."""
    busy.north.put("customer", "K-1", {"name": "Fjord Boats"})
    off = busy.hub.mappings.disable(*PLACE)

    assert not off.enabled
    assert [] == list(busy.hub.sync.now("north"))
    assert busy.hub.mappings.enable(*PLACE).rules == off.rules
    (result,) = busy.hub.sync.now("north")
    assert 1 == result.report[RecordResult.CREATED]


def test_a_kind_with_errors_is_not_switched_on_while_the_connection_is_active(busy):
    """All of them are told."""
    busy.keep(mapping_of("north", lists=[], enabled=False))
    with pytest.raises(NotReady, match="country"):
        busy.hub.mappings.enable(*PLACE)

    assert not busy.hub.mappings.get(*PLACE).enabled


def test_kinds_that_are_not_linkable_are_not_mapped(busy):
    """A customer is no contact."""
    found = busy.hub.mappings.problems(Mapping("north", "customer", "contact"))

    assert ProblemCode.KINDS_NOT_LINKABLE in codes(found)


def test_a_mapping_that_is_not_there_is_named(busy):
    """With what there is."""
    with pytest.raises(BadName, match="'customer'"):
        busy.hub.mappings.get("north", "custommer")
    with pytest.raises(BadName, match="unknown kind"):
        busy.hub.mappings.problems(Mapping("north", "nobody", "company"))


# the fields --------------------------------------------------------------------------------------


def sync_with(office, direction):
    link(office)
    busy_mapping = mapping_of(
        "north", rules=[FieldRule("name", "name"), FieldRule("city", "city", direction)]
    )
    office.hub.mappings.set(evolve(busy_mapping, lists=[]))
    office.hub.sync.now("north")
    office.north.put("customer", "K-1", {"city": "Bergen"})
    office.hub.sync.now("north")
    to_crm = office.crm.rows("company")["K-1"].values["city"]
    office.crm.put("company", "K-1", {"city": "Tromsø"})
    office.hub.sync.now("north")
    return to_crm, office.north.rows("customer")["K-1"].values["city"]


def test_a_field_travels_from_the_erp_to_the_crm_alone(busy):
    """Direction >: the CRM follows, and what is typed there is not carried over."""
    assert ("Bergen", "Bergen") == sync_with(busy, Direction.TO_CRM)


def test_a_field_travels_from_the_crm_to_the_erp_alone(busy):
    """Direction <: the ERP follows."""
    assert ("Oslo", "Tromsø") == sync_with(busy, Direction.TO_ERP)


def test_a_field_travels_both_ways(busy):
    """Direction <>: whichever side moves is followed."""
    assert ("Bergen", "Tromsø") == sync_with(busy, Direction.BOTH)


def test_the_screen_has_a_line_for_each_field_in_rank_order(busy):
    """First what is mapped, as it is shown in the tab, then what nothing is said about."""
    lines = busy.hub.mappings.lines(busy.hub.mappings.get(*PLACE))
    mapped = [line for line in lines if line.rule is not None]

    assert ["country", "credit", "name", "city"] == [line.key for line in mapped]
    assert "Name" not in [line.erp[0].title for line in mapped]
    assert {"number", "note", "terms", "active", "since", "seen", "emails", "id"} == {
        line.key for line in lines if line.rule is None
    }


def test_a_field_is_shown_in_search_results_and_in_the_tab_where_it_ranks(busy):
    """Each of the three is set by itself."""
    show = busy.hub.mappings.show
    show(*PLACE, "country", in_search=True)
    show(*PLACE, "country", in_tab=True)
    rule = show(*PLACE, "country", rank=3).rule("country")

    assert (True, True, 3) == (rule.show_in_search, rule.show_in_tab, rule.rank)
    last = [
        line.key for line in busy.hub.mappings.lines(busy.hub.mappings.get(*PLACE)) if line.rule
    ]
    assert ["credit", "name", "city", "country"] == last
    assert not show(*PLACE, "country", in_tab=False).rule("country").show_in_tab
    with pytest.raises(BadName, match="did you mean 'country'"):
        show(*PLACE, "countri", rank=1)


def test_ids_and_read_only_fields_are_no_target_and_the_reason_is_shown(busy):
    """Where nothing may be written, the screen says why; to map it is an error."""
    mapping = busy.hub.mappings.get(*PLACE)
    rule = FieldRule("id", "id")
    line = {each.key: each for each in busy.hub.mappings.lines(mapping)}["id"]
    mapped = _line(busy, _with(mapping, rule), "id")

    assert "it is the record's own id" == line.erp_not_writable
    assert "it is the record's own id" == mapped.crm_not_writable
    assert ProblemCode.KEY_AS_TARGET in codes(busy.hub.mappings.problems(_with(mapping, rule)))


def _with(mapping, *rules):
    return evolve(mapping, rules=(*mapping.rules, *rules))


def _line(office, mapping, key):
    return {each.key: each for each in office.hub.mappings.lines(mapping)}[key]


def test_a_field_that_is_gone_keeps_its_line(busy):
    """The screen shows it as what it is, and the settings stay."""
    mapping = _with(busy.hub.mappings.get(*PLACE), FieldRule("web", "homepage"))
    line = _line(busy, mapping, "web")

    assert ((None,), (None,)) == (line.erp, line.crm)
    assert "there is no such field" == line.erp_not_writable


def test_a_field_is_mapped_remapped_and_forgotten(busy):
    """A rule keeps its place when it is changed."""
    added = busy.hub.mappings.set_rule(*PLACE, FieldRule("note", "note"))
    changed = busy.hub.mappings.set_rule(*PLACE, FieldRule("name", "name", Direction.TO_CRM))
    dropped = busy.hub.mappings.drop_rule(*PLACE, "note")

    assert "note" == added.rules[-1].key
    assert Direction.TO_CRM is changed.rules[0].direction
    assert "note" not in [rule.key for rule in dropped.rules]
    with pytest.raises(BadName):
        busy.hub.mappings.drop_rule(*PLACE, "note")


def test_mapping_to_nothing_says_do_not_sync(busy):
    """The field has been spoken of: it is not suggested any more, and not synced."""
    suggested = {each.rule.key for each in busy.hub.mappings.suggest(*PLACE)}
    mapping = busy.hub.mappings.set_rule(*PLACE, FieldRule("note"))
    line = _line(busy, mapping, "note")

    assert "note" in suggested
    assert "note" not in {each.rule.key for each in busy.hub.mappings.suggest(*PLACE)}
    assert line.is_left_alone
    assert not _line(busy, mapping, "name").is_left_alone


# suggestions -------------------------------------------------------------------------------------


def test_a_first_mapping_is_suggested_by_the_names_of_the_fields(office):
    """Each suggestion has a score and its reasons, and the lists that it needs."""
    office.connect("north")
    with office.store.begin() as state:
        state.mappings.delete(*PLACE)
    found = {each.rule.key: each for each in office.hub.mappings.suggest(*PLACE)}

    assert {"name", "city", "note"} <= found.keys()
    assert "name" == found["name"].rule.crm_key
    assert found["name"].reasons


def test_a_draft_is_made_of_the_likely_suggestions_and_not_kept(office):
    """It is a mapping to begin with; nothing is there until it is set."""
    office.connect("north")
    with office.store.begin() as state:
        state.mappings.delete(*PLACE)
    draft = office.hub.mappings.draft(*PLACE)

    assert {"name", "city", "note"} <= {rule.key for rule in draft.rules}
    assert [] == list(office.hub.mappings.of("north"))
    kept = office.hub.mappings.set(draft)
    assert [kept] == list(office.hub.mappings.of("north"))
    assert 1 == kept.version


def test_where_there_is_a_choice_of_kinds_it_is_made_by_the_user():
    """A kind that goes with several is not guessed."""
    office = Office(pairs=STANDARD_PAIRS.also(("company", "person")))
    office.connect("north")
    with pytest.raises(BadValue, match="which kind of entity"):
        office.hub.mappings.draft("north", "person")

    assert "company" == office.hub.mappings.draft("north", "person", "company").entity_kind


# lists -------------------------------------------------------------------------------------------


def test_lists_are_shown_with_both_sides_items_and_what_is_unmapped(busy):
    """Of each pair of lists that a rule ties together, mapped or not."""
    (line,) = busy.hub.mappings.lists(busy.hub.mappings.get(*PLACE))
    bare = mapping_of("north", lists=[ListMap("countries", "lands", {"NO": "no"})])
    (partly,) = busy.hub.mappings.lists(bare)
    (nothing,) = busy.hub.mappings.lists(mapping_of("north", lists=[]))

    assert ("Norway", "Norway") == (line.erp_items["NO"], line.crm_items["no"])
    assert ((), ()) == (line.erp_unmapped, line.crm_unmapped)
    assert (("SE", "DE"), ("se", "de")) == (partly.erp_unmapped, partly.crm_unmapped)
    assert (("NO", "SE", "DE"), ("no", "se", "de")) == (nothing.erp_unmapped, nothing.crm_unmapped)


def test_a_double_mapping_is_an_error(busy):
    """It is refused where it is made, and is a problem of a mapping that has it."""
    double = ListMap("countries", "lands", [ListPair("NO", "no"), ListPair("SE", "no")])
    with pytest.raises(NotReady, match="mapped to 2"):
        busy.hub.mappings.set_list(*PLACE, double)
    mapping = mapping_of("north", lists=[double])

    assert ProblemCode.DOUBLE_MAPPED_ITEM in codes(busy.hub.mappings.problems(mapping))
    assert busy.hub.mappings.lists(mapping)[0].doubled


def test_lists_that_cannot_be_had_now_are_not_checked(busy, monkeypatch):
    """A mapping is not refused for what a system does not say for the moment."""

    def unavailable(*_):
        raise Unavailable("it is night")

    monkeypatch.setattr(FakeSession, "list_items", unavailable)
    mapping = mapping_of("north", lists=[ListMap("countries", "lands", {"XX": "no"})])
    (line,) = busy.hub.mappings.lists(mapping)

    assert ProblemCode.UNKNOWN_LIST_ITEM not in codes(busy.hub.mappings.problems(mapping))
    assert {} == dict(line.erp_items)
    assert "Norway" == line.crm_items["no"]


def test_an_item_may_stay_unmapped(busy):
    """It is worth knowing, and no error; the record that has it waits."""
    some = ListMap("countries", "lands", {"NO": "no"})
    mapping = busy.hub.mappings.set_list(*PLACE, some)

    assert some == mapping.list_map("countries", "lands")
    found = {each.code: each.is_error for each in busy.hub.mappings.problems(mapping)}
    assert found[ProblemCode.UNMAPPED_ITEMS] is False


# defaults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", list(How))
def test_a_default_is_set_asked_for_or_both(busy, how):
    """Per field of the ERP: set this value, ask the user, or ask with a suggestion."""
    default = DefaultValue("terms", how, 30)
    mapping = busy.hub.mappings.set_default(*PLACE, default)

    assert (default,) == mapping.defaults
    assert default == _line(busy, mapping, "terms").default
    assert () == busy.hub.mappings.drop_default(*PLACE, "terms").defaults


def test_a_mandatory_default_needs_to_be_set_or_asked_for(busy):
    """A user who must give a value has to be asked for one."""
    default = DefaultValue("terms", How.SET, None, mandatory=True)
    with pytest.raises(NotReady) as refused:
        busy.hub.mappings.set_default(*PLACE, default)

    assert any("terms" in reason for reason in refused.value.reasons)


# live mappings -----------------------------------------------------------------------------------


def test_a_mapping_counts_its_versions(busy):
    """Each change is one, whoever makes it; what changes nothing is none."""
    first = busy.hub.mappings.get(*PLACE)
    second = busy.hub.mappings.set_rule(*PLACE, FieldRule("note", "note"))
    same = busy.hub.mappings.set(second)

    assert (1, 2, 2) == (first.version, second.version, same.version)


def test_two_people_do_not_overwrite_one_another(busy):
    """Whoever says which version they saw is refused where it is another one by now."""
    seen = busy.hub.mappings.get(*PLACE)
    busy.hub.mappings.set_rule(*PLACE, FieldRule("note", "note"))
    with pytest.raises(NotNow, match="at version 2"):
        busy.hub.mappings.set(evolve(seen, rules=seen.rules[:1]), expects=seen.version)

    assert 2 == busy.hub.mappings.get(*PLACE).version


def test_a_mapping_with_errors_is_refused_while_the_connection_is_active(busy):
    """All errors are told, and the old one stays in force; while inactive, it may wait."""
    wrong = mapping_of("north", rules=[FieldRule("nme", "name"), FieldRule("cty", "city")])
    with pytest.raises(NotReady) as refused:
        busy.hub.mappings.set(wrong)

    assert 2 <= len(refused.value.reasons)
    assert 1 == busy.hub.mappings.get(*PLACE).version
    busy.hub.connections.deactivate("north")
    assert 2 == busy.hub.mappings.set(wrong).version


def test_linked_kinds_are_not_mapped_to_another_kind(busy):
    """The links would point at records of a kind that nobody maps."""
    link(busy)
    busy.hub.connections.deactivate("north")
    with pytest.raises(NotNow, match="1 records are linked to 'company'"):
        busy.hub.mappings.set(Mapping("north", "customer", "contact"))
    with busy.store.begin() as state:
        (linked,) = state.links.of("north", "customer")
        state.links.remove(linked)
    assert "contact" == busy.hub.mappings.set(Mapping("north", "customer", "contact")).entity_kind


def test_a_plan_says_what_a_mapping_will_do_before_it_does(busy):
    """What is different, what is wrong, and every write of the next pass; nothing is written."""
    link(busy, note="Pays late")
    busy.hub.sync.now("north")
    wanted = _with(busy.hub.mappings.get(*PLACE), FieldRule("note", "note"))
    told = busy.hub.mappings.plan(wanted)

    assert ["rule note: added: note <> note"] == [str(change) for change in told.changes]
    assert not any(problem.is_error for problem in told.problems)
    (step,) = [step for step in told.planned.plan.steps if step.id.startswith("patch")]
    assert {"note": "Pays late"} == dict(step.patch)
    assert busy.crm.rows("company")["K-1"].values["note"] is None
    assert 1 == busy.hub.mappings.get(*PLACE).version


def test_a_mapping_takes_effect_with_the_next_pass(busy):
    """It does what the plan said, for records that have not changed since as well."""
    link(busy, note="Pays late")
    busy.hub.sync.now("north")
    busy.hub.mappings.set_rule(*PLACE, FieldRule("note", "note"))
    (result,) = busy.hub.sync.now("north")

    assert 1 == result.report[RecordResult.UPDATED]
    assert "Pays late" == busy.crm.rows("company")["K-1"].values["note"]


def test_a_pass_that_runs_ends_as_it_began(busy):
    """A mapping that is changed meanwhile is not half in force; the next pass goes by it."""
    for number in range(12):
        busy.north.put("customer", f"K-{number}", {"name": f"Number {number}", "note": "Pays late"})

    def change(*_):
        busy.hub.mappings.set_rule(*PLACE, FieldRule("note", "note"))

    busy.north.people = change
    busy.north.dice.order("edited")
    (first,) = busy.hub.sync.now("north")
    notes = {row.values["note"] for row in busy.crm.rows("company").values()}
    busy.hub.sync.now("north")

    assert RunState.DONE is first.run.state
    assert 2 == busy.hub.mappings.get(*PLACE).version
    assert {None} == notes
    assert {"Pays late"} == {row.values["note"] for row in busy.crm.rows("company").values()}


def test_a_plan_of_a_mapping_with_errors_tells_them_and_plans_nothing(busy):
    """Nor does one of a mapping that is switched off."""
    wrong = busy.hub.mappings.plan(mapping_of("north", lists=[]))
    off = busy.hub.mappings.plan(mapping_of("north", enabled=False))

    assert ProblemCode.LIST_WITHOUT_MAP in codes(wrong.problems)
    assert wrong.planned is None
    assert off.planned is None


def test_what_was_planned_with_the_old_mapping_is_not_applied(busy):
    """A preview and a held plan were made with rules that are no longer in force."""
    link(busy)
    busy.hub.sync.now("north")
    busy.north.put("customer", "K-1", {"city": "Bergen"})
    planned = busy.hub.sync.plan(*PLACE)
    busy.hub.mappings.set_rule(*PLACE, FieldRule("note", "note"))
    with pytest.raises(NotNow, match="mapping was changed"):
        busy.hub.sync.apply(planned)

    assert "Oslo" == busy.crm.rows("company")["K-1"].values["city"]


def test_a_held_plan_is_discarded_with_the_mapping_it_was_made_with():
    """The next pass decides anew."""
    office = Office(options=Options(rails=Rails(creates=Rail(0))))
    office.connect("north")
    office.north.put("customer", "K-1", {"name": "Fjord Boats"})
    (held,) = office.hub.sync.now("north")
    office.hub.as_user(ADA).mappings.set(office.hub.mappings.draft("north", "person"))
    assert [held.run.id] == [each.id for each in office.hub.sync.held()]
    office.hub.as_user(ADA).mappings.set_rule(*PLACE, FieldRule("note", "note"))
    with office.store.look() as state:
        run = state.runs.get(held.run.id)

    assert (RunState.HELD, RunState.DISCARDED) == (held.run.state, run.state)
    assert "ada" in run.reason


def test_a_plan_is_not_held_if_its_mapping_was_changed_while_it_was_made():
    """Nobody could approve it: the mapping that it goes by is not in force any more."""
    office = Office(options=Options(rails=Rails(creates=Rail(0))))
    office.connect("north")
    for number in range(12):
        office.north.put("customer", f"K-{number}", {"name": f"Number {number}"})
    office.north.people = lambda *_: office.hub.mappings.drop_rule(*PLACE, "city")
    office.north.dice.order("edited")
    (result,) = office.hub.sync.now("north")

    assert (RunState.DISCARDED, "the mapping was changed meanwhile") == (
        result.run.state,
        result.run.reason,
    )
    assert [] == list(office.hub.sync.held())
    assert () == office.hub.sync.held_plan(result.run.id).steps


# versions and documents --------------------------------------------------------------------------


def test_versions_are_kept_with_who_and_when_and_compared(busy):
    """The one that was there before the first change is among them."""
    busy.clock.sleep(60)
    busy.hub.as_user(ADA).mappings.set_rule(*PLACE, FieldRule("note", "note"))
    busy.hub.mappings.drop_rule(*PLACE, "city")
    versions = busy.hub.mappings.versions(*PLACE)

    assert [3, 2, 1] == [each.version for each in versions]
    assert ("ada", "the host") == (versions[1].user, versions[0].user)
    assert ["rule note: added: note <> note"] == [
        str(change) for change in busy.hub.mappings.diff(*PLACE, 1, 2)
    ]
    assert ["rule city: removed: city <> city"] == [
        str(change) for change in busy.hub.mappings.diff(*PLACE, 2)
    ]


def test_an_old_version_is_put_into_force_again(busy):
    """As the next one."""
    first = busy.hub.mappings.get(*PLACE)
    busy.hub.mappings.drop_rule(*PLACE, "city")
    again = busy.hub.mappings.set(busy.hub.mappings.version(*PLACE, 1))

    assert evolve(first, version=3) == again
    with pytest.raises(BadName, match="unknown version '9'"):
        busy.hub.mappings.version(*PLACE, 9)


def test_no_more_versions_are_kept_than_the_limit(busy, monkeypatch):
    """The oldest go first."""
    monkeypatch.setattr("erplink.hub.versions.VERSIONS_MAX", 2)
    for rank in range(1, 4):
        busy.hub.mappings.show(*PLACE, "city", rank=rank * 10)

    assert [4, 3] == [each.version for each in busy.hub.mappings.versions(*PLACE)]
    with pytest.raises(BadName, match="'1'"):
        busy.hub.mappings.version(*PLACE, 1)


def test_a_mapping_is_written_as_toml_and_read_for_another_connection(busy):
    """What is read is not kept until it is set."""
    text = busy.hub.mappings.to_toml(*PLACE)
    read = busy.hub.mappings.from_toml("south", text)

    assert "south" == read.connection
    assert busy.hub.mappings.get(*PLACE) == evolve(read, connection="north")
    with pytest.raises(BadDocument):
        busy.hub.mappings.from_toml("south", "rules = 7")


def test_the_hosts_own_transforms_are_written_and_read_too(busy):
    """Any transform of the catalogue is."""
    rule = FieldRule("note", "note", transform=case("upper"), direction=Direction.TO_CRM)
    mapping = busy.hub.mappings.set_rule(*PLACE, rule)
    read = busy.hub.mappings.from_toml("north", busy.hub.mappings.to_toml(*PLACE))

    assert mapping == read
