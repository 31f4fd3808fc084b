"""Linking: one test for each sentence of what a user does to connect an entity to an actor."""

from decimal import Decimal

import pytest
from attrs import evolve

from erplink import FieldRule
from erplink.adapters.erp.memory import MemorySession
from erplink.connectors import Condition, EditRefused, Operator
from erplink.errors import AlreadyLinked, BadValue, NotNow, Refused, Stale
from erplink.hub.compared import Choice
from erplink.testing.fake_erp import FakeSession

from .conftest import ADA, EVE
from .shop import ANN, BOATS, DEFAULTS, INN, RULES, Shop


@pytest.fixture
def shop():
    """Companies, customers, and nothing linked."""
    made = Shop()
    with made.hub:
        yield made


# 1. all connections that the user may see, and what the entity is linked to -----------------------


def test_all_connections_that_the_user_may_see_are_shown(shop):
    """For an entity: all connections that the user may see, and none of the others."""
    assert ["north", "south"] == [
        each.connection for each in shop.hub.as_user(ADA).links.tab(BOATS)
    ]
    assert ["north"] == [each.connection for each in shop.hub.as_user(EVE).links.tab(BOATS)]


def test_whether_it_is_linked_is_shown(shop):
    """Linked or not, and to what; what is not linked says which kinds of actors it may be."""
    shop.link()
    north, south = shop.hub.links.tab(BOATS)

    assert (True, False) == (north.linked, south.linked)
    assert shop.actor() == north.link.actor
    assert [("customer", True)] == [(each.name, each.creates) for each in south.kinds]


def test_the_fields_marked_for_the_tab_are_shown_in_rank_order(shop):
    """The values of the fields marked for the tab, in rank order; list items by their texts."""
    shop.link(INN, "B", city="erp", limit="crm", name="erp")
    north = shop.hub.links.tab(INN)[0]

    assert [("city", "Bergen"), ("name", "Boat Hire"), ("country", "Sweden")] == [
        (each.field, each.text) for each in north.values
    ]


def test_the_values_are_read_live_from_the_erp(shop):
    """What somebody has just entered in the ERP is what is shown."""
    shop.link()
    shop.north.put("customer", "A", {"city": "Tromsø"})

    assert "Tromsø" == shop.hub.links.tab(BOATS)[0].values[0].text


def test_connections_are_shown_in_rank_order(shop):
    """The highest ranked connection comes first."""
    with shop.store.begin() as state:
        state.settings.put("ranking", ["south", "crm", "north"])

    assert ["south", "north"] == [each.connection for each in shop.hub.links.tab(BOATS)]


def test_one_failing_connection_shows_its_error_and_the_others_their_values(shop):
    """Errors of one connector never stop the others; the user sees a readable explanation."""
    shop.link()
    shop.link(connection="south", key="S")
    shop.south.password = "changed"  # noqa: S105 - it guards a fake
    shop.hub._desk.wiring.sessions.close()
    north, south = shop.hub.links.tab(BOATS)

    assert "Oslo" == north.values[0].text
    assert ((), True) == (south.values, bool(south.error))


def test_an_actor_that_is_gone_is_told_in_the_tab(shop):
    """A link whose actor is gone says so, and is no error of the others."""
    shop.link()
    shop.north.remove("customer", "A")

    assert "there is no record north/customer/A" == shop.hub.links.tab(BOATS)[0].error


def test_a_connection_that_is_not_active_says_so_in_the_tab(shop):
    """It is shown, and why nothing is shown of it."""
    shop.keep(evolve(shop.hub.connections.get("north"), active=False))

    assert "the connection 'North' is not active" == shop.hub.links.tab(BOATS)[0].error


# 2. choose connection and actor type; search ------------------------------------------------------


def test_the_allowed_kinds_of_actors_are_told(shop):
    """Which actor type may link to which entity type: company and customer, contact and person."""
    assert ["customer"] == [each.name for each in shop.hub.links.kinds(BOATS, "north")]
    assert ["person"] == [each.name for each in shop.hub.links.kinds(ANN, "north")]


