"""Mappings as documents: JSON and TOML, versioned, and back; unknown keys are refused."""

import json
from datetime import date
from decimal import Decimal

import pytest

from erplink.domain import parsing
from erplink.domain.mapping import (
    DefaultValue,
    FieldRule,
    ListMap,
    ListPair,
    Mapping,
    OnDelete,
    OnUnlinked,
    document,
    mapping_from_data,
    mapping_from_json,
    mapping_from_toml,
    mapping_to_data,
    mapping_to_json,
    mapping_to_toml,
)
from erplink.domain.policy import Rule
from erplink.domain.shapes import FAULTS_MAX, NESTING_MAX
from erplink.domain.transforms import (
    Laws,
    chain,
    custom,
    join_words,
    pad_zeros,
    standard_catalogue,
    trim,
)
from erplink.errors import BadDocument

MAPPING = Mapping(
    "acme",
    "customer",
    "company",
    rules=[
        FieldRule("name", "name"),
        FieldRule(
            "no",
            "number",
            ">",
            transform=pad_zeros(8),
            show_in_search=True,
            show_in_tab=True,
            rank=2,
        ),
        FieldRule(
            ("first", "last"), "contact", transform=chain(join_words(), trim()), mandatory=True
        ),
        FieldRule("phones", "phones", rule=Rule.UNION),
        FieldRule("internal"),
    ],
    lists=[ListMap("länder", "countries", [ListPair("S", "SE", preferred=True)])],
    defaults=[DefaultValue("limit", "both", Decimal("1000.00"), mandatory=True)],
    on_delete=OnDelete(in_erp="unlink"),
    on_unlinked=OnUnlinked(in_crm="create"),
    version=3,
)

TEXT = """\
format = 1
connection = "acme"
actor_kind = "customer"
entity_kind = "company"
version = 3

[on_delete]
in_erp = "unlink"

[on_unlinked]
in_crm = "create"

[[rules]]
erp = "name"
crm = "name"
direction = "<>"

[[rules]]
erp = "no"
crm = "number"
direction = ">"
transform = { use = "pad_zeros", width = 8 }
show_in_search = true
show_in_tab = true
rank = 2

[[rules]]
erp = ["first", "last"]
crm = "contact"
direction = "<>"
transform = { use = "chain", steps = [{ use = "join_words", separator = " ", parts = 2, \
rest = "last" }, { use = "trim", inner = false }] }
mandatory = true

[[rules]]
erp = "phones"
crm = "phones"
direction = "<>"
rule = "union"

[[rules]]
erp = "internal"
direction = "<>"

[[lists]]
erp_list = "länder"
crm_list = "countries"
pairs = [
    { erp = "S", crm = "SE", preferred = true },
]

[[defaults]]
field = "limit"
how = "both"
value = { decimal = "1000.00" }
mandatory = true
"""

SMALL = {
    "format": 1,
    "connection": "acme",
    "actor_kind": "customer",
    "entity_kind": "company",
}


def refused(**changed):
    """What is said of a small document with some keys changed."""
    with pytest.raises(BadDocument) as raised:
        mapping_from_data({**SMALL, **changed})
    return str(raised.value)


