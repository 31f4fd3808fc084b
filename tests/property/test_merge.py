"""The laws of the merge, on small alphabets: few values find collisions sooner."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.connections import Ranking
from erplink.domain.fields import Field, FieldType
from erplink.domain.links import Agreed, Pin
from erplink.domain.mapping import Direction, FieldRule, Mapping
from erplink.domain.merge import (
    FieldDecision,
    LinkedRecord,
    Merger,
    Outcome,
    RecordMerge,
    merge_record,
)
from erplink.domain.policy import Policy, Rule
from erplink.domain.transforms import case, identity, trim

T0 = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = Field("f")
TEXTS = Field("f", FieldType.TEXTS)
values = st.sampled_from([None, "", "a", "b", "A", " a", "é"])
many = st.sampled_from([None, ("a",), ("a", "b"), ("b",), ("b", "c"), ("c", "a")])
marks = st.sampled_from([None, T0, T0 + timedelta(seconds=1), T0 + timedelta(minutes=1)])
rules = st.sampled_from(["", *(rule for rule in Rule if rule is not Rule.UNION)])
directions = st.sampled_from([Direction.TO_CRM, Direction.TO_ERP, Direction.BOTH])
pins = st.sampled_from([None, None, None, Pin.CRM, Pin.ERP])
orders = st.sampled_from([("crm", "erp"), ("erp", "crm")])
transforms = st.sampled_from([identity(), trim(), case("upper")])

MIRRORED_RULE = {Rule.CRM: Rule.ERP, Rule.ERP: Rule.CRM}
MIRRORED_DIRECTION = {Direction.TO_CRM: Direction.TO_ERP, Direction.TO_ERP: Direction.TO_CRM}
MIRRORED_PIN = {Pin.CRM: Pin.ERP, Pin.ERP: Pin.CRM}
MIRRORED_SYSTEM = {"crm": "erp", "erp": "crm"}


def merger(
    *,
    rule: str = "",
    direction: Direction = Direction.BOTH,
    order: tuple[str, ...] = ("crm", "erp"),
    field: Field = TEXT,
    transform: object = None,
    system: str = "erp",
) -> Merger:
    line = FieldRule("f", "f", direction, transform or identity(), rule)
    mapping = Mapping(system, "customer", "company", rules=[line])
    return Merger(mapping, [field], [field], Policy(Ranking(order)))


def record(value: object) -> dict[str, object]:
    return {"f": value}


def base_of(agreed: tuple[object, object] | None) -> dict[str, Agreed]:
    return {} if agreed is None else {"f": Agreed(*agreed)}


def after(merged: RecordMerge, base: dict, crm: dict, erp: dict) -> tuple[dict, dict, dict]:
    """The world once every write of ``merged`` is confirmed."""
    agreed = {each.field: each.agreed for d in merged.decisions for each in d.agreements}
    return base | agreed, crm | merged.patch("crm"), erp | merged.patch("erp")


any_base = st.none() | st.tuples(values, values)


@given(value=values, rule=rules, direction=directions, order=orders, transform=transforms)
def test_what_nobody_moved_stays(value, rule, direction, order, transform):
    """Merging a record with itself and itself changes nothing."""
    merge = merger(rule=rule, direction=direction, order=order, transform=transform)

    merged = merge.merge({"f": Agreed(value, value)}, record(value), record(value))

    assert merged.decisions == ()


@given(
    agreed=any_base,
    crm=values,
    erp=values,
    rule=rules,
    direction=directions,
    order=orders,
    pin=pins,
    crm_mark=marks,
    erp_mark=marks,
)
def test_swapping_the_sides_mirrors_the_answer(
    agreed, crm, erp, rule, direction, order, pin, crm_mark, erp_mark
):
    """Under mirrored rules, what the CRM was given is what the ERP is given, and back."""
    here = merger(rule=rule, direction=direction, order=order)
    there = merger(
        rule=MIRRORED_RULE.get(rule, rule),
        direction=MIRRORED_DIRECTION.get(direction, direction),
        order=tuple(MIRRORED_SYSTEM[name] for name in order),
    )

    one = here.merge(
        base_of(agreed),
        record(crm),
        record(erp),
        crm_mark=crm_mark,
        erp_mark=erp_mark,
        pins={"f": pin} if pin else {},
    )
    other = there.merge(
        base_of(agreed and agreed[::-1]),
        record(erp),
        record(crm),
        crm_mark=erp_mark,
        erp_mark=crm_mark,
        pins={"f": MIRRORED_PIN[pin]} if pin else {},
    )

    assert one.patch("crm") == other.patch("erp")
    assert one.patch("erp") == other.patch("crm")
    assert [d.outcome for d in one.decisions] == [d.outcome for d in other.decisions]
    assert [MIRRORED_SYSTEM.get(d.winner) for d in one.decisions] == [
        d.winner for d in other.decisions
    ]


@given(agreed=st.none() | st.tuples(many, many), crm=many, erp=many)
def test_swapping_the_sides_of_a_union_gives_the_same_set(agreed, crm, erp):
    """A union does not depend on which side is which."""
    merge = merger(field=TEXTS)

    one = merge.merge(base_of(agreed), record(crm), record(erp))
    other = merge.merge(base_of(agreed and agreed[::-1]), record(erp), record(crm))

    def final(merged: RecordMerge, system: str, now: object) -> set[str]:
        return set(merged.patch(system).get("f", now) or ())

    assert final(one, "crm", crm) == final(other, "erp", crm)
    assert final(one, "erp", erp) == final(other, "crm", erp)


@given(
    agreed=any_base,
    crm=values,
    erp=values,
    rule=rules,
    direction=directions,
    order=orders,
    pin=pins,
    transform=transforms,
    crm_mark=marks,
    erp_mark=marks,
)
def test_applying_the_answer_and_merging_again_changes_nothing(
    agreed, crm, erp, rule, direction, order, pin, transform, crm_mark, erp_mark
):
    """Once the writes are confirmed and remembered, there is nothing left to write."""
    merge = merger(rule=rule, direction=direction, order=order, transform=transform)
    more = {"crm_mark": crm_mark, "erp_mark": erp_mark, "pins": {"f": pin} if pin else {}}
    base, crm_record, erp_record = base_of(agreed), record(crm), record(erp)
    first = merge.merge(base, crm_record, erp_record, **more)

    base, crm_record, erp_record = after(first, base, crm_record, erp_record)
    again = merge.merge(base, crm_record, erp_record, **more)

    assert again.patch("crm") == {}
    assert again.patch("erp") == {}
    assert [
        d.outcome for d in again.decisions if d.outcome in (Outcome.WRITE, Outcome.AGREED)
    ] == []


@given(
    agreed=st.none() | st.tuples(many, many), crm=many, erp=many, direction=directions, rule=rules
)
def test_many_values_come_to_rest_too(agreed, crm, erp, direction, rule):
    """A field with many values is merged once, whatever its rule."""
    merge = merger(field=TEXTS, direction=direction, rule=rule)
    base, crm_record, erp_record = base_of(agreed), record(crm), record(erp)
    first = merge.merge(base, crm_record, erp_record)

    base, crm_record, erp_record = after(first, base, crm_record, erp_record)
    again = merge.merge(base, crm_record, erp_record)

    assert again.patch("crm") == {}
    assert again.patch("erp") == {}


@given(was=values, now=values, rule=rules, direction=directions, order=orders)
def test_a_change_on_one_side_reaches_the_other_where_the_direction_allows(
    was, now, rule, direction, order
):
    """The ERP's edit is written to the CRM if values travel there, and else never."""
    merge = merger(rule=rule, direction=direction, order=order)

    merged = merge.merge({"f": Agreed(was, was)}, record(was), record(now))

    assert merged.patch("erp") == {}
    moved = (was or None) != (now or None)
    expected = {"f": now or None} if moved and direction.to_crm else {}
    assert expected == merged.patch("crm")


