"""The configuration form of the ``tryton`` connector."""

from typing import Final

from erplink.domain.fields import Access, Field, FieldType

__all__ = ["FORM"]

FORM: Final = (
    Field(
        "url",
        label="Address",
        tooltip="Where the Tryton client connects to, such as https://erp.example.com.",
        access=Access.MANDATORY,
        trims=True,
    ),
    Field("database", label="Database", access=Access.MANDATORY, trims=True),
    Field(
        "user",
        label="User",
        tooltip="A user of its own for this connection, so that it is seen who changed what.",
        trims=True,
    ),
    Field("password", FieldType.PASSWORD, "Password"),
    Field(
        "key",
        FieldType.PASSWORD,
        "Application key",
        "Instead of user and password, from Tryton 8.0 on: the key of a user application of the "
        "kind REST API. It can only read, for the REST API takes no heed of expected versions.",
    ),
    Field(
        "basic",
        FieldType.CHECKBOX,
        "No sessions",
        "Send the password with every request. Each takes longer, for it is checked each time.",
        default=False,
    ),
    Field("company", label="Company", tooltip="Empty for the user's own.", trims=True),
    Field(
        "language",
        label="Language",
        tooltip="Of the texts in lists, such as de; empty for the user's own.",
        trims=True,
    ),
    Field(
        "customers",
        label="Customers",
        tooltip="Which parties are customers: all, none, sales (those that have a sale), or the "
        "name of a category.",
        default="all",
        trims=True,
    ),
    Field(
        "suppliers",
        label="Suppliers",
        tooltip="Which parties are suppliers: all, none, purchases (those that have a purchase), "
        "or the name of a category.",
        default="none",
        trims=True,
    ),
    Field(
        "relation",
        label="Persons",
        tooltip="The type of relation that leads from a person to a customer; empty for no "
        "persons. Needs the module party_relationship.",
        trims=True,
    ),
    Field(
        "vat_types",
        FieldType.TEXTS,
        "VAT numbers",
        "The types of identifiers that are VAT numbers, beside those that end in _vat; the first "
        "is that of new ones.",
        default=("eu_vat",),
    ),
    Field(
        "key_in_code",
        FieldType.CHECKBOX,
        "Keys in codes",
        "The code of a party that erplink made says which creation made it. Otherwise an "
        "identifier without a type does.",
        default=False,
    ),
    Field(
        "accepted_warnings",
        FieldType.TEXTS,
        "Accepted warnings",
        "The names of warnings that need no person; * stands for anything. With any other "
        "warning, an edit is refused.",
    ),
    Field(
        "overlap",
        FieldType.INTEGER,
        "Overlap",
        "How long a transaction may take, in seconds; each reading begins so much before the end "
        "of the last one.",
        default=60,
    ),
    Field("timeout", FieldType.INTEGER, "Time limit", "Of one request, in seconds.", default=60),
    Field("read_only", FieldType.CHECKBOX, "Only read", default=False),
)
"""What can be said; the first two must be."""
