"""Linking existing data in bulk: a desk of proposals, accepted by row or by threshold."""

import pytest

from erplink import FieldRule
from erplink.domain.matching import KeyPart, Likeness, Matcher, MatchRule
from erplink.errors import BadName, BadValue
from erplink.hub import layout
from erplink.hub.matchdesk import Verdict

from .conftest import ADA
from .shop import ANN, RULES, Shop

BY_NAME_AND_CITY = (
    MatchRule("name and city", (KeyPart("name", "name"), KeyPart("city")), 1, 0.95),
    MatchRule("name", KeyPart("name", "name"), 2, 0.7),
    MatchRule("city", KeyPart("city"), 3, 0.3),
)

COMPANIES = {
    "10": ("Nordic Sails", "Stavanger"),
    "11": ("Fjell Hotel", "Voss"),
    "12": ("Twin", "Oslo"),
    "13": ("Twin", "Oslo"),
    "14": ("Nobody", "Nowhere"),
    "15": ("Alone", "Hamar"),
}
CUSTOMERS = {
    "K10": ("Nordic Sails", "Stavanger"),
    "K11": ("Fjell Hotel", "Geilo"),
    "K12": ("Twin", "Oslo"),
    "K15": ("Someone Else", "Hamar"),
}
TRUE = [("10", "K10"), ("11", "K11"), ("12", "K12"), ("13", None), ("14", None), ("15", None)]


@pytest.fixture
def shop():
    """Six companies and four customers, some of which are the same."""
    made = Shop()
    with made.hub:
        for key in ("1", "2"):
            made.crm.remove("company", key)
        for key in ("A", "B"):
            made.north.remove("customer", key)
        for key, (name, city) in COMPANIES.items():
            made.crm.put("company", key, {"name": name, "city": city})
        for key, (name, city) in CUSTOMERS.items():
            made.north.put("customer", key, {"name": name, "city": city})
        yield made


def desk_of(shop, **more):
    return shop.hub.links.desk("north", "customer", rules=BY_NAME_AND_CITY, **more)


def test_every_unlinked_entity_has_a_row_with_a_verdict_and_its_reason(shop):
    """Certain, likely, ambiguous or none; with the score of the best proposal."""
    rows = {row.entity.key: row for row in desk_of(shop).rows}

    assert {
        "10": "certain",
        "11": "likely",
        "12": "ambiguous",
        "13": "ambiguous",
        "14": "none",
        "15": "ambiguous",
    } == {key: row.verdict.value for key, row in rows.items()}
    assert "'K10' agrees in name and city" in rows["10"].reason
    assert 0.7 == rows["11"].score
    assert 0.0 == rows["14"].score
    assert any("name and city agrees" in line for line in rows["10"].proposals[0].reasons)
    assert "Nordic Sails · Stavanger" == rows["10"].label


def test_two_entities_that_claim_one_actor_are_sure_no_longer(shop):
    """Each says so; a person chooses which of them it is."""
    desk = desk_of(shop)
    assert "which another one claims too" in desk.row("12").reason

    chosen = desk.accept("12")
    with pytest.raises(BadValue, match="it is accepted for crm/company/12 already"):
        chosen.accept("13")


def test_rows_are_accepted_by_verdict_and_by_threshold(shop):
    """The certain ones; or those with a score, of which none is ambiguous."""
    desk = desk_of(shop)

    assert ["10"] == [row.entity.key for row in desk.accept_all().accepted]
    assert ["10", "11"] == [row.entity.key for row in desk.accept_all(at_least=0.5).accepted]
    assert ["11"] == [row.entity.key for row in desk.accept_all(verdict="likely").accepted]
    assert "6 rows" not in repr(desk)
    assert {"certain": 1, "likely": 1, "ambiguous": 3, "none": 1} == desk.counts


def test_rows_are_accepted_and_rejected_one_by_one(shop):
    """With another actor than the proposed one, if need be."""
    desk = desk_of(shop).accept_all(at_least=0.5).reject("11").accept("14", "K15")

    assert {"10": "K10", "14": "K15"} == {row.entity.key: row.accepted.key for row in desk.accepted}


@pytest.mark.parametrize(
    ("entity", "actor", "error"),
    [
        ("14", None, "nothing is proposed for it"),
        ("99", "K10", "unknown entity without a link '99'"),
    ],
)
def test_what_cannot_be_accepted_says_why(shop, entity, actor, error):
    """Nothing proposed, or no such row."""
    with pytest.raises((BadName, BadValue), match=error):
        desk_of(shop).accept(entity, actor)


def test_an_actor_of_another_desk_is_not_accepted(shop):
    """A desk is about one kind of one connection."""
    with pytest.raises(BadValue, match="this desk is about north/customer"):
        desk_of(shop).accept("10", shop.actor("S", "south"))


def test_what_a_commit_would_write_is_shown_before(shop):
    """Entity by entity, as in the dialog; nothing is written."""
    before = shop.stamps()
    desk = desk_of(shop).accept_all(at_least=0.5)
    compared = shop.hub.links.comparisons(desk)

    assert [(), ("city",)] == [tuple(e.field for e in one.different) for one in compared]
    assert [] == list(shop.hub.links.comparisons(desk_of(shop)))
    assert (before, set()) == (shop.stamps(), shop.links())