@given(was=values, now=values.filter(bool), rule=rules, direction=directions)
def test_an_equal_change_on_both_sides_is_silent_and_remembered(was, now, rule, direction):
    """Both sides typed the same: nothing is written, nobody is asked, and the base moves on."""
    merge = merger(rule=rule, direction=direction)

    merged = merge.merge({"f": Agreed(was, was)}, record(now), record(now))

    assert merged.patch("crm") == {}
    assert merged.patch("erp") == {}
    remembered = [each.agreed for d in merged.decisions for each in d.agreements]
    assert ([Agreed(now, now)] if now != was else []) == remembered


@given(
    agreed=any_base,
    crm=values,
    erp=values,
    rule=rules,
    direction=directions,
    order=orders,
    pin=pins,
)
def test_one_side_is_never_written_against_the_direction(
    agreed, crm, erp, rule, direction, order, pin
):
    """The source of a one-way field is never written, by no rule and no pin."""
    merge = merger(rule=rule, direction=direction, order=order)

    merged = merge.merge(base_of(agreed), record(crm), record(erp), pins={"f": pin} if pin else {})

    if direction is Direction.TO_CRM:
        assert merged.patch("erp") == {}
    if direction is Direction.TO_ERP:
        assert merged.patch("crm") == {}


@given(
    bases=st.lists(any_base, min_size=2, max_size=2),
    crm=values,
    erps=st.lists(values, min_size=2, max_size=2),
    rules_=st.lists(rules, min_size=2, max_size=2),
    ways=st.lists(directions, min_size=2, max_size=2),
    order=st.permutations(["crm", "a", "b"]),
)
def test_several_erps_come_to_rest(bases, crm, erps, rules_, ways, order):
    """With two linked ERPs the merge settles after a few passes and then writes nothing."""
    policy = Policy(Ranking(order))
    mergers = [
        merger(rule=rule, direction=way, order=tuple(order), system=name)
        for rule, way, name in zip(rules_, ways, ("a", "b"), strict=True)
    ]
    base = [base_of(each) for each in bases]
    erp = [record(each) for each in erps]
    entity = record(crm)
    merged = RecordMerge(())
    for _ in range(4):
        links = [m.linked(e, b) for m, e, b in zip(mergers, erp, base, strict=True)]
        merged = merge_record(entity, links, policy)
        entity = entity | merged.patch("crm")
        for n, name in enumerate(("a", "b")):
            erp[n] = erp[n] | merged.patch(name)
            for decision in merged.decisions:
                base[n] |= {a.field: a.agreed for a in decision.agreements if a.system == name}

    assert merged.patch("crm") | merged.patch("a") | merged.patch("b") == {}


