"""Field mapping, per connection and actor type: rules, list maps and defaults."""

import pytest

from erplink.domain.mapping import (
    DefaultValue,
    Direction,
    FieldRule,
    How,
    ListMap,
    ListPair,
    Mapping,
    OnDelete,
    Reaction,
)
from erplink.errors import BadName, BadValue

MAPPING = Mapping("acme", "customer", "company", rules=[FieldRule("name", "title")])


class TestRules:
    """Per ERP field: CRM field, direction, and where it is shown."""

    @pytest.mark.parametrize(
        ("direction", "to_crm", "to_erp"),
        [(">", True, False), ("<", False, True), ("<>", True, True), ("-", False, False)],
    )
    def test_a_direction_says_where_values_may_be_written(self, direction, to_crm, to_erp):
        """`>` is ERP to CRM, `<` is CRM to ERP, `<>` is both and `-` is neither."""
        rule = FieldRule("name", "title", direction)

        assert (to_crm, to_erp) == (rule.direction.to_crm, rule.direction.to_erp)
        assert rule.syncs is (to_crm or to_erp)

    def test_a_rule_is_named_by_its_erp_field_or_parts(self):
        """A compound field's parts are joined by a plus."""
        rule = FieldRule(("first", "last"), ("given", "family"))

        assert ("first+last", "given+family") == (rule.key, rule.crm_key)
        assert "first+last <> given+family" == str(rule)

    def test_mapping_to_nothing_says_do_not_sync(self):
        """Whatever the direction is."""
        rule = FieldRule("internal")

        assert not rule.syncs
        assert "internal <> (nothing)" == str(rule)
        assert Direction.BOTH is rule.direction

    @pytest.mark.parametrize(("erp", "crm"), [((), ()), ("", ()), ("a", ""), (("a", ""), "b")])
    def test_a_rule_about_no_field_is_refused(self, erp, crm):
        """Each part has a name."""
        with pytest.raises(BadValue, match="a rule names its fields"):
            FieldRule(erp, crm)


class TestMapping:
    """A mapping is a value like any other."""

    def test_a_rule_is_found_by_its_key(self):
        """A misspelt key is told with the likely spelling."""
        assert FieldRule("name", "title") == MAPPING.rule("name")
        with pytest.raises(BadName, match=r"unknown rule 'nam'; did you mean 'name'\?"):
            MAPPING.rule("nam")

    def test_a_changed_mapping_is_a_new_one_with_the_next_version(self):
        """A rule of the same key is replaced, another is added."""
        other = MAPPING.with_rule(FieldRule("name", "label")).with_rule(FieldRule("no", "number"))

        assert ["label", "number"] == [rule.crm_key for rule in other.rules]
        assert (1, 3) == (MAPPING.version, other.version)
        assert "Mapping(acme: customer <> company, 2 rules, v3)" == repr(other)

    @pytest.mark.parametrize(
        "twice",
        [
            {"rules": [FieldRule("name"), FieldRule("name", "title")]},
            {"lists": [ListMap("a", "b"), ListMap("a", "b", {"c": "d"})]},
            {"defaults": [DefaultValue("name"), DefaultValue("name", "ask")]},
        ],
    )
    def test_two_of_one_name_are_refused(self, twice):
        """They could not be told apart."""
        with pytest.raises(BadValue, match="two times a "):
            Mapping("acme", "customer", "company", **twice)

    def test_a_list_map_is_found_by_its_two_lists(self):
        """None where the two are not mapped to each other."""
        list_map = ListMap("länder", "countries")
        mapping = Mapping("acme", "customer", "company", lists=[list_map])

        assert list_map == mapping.list_map("länder", "countries")
        assert mapping.list_map("countries", "länder") is None

    def test_a_default_asks_or_sets_or_both(self):
        """Whether the user is asked follows from how it is given."""
        assert [False, True, True] == [how.asks for how in How]
        assert How.ASK is DefaultValue("name", "ask").how

    def test_a_deletion_is_told_and_nothing_more_by_default(self):
        """Deleting follows a deletion only where somebody chose it."""
        assert (Reaction.TELL, Reaction.TELL) == (OnDelete().in_erp, OnDelete().in_crm)
        assert OnDelete().only_created


class TestListMap:
    """ERP item to CRM item, one to one; an item may stay unmapped."""

    LANDS = ListMap("länder", "countries", {"S": "SE", "N": "NO"})

    def test_an_item_has_a_counterpart_both_ways(self):
        """The ERP's item becomes the CRM's, and back."""
        assert ("SE", "N") == (self.LANDS.to_crm("S"), self.LANDS.to_erp("NO"))

    def test_an_unmapped_item_is_refused_and_never_guessed(self):
        """The error says where to map it."""
        with pytest.raises(BadValue, match="no counterpart; map it in the list 'länder'"):
            self.LANDS.to_crm("DK")
        with pytest.raises(BadValue, match="no counterpart; map it in the list 'countries'"):
            self.LANDS.to_erp("DK")

    def test_unmapped_items_are_listed(self):
        """In the order they were given."""
        assert (("D",), ("FI", "DK")) == self.LANDS.unmapped(["N", "D"], ["FI", "SE", "DK"])

    def test_several_items_may_share_a_counterpart(self):
        """The preferred pair says which one it becomes on the way back."""
        shared = ListMap("a", "b", [ListPair("1", "x", preferred=True), ListPair("2", "x")])

        assert () == shared.doubled()
        assert ("x", "x", "1") == (shared.to_crm("1"), shared.to_crm("2"), shared.to_erp("x"))

    def test_a_double_mapping_is_told_and_refused(self):
        """Where none, or not one, is preferred, nothing says which item it is."""
        double = ListMap("a", "b", [ListPair("1", "x"), ListPair("1", "y")])

        assert ("ERP item '1' is mapped to 2 CRM items and 0 of them are preferred",) == (
            double.doubled()
        )
        with pytest.raises(BadValue, match="no counterpart"):
            double.to_crm("1")
        assert ("1", "1") == (double.to_erp("x"), double.to_erp("y"))

    def test_list_maps_of_the_same_pairs_are_equal(self):
        """However the pairs were given."""
        pairs = (ListPair("S", "SE"), ListPair("N", "NO"))

        assert ListMap("länder", "countries", pairs) == self.LANDS
        assert hash(ListMap("länder", "countries", pairs)) == hash(self.LANDS)
