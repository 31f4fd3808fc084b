"""The configuration form of the ``sql`` connector."""

from typing import Final

from erplink.domain.fields import Access, Field, FieldType

__all__ = ["FORM"]

FORM: Final = (
    Field(
        "url",
        label="Database",
        tooltip="For instance postgresql://user@host/database or sqlite:////path/to/file.db; "
        "without the password, which has a field of its own.",
        access=Access.MANDATORY,
        trims=True,
    ),
    Field("password", FieldType.PASSWORD, "Password"),
    Field("schema", label="Schema", tooltip="Empty for the user's own.", trims=True),
    Field(
        "tables",
        FieldType.TEXTS,
        "Tables and views",
        "The ones to offer; empty for every table with a primary key.",
    ),
    Field(
        "columns",
        label="Columns",
        tooltip="What is not found by itself, as TOML: a section [table] with key, modified, "
        'version, deleted, active, parent or idempotency, such as modified = "changed". '
        'Empty quotes say that there is none, as in version = "".',
    ),
    Field(
        "lists",
        FieldType.TEXTS,
        "List tables",
        "Small tables that others refer to, offered as lists and not as records.",
    ),
    Field(
        "zone",
        label="Time zone",
        tooltip="Of moments that the database keeps without one, such as Europe/Oslo.",
        default="UTC",
        trims=True,
    ),
    Field(
        "commit_lag",
        FieldType.INTEGER,
        "Overlap",
        "How long a transaction may take to become visible, in seconds, or in steps where the "
        "modified column counts; each reading begins so much before the end of the last one.",
        default=60,
    ),
    Field("timeout", FieldType.INTEGER, "Time limit", "Of one statement, in seconds.", default=60),
    Field("read_only", FieldType.CHECKBOX, "Only read", default=False),
)
"""Ten fields, of which one must be filled."""