def test_another_kind_of_actor_is_refused(shop):
    """A company may not be linked to a person."""
    with pytest.raises(BadValue, match="a company may not be linked to a person of north"):
        shop.hub.links.search(BOATS, "north", "person")


def test_a_kind_that_is_not_synced_is_not_offered(shop):
    """A mapping that is switched off offers nothing."""
    shop.map("north", enabled=False)

    assert [] == list(shop.hub.links.kinds(BOATS, "north"))
    with pytest.raises(NotNow, match="not synced"):
        shop.hub.links.search(BOATS, "north", "customer")


def test_a_text_finds_actors(shop):
    """Search by text."""
    hits = shop.hub.links.search(BOATS, "north", "customer", "fjord")

    assert ["A"] == [each.actor.key for each in hits.rows]


def test_a_blank_text_finds_all_actors(shop):
    """Search by nothing gives everything, a page at a time."""
    assert {"A", "B"} == {
        each.actor.key for each in shop.hub.links.search(BOATS, "north", "customer").rows
    }


def test_many_hits_come_a_page_at_a_time(shop):
    """Where there is more, the cursor says where it goes on."""
    for number in range(7):
        shop.north.put("customer", f"X{number}", {"name": f"Many {number}"})
    first = shop.hub.links.search(BOATS, "north", "customer", "many")
    rest = shop.hub.links.search(BOATS, "north", "customer", "many", cursor=first.cursor)

    assert (5, 2, None) == (len(first), len(rest), rest.cursor)


def test_criteria_find_actors(shop):
    """Advanced search by field, operator and value."""
    criteria = Condition("country", Operator.EQUALS, "SE")
    hits = shop.hub.links.search(BOATS, "north", "customer", criteria=criteria)

    assert ["B"] == [each.actor.key for each in hits.rows]


def test_the_hits_show_the_fields_marked_for_search(shop):
    """Only those; where none is marked, the fields in which is searched."""
    (hit,) = shop.hub.links.search(BOATS, "north", "customer", "fjord").rows
    assert [("name", "Fjord Boats AS")] == [(each.field, each.text) for each in hit.values]

    shop.map("north", rules=[evolve(rule, show_in_search=False) for rule in RULES])
    (hit,) = shop.hub.links.search(BOATS, "north", "customer", "fjord").rows
    assert "number" in [each.field for each in hit.values]


def test_hits_that_are_linked_already_are_marked(shop):
    """A hit says to which entity it is linked."""
    shop.link()
    hits = {
        each.actor.key: each.linked_to
        for each in shop.hub.links.search(INN, "north", "customer").rows
    }

    assert {"A": BOATS, "B": None} == hits


def test_persons_are_searched_under_the_actor_of_the_contacts_company(shop):
    """The person search is restricted to the actor that the contact's company is linked to."""
    shop.link()
    shop.north.put("person", "p1", {"name": "Ann"}, parent=shop.actor("A"))
    shop.north.put("person", "p2", {"name": "Ann"}, parent=shop.actor("B"))
    hits = shop.hub.links.search(ANN, "north", "person", "ann")

    assert (["p1"], shop.actor("A")) == ([each.actor.key for each in hits.rows], hits.under)


def test_a_contact_whose_company_is_not_linked_has_nobody_to_be_searched_under(shop):
    """It is refused, with what to do first."""
    with pytest.raises(NotNow, match=r"crm/company/1 is not linked: link that first"):
        shop.hub.links.search(ANN, "north", "person")


# 3. a side-by-side of every mapped field ----------------------------------------------------------


def test_every_mapped_field_is_compared(shop):
    """CRM value, ERP value, same or different."""
    compared = shop.hub.links.compare(BOATS, shop.actor())

    assert [
        ("name", "Fjord Boats", "Fjord Boats AS", False),
        ("city", "Oslo", "Oslo", True),
        ("country", "no", None, False),
        ("credit", None, None, True),
        ("note", None, None, True),
    ] == [(each.field, each.crm, each.erp, each.same) for each in compared.fields]


