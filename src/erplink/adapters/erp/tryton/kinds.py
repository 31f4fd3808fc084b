"""TrytonKind: one kind of records: a model of Tryton, which of its records, and their fields."""

from collections.abc import Iterable, Mapping

from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.tryton.belonging import Belonging
from erplink.adapters.erp.tryton.parts import Part
from erplink.connectors import Kind
from erplink.domain.frozen import FrozenDict

__all__ = ["TrytonKind"]


def _parts(parts: Iterable[Part]) -> FrozenDict[str, Part]:
    return FrozenDict({part.field.key: part for part in parts})


def _texts(texts: Mapping[str, str]) -> FrozenDict[str, str]:
    return FrozenDict(texts)


@frozen(eq=False, repr=False)
class TrytonKind:
    """What there is to be known of a kind; made when a session is opened."""

    name: str
    title: str
    model: str
    belonging: Belonging
    parts: FrozenDict[str, Part] = attr(converter=_parts)
    searchable: tuple[str, ...] = ()
    #: The kind of the records that these are under.
    parent: str = ""
    #: The fields with children whose changes are changes of the record.
    children: tuple[str, ...] = ()
    #: By the field with the children: their model.
    models: FrozenDict[str, str] = attr(factory=FrozenDict, converter=_texts)
    #: The keys of fields by the labels that Tryton's messages have for them.
    labels: FrozenDict[str, str] = attr(factory=FrozenDict, converter=_texts)
    #: Whether a record can be merged into another one.
    merges: bool = False

    def __repr__(self) -> str:
        """The name and the model."""
        return f"TrytonKind({self.name}: {self.model})"

    def described(self) -> Kind:
        """The kind as erplink knows it."""
        fields = [part.field for part in self.parts.values()]
        return Kind(self.name, fields, self.searchable, parent=self.parent, title=self.title)