class TestRoundTrip:
    """What is written is read back."""

    def test_a_mapping_is_a_toml_text_to_read_and_compare(self):
        """What is as usual is left out."""
        assert TEXT == mapping_to_toml(MAPPING)
        assert MAPPING == mapping_from_toml(TEXT)

    def test_a_mapping_is_a_json_text(self):
        """With the same keys, and letters as they are."""
        text = mapping_to_json(MAPPING)

        assert MAPPING == mapping_from_json(text)
        assert "länder" in text
        assert mapping_to_data(MAPPING) == json.loads(text)

    def test_what_is_left_out_is_as_usual(self):
        """A document needs the format, the connection and the two kinds."""
        assert Mapping("acme", "customer", "company") == mapping_from_data(SMALL)
        assert {**SMALL, "version": 1} == mapping_to_data(mapping_from_data(SMALL))

    def test_plain_data_are_plain(self):
        """The name of a merge rule is a text, whatever it was."""
        (rule,) = mapping_to_data(
            Mapping("acme", "customer", "company", rules=[FieldRule("a", "b", rule=Rule.ASK)])
        )["rules"]

        assert str is type(rule["rule"])

    @pytest.mark.parametrize("value", [0, False, "", (), ("a",), date(2026, 1, 31)])
    def test_the_type_of_a_default_is_kept(self, value):
        """0 is not False, and empty is not nothing."""
        mapping = Mapping("a", "b", "c", defaults=[DefaultValue("d", value=value)])
        read = mapping_from_toml(mapping_to_toml(mapping))

        assert repr(mapping.defaults) == repr(read.defaults)


class TestTransforms:
    """Transforms are made again by a catalogue."""

    @staticmethod
    def shout():
        """A host's own transform."""
        return custom("shout", to_crm=str.upper, laws=Laws.TO_CRM_ONLY)

    def test_a_hosts_own_transform_needs_the_hosts_catalogue(self):
        """It reads and writes what erplink's own cannot."""
        catalogue = standard_catalogue().extended({"shout": self.shout})
        mapping = Mapping("a", "b", "c", rules=[FieldRule("d", "e", ">", transform=self.shout())])

        for write, read in (
            (mapping_to_data, mapping_from_data),
            (mapping_to_json, mapping_from_json),
            (mapping_to_toml, mapping_from_toml),
        ):
            assert mapping == read(write(mapping, catalogue=catalogue), catalogue=catalogue)

    def test_a_transform_that_is_not_in_the_catalogue_is_not_written(self):
        """It could not be read again; the error says which rule has it."""
        mapping = Mapping("a", "b", "c", rules=[FieldRule("d", "e", ">", transform=self.shout())])

        with pytest.raises(BadDocument, match=r"^rules\[0\].transform: unknown transform 'shout'"):
            mapping_to_data(mapping)

    def test_an_unknown_transform_is_refused_with_the_likely_spelling(self):
        """The error says which rule has it."""
        rule = {"erp": "a", "transform": {"use": "trimm"}}

        assert "rules[0].transform: unknown transform 'trimm'; did you mean 'trim'?" == refused(
            rules=[rule]
        )


