"""SqlKind: what a host says of one of its tables, and which fields its columns are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.fields import Access, Sort
from erplink.domain.frozen import FrozenDict

__all__ = ["Source", "SqlField", "SqlKind", "SqlList", "SqlValues"]

Source: TypeAlias = Any
"""A column by its name, as a ``Column``, as a mapped attribute; or an expression over columns."""


@frozen
class SqlField:
    """A column or an expression as a field, where its name and type do not say all."""

    source: Source
    label: str = attr(default="", kw_only=True)
    tooltip: str = attr(default="", kw_only=True)
    #: The list whose items' keys it holds.
    list_name: str = attr(default="", kw_only=True)
    #: Who may write it, where the column's own rules do not say so.
    access: Access | None = attr(default=None, kw_only=True)
    rank: int = attr(default=0, kw_only=True)


@frozen
class SqlValues:
    """A field with several texts, each in a row of another table, such as phone numbers."""

    #: The column with a text.
    source: Source
    #: The column that refers to the key of the record.
    parent: Source
    #: In which order they are told.
    order: Source | None = attr(default=None, kw_only=True)
    #: What the texts are, which decides when two are the same one.
    sort: Sort = attr(default=Sort.PLAIN, kw_only=True)
    #: What other columns hold in the rows of this field, such as that it is a mobile number.
    fixed: Mapping[Any, Any] = attr(factory=dict, kw_only=True)
    label: str = attr(default="", kw_only=True)
    tooltip: str = attr(default="", kw_only=True)
    rank: int = attr(default=0, kw_only=True)


@frozen
class SqlList:
    """A table whose rows are the items of a list: a key, and the text that a person reads."""

    key: Source
    text: Source


def _fields(fields: "Mapping[str, Any] | Iterable[Any]") -> Mapping[str, Any]:
    if isinstance(fields, Mapping):
        return FrozenDict(fields)
    return FrozenDict({str(getattr(each, "key", each)): each for each in fields})


def _several(columns: Any) -> tuple[Any, ...]:
    if columns is None:
        return ()
    return tuple(columns) if isinstance(columns, Sequence | set) else (columns,)


def _one_or_more(columns: Any) -> tuple[Any, ...]:
    return (columns,) if isinstance(columns, str) else _several(columns)


@frozen
class SqlKind:
    """A kind of the CRM's records: a table, and the part that each of its columns plays.

    Of what is not said, the primary key is the key; the rest is not there. One of ``modified`` and
    ``change_table`` is needed to tell what changed without reading everything.
    """

    name: str
    #: A ``Table``, or a class that is mapped to one.
    table: Any
    #: The fields by name: columns, expressions, :class:`SqlField` and :class:`SqlValues`.
    fields: Mapping[str, Any] = attr(converter=_fields)
    key: tuple[Source, ...] = attr(default=(), converter=_one_or_more, kw_only=True)
    #: The column with the moment, day or number of the last change.
    modified: Source | None = attr(default=None, kw_only=True)
    #: The column that counts the changes of a row.
    version: Source | None = attr(default=None, kw_only=True)
    #: The name of the table in which triggers keep what changed; empty for none.
    change_table: str = attr(default="", kw_only=True)
    #: The column that is filled, or true, where a record is gone.
    deleted: Source | None = attr(default=None, kw_only=True)
    #: The column that is false where a record is gone.
    active: Source | None = attr(default=None, kw_only=True)
    #: The kind of parents, and the columns that refer to their key.
    parent: str = attr(default="", kw_only=True)
    parent_key: tuple[Source, ...] = attr(default=(), converter=_one_or_more, kw_only=True)
    #: The column that keeps which creation made a row; with a unique index.
    request: Source | None = attr(default=None, kw_only=True)
    #: The fields that tell a record from every other; found among unique columns if not said.
    natural_key: tuple[str, ...] | None = attr(default=None, kw_only=True)
    title: str = attr(default="", kw_only=True)
    #: Whether erplink never writes here.
    read_only: bool = attr(default=False, kw_only=True)
