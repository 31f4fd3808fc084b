"""Tab: what a CRM shows of an entity's links, connection by connection, live."""

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Kind, Record
from erplink.domain.connections import Connection
from erplink.domain.links import Link, LinkStatus
from erplink.domain.mapping import FieldRule
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import EntityRef
from erplink.domain.values import UNSET, Maybe
from erplink.errors import InputError, PluginError, SessionError
from erplink.hub.reading import Reader

__all__ = ["LinkableKind", "ShownValue", "Tab", "linkable_kinds", "shown", "tab_of"]


@frozen(repr=False)
class ShownValue:
    """One field of a record as a screen shows it."""

    field: str
    title: str
    value: Maybe
    #: What a person reads: the text of a list item, and not its key.
    text: str

    def __repr__(self) -> str:
        """The title and the text."""
        return f"{self.title}: {self.text}"


@frozen
class LinkableKind:
    """A kind of actor that an entity may be linked to."""

    name: str
    title: str
    #: Whether an actor of the kind can be made from an entity.
    creates: bool
    #: Why not; empty where it can.
    why_not: str = ""


def _values(values: Iterable[ShownValue]) -> tuple[ShownValue, ...]:
    return tuple(values)


def _kinds(kinds: Iterable[LinkableKind]) -> tuple[LinkableKind, ...]:
    return tuple(kinds)


@frozen(kw_only=True)
class Tab:
    """What is shown for one connection: the link, if there is one, and the actor's values now."""

    connection: str
    name: str
    link: Link | None = None
    #: The fields marked for the tab, in rank order; read from the ERP just now.
    values: tuple[ShownValue, ...] = attr(default=(), converter=_values)
    #: What the entity may be linked to, where it is not linked.
    kinds: tuple[LinkableKind, ...] = attr(default=(), converter=_kinds)
    #: What went wrong with this connection, in one sentence; empty where nothing did.
    error: str = ""

    @property
    def linked(self) -> bool:
        """Whether the entity is linked through the connection."""
        return self.link is not None

    @property
    def note(self) -> str:
        """Why the link takes part in no pass; empty where it does, or where there is none."""
        if self.link is None or self.link.status is LinkStatus.ACTIVE:
            return ""
        return f"{self.link.status.value}: {self.link.reason}"


def tab_of(reader: Reader, connection: Connection, entity: EntityRef, link: Link | None) -> Tab:
    """What is shown for one connection; what is wrong with it is told and not raised."""
    tab = Tab(connection=connection.id, name=connection.name, link=link)
    try:
        reader.wiring.engine.roster.check(connection.id)
        if link is None:
            return evolve(tab, kinds=linkable_kinds(reader, connection.id, entity))
        mapping = reader.mapping(connection.id, link.actor.kind)
        rules = _in_order(rule for rule in mapping.rules if rule.show_in_tab)
        keys = list(dict.fromkeys(key for rule in rules for key in rule.erp))
        actor = reader.record(link.actor, keys)
        return evolve(tab, values=shown(reader, rules, reader.kind(link.actor), actor))
    except (SessionError, PluginError, InputError) as error:
        return evolve(tab, error=str(error))


def shown(
    reader: Reader, rules: Sequence[FieldRule], kind: Kind, actor: Record
) -> list[ShownValue]:
    """The values of some fields of an actor as a screen shows them."""
    known = {field.key: field for field in kind.fields}
    values: list[ShownValue] = []
    for rule in rules:
        fields = [known[key] for key in rule.erp if key in known]
        if len(fields) == len(rule.erp):
            parts = tuple(actor.value(field.key) for field in fields)
            value: Maybe = parts[0] if len(parts) == 1 else parts  # type: ignore[assignment]
            text = reader.text(actor.ref.system, fields, None if value is UNSET else value)
            title = " + ".join(field.title for field in fields)
            values.append(ShownValue(rule.key, title, value, text))
    return values


def linkable_kinds(reader: Reader, connection: str, entity: EntityRef) -> list[LinkableKind]:
    """The kinds of actors that an entity may be linked to through a connection."""
    pairs = reader.wiring.tuning.pairs
    return [
        _linkable(reader, mapping)
        for mapping in reader.wiring.engine.roster.mappings(connection)
        if mapping.entity_kind == entity.kind and pairs.allows(entity.kind, mapping.actor_kind)
    ]


def _linkable(reader: Reader, mapping: FieldMapping) -> LinkableKind:
    kind = reader.systems.kind(mapping.connection, mapping.actor_kind)
    creates = reader.systems.claims(mapping.connection, mapping.actor_kind).create
    why_not = "" if creates else f"its connector may not make records: {kind.title or kind.name}"
    return LinkableKind(kind.name, kind.title or kind.name, creates, why_not)


def _in_order(rules: Iterable[FieldRule]) -> list[FieldRule]:
    return sorted(rules, key=lambda rule: rule.rank)
