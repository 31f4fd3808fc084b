"""Who wins a field on which both sides moved apart, rule by rule."""

from datetime import UTC, datetime, timedelta

import pytest

from erplink.domain.connections import Ranking
from erplink.domain.fields import Access, Field, FieldType, Sort
from erplink.domain.links import Agreed, Pin
from erplink.domain.mapping import Direction, FieldRule, ListMap, ListPair, Mapping
from erplink.domain.merge import PERSON, Chosen, Merger, Outcome, merge_record
from erplink.domain.policy import Conflict, Contender, Policy, Rule, Verdict
from erplink.domain.records import CRM
from erplink.domain.transforms import Laws, custom, pad_zeros
from erplink.errors import BadName, BadValue

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NAME = Field("name")


def merger(rule="", *, field=NAME, crm_field=None, order=("crm", "erp"), policy=None, **line):
    """A merger of one field, under one rule."""
    crm_field = crm_field or field
    lists = line.pop("lists", ())
    rules = [FieldRule(field.key, crm_field.key, rule=rule, **line)]
    mapping = Mapping("erp", "customer", "company", rules=rules, lists=lists)
    return Merger(mapping, [field], [crm_field], policy or Policy(Ranking(order)))


def apart(merge, base="ACME", crm="ACME Inc.", erp="ACME Ltd.", **more):
    """The one decision where both sides moved from ``base``."""
    key = merge.pairs[0].key
    (decision,) = merge.merge(
        {key: Agreed(base, base)}, {merge.pairs[0].crm_key: crm}, {key: erp}, **more
    ).decisions
    return decision


@pytest.mark.parametrize(("order", "winner"), [(("crm", "erp"), "crm"), (("erp", "crm"), "erp")])
def test_the_highest_ranked_side_wins_by_default(order, winner):
    """Without a rule of its own, a field goes to the higher ranked side among those that moved."""
    decision = apart(merger(order=order))

    assert (winner, Rule.RANK) == (decision.winner, decision.rule)
    assert [{"crm": "erp", "erp": "crm"}[winner]] == [write.system for write in decision.writes]


def test_newest_takes_the_later_edit():
    """The side that moved last wins, whatever its rank."""
    decision = apart(merger(Rule.NEWEST), crm_mark=NOON, erp_mark=NOON + timedelta(minutes=1))

    assert (decision.winner, decision.value) == ("erp", "ACME Ltd.")


def test_newest_refuses_inside_the_clock_tolerance():
    """Two edits closer than the clocks can be trusted become a question."""
    decision = apart(merger(Rule.NEWEST), crm_mark=NOON, erp_mark=NOON + timedelta(seconds=5))

    assert Outcome.ASK is decision.outcome
    assert [option.system for option in decision.options] == ["crm", "erp"]


@pytest.mark.parametrize("mark", [None, 17, "000A"])
def test_newest_asks_where_a_side_has_no_time(mark):
    """A mark that is not a moment cannot be compared with another system's."""
    decision = apart(merger(Rule.NEWEST), crm_mark=NOON, erp_mark=mark)

    assert Outcome.ASK is decision.outcome


def test_newest_needs_no_clock_where_only_one_side_may_speak():
    """In a one-way field the source wins, whoever was last."""
    decision = apart(merger(Rule.NEWEST, direction=Direction.TO_CRM))

    assert decision.winner == "erp"


@pytest.mark.parametrize("rule", [Rule.CRM, Rule.ERP])
def test_a_field_may_belong_to_one_side(rule):
    """The rules crm and erp let that side win, whatever the ranking."""
    for order in (("crm", "erp"), ("erp", "crm")):
        assert rule.value == apart(merger(rule, order=order)).winner


def test_fill_writes_only_into_the_empty():
    """A filled value beats an emptied one."""
    decision = apart(merger(Rule.FILL), crm=None)

    assert (decision.winner, decision.value) == ("erp", "ACME Ltd.")


def test_fill_keeps_two_filled_values_apart():
    """Two filled values both stay, and nothing is written."""
    decision = apart(merger(Rule.FILL))

    assert Outcome.KEEP is decision.outcome
    assert (decision.writes, decision.agreements) == ((), ())