class TestFaults:
    """What cannot be read is named with its path, and with the likely spelling."""

    @pytest.mark.parametrize(
        ("key", "value", "message"),
        [
            ("rule", [], "rule: the key is unknown; did you mean 'rules'?"),
            ("rules", {}, "rules: a list of tables is expected, not {}"),
            ("rules", ["a"], "rules[0]: a table is expected, not 'a'"),
            ("rules", [{}], "rules[0].erp: is missing"),
            ("rules", [{"erp": 1}], "rules[0].erp: a text or a list of texts is expected, not 1"),
            (
                "rules",
                [{"erp": ["a", 1]}],
                "rules[0].erp[1]: a text or a list of texts is expected, not 1",
            ),
            ("rules", [{"erp": []}], "rules[0]: ((), ()): a rule names its fields"),
            (
                "rules",
                [{"erp": "a", "drection": ">"}],
                "rules[0].drection: the key is unknown; did you mean 'direction'?",
            ),
            (
                "rules",
                [{"erp": "a", "direction": "=>"}],
                "rules[0].direction: '=>' is unknown; did you mean '>'?",
            ),
            (
                "rules",
                [{"erp": "a", "direction": 1}],
                "rules[0].direction: 1 is unknown; known: >, <, <>, -",
            ),
            (
                "rules",
                [{"erp": "a", "rank": True}],
                "rules[0].rank: a whole number is expected, not True",
            ),
            (
                "rules",
                [{"erp": "a", "mandatory": "no"}],
                "rules[0].mandatory: true or false is expected, not 'no'",
            ),
            ("rules", [{"erp": "a"}] * 2, "document: 'a': two times a rule for ERP field"),
            ("connection", 7, "connection: a text is expected, not 7"),
            ("enabled", 1, "enabled: true or false is expected, not 1"),
            ("version", "1", "version: a whole number is expected, not '1'"),
            (
                "on_delete",
                {"in_erp": "delte"},
                "on_delete.in_erp: 'delte' is unknown; did you mean 'delete'?",
            ),
            (
                "lists",
                [{"erp_list": "a", "crm_list": "b", "pairs": [{"erp": "c"}]}],
                "lists[0].pairs[0].crm: is missing",
            ),
            (
                "defaults",
                [{"field": "a", "value": {"decimal": "one"}}],
                "defaults[0].value.decimal: a text such as 1.50 is expected, not 'one'",
            ),
            (
                "defaults",
                [{"field": "a", "value": {"unset": True}}],
                "defaults[0].value: a default has a value; leave the key out for none",
            ),
            ("a b", 1, "'a b': the key is unknown; known: actor_kind, connection, defaults, "),
        ],
    )
    def test_a_fault_is_named_with_its_path(self, key, value, message):
        """Where it stands, what is wrong, and what was meant."""
        assert refused(**{key: value}).startswith(message)

    def test_all_faults_are_told_at_once(self):
        """Whoever mends a document does not want to be told piece by piece."""
        with pytest.raises(BadDocument) as raised:
            mapping_from_data(
                {
                    "conection": "acme",
                    "actor_kind": "customer",
                    "entity_kind": "company",
                    "rules": [{"erp": "a", "rank": "1", "crm": 7}, {"erp": "b", "ranks": 1}],
                }
            )

        assert [
            "conection: the key is unknown; did you mean 'connection'?",
            "format: is missing",
            "connection: is missing",
            "rules[0].crm: a text or a list of texts is expected, not 7",
            "rules[0].rank: a whole number is expected, not '1'",
            "rules[1].ranks: the key is unknown; did you mean 'rank'?",
        ] == str(raised.value).split("\n")

    @pytest.mark.parametrize(
        "changed",
        [
            {"rules": [{"erp": index} for index in range(2_000)]},
            {f"key {index}": index for index in range(2_000)},
        ],
    )
    def test_of_very_many_faults_some_are_told(self, changed):
        """After those nobody looks for more."""
        lines = refused(**changed).split("\n")

        assert FAULTS_MAX + 1 == len(lines)
        assert "and maybe more" == lines[-1]

    @pytest.mark.parametrize("data", [None, [], "text", 1])
    def test_a_document_is_a_table(self, data):
        """Nothing else is read."""
        with pytest.raises(BadDocument, match="document: a table is expected, not "):
            mapping_from_data(data)

    @pytest.mark.parametrize(
        ("read", "text", "message"),
        [
            (mapping_from_json, "{", "this is no JSON: Expecting property name"),
            (mapping_from_json, "1" * 5000, "this is no JSON: Exceeds the limit"),
            (mapping_from_toml, "a = ", "this is no TOML: Invalid value"),
            (mapping_from_toml, "a = 1\na = 2", "this is no TOML: Cannot overwrite a value"),
            (mapping_from_json, '{"a": {"b": 1, "b": 2}}', "the key 'b' stands twice in one table"),
        ],
    )
    def test_a_text_that_is_no_document_is_refused(self, read, text, message):
        """With the place, as the reader of the language names it."""
        with pytest.raises(BadDocument) as raised:
            read(text)

        assert str(raised.value).startswith(message)


class TestFormat:
    """A document says which version of the format it has."""

    def test_a_newer_format_is_refused(self):
        """And nothing else is said: what looks wrong may be right in it."""
        message = "format: 2 is newer than 1, the newest that this version of erplink reads"

        assert message == refused(format=2, rulez=[])

    @pytest.mark.parametrize("number", [0, True, "1", None])
    def test_another_format_is_refused(self, number):
        """There is one format so far."""
        assert f"format: 1 is expected, not {number!r}" == refused(format=number)


