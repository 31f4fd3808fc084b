"""DjangoKind: what a host says of one of its models, and which fields of it are shown."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field as attr
from attrs import frozen
from django.db.models import Model

from erplink.domain.fields import Access, Sort
from erplink.domain.frozen import FrozenDict

__all__ = ["DjangoField", "DjangoKind", "DjangoValues"]


@frozen
class DjangoField:
    """A field of the model, or an expression, where its own description does not say all."""

    #: The name of the model's field, a path such as ``group__name``, or an expression.
    source: Any
    label: str = attr(default="", kw_only=True)
    tooltip: str = attr(default="", kw_only=True)
    #: The list whose items' keys it holds; a foreign key and a field with choices have their own.
    list_name: str = attr(default="", kw_only=True)
    access: Access | None = attr(default=None, kw_only=True)
    rank: int = attr(default=0, kw_only=True)


@frozen
class DjangoValues:
    """A field with several texts, each in a record of another model, such as phone numbers."""

    #: The name under which the model knows those records: ``related_name``.
    related: str
    #: The field with a text.
    value: str
    #: By which fields they are ordered; by their keys, where nothing is said.
    order: tuple[str, ...] = attr(default=("pk",), converter=tuple, kw_only=True)
    sort: Sort = attr(default=Sort.PLAIN, kw_only=True)
    #: What other fields hold in the records of this field.
    fixed: Mapping[str, Any] = attr(factory=dict, kw_only=True)
    label: str = attr(default="", kw_only=True)
    tooltip: str = attr(default="", kw_only=True)
    rank: int = attr(default=0, kw_only=True)


def _fields(fields: "Mapping[str, Any] | Iterable[str]") -> Mapping[str, Any]:
    if isinstance(fields, Mapping):
        return FrozenDict(fields)
    return FrozenDict({name: name for name in fields})


@frozen
class DjangoKind:
    """A kind of the CRM's records: a model, and the part that each of its fields plays.

    One of ``modified`` and ``change_table`` is needed to tell what changed without reading
    everything; code that uses ``queryset.update()`` stamps nothing, and needs the latter.
    """

    name: str
    model: type[Model]
    #: The fields: their names in the model, or by other names what is in this module.
    fields: Mapping[str, Any] = attr(converter=_fields)
    #: The field with the moment, day or number of the last change.
    modified: str = attr(default="", kw_only=True)
    #: The field that counts the changes of a record.
    version: str = attr(default="", kw_only=True)
    #: The name of the table in which triggers keep what changed; empty for none.
    change_table: str = attr(default="", kw_only=True)
    #: The field that is filled, or true, where a record is gone.
    deleted: str = attr(default="", kw_only=True)
    #: The field that is false where a record is gone.
    active: str = attr(default="", kw_only=True)
    #: The kind of parents, and the foreign key to them; found by its model if not said.
    parent: str = attr(default="", kw_only=True)
    parent_field: str = attr(default="", kw_only=True)
    #: The unique field that keeps which creation made a record.
    request: str = attr(default="", kw_only=True)
    #: The fields that tell a record from every other; found among unique fields if not said.
    natural_key: tuple[str, ...] | None = attr(default=None, kw_only=True)
    title: str = attr(default="", kw_only=True)
    #: Whether erplink never writes here.
    read_only: bool = attr(default=False, kw_only=True)
