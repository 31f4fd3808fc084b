"""The laws of plain plans: they say and do what the whole plan says and does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.sync.stage import Stage

from erplink.connectors import EditRefused, EditStale, EditUnknown, Kind, Saved
from erplink.domain.connections import Ranking
from erplink.domain.fields import Field, FieldType
from erplink.domain.links import Agreed, Link
from erplink.domain.mapping import Direction, FieldRule, Mapping
from erplink.domain.merge import Merger
from erplink.domain.plan import Place, plan_merge
from erplink.domain.policy import Policy, Rule
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef
from erplink.sync.pairing import Pairing
from erplink.sync.plain_plan import PlainPlan
from erplink.sync.rails import Tally
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side
from erplink.testing import VirtualClock

FIELDS = [Field("name"), Field("terms", FieldType.INTEGER), Field("active", FieldType.CHECKBOX)]
VALUES = {
    "name": st.sampled_from(["a", "b", "é", "æ😀", None]),
    "terms": st.sampled_from([1, 2, -(1 << 70), None]),
    "active": st.sampled_from([True, False, None]),
}
records = st.fixed_dictionaries(VALUES)
directions = st.sampled_from([Direction.TO_CRM, Direction.TO_ERP, Direction.BOTH, Direction.BOTH])
rules = st.sampled_from(["", Rule.ASK, Rule.CRM])
systems = st.sampled_from(["erp", "abas"])
versions = st.sampled_from([None, "7"])
marks = st.sampled_from([None, 3, "2026-01-01", VirtualClock().now()])


@st.composite
def pairings(draw):
    system = draw(systems)
    lines = [FieldRule(each.key, each.key, draw(directions), rule=draw(rules)) for each in FIELDS]
    mapping = Mapping(system, "customer", "company", rules=lines)
    policy = Policy(Ranking(draw(st.permutations([CRM, system]))))
    return Pairing.of(mapping, Kind("customer", FIELDS), Kind("company", FIELDS), policy)


@st.composite
def moved_on(draw, base):
    """A record on which some fields moved since ``base``."""
    keys = draw(st.sets(st.sampled_from(sorted(base))))
    return {**base, **{key: draw(VALUES[key]) for key in sorted(keys)}}


@st.composite
def cases(draw):
    pairing, base = draw(pairings()), draw(records)
    system = pairing.connection
    agreed = {key: Agreed(value, value) for key, value in base.items()}
    link = Link(
        EntityRef.of("company", "C=1"), ActorRef(system, "customer", "K"), agreed, version=4
    )
    crm = Entity(
        link.entity, version=draw(versions), modified=draw(marks), fields=draw(moved_on(base))
    )
    erp = Actor(
        link.actor, version=draw(versions), modified=draw(marks), fields=draw(moved_on(base))
    )
    return pairing, link, crm, erp


def at_length(pairing, link, crm, erp) -> RecordPlan:
    """The plan of the long way, with everything that is said about it."""
    merger: Merger = pairing.merger
    merged = merger.merge(
        link.base, crm.fields, erp.fields, crm_mark=crm.modified, erp_mark=erp.modified
    )
    places = {
        CRM: Place(link.entity, crm.version),
        link.connection: Place(link.actor, erp.version, link.key, link.version),
    }
    return RecordPlan(
        record=str(link.entity),
        feed=FeedName(link.connection, "customer", Side.ERP),
        key="K",
        plan=plan_merge(str(link.entity), merged, places),
        decisions=tuple(each for each in merged.decisions if each.writes),
        fingerprint=b"fingerprint of it",
        marked=2,
    )


@given(case=cases())
def test_a_plain_plan_says_what_the_whole_one_says(case):
    """In its text for the journal, its writes, its names and its tally; else there is none."""
    pairing, link, crm, erp = case
    whole = at_length(*case)

    moves = pairing.merger.moves(link.base, crm.fields, erp.fields)

    if moves is None:
        return
    if not moves:
        assert not whole.plan
        return
    plain = PlainPlan(
        pairing, whole.feed, "K", link, crm, erp, moves, whole.fingerprint, whole.marked
    )
    assert whole == plain.whole()
    assert whole.to_json() == plain.to_json()
    assert whole == RecordPlan.from_json(plain.to_json())
    assert (whole.plan, whole.decisions, whole.writes) == (
        plain.plan,
        plain.decisions,
        plain.writes,
    )
    assert (whole.record, whole.names) == (plain.record, plain.names)
    assert (whole.evidence, whole.issues) == (plain.evidence, plain.issues)
    assert Tally.of(whole.plan) == plain.tally
    told = [(step.id, step.target, step.patch, step.expects) for step in whole.writes]
    assert told == [(each.id, each.target, each.patch, each.expects) for each in plain.patches()]


# what is done --------------------------------------------------------------------------------

KEYS = ("K0", "K1", "K2")
edits = st.lists(
    st.tuples(
        st.sampled_from([CRM, "erp"]),
        st.sampled_from(KEYS),
        st.sampled_from(["name", "city", "phone"]),
        st.sampled_from(["a", "b", "c d", "é"]),
    ),
    max_size=6,
)
#: What becomes of the edits of a call, one after the other: as it is, or otherwise.
faults = st.lists(
    st.sampled_from(["", "", "", "refuse", "stale", "unknown", "lost", "silent"]), max_size=4
)


REFUSED = {
    "refuse": EditRefused("no"),
    "stale": EditStale(),
    "unknown": EditUnknown("who knows"),
}


def world(*, history, failures) -> tuple[list, list]:
    """Everything that stands in the store and that systems were asked, after a history."""
    stage, waiting = Stage(), list(failures)
    stage.customers(len(KEYS))
    stage.settle()
    companies = {link.actor.key: link.entity.key for link in stage.links()}

    def saved(do, _kind, sent):
        return _failed(waiting.pop(0), do, len(sent)) if waiting else do()

    for system in (CRM, "erp"):
        stage.hooks[system, "save"] = saved
    for system, key, field, value in history:
        if system == CRM:
            stage.crm.put("company", companies[key], {field: value})
        else:
            stage.erp.put("customer", key, {field: value})
    stage.forget_calls()
    stage.one()
    stage.pause(4000)
    stage.one()
    with stage.store.look() as state:
        dump = list(state.links._database._connection.iterdump())
    return dump, stage.writes()


def _failed(fault, do, count):
    """What a call answers with a fault, which may be none."""
    if fault in REFUSED:
        return [REFUSED[fault]] * count
    answers = do()
    if fault == "lost":
        return [EditUnknown("the line was cut")] * count
    return [Saved(_silent(each.record)) for each in answers] if fault == "silent" else answers


def _silent(record):
    """The record as a system tells it that does not say what it stored."""
    return type(record)(record.ref, version=record.version, modified=record.modified)


@settings(max_examples=30)
@given(history=edits, failures=faults)
def test_what_a_plain_plan_does_is_what_the_whole_one_does(history, failures):
    """The same is written, and every table of the store holds the same, whatever goes wrong."""
    shortly = world(history=history, failures=failures)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Merger, "moves", lambda *_: None)
        whole = world(history=history, failures=failures)

    assert whole == shortly