class TestLimits:
    """Documents are bounded, on the way in and on the way out."""

    def test_the_number_of_rules_has_a_limit(self, monkeypatch):
        """More are neither read nor written."""
        monkeypatch.setattr(document, "RULES_MAX", 2)
        rules = [FieldRule(key) for key in "abc"]
        mapping_to_data(Mapping("a", "b", "c", rules=rules[:2]))

        message = "rules: at most 2 are expected, not 3"
        assert message == refused(rules=[{"erp": key} for key in "abc"])
        with pytest.raises(BadDocument, match=message):
            mapping_to_data(Mapping("a", "b", "c", rules=rules))

    def test_the_number_of_defaults_has_a_limit(self, monkeypatch):
        """The same as that of the rules."""
        monkeypatch.setattr(document, "RULES_MAX", 2)

        assert "defaults: at most 2 are expected, not 3" == refused(
            defaults=[{"field": key} for key in "abc"]
        )

    def test_the_number_of_lists_and_pairs_has_a_limit(self):
        """Lists are long, and not endless."""
        pair = {"erp": "a", "crm": "b"}
        pairs = [pair] * (document.LIST_PAIRS_MAX + 1)

        assert refused(lists=[{}] * (document.LISTS_MAX + 1)).startswith("lists: at most 500 are ")
        assert refused(lists=[{"erp_list": "a", "crm_list": "b", "pairs": pairs}]).startswith(
            "lists[0].pairs: at most 20000 are expected, not 20001"
        )

    def test_the_length_of_a_text_has_a_limit(self, monkeypatch):
        """A longer text is not even parsed, and none is written."""
        monkeypatch.setattr(parsing, "TEXT_LENGTH_MAX", len(TEXT))

        assert MAPPING == mapping_from_toml(TEXT)
        for act, given in (
            (mapping_from_toml, f"{TEXT} "),
            (mapping_from_json, " " * (len(TEXT) + 1)),
            (mapping_to_json, Mapping("a" * len(TEXT), "b", "c")),
            (mapping_to_toml, Mapping("a" * len(TEXT), "b", "c")),
        ):
            with pytest.raises(BadDocument, match="a document has at most "):
                act(given)

    @pytest.mark.parametrize("depth", [NESTING_MAX + 1, 100_000])
    def test_the_nesting_has_a_limit(self, depth):
        """However deep it is, and whoever refuses it first."""
        nest = "[" * depth + "]" * depth
        for read, text in (
            (mapping_from_json, f'{{"a": {nest}}}'),
            (mapping_from_toml, f"a={nest}"),
        ):
            with pytest.raises(BadDocument, match=rf"more than {NESTING_MAX} levels deep"):
                read(text)

    def test_half_a_character_is_refused(self):
        """It could not be stored as UTF-8; the error says where it stands."""
        broken = json.dumps({**SMALL, "rules": [{"erp": "\ud800"}]})

        with pytest.raises(BadDocument, match=r"^rules\[0\].erp: half a character"):
            mapping_from_json(broken)
        with pytest.raises(BadDocument, match=r"^connection: half a character"):
            mapping_to_data(Mapping("\ud800", "b", "c"))
        with pytest.raises(BadDocument, match=r"^document: half a character"):
            mapping_from_data({**SMALL, "\ud800": 1})

    def test_a_number_too_long_to_be_written_is_refused(self):
        """Python itself would not read it again."""
        with pytest.raises(BadDocument, match=r"^version: a whole number has at most 4096 bits"):
            mapping_to_json(Mapping("a", "b", "c", version=10**5000))

    def test_a_value_that_cannot_be_written_is_named(self):
        """With the default that has it."""
        mapping = Mapping("a", "b", "c", defaults=[DefaultValue("d", value=1.5)])

        with pytest.raises(BadDocument, match=r"^defaults\[0\].value: 1.5: floats lose digits"):
            mapping_to_data(mapping)
