"""What is different in a mapping, for a person to look over."""

from attrs import evolve

from erplink.domain.mapping import (
    DefaultValue,
    FieldRule,
    ListMap,
    Mapping,
    OnDelete,
    OnUnlinked,
    changes,
)

OLD = Mapping(
    "acme",
    "customer",
    "company",
    rules=[FieldRule("name", "name"), FieldRule("no", "number", ">")],
    lists=[ListMap("länder", "countries", {"S": "SE", "N": "NO"})],
    defaults=[DefaultValue("limit", "ask")],
)


def told(**changed):
    return [str(each) for each in changes(OLD, evolve(OLD, **changed))]


def test_nothing_is_different_in_the_same_mapping():
    """Neither the version nor the order of the rules is a difference."""
    assert [] == told(version=2, rules=tuple(reversed(OLD.rules)))


def test_what_the_mapping_is_for_is_told():
    """Kinds, connection, and whether it is synced at all."""
    assert ["enabled: True -> False"] == told(enabled=False)
    assert ["actor_kind: 'customer' -> 'supplier'"] == told(actor_kind="supplier")


def test_a_rule_is_added_removed_or_changed_attribute_by_attribute():
    """A rule is the same one as long as it is about the same ERP field."""
    rules = [FieldRule("name", "title", "<", rank=2), FieldRule("town", "city")]

    assert [
        "rule name.crm: ('name',) -> ('title',)",
        "rule name.direction: <> -> <",
        "rule name.rank: 0 -> 2",
        "rule no: removed: no > number",
        "rule town: added: town <> city",
    ] == told(rules=rules)


def test_a_list_map_changes_pair_by_pair():
    """So that one new item is one line."""
    assert [
        "list map länder - countries: removed: ListPair(erp='N', crm='NO', preferred=False)",
        "list map länder - countries: added: ListPair(erp='D', crm='DK', preferred=False)",
    ] == told(lists=[ListMap("länder", "countries", {"S": "SE", "D": "DK"})])


def test_defaults_and_reactions_are_told_too():
    """Nothing that is different is left out."""
    assert ["default of limit.how: ask -> set", "default of limit.value: None -> 5"] == told(
        defaults=[DefaultValue("limit", "set", 5)]
    )
    assert ["on_delete.in_erp: tell -> unlink"] == told(on_delete=OnDelete(in_erp="unlink"))
    unlinked = OnUnlinked(in_crm="link")
    assert ["on_unlinked.in_crm: leave -> link"] == told(on_unlinked=unlinked)