def test_list_items_are_compared_by_their_counterparts_and_shown_by_their_texts(shop):
    """NO in the ERP and no in the CRM are the same, and both read Norway."""
    shop.north.put("customer", "A", {"country": "NO"})
    row = shop.hub.links.compare(BOATS, shop.actor()).field("land")

    assert (True, "Norway", "Norway") == (row.same, row.crm_text, row.erp_text)


def test_where_they_differ_a_choice_is_proposed_with_its_reason(shop):
    """By the rule of the field, as a pass would choose."""
    compared = shop.hub.links.compare(BOATS, shop.actor())

    assert (Choice.CRM, "the highest ranked side that moved") == (
        compared.field("name").proposal,
        compared.field("name").reason,
    )
    assert (Choice.CRM, "only the CRM moved") == (
        compared.field("country").proposal,
        compared.field("country").reason,
    )


def test_where_the_rule_says_to_ask_nothing_is_proposed(shop):
    """The user has to choose, and a commit before that is refused."""
    shop.north.put("customer", "B", {"credit": Decimal(7)})
    compared = shop.hub.links.compare(INN, shop.actor("B"))

    assert (None, ("credit",)) == (compared.field("limit").choice, compared.open)
    with pytest.raises(BadValue, match="credit: choose which value is right"):
        shop.hub.links.commit(compared)


def test_the_user_chooses_per_field_which_one_is_right(shop):
    """And the other is overwritten."""
    shop.link(name="erp", country="crm")

    assert ("Fjord Boats AS", "NO") == (shop.company()["name"], shop.customer()["country"])


def test_the_user_chooses_one_side_for_all_fields(shop):
    """Wherever the values differ and the direction allows it."""
    compared = shop.hub.links.compare(BOATS, shop.actor()).choose_all("erp")

    assert {"name": Choice.ERP, "country": Choice.ERP} == {
        each.field: each.choice for each in compared.different
    }


def test_the_user_gives_a_value_that_neither_side_has(shop):
    """Both get it."""
    compared = shop.hub.links.compare(BOATS, shop.actor(), values={"name": "Fjord"})
    shop.hub.links.commit(compared)

    assert ("Fjord", "Fjord") == (shop.company()["name"], shop.customer()["name"])


def test_the_user_may_leave_both_as_they_are(shop):
    """That they differ is then what they agreed on, until somebody edits either."""
    shop.link(name="keep")
    shop.pass_over()
    shop.pass_over()
    assert ("Fjord Boats", "Fjord Boats AS") == (shop.company()["name"], shop.customer()["name"])

    shop.north.put("customer", "A", {"name": "Boats"})
    shop.pass_over()
    assert "Boats" == shop.company()["name"]


def test_the_direction_is_respected(shop):
    """What goes from the CRM to the ERP alone cannot be chosen from the ERP, and it is said why."""
    shop.north.put("customer", "A", {"note": "theirs"})
    shop.crm.put("company", "1", {"note": "mine"})
    compared = shop.hub.links.compare(BOATS, shop.actor())

    with pytest.raises(BadValue, match="the direction of the field does not lead to the CRM"):
        compared.choose("note", "erp")
    assert Choice.CRM == compared.field("note").proposal


def test_a_field_that_is_written_once_only_cannot_be_overwritten(shop):
    """The reason is told instead."""
    shop.map("north", rules=[*RULES[:1], FieldRule("number", "city")])
    shop.north.put("customer", "A", {"number": "17"})
    row = shop.hub.links.compare(BOATS, shop.actor()).field("number")

    assert "the ERP's field is written once only" == row.impossible[Choice.CRM]