def test_a_commit_links_what_is_accepted(shop):
    """With the proposed values, on behalf of whoever committed, and can be undone as one run."""
    desk = desk_of(shop).accept_all(at_least=0.5)
    done = shop.hub.as_user(ADA).links.commit_desk(desk)

    assert (2, ()) == (done.done, done.failed)
    assert {("10", "K10"), ("11", "K11")} == shop.links()
    assert "Voss" == shop.customer("K11")["city"]
    (run,) = [run for run in shop.hub.history.runs("north") if run.id == done.run]
    assert "ada" == run.principal
    shop.hub.history.undo(shop.hub.history.plan_undo(done.run))
    assert "Geilo" == shop.customer("K11")["city"]


def test_what_is_linked_is_not_on_the_desk_any_more(shop):
    """And its actor is no proposal for anybody else."""
    shop.hub.links.commit_desk(desk_of(shop).accept("13"))
    desk = desk_of(shop)
    row = desk.row("12")

    assert "13" not in {each.entity.key for each in desk.rows}
    assert Verdict.AMBIGUOUS is row.verdict
    assert "already linked to crm/company/13" in row.reason
    with pytest.raises(BadValue, match="it is linked already, to crm/company/13"):
        desk.accept("12")


def test_a_field_that_no_rule_decides_is_asked_about_afterwards(shop):
    """The link is made, the field stays as it is on both sides, and a question is open."""
    shop.map("north", rules=[*RULES[:1], FieldRule("city", "city", rule="ask")])
    shop.hub.links.commit_desk(desk_of(shop).accept("11"))
    shop.pass_over()

    assert ("Voss", "Geilo") == (shop.company("11")["city"], shop.customer("K11")["city"])
    (question,) = shop.hub.conflicts.open()
    assert ("crm/company/11", "city") == (question.record, question.field)


def test_what_cannot_be_linked_is_told_and_stops_nobody(shop):
    """A record that is gone by then, one that needs a value, one that somebody else linked."""
    shop.map("north", rules=[*RULES[:2], FieldRule("note", "note", mandatory=True)])
    for key in ("10", "11", "12"):
        shop.crm.put("company", key, {"note": "given"})
    desk = desk_of(shop).accept_all(at_least=0.5).accept("12").accept("15", "K15")
    shop.north.remove("customer", "K11")
    done = shop.hub.links.commit_desk(desk)

    assert 2 == done.done
    assert {
        "crm/company/11": "one of the two records is gone",
        "crm/company/15": "a value is needed for note",
    } == dict(done.failed)


def test_precision_and_recall_are_measured_on_the_hosts_own_pairs(shop):
    """How often the matching is right, and which score is worth which precision."""
    desk = desk_of(shop)
    quality = desk.quality(TRUE)

    assert (2, 1, 2, 1) == (
        quality.right,
        quality.asked,
        quality.asked_in_vain,
        quality.rightly_none,
    )
    assert (1.0, 2 / 3) == (quality.precision, quality.recall)
    assert 1 / 3 == desk.quality(TRUE, at_least=0.9).recall
    assert 0.7 == desk.threshold(0.99, TRUE)


def test_contacts_are_matched_under_their_companys_actor(shop):
    """By the standard rules: a name counts under the same parent only."""
    shop.crm.put("company", "1", {"name": "Fjord Boats"})
    shop.north.put("customer", "A", {"name": "Fjord Boats"})
    shop.link(name="crm", city="keep")
    shop.north.put("person", "p1", {"name": "Ann", "phone": "2"}, parent=shop.actor("A"))
    shop.north.put("person", "p2", {"name": "Ann"}, parent=shop.actor("K10"))
    desk = shop.hub.links.desk("north", "person")

    assert ["p1"] == [each.actor.key for each in desk.row(ANN).proposals]
    shop.hub.links.commit_desk(desk.accept(ANN))
    assert ("1", "p1") in shop.links(kind="person")


def test_a_matcher_of_the_hosts_own_compares_names_by_likeness(shop):
    """Misspelt names are found by it."""
    shop.crm.put("company", "10", {"name": "Nordik Sails"})
    rules = [
        MatchRule(
            "similar name",
            KeyPart("city"),
            weight=0.9,
            likeness=Likeness(KeyPart("name", "company"), 0.8),
        )
    ]
    matcher = Matcher(rules, similarity=lambda a, b: 0.95 if a[:4] == b[:4] else 0.0)
    desk = shop.hub.links.desk("north", "customer", rules=matcher)

    assert "K10" == desk.row("10").proposals[0].actor.key


def test_rules_that_fit_no_mapped_field_are_refused(shop):
    """With the fields that are mapped."""
    rules = [MatchRule("VAT number", KeyPart("vat_number", "vat"))]
    with pytest.raises(BadValue, match=r"mapped \(city, land, limit, name, note\)"):
        shop.hub.links.desk("north", "customer", rules=rules)


def test_a_desk_has_room_for_so_many_records(shop, monkeypatch):
    """More than that are not laid out; passes link them."""
    monkeypatch.setattr(layout, "ROWS_MAX", 3)
    with pytest.raises(BadValue, match="room for 3 records of a side"):
        desk_of(shop)
