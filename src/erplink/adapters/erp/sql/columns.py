"""Columns: which field and which codec a column of some type becomes."""

from typing import Any, Final

import sqlalchemy as sa
from attrs import evolve, frozen

from erplink.adapters.erp.sql.catalogue import ColumnFacts
from erplink.adapters.erp.sql.codecs import (
    CheckboxCodec,
    Codec,
    DecimalCodec,
    IntegerCodec,
    ListCodec,
    TextCodec,
    UuidCodec,
)
from erplink.adapters.erp.sql.dialects import Dialect
from erplink.adapters.erp.sql.moments import DateCodec, MomentCodec
from erplink.domain.fields import Access, Field, FieldType

__all__ = ["SeveralRows", "SqlColumn", "column_of"]

_UUID_CHARACTERS: Final = 36
_MICROSECOND_DIGITS: Final = 6


@frozen(eq=False)
class SeveralRows:
    """Rows of another table, each with one of the values of a field that has several."""

    #: The other table.
    table: Any
    #: The value in such a row; a condition about it is one about the field.
    value: "SqlColumn"
    #: The condition of the rows that belong to the record in the outer statement.
    ours: "sa.ColumnElement[bool]"

    def any(self, condition: "sa.ColumnElement[bool]") -> "sa.ColumnElement[bool]":
        """The condition of records that have a value of which ``condition`` holds."""
        rows: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(self.table)
        return rows.where(self.ours, condition).correlate_except(self.table).exists()


@frozen(eq=False)
class SqlColumn:
    """One column: how erplink describes it, and how its values are told and kept."""

    facts: ColumnFacts
    field: Field
    codec: Codec
    #: The column in statements; its values there are those of the driver.
    sql: "sa.ColumnElement[Any]"
    #: What is selected, where that is not the column itself.
    told: "sa.ColumnElement[Any]"
    #: The items, where the database lists what the column may hold.
    items: tuple[str, ...] = ()
    #: Whether an empty text is told as none.
    blank_is_none: bool = False
    #: The column that is written to, where ``sql`` is not that column itself.
    target: "sa.Column[Any] | None" = None
    #: The rows of another table that its values stand in, where it has several.
    several: "SeveralRows | None" = None
    #: Whether conditions can be made of it.
    is_searchable: bool = True

    @property
    def key(self) -> str:
        """The key of the field, which is the name of the column."""
        return self.field.key

    def assignment(self, raw: Any) -> tuple[Any, Any]:
        """What stands in a statement that stores ``raw``, a value or an expression."""
        if self.target is None:
            return self.sql, raw
        is_value = not isinstance(raw, sa.ClauseElement)
        return self.target, sa.literal(raw, self.sql.type) if is_value else raw

    def with_access(self, access: Access, *, is_key: bool = False) -> "SqlColumn":
        """The same column where something else may be written."""
        return evolve(self, field=evolve(self.field, access=access, is_key=is_key))

    def as_item_of(self, list_name: str) -> "SqlColumn":
        """The same column as a reference to an item of a list."""
        field, kind = self.field, self.field.type
        blank = isinstance(self.codec, TextCodec)
        as_list = Field(
            field.key,
            FieldType.LIST,
            tooltip=field.tooltip,
            list_name=list_name,
            access=field.access,
        )
        return evolve(self, field=as_list, codec=ListCodec(self.codec, kind), blank_is_none=blank)


def column_of(
    facts: ColumnFacts, sql: Any, dialect: Dialect, list_name: str, *, in_key: bool
) -> SqlColumn | None:
    """The column as erplink takes it; None for a type that has no value in erplink."""
    declared = getattr(facts.type, "data_type", facts.type)  # a domain is what it is made of
    known = _described(facts, declared, dialect, list_name, in_key=in_key)
    if known is None:
        return None
    field, codec = known
    is_enum = isinstance(declared, sa.Enum)
    return SqlColumn(
        facts=facts,
        field=evolve(field, tooltip=facts.comment),
        codec=codec,
        sql=sql,
        # An item that was added since would not be among those that SQLAlchemy knows.
        told=sa.cast(sql, sa.Text) if is_enum else sql,
        items=tuple(declared.enums) if is_enum else (),
        blank_is_none=isinstance(codec, TextCodec) and codec.blank_for_none,
    )


def _described(
    facts: ColumnFacts, declared: Any, dialect: Dialect, list_name: str, *, in_key: bool
) -> tuple[Field, Codec] | None:
    key = facts.name
    known: tuple[Field, Codec] | None
    match declared:
        case sa.Enum():
            texts = TextCodec(keeps_nul=dialect.keeps_nul)
            items = ListCodec(texts, FieldType.TEXT, frozenset(declared.enums))
            known = Field(key, FieldType.LIST, list_name=list_name), items
        case sa.Uuid():
            known = Field(key, max_length=_UUID_CHARACTERS), UuidCodec()
        case sa.String():
            known = _text(facts, declared, dialect, in_key=in_key)
        case sa.Boolean():
            known = Field(key, FieldType.CHECKBOX), CheckboxCodec()
        case sa.Integer():
            known = Field(key, FieldType.INTEGER), IntegerCodec(_bits(declared, dialect))
        case sa.Float():
            known = Field(key, FieldType.DECIMAL), DecimalCodec(floats=True)
        case sa.Numeric():
            known = _decimal(key, declared, dialect)
        case sa.DateTime():
            known = _moment(key, declared, dialect)
        case sa.Date():
            known = Field(key, FieldType.DATE), DateCodec(texts=dialect.moments_are_texts)
        case _:
            known = None
    return known


def _text(
    facts: ColumnFacts, declared: Any, dialect: Dialect, *, in_key: bool
) -> tuple[Field, Codec]:
    padded = isinstance(declared, sa.CHAR) and dialect.pads
    keeps_empty = dialect.keeps_empty and (facts.nullable or in_key)
    field = Field(
        facts.name,
        max_length=declared.length if isinstance(declared.length, int) else 0,
        keeps_empty=keeps_empty,
        trims=padded,
    )
    blank_for_none = dialect.keeps_empty and not keeps_empty
    return field, TextCodec(blank_for_none, padded, dialect.keeps_nul)


def _bits(declared: Any, dialect: Dialect) -> int:
    if dialect.integers_are_long or isinstance(declared, sa.BigInteger):
        return 64
    return 16 if isinstance(declared, sa.SmallInteger) else 32


def _decimal(key: str, declared: Any, dialect: Dialect) -> tuple[Field, Codec]:
    precision, scale = declared.precision, declared.scale
    if precision is not None and scale is None:
        scale = 0
    whole = precision - scale if precision is not None and scale is not None else None
    codec = DecimalCodec(scale, whole, floats=dialect.decimals_are_floats)
    return Field(key, FieldType.DECIMAL, decimals=scale), codec


def _moment(key: str, declared: Any, dialect: Dialect) -> tuple[Field, Codec]:
    digits = getattr(declared, "precision", getattr(declared, "fsp", None))
    decimals = digits if isinstance(digits, int) and digits < _MICROSECOND_DIGITS else None
    zone = None if declared.timezone else dialect.zone
    codec = MomentCodec(zone, texts=dialect.moments_are_texts)
    return Field(key, FieldType.DATETIME, decimals=decimals), codec
