"""Drift: what is told of a change, and what suspends a mapping."""

import json

import pytest
from attrs import evolve

from erplink.connectors import Kind
from erplink.domain.fields import Access, Case, Field, FieldType
from erplink.domain.mapping import DefaultValue, FieldRule, Mapping
from erplink.errors import BadDocument
from erplink.sync.drift import (
    DESCRIPTION_CHARACTERS_MAX,
    FIELDS_MAX,
    Drift,
    SchemaChange,
    describe,
    drift,
    read,
)
from erplink.sync.state import Side

NAME = Field("name", max_length=50)
COUNTRY = Field("country", FieldType.LIST, list_name="countries")
CREDIT = Field("credit", FieldType.DECIMAL, decimals=2)
NOTE, PHONE = Field("note"), Field("phone")
KIND = Kind("customer", [NAME, COUNTRY, CREDIT, NOTE, PHONE])

MAPPING = Mapping(
    "erp",
    "customer",
    "company",
    rules=[
        FieldRule("name", "title"),
        FieldRule("country", "country", ">"),
        FieldRule("note", direction="-", show_in_tab=True),
    ],
    defaults=[DefaultValue("credit")],
)


def without(key):
    return evolve(KIND, fields=[field for field in KIND.fields if field.key != key])


def with_field(field):
    return evolve(without(field.key), fields=[*without(field.key).fields, field])


def told(new, side=Side.ERP, old=KIND):
    """The sentences, and whether the mapping is suspended."""
    found = drift(old, new, MAPPING, side)
    return [str(change) for change in found.changes], found.suspends


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (None, "ERP has no kind 'customer' any longer."),
        (without("name"), "ERP field 'name' is gone."),
        (without("credit"), "ERP field 'credit' is gone."),
        (
            with_field(Field("name", FieldType.INTEGER, max_length=50)),
            "ERP field 'name' was of type text and is of type integer.",
        ),
        (
            with_field(evolve(NAME, access=Access.READ_ONLY)),
            "ERP field 'name' cannot be written any longer: it is read-only.",
        ),
        (
            with_field(evolve(NAME, access=Access.WRITE_ONCE)),
            "ERP field 'name' can only be written once now, when its record is made.",
        ),
        (
            with_field(evolve(COUNTRY, list_name="lands")),
            "ERP field 'country' takes its items from 'lands' now, not from 'countries'.",
        ),
    ],
)
def test_what_a_mapping_cannot_go_on_with_suspends_it(new, text):
    """Before it writes nonsense, or nothing."""
    assert ([text], True) == told(new)
    assert text == drift(KIND, new, MAPPING, Side.ERP).reason


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (without("note"), "ERP field 'note' is gone."),
        (
            with_field(evolve(NAME, max_length=40)),
            "ERP field 'name' stores texts of a different length (50 before, 40 now).",
        ),
        (
            with_field(evolve(NAME, case=Case.UPPER)),
            "ERP field 'name' treats upper and lower case differently (keep before, upper now).",
        ),
        (
            with_field(evolve(NAME, trims=True)),
            "ERP field 'name' treats blanks around a text differently (no before, yes now).",
        ),
        (
            with_field(evolve(CREDIT, decimals=None)),
            "ERP field 'credit' stores a different number of digits (2 before, all now).",
        ),
        (
            with_field(evolve(NAME, access=Access.MANDATORY)),
            "ERP field 'name' must not be empty any longer.",
        ),
        (
            with_field(Field("number", access=Access.MANDATORY)),
            "ERP field 'number' must be filled in new records, and is not mapped.",
        ),
        (
            evolve(KIND, parent="group"),
            "The parents of ERP kind 'customer' were of none and are of kind 'group'.",
        ),
    ],
)
def test_what_a_mapping_can_go_on_with_is_told(new, text):
    """And the mapping goes on."""
    assert ([text], False) == told(new)


@pytest.mark.parametrize(
    "new",
    [
        KIND,
        without("phone"),
        with_field(Field("number")),
        with_field(evolve(PHONE, type=FieldType.TEXTS, access=Access.READ_ONLY)),
        with_field(evolve(COUNTRY, access=Access.READ_ONLY)),
        with_field(evolve(NOTE, type=FieldType.TEXTS)),
    ],
)
def test_what_a_mapping_has_nothing_to_do_with_is_not_told(new):
    """What it does not use, and what it only reads and nobody may write any longer."""
    assert ([], False) == told(new)


def test_each_side_is_looked_at_by_itself():
    """The CRM's fields are the other ends of the rules, written where the ERP's are read."""
    company = Kind("company", [Field("title"), COUNTRY])
    read_only = evolve(company, fields=[Field("title"), evolve(COUNTRY, access=Access.READ_ONLY)])

    assert (["CRM field 'country' cannot be written any longer: it is read-only."], True) == told(
        read_only, Side.CRM, company
    )


def test_a_field_that_was_never_there_did_not_go():
    """That a mapping names it is another problem, and told elsewhere."""
    assert ([], False) == told(without("name"), old=without("name"))


def test_a_description_is_short():
    """What is as usual is left out."""
    expected = '{"name":"customer","fields":[{"key":"name","max_length":50},{"key":"note"}]}'

    assert expected == describe(Kind("customer", [NOTE, NAME], title="Customer"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "{}",
        '{"name":"a"}',
        '{"name":"a","fields":[{"key":""}]}',
        '{"name":"a","fields":[{"key":"a","max_length":-1}]}',
        '{"name":"a","fields":[],"more":1}',
        "[" * 100_000,
        " " * (DESCRIPTION_CHARACTERS_MAX + 1),
        json.dumps({"name": "a", "fields": [{"key": str(at)} for at in range(FIELDS_MAX + 1)]}),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_description_is_refused(text):
    """With what is wrong, and never with anything else."""
    with pytest.raises(BadDocument):
        read(text)


def test_a_drift_is_told_line_by_line():
    """Each change is a sentence, also by itself; what suspends is not told from what does not."""
    found = Drift([SchemaChange("a", "A is gone.", suspends=True), SchemaChange("b", "B is new.")])

    assert "A is gone.\nB is new." == str(found)
    assert (True, False) == (bool(found), bool(Drift()))
    assert "A is gone." == found.reason == str(found.changes[0])