@given(
    agreed=any_base,
    crm=values,
    erp=values,
    rule=rules,
    direction=directions,
    order=orders,
    pin=pins,
    crm_mark=marks,
    erp_mark=marks,
)
def test_several_sides_decide_as_two_where_there_are_two(
    agreed, crm, erp, rule, direction, order, pin, crm_mark, erp_mark
):
    """An ERP that holds and agreed to what the CRM holds changes nothing for the other one."""
    order3 = (*order, "idle")
    merge = merger(rule=rule, direction=direction, order=order3)
    idle = merger(system="idle", direction=Direction.TO_CRM, order=order3)
    chosen = {"f": pin} if pin else {}
    two = merge.merge(
        base_of(agreed), record(crm), record(erp), crm_mark=crm_mark, erp_mark=erp_mark, pins=chosen
    )

    three = merge_record(
        record(crm),
        [
            merge.linked(record(erp), base_of(agreed), mark=erp_mark, pins=chosen),
            idle.linked(record(crm), {"f": Agreed(crm, crm)}),
        ],
        merge.policy,
        crm_mark=crm_mark,
    )

    assert two.patch("crm") == three.patch("crm")
    assert two.patch("erp") == three.patch("erp")
    assert three.patch("idle") == {}


@given(
    rows=st.lists(st.tuples(any_base, values, values), max_size=5),
    rule=rules,
    direction=directions,
    order=orders,
)
def test_a_page_says_what_its_records_say(rows, rule, direction, order):
    """The short way through a page gives the patches and decisions of the long way."""
    merge = merger(rule=rule, direction=direction, order=order)
    bases = [record(agreed[0]) if agreed else {} for agreed, _, _ in rows]
    crms = [record(crm) for _, crm, _ in rows]
    erps = [record(erp) for _, _, erp in rows]

    paged = dict(merge.page(bases, crms, erps))

    for index, sides in enumerate(zip(bases, crms, erps, strict=True)):
        alone = merge.merge(*sides)
        told = paged.get(index, RecordMerge(()))
        assert alone.patch("crm") == told.patch("crm")
        assert alone.patch("erp") == told.patch("erp")
        if alone.has_news:
            assert alone.decisions == told.decisions
        else:
            assert index not in paged


@given(crm=values, erp=values, rule=rules, order=orders)
def test_nobody_is_known_to_have_emptied_what_was_never_agreed_on(crm, erp, rule, order):
    """On a first link, an empty value never overwrites a filled one."""
    merged = merger(rule=rule, order=order).merge({}, record(crm), record(erp))

    if crm:
        assert None is not merged.patch("crm").get("f", crm)
    if erp:
        assert None is not merged.patch("erp").get("f", erp)


@pytest.mark.parametrize("side", ["crm", "erp"])
@given(agreed=any_base, value=values, rule=rules)
def test_a_side_that_did_not_say_never_moved(side, agreed, value, rule):
    """A field that a system left out is not an edit, and never empties the other side."""
    sides = (
        {"crm": {}, "erp": record(value)} if side == "crm" else {"crm": record(value), "erp": {}}
    )

    merged = merger(rule=rule).merge(base_of(agreed), sides["crm"], sides["erp"])

    other = "erp" if side == "crm" else "crm"
    assert merged.patch(other) == {}


def outcomes(decisions: list[FieldDecision]) -> list[Outcome]:
    return [each.outcome for each in decisions]


def test_a_linked_record_names_its_system():
    """What a merger makes for several links carries its own system and fields."""
    link = merger(system="erp-7", order=("crm", "erp-7")).linked(record("a"), {})

    assert isinstance(link, LinkedRecord)
    assert link.system == "erp-7"
