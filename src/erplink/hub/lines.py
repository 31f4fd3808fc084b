"""MappingLine: one field of a mapping's screen, and the lists beside it."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Kind
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.mapping import DefaultValue, FieldRule, ListMap, Lists
from erplink.domain.mapping import Mapping as FieldMapping

__all__ = ["KindChoice", "ListLine", "MappingLine", "lines_of", "list_lines_of"]


@frozen(kw_only=True)
class KindChoice:
    """A kind of actor, what it may be synced with, and whether it is."""

    actor_kind: str
    title: str
    #: The kinds of entities that it may be mapped to.
    entity_kinds: tuple[str, ...]
    #: The mapping, where there is one.
    mapping: FieldMapping | None = None

    @property
    def synced(self) -> bool:
        """Whether it is synced."""
        return self.mapping is not None and self.mapping.enabled


@frozen(kw_only=True)
class MappingLine:
    """One field of the ERP, or several that are mapped as one, in the order of the screen."""

    #: None for a part that the ERP has no longer.
    erp: tuple[Field | None, ...]
    #: The fields of the CRM it is mapped to; empty where it is not.
    crm: tuple[Field | None, ...] = ()
    #: What the mapping says of it; None where it says nothing.
    rule: FieldRule | None = None
    default: DefaultValue | None = None
    #: Why nothing may be written to the ERP's field; empty where something may.
    erp_not_writable: str = ""
    #: Why nothing may be written to the CRM's field.
    crm_not_writable: str = ""

    @property
    def key(self) -> str:
        """The key of the rule: the ERP's field, or its parts joined by ``+``."""
        if self.rule is not None:
            return self.rule.key
        return "+".join(field.key for field in self.erp if field is not None)

    @property
    def is_left_alone(self) -> bool:
        """Whether the mapping says that it is not synced."""
        return self.rule is not None and not self.rule.syncs


def lines_of(mapping: FieldMapping, actor: Kind, entity: Kind) -> tuple[MappingLine, ...]:
    """A line for each rule, and for each field of the ERP that no rule is about."""
    defaults = {default.field: default for default in mapping.defaults}
    spoken_of = {key for rule in mapping.rules for key in rule.erp}
    lines = [_line(rule, defaults, actor, entity) for rule in mapping.rules]
    ranked = sorted(lines, key=lambda line: line.rule.rank if line.rule else 0)
    rest = [
        MappingLine(
            erp=(field,),
            default=defaults.get(field.key),
            erp_not_writable=field.why_not_writable,
        )
        for field in sorted(actor.fields, key=lambda field: field.rank)
        if field.key not in spoken_of
    ]
    return (*ranked, *rest)


def _line(
    rule: FieldRule, defaults: Mapping[str, DefaultValue], actor: Kind, entity: Kind
) -> MappingLine:
    erp = tuple(actor.field(key) for key in rule.erp)
    crm = tuple(entity.field(key) for key in rule.crm)
    return MappingLine(
        erp=erp,
        crm=crm,
        rule=rule,
        default=defaults.get(rule.key),
        erp_not_writable=_why_not(erp),
        crm_not_writable=_why_not(crm),
    )


def _why_not(fields: Iterable[Field | None]) -> str:
    reasons = (
        "there is no such field" if each is None else each.why_not_writable for each in fields
    )
    return next(filter(None, reasons), "")


def _items(items: Mapping[str, str]) -> FrozenDict[str, str]:
    return FrozenDict(items)


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(keys)


@frozen(kw_only=True)
class ListLine:
    """Two lists that a rule ties together: the items of both sides, and what has no counterpart."""

    map: ListMap
    #: Key to text.
    erp_items: FrozenDict[str, str] = attr(converter=_items)
    crm_items: FrozenDict[str, str] = attr(converter=_items)
    erp_unmapped: tuple[str, ...] = attr(converter=_keys)
    crm_unmapped: tuple[str, ...] = attr(converter=_keys)
    #: A sentence for each item that is mapped twice.
    doubled: tuple[str, ...] = ()


def list_lines_of(
    mapping: FieldMapping, actor: Kind, entity: Kind, lists: Lists
) -> tuple[ListLine, ...]:
    """A line for each pair of lists that a rule ties together, mapped or not."""
    return tuple(
        _list_line(
            mapping.list_map(*pair) or ListMap(*pair),
            _texts(lists.erp, pair[0]),
            _texts(lists.crm, pair[1]),
        )
        for pair in dict.fromkeys(_pairs(mapping, actor, entity))
    )


def _texts(lists: Mapping[str, Iterable[str]], name: str) -> Mapping[str, str]:
    items = lists.get(name, ())
    return items if isinstance(items, Mapping) else {item: item for item in items}


def _pairs(mapping: FieldMapping, actor: Kind, entity: Kind) -> Iterator[tuple[str, str]]:
    for rule in mapping.rules:
        erp, crm = actor.field(rule.key), entity.field(rule.crm_key)
        if rule.syncs and erp and crm and erp.list_name and crm.list_name:
            yield erp.list_name, crm.list_name
    yield from ((each.erp_list, each.crm_list) for each in mapping.lists)


def _list_line(
    list_map: ListMap, erp_items: Mapping[str, str], crm_items: Mapping[str, str]
) -> ListLine:
    erp_unmapped, crm_unmapped = list_map.unmapped(erp_items, crm_items)
    return ListLine(
        map=list_map,
        erp_items=erp_items,
        crm_items=crm_items,
        erp_unmapped=erp_unmapped,
        crm_unmapped=crm_unmapped,
        doubled=list_map.doubled(),
    )
