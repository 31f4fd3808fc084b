"""What was written, why, what was lost by it, and what it takes to put the old value back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.canonical import sameness
from erplink.domain.connections import Ranking
from erplink.domain.fields import Field, FieldType
from erplink.domain.history import (
    CannotReverse,
    FieldChange,
    KeptBecauseEdited,
    LostValue,
    RecordChange,
    Reversed,
    explain,
    field_changes,
    reversal,
)
from erplink.domain.links import Agreed, Pin
from erplink.domain.mapping import FieldRule, Mapping
from erplink.domain.merge import PERSON, Merger, Option, Outcome
from erplink.domain.policy import Policy, Rule
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET
from erplink.errors import BadValue
from erplink.testing.strategies import maybes, values

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACTOR, ENTITY = ActorRef("erp", "customer", "7"), EntityRef.of("company", "1")
NAME = Field("name")


def decided(base="ACME", crm="ACME Inc.", erp="ACME Ltd.", *, field=NAME, rule="", pins=None):
    """The decision on one field of a record."""
    mapping = Mapping("erp", "customer", "company", rules=[FieldRule("name", "name", rule=rule)])
    merger = Merger(mapping, [field], [field], Policy(Ranking(("erp", "crm"))))
    bases = {} if base is UNSET else {"name": Agreed(base, base)}
    (decision,) = merger.merge(bases, {"name": crm}, {"name": erp}, pins=pins or {}).decisions
    return decision


def row(*changes, record=ENTITY, at=NOON, run="run 1"):
    """A record that was written by some run."""
    return RecordChange("crm/company/1=erp/customer/7", record, run, "user-1", at, changes)


def changed(old="ACME Inc.", new="ACME Ltd.", field="name", system="crm", **more):
    """A field that was written."""
    return FieldChange(system, field, (field,), old, new, **more)


# what is kept -------------------------------------------------------------------------------------


def test_a_conflict_is_kept_with_the_value_that_lost():
    """A change keeps old, new, base, both sides' values, the rule, the reason and the loser."""
    decision = decided()
    (change,) = field_changes(decision, {"crm": {"name": "ACME Ltd."}})

    assert ("crm", "name", ("name",)) == (change.system, change.field, change.keys)
    assert ("ACME Inc.", "ACME Ltd.", "ACME") == (change.old, change.new, change.base)
    assert {"crm": "ACME Inc.", "erp": "ACME Ltd."} == {
        side.system: side.value for side in change.sides
    }
    assert (Rule.RANK, "erp", decision.reason) == (change.rule, change.winner, change.reason)
    assert (LostValue("crm", "ACME Inc."),) == change.lost


def test_a_side_that_did_not_move_loses_nothing():
    """Where one side moved, the other's value was only the old one."""
    (change,) = field_changes(decided(crm="ACME"), {"crm": {}})

    assert ("ACME", ()) == (change.old, change.lost)


def test_a_pin_lets_the_other_side_lose():
    """What was entered against a pin is lost, and kept as such."""
    decision = decided(erp="ACME", pins={"name": Pin.ERP})
    (change,) = field_changes(decision, {"crm": {}})

    assert (LostValue("crm", "ACME Inc."),) == change.lost


def test_a_union_loses_nothing():
    """What both sides added to many values is in both, though both sides are written."""
    phones = Field("name", FieldType.TEXTS)
    decision = decided(("1",), ("1", "2"), ("1", "3"), field=phones)
    changes = field_changes(decision, {"crm": {}, "erp": {}})

    assert [("crm", ("1", "2", "3")), ("erp", ("1", "2", "3"))] == [
        (change.system, change.new) for change in changes
    ]
    assert [(), ()] == [change.lost for change in changes]


def test_without_a_base_there_is_none_to_tell():
    """On the first link nothing was agreed on, which is not the same as agreed on nothing."""
    (change,) = field_changes(decided(UNSET), {"crm": {}})

    assert UNSET is change.base


def test_what_a_system_stored_is_what_is_kept():
    """The new value is what the target told that it holds, not what it was sent."""
    (change,) = field_changes(decided(), {"crm": {"name": "ACME LTD"}})

    assert "ACME LTD" == change.new


