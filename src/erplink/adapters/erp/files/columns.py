"""Columns: the fields of a kind, made of the columns of its sheet."""

from collections.abc import Mapping

from attrs import frozen

from erplink.adapters.erp.files.cells import Table
from erplink.adapters.erp.files.codec import Codec
from erplink.adapters.erp.files.columntypes import ColumnType
from erplink.adapters.erp.files.inference import Inferred, holds_codes, inferred
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.notation import Notation
from erplink.adapters.erp.files.textcells import text_codec, text_style
from erplink.adapters.erp.files.typedcells import typed_codec
from erplink.domain.fields import Access, Field, FieldType

__all__ = ["Column", "ColumnMaker"]

_MILLISECONDS = 3


@frozen
class Column:
    """A field, and how its cells are read and written."""

    field: Field
    type: ColumnType
    codec: Codec
    #: What it looks like, where that is in doubt.
    doubt: str = ""

    @property
    def title(self) -> str:
        """The title of the column, which is the key of its field."""
        return self.field.key


class ColumnMaker:
    """Makes the columns of one sheet."""

    def __init__(
        self, table: Table, notation: Notation, limits: FileLimits, *, typed: bool
    ) -> None:
        """Look at one sheet.

        Args:
            table: What is in it.
            notation: How texts in it write numbers, days and times.
            limits: How long a text may be.
            typed: Whether its cells know what they hold.
        """
        self._table, self._notation, self._limits = table, notation, limits
        self._typed = typed

    def inferred(self, title: str) -> Inferred:
        """What a column holds by the look of it."""
        index = self._table.header.index(title)
        return inferred(
            title,
            self._table.column(index),
            self._notation,
            typed=self._typed,
            marked=index in self._table.marked,
        )

    def column(
        self, title: str, given: ColumnType | None, lists: Mapping[str, str], role: Access | None
    ) -> Column:
        """The column called ``title``.

        Args:
            title: Its title.
            given: What it holds, where that is set.
            lists: The names of the lists there are, by how they are compared.
            role: Whether it may be written, where that is known beforehand.
        """
        doubt = ""
        kind = given
        if kind is None and title.casefold() in lists:
            kind = ColumnType(FieldType.LIST, lists[title.casefold()])
        if kind is None:
            found = self.inferred(title)
            kind, doubt = found.type, found.doubt
        index = self._table.header.index(title)
        computed = index in self._table.computed
        access = Access.READ_ONLY if computed else role or Access.NORMAL
        marks = given is None and not holds_codes(title)
        codec = self._codec(index, kind, marks=marks)
        return Column(self._field(title, kind, access, index), kind, codec, doubt)

    def key_column(self, title: str, *, given: bool) -> Column:
        """The column with the keys, which are texts whatever they look like."""
        index = self._table.header.index(title)
        kind = ColumnType()
        access = Access.WRITE_ONCE if given else Access.NORMAL
        codec = self._codec(index, kind, marks=False)
        longest = self._limits.cell_characters_max - 1
        field = Field(title, max_length=longest, access=access, is_key=not given, trims=True)
        return Column(field, kind, codec)

    def _codec(self, index: int, kind: ColumnType, *, marks: bool) -> Codec:
        cells = [str(cell).strip() for cell in self._table.column(index) if isinstance(cell, str)]
        if kind.type in (FieldType.DATE, FieldType.DATETIME, FieldType.CHECKBOX):
            style = text_style(cells, self._notation)
        else:
            style = text_style((), self._notation)
        codec = text_codec(kind, self._notation, style, marks=marks, plain=self._typed)
        return typed_codec(kind.type, codec, self._notation.moments) if self._typed else codec

    def _field(self, title: str, kind: ColumnType, access: Access, index: int) -> Field:
        texts = kind.type in (FieldType.TEXT, FieldType.TEXTS)
        return Field(
            title,
            kind.type,
            list_name=kind.list_name,
            # One less than a cell holds: a text may get an apostrophe to be no formula.
            max_length=self._limits.cell_characters_max - 1 if texts else 0,
            decimals=self._decimals(kind, index),
            access=access,
            trims=kind.type is FieldType.TEXTS,
            sort=kind.sort,
        )

    def _decimals(self, kind: ColumnType, index: int) -> int | None:
        """How finely times are told."""
        if kind.type is not FieldType.DATETIME:
            return None
        if self._typed:
            return _MILLISECONDS
        cells = [str(cell).strip() for cell in self._table.column(index)]
        return None if text_style(cells, self._notation).iso else 0
