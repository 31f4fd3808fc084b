"""Conflicts: what waits for a person, with what every side holds, and how it is settled."""

from decimal import Decimal

import pytest

from erplink import FieldRule
from erplink.connectors import EditRefused
from erplink.domain.mapping import OnUnlinked
from erplink.errors import BadName, BadValue, NotNow
from erplink.sync import FeedName, IssueKind, Judgement, Pending, Side
from erplink.testing.fake_erp import FakeSession

from .conftest import ADA, EVE
from .shop import BOATS, INN, RULES, Shop

LIMIT = "crm/company/1.limit"


@pytest.fixture
def shop():
    """Two linked companies whose limits moved apart on both sides."""
    made = Shop()
    with made.hub:
        made.link(name="crm", country="crm")
        made.link(INN, "B", name="crm", country="erp", credit="crm")
        made.pass_over()
        made.crm.put("company", "1", {"limit": 100})
        made.north.put("customer", "A", {"credit": 200})
        made.pass_over()
        made.clock.sleep(60)
        made.crm.put("company", "2", {"limit": 300})
        made.north.put("customer", "B", {"credit": 400})
        made.pass_over()
        yield made


def ids(questions):
    return [each.id for each in questions]


def test_the_open_questions_come_oldest_first(shop):
    """By when each was first asked."""
    assert [LIMIT, "crm/company/2.limit"] == ids(shop.hub.conflicts.open())
    assert 2 == shop.hub.conflicts.count()


def test_a_question_tells_the_base_and_what_each_side_holds(shop):
    """With the moment at which each moved."""
    question = shop.hub.conflicts.open()[1]
    crm, north = question.sides

    assert ("limit", Decimal(5)) == (question.field, question.base)
    assert (Decimal(300), Decimal(400)) == (crm.value, north.value)
    assert crm.mark is not None
    assert north.mark is not None


def test_a_question_about_a_system_that_is_down_says_so(shop):
    """The question is there, with the reason why nothing is told of its sides."""
    shop.north.password = "changed"  # noqa: S105 - it guards a fake
    shop.hub._desk.wiring.sessions.close()
    question = shop.hub.conflicts.look(LIMIT)

    assert ((), True) == (question.sides, bool(question.note))
    assert {"crm", "north"} == set(question.options)


def test_a_question_that_answered_itself_says_so(shop):
    """Somebody has meanwhile made both sides hold the same."""
    shop.crm.put("company", "1", {"limit": 200})

    assert "it would not be asked any more: the next pass withdraws it" == (
        shop.hub.conflicts.look(LIMIT).note
    )


def test_one_question_is_settled_by_a_side(shop):
    """That side's value stands on both, at once."""
    shop.hub.as_user(ADA).conflicts.settle(LIMIT, "north")

    assert Decimal(200) == shop.company()["limit"]
    assert ["crm/company/2.limit"] == ids(shop.hub.conflicts.open())
    assert "ada" == shop.hub.history.of(BOATS, field="limit")[0].principal


def test_one_question_is_settled_by_another_value(shop):
    """Both sides get it."""
    shop.hub.conflicts.settle(LIMIT, Decimal(150))

    assert (150, 150) == (shop.company()["limit"], shop.customer()["credit"])


def test_an_answer_that_the_field_cannot_hold_is_refused(shop):
    """With the reason; the question stays open."""
    with pytest.raises(NotNow, match="many"):
        shop.hub.conflicts.settle(LIMIT, "many")

    assert LIMIT in ids(shop.hub.conflicts.open())


def test_a_question_that_there_is_not_is_refused(shop):
    """By its name."""
    with pytest.raises(BadName, match="there is no question"):
        shop.hub.conflicts.settle("crm/company/9.limit", "crm")


@pytest.mark.parametrize(("rule", "limit"), [("crm", 100), ("erp", 200), ("rank", 100)])
def test_many_are_settled_by_a_rule(shop, rule, limit):
    """All at once, each as the rule would have judged it."""
    done = shop.hub.conflicts.settle_all(rule, field="limit")

    assert (2, ()) == (done.done, done.failed)
    assert [] == list(shop.hub.conflicts.open())
    assert (limit, limit) == (shop.company()["limit"], shop.customer()["credit"])


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("fill", "filled values are never overwritten"),
        ("newest", "a side does not say when it moved"),
    ],
)
def test_what_a_rule_cannot_settle_stays_open_and_is_told(shop, rule, why):
    """The rule that only fills overwrites nothing, and this CRM does not tell the time."""
    done = shop.hub.conflicts.settle_all(rule)

    assert (0, (LIMIT, why)) == (done.done, done.failed[0])
    assert 2 == shop.hub.conflicts.count()