def test_ask_leaves_the_field_to_a_person():
    """A question offers each side's value, with everything that follows from it."""
    decision = apart(merger(Rule.ASK))

    assert Outcome.ASK is decision.outcome
    assert decision.writes == ()
    ours, theirs = decision.options
    assert [write.system for write in ours.writes] == ["erp"]
    assert [write.system for write in theirs.writes] == ["crm"]


def test_a_person_may_answer_with_a_value_of_nobodys():
    """An answer that no side held is written to both."""
    merge = merger(Rule.ASK)

    option = merge.answer(apart(merge), "ACME AG")

    assert option.system == PERSON
    assert {w.system: w.new for w in option.writes} == {"crm": "ACME AG", "erp": "ACME AG"}


def test_an_answer_that_does_not_fit_is_refused():
    """A person's value is held to the CRM's field like any other."""
    merge = merger(Rule.ASK, field=Field("name", max_length=10))

    with pytest.raises(BadValue, match="longer than 10"):
        merge.answer(apart(merge), "ACME Aktiengesellschaft")


def longest(conflict: Conflict) -> Contender:
    """A host's rule: the longest value wins."""
    return max(conflict.contenders, key=lambda side: len(str(side.value)))


@pytest.mark.parametrize(
    ("custom_rule", "outcome", "value"),
    [
        (longest, Outcome.WRITE, "ACME Inc."),
        (lambda _: None, Outcome.ASK, None),
        (lambda _: Verdict.keep("both are right"), Outcome.KEEP, None),
        (lambda _: Verdict.stand("ACME", "the plain name"), Outcome.WRITE, "ACME"),
    ],
)
def test_a_host_may_bring_a_rule_of_its_own(custom_rule, outcome, value):
    """A callable may choose a side, ask, keep both, or name a third value."""
    policy = Policy(Ranking(("crm", "erp")), custom={"ours": custom_rule})

    decision = apart(merger("ours", policy=policy))

    assert (outcome, value) == (decision.outcome, decision.value)


def test_a_rule_sees_the_base_and_the_marks():
    """A host's rule is told what was agreed, who contends, and when they moved."""
    seen = []
    policy = Policy(Ranking(("crm", "erp")), custom={"ours": seen.append})

    apart(merger("ours", policy=policy), crm_mark=NOON, erp_mark=7)

    (conflict,) = seen
    assert (conflict.field, conflict.base, conflict.has_base) == ("name", "ACME", True)
    assert [(side.system, side.value, side.mark) for side in conflict.contenders] == [
        (CRM, "ACME Inc.", NOON),
        ("erp", "ACME Ltd.", 7),
    ]


def test_an_unknown_rule_is_named_with_the_likely_spelling():
    """A misspelt rule is an error that helps, not a silent default."""
    with pytest.raises(BadName, match="did you mean 'newest'"):
        merger("newset")


@pytest.mark.parametrize("name", ["rank", "union"])
def test_a_custom_rule_needs_a_name_of_its_own(name):
    """A host cannot change what a rule of erplink's means."""
    with pytest.raises(BadValue, match="name of its own"):
        Policy(custom={name: longest})


@pytest.mark.parametrize(("rule", "kept"), [("", {"f": "theirs"}), (Rule.CRM, {})])
def test_a_one_way_target_is_overwritten_unless_the_rule_says_otherwise(rule, kept):
    """Rank chooses among sides that may speak; a rule that names the CRM keeps its edit."""
    merge = merger(rule, field=Field("f"), direction=Direction.TO_CRM)

    merged = merge.merge({"f": Agreed("a", "a")}, {"f": "mine"}, {"f": "theirs"})

    assert kept == merged.patch(CRM)
    assert merged.patch("erp") == {}


@pytest.mark.parametrize(("pin", "written"), [(Pin.CRM, "erp"), (Pin.ERP, "crm")])
def test_a_pin_keeps_one_side_whatever_happens(pin, written):
    """The other side's edit is overwritten, and the decision says that a pin did it."""
    merge = merger(Rule.NEWEST)
    moved = {"crm": "ACME", "erp": "ACME"} | {written: "ACME Ltd."}

    merged = merge.merge(
        {"name": Agreed("ACME", "ACME")},
        {"name": moved["crm"]},
        {"name": moved["erp"]},
        pins={"name": pin},
    )

    (decision,) = merged.decisions
    assert decision.rule == Chosen.PIN
    assert [(written, "ACME")] == [(write.system, write.new) for write in decision.writes]


