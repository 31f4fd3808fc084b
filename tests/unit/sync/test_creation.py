"""Creation: what a record that is yet to be made needs, and the name of its making."""

import pytest

from erplink.connectors import Kind
from erplink.domain.fields import Access, Field
from erplink.domain.mapping import DefaultValue, Mapping
from erplink.domain.plan import Create, Patch, Plan
from erplink.domain.records import ActorRef, EntityRef
from erplink.sync.creation import creation_key, missing_values, new_record, with_defaults

SOURCE = EntityRef.of("company", "7")
MAPPING = Mapping(
    "erp",
    "customer",
    "company",
    defaults=[
        DefaultValue("group", value="A"),
        DefaultValue("terms", value=0),
        DefaultValue("note", value=""),
    ],
)
KIND = Kind(
    "customer", [Field("name", access=Access.MANDATORY), Field("group", access=Access.MANDATORY)]
)


def test_the_same_creation_has_the_same_key():
    """Whoever plans it, and however often; so that it is carried out once."""
    assert creation_key(SOURCE, "erp", "customer") == creation_key(SOURCE, "erp", "customer")
    assert "crm/company/7 > erp/customer" == creation_key(SOURCE, "erp", "customer")


@pytest.mark.parametrize(
    "other",
    [
        creation_key(EntityRef.of("company", "8"), "erp", "customer"),
        creation_key(SOURCE, "south", "customer"),
        creation_key(SOURCE, "erp", "person"),
        creation_key(SOURCE, "erp", "customer", instead_of="K-7"),
    ],
)
def test_another_creation_has_another_key(other):
    """Of another record, elsewhere, or in place of one that is gone."""
    assert other != creation_key(SOURCE, "erp", "customer")


def test_a_new_record_knows_where_it_belongs():
    """Its key names the making; its parent is that of the record it is made of."""
    parent = ActorRef("erp", "group", "G")
    made = new_record(SOURCE, "erp", "customer", parent, instead_of="K-7")

    assert ("erp", "customer", parent) == (made.system, made.kind, made.parent)
    assert made.key.endswith("instead of K-7")


def created(values, system="erp"):
    return Plan([Create(system, "customer" if system == "erp" else "company", values, "1")])


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({}, {"group": "A", "terms": 0}),
        ({"group": "B"}, {"group": "B", "terms": 0}),
        ({"group": ""}, {"group": "A", "terms": 0}),
        ({"group": None, "name": "x"}, {"group": "A", "terms": 0, "name": "x"}),
    ],
)
def test_defaults_fill_what_nothing_is_said_about(said, made):
    """What the other side says comes first; zero is a default, and nothing is none."""
    (step,) = with_defaults(created(said), MAPPING).steps

    assert made == dict(step.values)


def test_defaults_are_for_new_actors():
    """Records of the CRM, and records that are there, get none."""
    patch = Patch(ActorRef("erp", "customer", "K"), {"name": "x"})
    plan = created({}, "crm") + Plan([patch])

    assert plan == with_defaults(plan, MAPPING)
    assert created({}) == with_defaults(created({}), Mapping("erp", "customer", "company"))


def test_what_is_missing_is_named():
    """System and field, so that a person finds it; what is there but empty is missing too."""
    kinds = {("erp", "customer"): KIND}

    assert ("erp.name", "erp.group") == missing_values(created({"name": ""}), kinds)
    assert () == missing_values(created({"name": "x", "group": "A"}), kinds)
    assert () == missing_values(
        Plan([Patch(ActorRef("erp", "customer", "K"), {"name": ""})]), kinds
    )
