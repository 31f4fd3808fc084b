"""Form: what a person fills in to connect a workbook or a folder of files."""

from erplink.domain.fields import Access, Field, FieldType

__all__ = ["FORM"]

FORM = (
    Field(
        "path",
        label="Workbook, file or folder",
        tooltip="The path of an .xlsx workbook, of a .csv or .tsv file, or of a folder of those.",
        access=Access.MANDATORY,
        trims=True,
    ),
    Field(
        "sheets",
        label="Sheets",
        tooltip="The sheets or files that hold records, with commas between; empty for all.",
        rank=1,
    ),
    Field(
        "key_column",
        label="Key column",
        tooltip="The column whose value tells one record from another; empty for id, key, number "
        "or the like, or else the first column.",
        rank=2,
    ),
    Field(
        "modified_column",
        label="Column of changes",
        tooltip="The column that tells when a row was changed last, and is kept so by all who "
        "change rows. Empty: modified, updated or the like; 'none': compare the rows instead.",
        rank=3,
    ),
    Field(
        "locale",
        label="Language of numbers and dates",
        tooltip="How texts write numbers and dates, such as de-DE. Empty: 1234.5 and 2024-01-31, "
        "and whatever can be read in several ways stays a text.",
        rank=4,
    ),
    Field(
        "time_zone",
        label="Time zone",
        tooltip="The zone of times that name none, such as Europe/Oslo.",
        default="UTC",
        rank=5,
    ),
    Field(
        "encoding",
        label="Encoding of text files",
        tooltip="Such as cp1252. Empty: UTF-8, or what the file says itself.",
        rank=6,
    ),
    Field(
        "delimiter",
        label="Delimiter of text files",
        tooltip="The sign between cells, or comma, semicolon, tab or pipe. Empty: found out.",
        rank=7,
    ),
    Field(
        "header_row",
        FieldType.INTEGER,
        label="Header row",
        tooltip="The number of the row that names the columns.",
        default=1,
        rank=8,
    ),
    Field(
        "list_prefix",
        label="Beginning of list sheets",
        tooltip="A sheet 'list countries' holds the items of the list 'countries': a column of "
        "keys and a column of texts.",
        default="list",
        rank=9,
    ),
    Field(
        "new_keys",
        label="Keys of new records",
        tooltip="number, uuid, given (by the key column itself), or auto: the next number where "
        "all keys are numbers, else a uuid. With uuid, or with a column erplink_id, no creation "
        "is ever done twice.",
        default="auto",
        rank=10,
    ),
    Field(
        "read_only",
        FieldType.CHECKBOX,
        label="Only read",
        tooltip="Nothing is ever written to the files.",
        default=False,
        rank=11,
    ),
    Field(
        "kinds",
        label="Settings of single sheets",
        tooltip='JSON or TOML, such as {"customer": {"sheet": "Customers", "key": "no", "types": '
        '{"vat": "text", "phones": "texts comma phone"}}}. Also: modified, parent, parent_column, '
        "header_row, new_keys, creation_column, natural_key, read_only.",
        rank=12,
    ),
)
"""The fields of the form, most of which are best left empty."""
