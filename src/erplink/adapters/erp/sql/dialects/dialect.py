"""Dialect: what all databases have in common; the others say where they differ."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from erplink.adapters.erp.sql.codecs import TextCodec
from erplink.connectors import Clock, Operator
from erplink.domain.fields import FieldType

if TYPE_CHECKING:
    from erplink.adapters.erp.sql.columns import SqlColumn

__all__ = ["RIGHTS", "Dialect"]

RIGHTS: Final = frozenset({"select", "insert", "update", "delete"})
"""What a user may do with a table."""

_ESCAPE: Final = "!"


class Dialect:
    """A database of which nothing in particular is known."""

    moments_are_texts = False
    decimals_are_floats = False
    integers_are_long = False
    #: Whether a text may hold the character NUL.
    keeps_nul = True
    #: Whether an empty text is told from no text.
    keeps_empty = True
    #: Whether CHAR is filled up with blanks.
    pads = True

    def __init__(self, zone: ZoneInfo, clock: Clock, timeout: int, *, read_only: bool) -> None:
        """Take in what was configured; ``zone`` is that of moments without one."""
        self.zone, self.clock, self.timeout, self.read_only = zone, clock, timeout, read_only

    # connecting ----------------------------------------------------------------------------------

    def address(self, url: sa.URL) -> sa.URL:
        """The address to connect to."""
        return url

    def connect_args(self) -> dict[str, Any]:
        """What the driver is told beside the address."""
        return {}

    def watch(self, engine: sa.Engine) -> None:
        """Have every new connection made ready."""

    # types ---------------------------------------------------------------------------------------

    def sql_type(self, declared: Any) -> Any:
        """The type with which a column stands in statements."""
        return declared

    # comparing -----------------------------------------------------------------------------------

    def compared(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """The column, to be equal to an operand."""
        return column.sql

    def ordered(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """The column, to lie before or after an operand."""
        if column.field.type in (FieldType.TEXT, FieldType.LIST):
            return self.as_text(column)
        return self.compared(column)

    def as_text(self, column: "SqlColumn") -> "sa.ColumnElement[Any]":
        """The text that Python makes of the column's value."""
        plain = isinstance(column.codec, TextCodec) and not column.codec.padded
        return column.sql if plain else sa.cast(column.sql, sa.Text)

    def finds(self, column: "SqlColumn", operator: Operator, text: str) -> "sa.ColumnElement[bool]":
        """Whether the column's text has ``text`` in it, at its beginning or at its end."""
        for character in (_ESCAPE, "%", "_"):
            text = text.replace(character, _ESCAPE + character)
        before = "" if operator is Operator.STARTS_WITH else "%"
        after = "" if operator is Operator.ENDS_WITH else "%"
        return self.as_text(column).ilike(before + text + after, escape=_ESCAPE)

    def ends(self, mark: "SqlColumn") -> "tuple[Any, Any] | None":  # noqa: ARG002 - others say
        """Between which values all marks are that can be told; None where all but NULL can."""
        return None

    def is_told(self, mark: "SqlColumn") -> "sa.ColumnElement[bool]":
        """The condition of rows whose mark can be told, which may take long to find out."""
        return mark.sql.is_not(None)

    # asking --------------------------------------------------------------------------------------

    def now(self, connection: sa.Connection) -> datetime:  # noqa: ARG002 - others ask it
        """The time of the database, by which its rows are marked."""
        return self.clock.now()

    def rights(
        self,
        connection: sa.Connection,  # noqa: ARG002 - others ask it
        schema: str | None,  # noqa: ARG002 - as above
        names: Collection[str],
    ) -> Mapping[str, frozenset[str]]:
        """What the user may do with each table; all of it, where nobody can say."""
        return dict.fromkeys(names, RIGHTS)