def test_many_values_are_united_by_their_keys():
    """Phones of either side are kept, whatever their writing; what one side removed is gone."""
    phones = Field("phones", FieldType.TEXTS, sort=Sort.PHONE)
    merge = merger(field=phones)

    merged = merge.merge(
        {"phones": Agreed(("+46 8 1", "+46 8 2"), ("+46 8 1", "+46 8 2"))},
        {"phones": ("+46 8 1", "+46 8 3")},
        {"phones": ("+4681", "+46 8 2", "+46 8 4")},
    )

    assert merged.patch(CRM)["phones"] == ("+46 8 1", "+46 8 3", "+46 8 4")
    assert merged.patch(CRM) == merged.patch("erp")


def test_a_union_of_single_values_is_a_question():
    """The rule union on a field with one value cannot choose, so a person does."""
    assert Outcome.ASK is apart(merger(Rule.UNION)).outcome


def test_a_one_way_union_gathers_on_the_target():
    """The target of a one-way union keeps its own values and gets the source's."""
    merge = merger(field=Field("tags", FieldType.TEXTS), direction=Direction.TO_ERP)

    merged = merge.merge({}, {"tags": ("a",)}, {"tags": ("b",)})

    assert merged.patch(CRM) == {}
    assert {"a", "b"} == set(merged.patch("erp")["tags"])


def test_a_value_that_has_no_writing_holds_up_its_own_field_only():
    """What cannot be converted is told as a problem, and nothing of it is written."""
    fields = [Field("code"), Field("city")]
    rules = [FieldRule("code", "code", transform=pad_zeros(4)), FieldRule("city", "city")]
    merge = Merger(Mapping("erp", "customer", "company", rules=rules), fields, fields)
    base = {"code": Agreed("7", "0007"), "city": Agreed("Oslo", "Oslo")}

    merged = merge.merge(base, {"code": "x9", "city": "Rome"}, {"code": "0007", "city": "Oslo"})

    assert merged.patch("erp") == {"city": "Rome"}
    assert [each.outcome for each in merged.decisions] == [Outcome.PROBLEM, Outcome.WRITE]
    assert merged.decisions[0].problems[0].startswith("erp: code: 'x9'")


def test_an_erp_value_that_does_not_read_is_not_overwritten():
    """The ERP's own edit stays where it is until it can be read, even when the CRM moves."""
    number = custom("number", to_crm=_refuse, to_erp=_as_it_is, laws=Laws.LOSSLESS)
    merge = merger(transform=number)

    decision = apart(merge)

    assert Outcome.PROBLEM is decision.outcome
    assert decision.writes == ()


def _as_it_is(value):
    return value


def _refuse(_value):
    raise BadValue("not a number", value="…")


def test_a_write_once_field_is_filled_once():
    """An empty write-once field is filled; a filled one is left alone, and that is told."""
    merge = merger(field=Field("code", access=Access.WRITE_ONCE))

    first = merge.merge({}, {"code": "7"}, {"code": None})
    second = merge.merge({"code": Agreed("7", "7")}, {"code": "8"}, {"code": "7"})
    back = merge.merge({"code": Agreed("7", "7")}, {"code": "7"}, {"code": "8"})

    assert first.patch("erp") == {"code": "7"}
    assert second.patch("erp") == {}
    assert "written once only" in second.decisions[0].problems[0]
    assert (
        back.patch(CRM),
        back.decisions[0].reason,
    ) == ({}, "the CRM's field is written once only")


def test_a_list_item_travels_by_its_map():
    """The same item may have different keys in the two systems; the map knows."""
    erp, crm = (
        Field("group", FieldType.LIST, list_name="groups"),
        Field("category", FieldType.LIST, list_name="categories"),
    )
    groups = ListMap(
        "groups", "categories", [ListPair("1", "a", preferred=True), ListPair("2", "a")]
    )
    merge = merger(field=erp, crm_field=crm, lists=[groups])

    to_crm = merge.merge({}, {}, {"group": "2"})
    to_erp = merge.merge({}, {"category": "a"}, {})

    assert to_crm.patch(CRM) == {"category": "a"}
    assert to_erp.patch("erp") == {"group": "1"}


