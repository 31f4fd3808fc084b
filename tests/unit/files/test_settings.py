"""What is configured about files."""

import pytest

from erplink.adapters.erp.files import FileLimits, FilesConnector
from erplink.adapters.erp.files.columntypes import ColumnType, column_type
from erplink.adapters.erp.files.settings import KindSettings, NewKeys, settings_of
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import config_form
from erplink.domain.fields import FieldType, Sort
from erplink.errors import BadValue

LIMITS = FileLimits()


def settings(**config):
    return settings_of({"path": "a.csv", **config}, LIMITS)


def test_the_form_asks_for_one_thing_only():
    """A path is enough; everything else has a default that is found out."""
    mandatory = [field.key for field in config_form(FilesConnector()) if field.mandatory]

    assert ["path"] == mandatory
    assert settings() == settings(**{f.key: f.default for f in config_form(FilesConnector())[1:]})


def test_kinds_can_be_set_in_toml_and_in_json():
    """The same settings come of either."""
    toml = '[customer]\nsheet = "Clients"\nnew_keys = "uuid"\n[customer.types]\nvat = "text"\n'
    json = '{"customer": {"sheet": "Clients", "new_keys": "uuid", "types": {"vat": "text"}}}'

    expected = KindSettings("Clients", new_keys=NewKeys.UUID, types={"vat": ColumnType()})
    assert {"customer": expected} == settings(kinds=toml).kinds
    assert settings(kinds=toml) == settings(kinds=json)


def test_what_is_set_for_a_kind_goes_before_what_is_set_for_all():
    """The form holds what is usual, and the structured text the exceptions."""
    found = settings(key_column="id", header_row=2, kinds='{"customer": {"key": "no"}}')

    assert ("no", 2) == (found.of("customer").key, found.of("customer").header_row)
    assert ("id", 2) == (found.of("person").key, found.of("person").header_row)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"path": " "}, "path"),
        ({"path": "a\0b"}, "path"),
        ({"path": 7}, "path: a text is expected"),
        ({"locale": "dee-DE"}, "did you mean 'de-DE'"),
        ({"time_zone": "Europe/Osl"}, "did you mean 'Europe/Oslo'"),
        ({"delimiter": "::"}, "delimiter"),
        ({"delimiter": '"'}, "delimiter"),
        ({"header_row": 0}, "header_row"),
        ({"header_row": 101}, "header_row"),
        ({"header_row": "1"}, "header_row: a whole number"),
        ({"header_row": True}, "header_row: a whole number"),
        ({"new_keys": "guid"}, "new_keys: 'guid' is unknown"),
        ({"kinds": "[customer"}, "neither TOML nor JSON"),
        ({"kinds": '{"a": 1'}, "neither TOML nor JSON"),
        ({"kinds": "[" * 100_001}, "longer than"),
        ({"kinds": '{"a":' * 5_000 + "1"}, "kinds"),
        ({"kinds": r'{"\ud800": {}}'}, "surrogate"),
        ({"kinds": '{"a": []}'}, "a table is expected"),
        ({"kinds": '{"a": {"kye": "id"}}'}, "did you mean 'key'"),
        ({"kinds": '{"a": {"types": {"b": "txt"}}}'}, "a type is one of"),
        ({"kinds": '{"a": {"types": "text"}}'}, "a table is expected"),
        ({"kinds": '{"a": {"header_row": -1}}'}, "kinds.a.header_row"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(config, told):
    """The trouble says which setting it is, and what would do."""
    with pytest.raises(FileTrouble) as caught:
        settings(**config)

    assert "bad-settings" == caught.value.code
    assert told in str(caught.value)


def test_a_setting_has_a_greatest_length():
    """The limit on the length of a setting holds."""
    limits = FileLimits(setting_characters_max=10)

    assert settings_of({"path": "a" * 10}, limits)
    with pytest.raises(FileTrouble, match="longer than 10"):
        settings_of({"path": "a" * 11}, limits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text", ColumnType()),
        (" decimal ", ColumnType(FieldType.DECIMAL)),
        ("checkbox", ColumnType(FieldType.CHECKBOX)),
        ("checkbox ja/nei", ColumnType(FieldType.CHECKBOX, words=("ja", "nei"))),
        ("list countries", ColumnType(FieldType.LIST, "countries")),
        ("texts comma", ColumnType(FieldType.TEXTS, separator=",")),
        ("texts newline phone", ColumnType(FieldType.TEXTS, separator="\n", sort=Sort.PHONE)),
        ("ignore", ColumnType(ignored=True)),
    ],
)
def test_a_type_is_told_as_it_is_set(text, expected):
    """Reading a type and telling it gives the same words."""
    assert expected == column_type(text)
    assert expected == column_type(str(expected))


@pytest.mark.parametrize(
    "text",
    ["", "txt", "list", "texts", "texts ,", "texts comma pigeon", "checkbox yes/YES", "text x"],
)
def test_what_is_no_type_is_refused(text):
    """The refusal lists the types there are."""
    with pytest.raises(BadValue, match="a type is one of text, integer"):
        column_type(text)


@pytest.mark.parametrize("name", [field.name for field in FileLimits.__attrs_attrs__][:-1])
def test_every_limit_is_at_least_one(name):
    """A limit of nothing would refuse everything."""
    with pytest.raises(ValueError, match=name):
        FileLimits(**{name: 0})