def test_a_rule_that_there_is_not_is_refused(shop):
    """With the likely spelling."""
    with pytest.raises(BadName, match="did you mean 'newest'"):
        shop.hub.conflicts.settle_all("newst")


def test_always_like_this_changes_the_mappings_rule(shop):
    """The question is settled by it, the others of the field too, and none is asked again."""
    version = shop.hub.mappings.get("north", "customer").version
    shop.hub.conflicts.always(LIMIT, "crm")
    mapping = shop.hub.mappings.get("north", "customer")
    assert ("crm", 100) == (mapping.rule("credit").rule, shop.customer()["credit"])
    assert version < mapping.version

    shop.pass_over()
    assert [] == list(shop.hub.conflicts.open())
    shop.crm.put("company", "1", {"limit": 1})
    shop.north.put("customer", "A", {"credit": 2})
    shop.pass_over()
    assert ([], 1) == (list(shop.hub.conflicts.open()), shop.customer()["credit"])


def test_which_counterpart_it_is_is_settled_by_choosing_one(shop):
    """Or by saying that there is none."""
    shop.map("north", on_unlinked=OnUnlinked("link", "leave"), rules=RULES)
    shop.crm.put("company", "3", {"name": "Twin"})
    shop.crm.put("company", "4", {"name": "Twin"})
    shop.north.put("customer", "T", {"name": "Twin"})
    shop.pass_over()
    (question,) = [e for e in shop.hub.conflicts.open() if e.kind is IssueKind.MATCH]
    assert {"3", "4", "new", "leave"} == set(question.options)

    with pytest.raises(BadName, match="unknown answer '5'"):
        shop.hub.conflicts.settle(question.id, "5")
    with pytest.raises(BadValue, match="only a question about a field has a rule"):
        shop.hub.conflicts.always(question.id, "crm")
    shop.hub.conflicts.settle(question.id, "4")
    assert ("4", "T") in shop.links()


def test_questions_out_of_scope_are_not_shown(shop):
    """Neither counted nor answered."""
    shop.link(key="S", connection="south", city="keep", name="keep", country="keep")
    shop.pass_over("south")
    shop.south.put("customer", "S", {"credit": 900})
    shop.pass_over("south")
    shop.north.put("customer", "A", {"credit": 201})
    shop.pass_over("north")
    hers = shop.hub.as_user(EVE).conflicts
    shown = next(each for each in hers.open() if each.record == "crm/company/1")

    assert "south" not in {*shown.options, *(side.system for side in shown.sides)}
    assert "900" not in f"{shown.text} {shown.sides} {dict(shown.options)}"
    with pytest.raises(BadName, match="unknown answer 'south'"):
        hers.settle(shown.id, "south")


def test_parked_records_come_with_advice_and_are_replayed(shop, monkeypatch):
    """What was refused twice waits for a person, who mends the cause and has it tried again."""
    save = FakeSession.save
    refused = EditRefused("the account is locked", "name")
    monkeypatch.setattr(FakeSession, "save", lambda *_: [refused])
    shop.crm.put("company", "1", {"name": "Fjord"})
    for _ in range(3):
        shop.clock.sleep(4000)
        shop.pass_over()
    (parked,) = shop.hub.conflicts.parked()
    assert "the account is locked" in parked.reason
    assert parked.advice

    monkeypatch.setattr(FakeSession, "save", save)
    assert 1 == shop.hub.conflicts.replay("north", [parked])
    shop.pass_over()
    assert ("Fjord", []) == (shop.customer()["name"], list(shop.hub.conflicts.parked()))


def test_parked_records_are_replayed_behind_the_connection_they_are_of(shop):
    """Those of another one are refused."""
    assert 0 == shop.hub.conflicts.replay("north")
    with pytest.raises(BadValue, match="of another connection"):
        shop.hub.conflicts.replay("south", [parked_of(shop)])


def parked_of(shop):
    now = shop.clock.now()
    return Pending(feed=FeedName("north", "customer", Side.CRM), key="1", due=now, since=now)


def test_a_rule_of_the_hosts_own_settles_too():
    """By the name that it has in the judgement of the Hub."""
    largest = {"largest": lambda conflict: max(conflict.contenders, key=lambda e: e.value)}
    shop = Shop(judgement=Judgement(rules=largest))
    with shop.hub:
        shop.map(
            "north", rules=[FieldRule("name", "name"), FieldRule("credit", "limit", rule="ask")]
        )
        shop.crm.put("company", "1", {"limit": 1})
        shop.link(name="crm", credit="crm")
        shop.pass_over()
        shop.crm.put("company", "1", {"limit": 9})
        shop.north.put("customer", "A", {"credit": 7})
        shop.pass_over()
        shop.hub.conflicts.settle_all("largest")

        assert 9 == shop.customer()["credit"]