def test_what_a_system_did_not_tell_is_taken_as_sent():
    """A target that only says yes is taken to have stored what it was sent."""
    (change,) = field_changes(decided(), {"crm": {"other": 1}})

    assert "ACME Ltd." == change.new


def test_what_was_not_confirmed_is_no_history():
    """A write that nobody confirmed is not told as one."""
    assert () == field_changes(decided(), {})


def test_a_compound_field_is_kept_by_its_parts():
    """A field of several parts keeps them together, and knows the key of each."""
    fields = [Field("first"), Field("last")]
    rule = FieldRule(("first", "last"), ("first", "last"))
    merger = Merger(Mapping("erp", "person", "contact", rules=[rule]), fields, fields)
    old, new = {"first": "A", "last": None}, {"first": "A", "last": "B"}
    base = {"first+last": Agreed(("A", None), ("A", None))}
    (decision,) = merger.merge(base, old, new).decisions
    (change,) = field_changes(decision, {"crm": {"first": "A.", "last": "B."}})

    assert ("first+last", ("first", "last")) == (change.field, change.keys)
    assert (("A", None), ("A.", "B.")) == (change.old, change.new)
    assert old == change.before


@pytest.mark.parametrize(
    ("system", "reason", "lost"),
    [
        ("erp", "a person chose erp's value", {"crm"}),
        ("crm", "a person chose crm's value", {"erp"}),
        (PERSON, "a person chose a value of their own", {"crm", "erp"}),
    ],
)
def test_an_answer_is_kept_as_a_persons_choice(system, reason, lost):
    """Where a person chose, the change says so, and the value they did not choose is kept."""
    decision = decided(rule=Rule.ASK)
    writes = {write.system: write for each in decision.options for write in each.writes}
    chosen = tuple(writes[side] for side in sorted(lost))
    option = Option(system, "ACME", chosen)
    changes = field_changes(decision, {"crm": {}, "erp": {}}, option=option)

    assert Outcome.ASK is decision.outcome
    assert {(system, reason, Rule.ASK)} == {(c.winner, c.reason, c.rule) for c in changes}
    assert lost == {change.system for change in changes}
    assert [lost] * len(changes) == [{each.system for each in change.lost} for change in changes]


# rows ---------------------------------------------------------------------------------------------


def test_a_row_is_about_one_record():
    """A row refuses a change of another side, and two changes of one field."""
    for changes in ([changed(system="erp")], [changed(), changed()]):
        with pytest.raises(BadValue, match="on its own side, one for each field") as refusal:
            row(*changes)

        assert "crm/company/1" == refusal.value.record


def test_a_row_says_when_without_doubt():
    """A row refuses a moment without a time zone."""
    with pytest.raises(BadValue, match=r"crm/company/1: .*moments must be aware"):
        row(changed(), at=NOON.replace(tzinfo=None))


def test_a_change_names_its_keys():
    """A change of no key, or of a compound field in other parts, is refused."""
    with pytest.raises(BadValue, match="a change names its fields"):
        FieldChange("crm", "name", (), "a", "b")
    for old in ("A", ("A",)):
        with pytest.raises(BadValue, match="2 parts are expected, for first, last"):
            FieldChange("crm", "first+last", ("first", "last"), old, ("A", "B"))


def test_rows_and_changes_show_the_gist():
    """The repr of a change is the change; that of a row has no values."""
    shown = changed(rule="rank")

    assert "<crm.name: 'ACME Inc.' -> 'ACME Ltd.' by rank>" == repr(shown)
    assert "RecordChange(crm/company/1 at 2026-01-01T12:00:00+00:00: name)" == repr(row(shown))


# why it is what it is -----------------------------------------------------------------------------

EXPLAINED = """\
crm/company/1.name: 'ACME Ltd.'
before: 'ACME Inc.'; last agreed on: 'ACME'
chosen by: erp's value, by rank (the highest ranked side that moved)
lost: crm's 'ACME Inc.'
written: 2026-01-01 12:00:00+00:00 in run 1 for user-1"""


def test_a_field_is_explained_by_its_newest_change():
    """It tells value, old value, base, who chose, what was lost, when and for whom."""
    (change,) = field_changes(decided(), {"crm": {}})
    explanation = explain([row(change)], "name")

    assert EXPLAINED == str(explanation)
    assert change is explanation.change