def test_an_edit_of_what_was_seen_supersedes_it():
    """An ERP that had taken up the CRM's value and moved on wins over that value elsewhere."""
    policy = Policy(Ranking(("crm", "a", "b")))
    mergers = []
    for system in ("a", "b"):
        mapping = Mapping(system, "customer", "company", rules=[FieldRule("name", "name")])
        mergers.append(Merger(mapping, [NAME], [NAME], policy))
    a, b = mergers

    merged = merge_record(
        {"name": "second"},
        [
            a.linked({"name": "third"}, {"name": Agreed("second", "second")}),
            b.linked({"name": "first"}, {"name": Agreed("first", "first")}),
        ],
        policy,
    )

    assert merged.patch(CRM) == {"name": "third"}
    assert merged.patch("b") == {"name": "third"}
    assert merged.patch("a") == {}


def test_two_erps_that_moved_to_the_same_value_agree_about_it():
    """Nobody has to choose: the CRM takes it, in the words of the higher one."""
    policy = Policy(Ranking(("crm", "a", "b")))
    mergers = []
    for system in ("a", "b"):
        mapping = Mapping(system, "customer", "company", rules=[FieldRule("name", "name")])
        mergers.append(Merger(mapping, [NAME], [NAME], policy))
    before = {"name": Agreed("first", "first")}

    merged = merge_record(
        {"name": "first"}, [each.linked({"name": "second"}, before) for each in mergers], policy
    )

    assert {"name": "second"} == merged.patch("crm")
    assert "every side that moved holds the same" == merged.decision("name").reason
    assert "a" == merged.decision("name").winner


def test_a_question_of_one_link_beats_the_rule_of_another():
    """Where two ERPs contend and one's rule asks, a person decides."""
    policy = Policy(Ranking(("crm", "a", "b")))
    links = []
    for system, rule in (("a", ""), ("b", Rule.ASK)):
        mapping = Mapping(
            system, "customer", "company", rules=[FieldRule("name", "name", rule=rule)]
        )
        merge = Merger(mapping, [NAME], [NAME], policy)
        links.append(merge.linked({"name": system}, {"name": Agreed("was", "was")}))

    merged = merge_record({"name": "was"}, links, policy)

    assert [option.system for option in merged.questions[0].options] == ["a", "b"]


def test_a_policy_shows_the_names_of_its_custom_rules():
    """Functions are not worth printing; their names are."""
    assert "custom=['longest']" in repr(Policy(custom={"longest": longest}))


def test_a_one_way_union_remembers_what_each_side_keeps():
    """The source of a one-way union stays as it is, and is known to have agreed to differ."""
    merge = merger(field=Field("tags", FieldType.TEXTS), direction=Direction.TO_CRM)

    (decision,) = merge.merge({}, {"tags": ("a",)}, {"tags": ("b",)}).decisions

    assert ["crm"] == [write.system for write in decision.writes]
    assert [Agreed(("a", "b"), ("b",))] == [each.agreed for each in decision.agreements]


def test_a_value_of_nobodys_is_blocked_where_nobody_may_hear_it():
    """A third value cannot stand where the direction leads away from the CRM."""
    policy = Policy(
        Ranking(("crm", "erp")), custom={"ours": lambda _: Verdict.stand("ACME", "the plain name")}
    )

    decision = apart(merger("ours", policy=policy, direction=Direction.TO_ERP))

    assert Outcome.KEEP is decision.outcome
    assert "the direction leads elsewhere" == decision.reason


def test_a_field_of_the_crms_goes_by_rank_where_the_crm_did_not_move():
    """The rule crm cannot choose between two ERPs, so the higher ranked one wins."""
    policy = Policy(Ranking(("crm", "a", "b")))
    links = []
    for system in ("b", "a"):
        rules = [FieldRule("name", "name", rule=Rule.CRM)]
        mapping = Mapping(system, "customer", "company", rules=rules)
        merge = Merger(mapping, [NAME], [NAME], policy)
        links.append(merge.linked({"name": system}, {"name": Agreed("was", "was")}))

    merged = merge_record({"name": "was"}, links, policy)

    assert {"name": "a"} == merged.patch(CRM)


def test_what_a_target_holds_for_the_same_is_no_news():
    """A blank that the ERP would not keep anyway moved nothing, and there is nothing to decide."""
    trimmed = merger(field=Field("name", trims=True))

    merged = trimmed.merge({"name": Agreed("ACME", "ACME")}, {"name": "ACME "}, {"name": "ACME"})

    assert () == tuple(merged.decisions)