def test_a_list_item_without_a_counterpart_has_to_be_decided(shop):
    """Nothing is proposed, and the reason says what is not mapped."""
    shop.crm.put("company", "1", {"land": None})
    shop.map("north", lists=[])
    shop.north.put("customer", "A", {"country": "SE"})
    compared = shop.hub.links.compare(BOATS, shop.actor())

    assert compared.field("country").choice is Choice.ERP
    shop.map("north")
    shop.north.put("customer", "A", {"country": "XX"})
    compared = shop.hub.links.compare(BOATS, shop.actor())
    assert ("country",) == compared.open
    assert "XX" in compared.field("country").reason


# 4. defaults are applied or asked for; commit -----------------------------------------------------


def test_default_values_are_applied_and_asked_for(shop):
    """Set this value, ask the user, or ask with a suggestion; mandatory ones must be given."""
    shop.map("north", defaults=DEFAULTS)
    compared = shop.hub.links.compare(BOATS, shop.actor())

    assert [("note", "by erplink", False), ("number", None, True)] == [
        (each.field, each.value, each.mandatory) for each in compared.asks
    ]
    with pytest.raises(BadValue, match="number: a value is needed"):
        shop.hub.links.commit(compared)

    shop.hub.links.commit(compared.give("number", "N-7"))
    assert (30, "by erplink", "N-7") == tuple(
        shop.customer()[field] for field in ("terms", "note", "number")
    )


def test_a_default_value_overwrites_nothing(shop):
    """A field that the ERP has filled, or that gets the CRM's value, is not asked for."""
    shop.map("north", defaults=DEFAULTS)
    shop.north.put("customer", "A", {"terms": 10, "number": "17"})
    shop.crm.put("company", "1", {"note": "mine"})
    compared = shop.hub.links.compare(BOATS, shop.actor())

    assert ((), ()) == (compared.asks, compared.problems)
    shop.hub.links.commit(compared)
    assert (10, "mine") == (shop.customer()["terms"], shop.customer()["note"])


def test_a_mapped_field_that_must_be_given_is_asked_for(shop):
    """Where it is empty on both sides."""
    shop.map("north", rules=[*RULES[:-1], FieldRule("note", "note", mandatory=True)])
    compared = shop.hub.links.compare(BOATS, shop.actor())
    assert ("note",) == compared.missing

    shop.hub.links.commit(compared.give("note", "given"))
    assert ("given", "given") == (shop.company()["note"], shop.customer()["note"])


def test_commit_writes_both_sides_and_creates_the_link(shop):
    """Both as chosen, and a pass finds nothing left to do."""
    done = shop.link(name="erp", country="crm")

    assert {("1", "A")} == shop.links()
    assert ("crm.name", "north.country") == tuple(sorted(done.written))
    shop.pass_over()
    before = shop.stamps()
    shop.pass_over()
    assert before == shop.stamps()


def test_nothing_is_written_before_commit(shop):
    """Searching, comparing and choosing leave every system and every link as they were."""
    before = shop.stamps()
    shop.hub.links.search(BOATS, "north", "customer")
    compared = shop.hub.links.compare(BOATS, shop.actor()).choose_all("erp")
    assert compared.plan
    shop.hub.links.draft(BOATS, "north", "customer")

    assert (before, set()) == (shop.stamps(), shop.links())


def test_what_a_commit_writes_can_be_looked_at_before(shop):
    """The plan is what is carried out: every write, with its reason."""
    compared = shop.hub.links.compare(BOATS, shop.actor(), choices={"name": "erp"})

    told = compared.plan.explain()
    assert "name: 'Fjord Boats' -> 'Fjord Boats AS' (ask: a person chose north's value)" in told
    assert "link crm/company/1=north/customer/A" in told


def test_a_commit_is_history_like_any_other_write(shop):
    """On whose behalf, which side was the target, old and new value, and what was lost."""
    compared = shop.hub.links.compare(BOATS, shop.actor(), choices={"name": "erp"})
    shop.hub.as_user(ADA).links.commit(compared)
    row = next(row for row in shop.hub.history.of(BOATS))
    change = row.change("name")

    assert ("ada", "Fjord Boats", "Fjord Boats AS") == (row.principal, change.old, change.new)
    assert [("crm", "Fjord Boats")] == [(each.system, each.value) for each in change.lost]