def test_an_edit_since_is_told():
    """Where the field holds something else by now, no run chose that, and it is said."""
    explanation = explain([row(changed())], "name", current="ACME!")

    assert explanation.edited
    assert str(explanation).endswith("edited since: 'ACME!'")


def test_what_the_side_cannot_tell_apart_is_no_edit():
    """A value that is the same to the target was not edited."""
    trimmed = sameness(Field("name", trims=True))

    assert not explain([row(changed())], "name", current="ACME Ltd. ", same=trimmed).edited


def test_the_newest_row_counts_and_the_earlier_ones_are_counted():
    """Rows may come in any order; of two of one moment, the first that is given is the newest."""
    old, new = row(changed(), at=NOON - timedelta(hours=1)), row(changed(old=None), run="run 2")
    same_moment = row(changed(), run="run 3")
    explanation = explain([old, new, same_moment], "name")

    assert (new, same_moment, old) == explanation.rows
    assert str(explanation).endswith("in run 2 for user-1; 2 earlier")


def test_a_value_that_no_side_held_is_nobodys():
    """A value that a rule made up is told by its rule alone."""
    explanation = explain([row(changed(rule="sum", reason="the sum of both"))], "name")

    assert "chosen by: sum (the sum of both)" in str(explanation)


def test_a_field_that_was_never_written_says_so():
    """Neither another field's rows nor the other side's explain it."""
    rows = [row(changed(field="phone")), row(changed(system="erp"), record=ACTOR)]
    explanation = explain(rows, "name", current="ACME")

    assert (None, False) == (explanation.change, explanation.edited)
    assert "crm.name: no run ever wrote it" == str(explanation)
    assert explain(rows, "name", system="erp").change is not None


# taking it back -----------------------------------------------------------------------------------


def test_a_change_is_taken_back_where_the_value_is_still_there():
    """What was written and is still there is replaced by what was there before."""
    assert Reversed("name", {"name": "ACME Inc."}) == reversal(changed(), "ACME Ltd.")


def test_an_edit_since_is_never_overwritten():
    """A field that holds something else by now is kept, and both values are told."""
    assert KeptBecauseEdited("name", "ACME Ltd.", "ACME!") == reversal(changed(), "ACME!")


def test_what_is_back_already_needs_no_write():
    """Where somebody put the old value back, there is nothing to write."""
    assert Reversed("name", {}) == reversal(changed(), "ACME Inc.")


def test_the_side_decides_what_is_the_same():
    """A value that the target cannot tell from the written one was not edited."""
    trimmed = sameness(Field("name", trims=True))

    assert Reversed("name", {"name": "ACME Inc."}) == reversal(
        changed(), " ACME Ltd. ", same=trimmed
    )


@pytest.mark.parametrize(
    ("change", "current", "reason"),
    [
        (changed(old=UNSET), "ACME Ltd.", "what it held before is not known"),
        (changed(), UNSET, "what it holds now is not known"),
    ],
)
def test_what_is_not_known_is_not_put_back(change, current, reason):
    """Without the old value, or the one that is there, nothing is written."""
    assert CannotReverse("name", reason) == reversal(change, current)
    assert change.old is not UNSET or {} == change.before


@pytest.mark.parametrize("before", [("A", "B"), None])
def test_a_compound_field_is_put_back_part_by_part(before):
    """Each part of a compound field is put back under its own key, also where all were empty."""
    change = FieldChange("crm", "first+last", ("first", "last"), before, ("C", "D"))
    first, last = before or (None, None)

    assert Reversed("first+last", {"first": first, "last": last}) == reversal(change, ("C", "D"))


@given(maybes(), values(), st.data())
def test_putting_back_gives_the_old_value_or_touches_nothing(old, new, data):
    """After a reversal the field holds what it held before, or what somebody made of it since."""
    change = changed(old=old, new=new)
    current = data.draw(st.sampled_from([old, new]) | maybes())
    result = reversal(change, current, same=sameness(Field("name", FieldType.TEXT)))
    holds = current
    if isinstance(result, Reversed):
        holds = result.patch.get("name", current)

    same = sameness(Field("name", FieldType.TEXT))
    assert same(holds, old) if isinstance(result, Reversed) else holds is current
