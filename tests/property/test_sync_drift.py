"""The laws of drift: descriptions hold what matters, and only what is used can suspend."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erplink.connectors import Kind
from erplink.domain.fields import FieldType
from erplink.domain.mapping import DefaultValue, FieldRule, Mapping
from erplink.sync.drift import describe, drift, read
from erplink.sync.state import Side
from erplink.testing.strategies import fields, texts

some_fields = st.lists(fields(), unique_by=lambda field: field.key, max_size=3)
names = st.sampled_from(["customer", "partner"])
kinds = st.builds(Kind, names, some_fields, parent=st.sampled_from(["", "group"]))
sides = st.sampled_from(Side)
keys = st.sampled_from(["a", "b", "c"])
rules = st.lists(
    st.builds(FieldRule, keys, keys | st.just(()), st.sampled_from([">", "<", "<>", "-"])),
    unique_by=lambda rule: rule.key,
    max_size=3,
)
defaults = st.lists(st.builds(DefaultValue, keys), unique_by=lambda each: each.field, max_size=2)
mappings = st.builds(
    Mapping,
    st.just("erp"),
    st.just("customer"),
    st.just("company"),
    rules=rules,
    defaults=defaults,
)


def used(mapping, side):
    """The fields of a side whose values travel, and those that are written there."""
    read, written = set(), set()
    for rule in mapping.rules:
        if rule.syncs:
            keys = rule.erp if side is Side.ERP else rule.crm
            read |= set(keys)
            if rule.direction.to_erp if side is Side.ERP else rule.direction.to_crm:
                written |= set(keys)
    if side is Side.ERP:
        written |= {default.field for default in mapping.defaults}
    return read, written


@given(kinds)
def test_a_description_is_read_as_what_was_described(kind):
    """But for what only a form shows, and for the order of the fields."""
    again = read(describe(kind))

    assert describe(kind) == describe(again)
    assert (kind.name, kind.parent) == (again.name, again.parent)
    assert {field.key: field.type for field in kind.fields} == {
        field.key: field.type for field in again.fields
    }


@given(kinds, texts(), st.randoms(use_true_random=False))
def test_what_only_a_form_shows_is_no_part_of_a_description(kind, label, random):
    """New labels, another order and other hints suspend nothing, for they are not seen."""
    shown = [
        evolve(field, label=label, tooltip=label, rank=field.rank + 1) for field in kind.fields
    ]
    random.shuffle(shown)

    assert describe(kind) == describe(evolve(kind, fields=shown, title=label))


@given(kinds, kinds, mappings, sides)
def test_kinds_of_one_description_have_not_drifted(kind, other, mapping, side):
    """And what drifted has another description."""
    assert not drift(kind, kind, mapping, side)
    assert not drift(kind, read(describe(kind)), mapping, side)
    assert not drift(kind, other, mapping, side) or describe(kind) != describe(other)


@given(kinds, kinds, mappings, sides)
def test_a_mapping_is_suspended_just_where_it_would_do_harm(old, new, mapping, side):
    """Where a field that travels is gone or of another type, or one does not take what it gets."""
    read_here, written = used(mapping, side)
    pairs = {key: (old.field(key), new.field(key)) for key in read_here | written}
    harmful = {
        key
        for key, (before, now) in pairs.items()
        if before
        and (
            now is None
            or before.type is not now.type
            or (key in written and now.why_not_writable and not before.why_not_writable)
        )
    }
    harmless = {
        key
        for key, (before, now) in pairs.items()
        if not before or (now and describe_one(before) == describe_one(now))
    }
    found = drift(old, new, mapping, side)
    suspending = {change.field for change in found.changes if change.suspends}

    assert harmful <= suspending <= pairs.keys() - harmless
    assert found.suspends == bool(suspending) == bool(found.reason)


def describe_one(field):
    return describe(Kind("kind", [field]))


@given(kinds, kinds, mappings, sides)
def test_every_change_is_a_sentence(old, new, mapping, side):
    """About one field, or about the kind; the drift has a line for each."""
    found = drift(old, new, mapping, side)

    assert str(found).splitlines() == [str(change) for change in found.changes]
    for change in found.changes:
        assert change.text.endswith((".", ")."))
        assert change.field in change.text
    assert bool(found) == bool(found.changes)


@given(kinds, mappings, sides, fields(FieldType.TEXT))
def test_a_new_field_suspends_nothing(kind, mapping, side, field):
    """A system may learn more at any time."""
    more = evolve(kind, fields=[*kind.fields, evolve(field, key="new")])

    assert not drift(kind, more, mapping, side).suspends