def test_what_moved_since_it_was_shown_is_not_written(shop):
    """The user is told to look again, and nothing was written and nothing linked."""
    compared = shop.hub.links.compare(BOATS, shop.actor(), choices={"name": "erp"})
    shop.crm.put("company", "1", {"name": "Fjord"})
    before = shop.stamps()

    with pytest.raises(Stale, match="look at it again"):
        shop.hub.links.commit(compared)
    assert (before, set()) == (shop.stamps(), shop.links())


def test_choices_that_were_made_on_another_page_are_held_to_what_was_shown(shop):
    """A host without memory between two requests hands the comparison's mark along."""
    seen = shop.hub.links.compare(BOATS, shop.actor()).seen
    choices = {"name": "erp"}
    again = shop.hub.links.compare(BOATS, shop.actor(), choices=choices, seen=seen)
    assert Choice.ERP == again.field("name").choice

    shop.north.put("customer", "A", {"name": "Other"})
    with pytest.raises(NotNow, match="compare them again"):
        shop.hub.links.compare(BOATS, shop.actor(), choices=choices, seen=seen)


def test_what_the_erp_refuses_writes_nothing_at_all(shop, monkeypatch):
    """The ERP is asked first; where it says no, the CRM stays and nothing is linked."""
    compared = shop.hub.links.compare(BOATS, shop.actor(), choices={"name": "erp"})
    before = shop.stamps()
    refused = [EditRefused("it is locked for the audit", "country")]
    monkeypatch.setattr(FakeSession, "save", lambda *_: refused)

    with pytest.raises(Refused, match="country: it is locked for the audit; nothing was written"):
        shop.hub.links.commit(compared)
    assert (before, set()) == (shop.stamps(), shop.links())


def test_what_the_erp_could_not_hold_cannot_be_chosen(shop):
    """It is told before anything is sent."""
    shop.crm.put("company", "1", {"name": "x" * 70})
    row = shop.hub.links.compare(BOATS, shop.actor()).field("name")

    assert "longer than 60 characters" == row.impossible[Choice.CRM]


def test_what_the_crm_refuses_ties_nothing_and_says_what_was_written(shop, monkeypatch):
    """The ERP was written by then, with what was chosen; the user is told."""
    compared = shop.hub.links.compare(BOATS, shop.actor(), choices={"name": "erp"})
    save = MemorySession.save

    def refuse(self, kind, edits):
        return [EditRefused("not today")] if kind == "company" else save(self, kind, edits)

    monkeypatch.setattr(MemorySession, "save", refuse)

    told = r"patch crm/company/1: not today; written: patch north/customer/A; nothing was linked"
    with pytest.raises(Refused, match=told):
        shop.hub.links.commit(compared)
    assert ("NO", "Fjord Boats", set()) == (
        shop.customer()["country"],
        shop.company()["name"],
        shop.links(),
    )


def test_an_entity_has_one_link_for_each_connection(shop):
    """A second one is refused with the first one's name; another connection is free."""
    shop.link()
    with pytest.raises(AlreadyLinked, match="crm/company/1=north/customer/A"):
        shop.hub.links.compare(BOATS, shop.actor("B"))
    shop.link(key="S", connection="south")

    assert 2 == len(shop.hub.links.of(BOATS))


def test_an_actor_belongs_to_one_entity(shop):
    """Linked to another one, it is refused."""
    compared = shop.hub.links.compare(INN, shop.actor(), choices={"credit": "crm"})
    shop.link()
    before = shop.stamps()

    with pytest.raises(AlreadyLinked, match="north/customer/A is linked already"):
        shop.hub.links.commit(compared)
    assert (before, {("1", "A")}) == (shop.stamps(), shop.links())
