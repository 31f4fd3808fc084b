"""Hits: the actors that a search in the linking dialog found."""

from collections.abc import Iterable, Mapping

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Kind, Page, Query
from erplink.domain.links import Link
from erplink.domain.mapping import FieldRule
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import NotNow
from erplink.hub.reading import Reader
from erplink.hub.tab import ShownValue, shown
from erplink.sync.pairing import Pairing
from erplink.sync.parents import parent_across
from erplink.sync.state import Side

__all__ = ["Hit", "Hits", "find_actors"]


def _values(values: Iterable[ShownValue]) -> tuple[ShownValue, ...]:
    return tuple(values)


@frozen(repr=False)
class Hit:
    """One actor that was found, with the fields that are marked for search."""

    actor: ActorRef
    values: tuple[ShownValue, ...] = attr(converter=_values)
    #: The entity that it is linked to already; None where it is free.
    linked_to: EntityRef | None = None

    def __repr__(self) -> str:
        """The actor, its values, and what it is linked to."""
        linked = f", linked to {self.linked_to}" if self.linked_to else ""
        return f"Hit({self.actor}: {', '.join(map(repr, self.values))}{linked})"


def _hits(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    return tuple(hits)


@frozen
class Hits:
    """One page of what was found."""

    rows: tuple[Hit, ...] = attr(converter=_hits)
    #: Where the next page begins; None where there is none.
    cursor: str | None = None
    #: The actor under which was searched, where the entity has a parent.
    under: ActorRef | None = None

    def __len__(self) -> int:
        """How many actors are on the page."""
        return len(self.rows)


def find_actors(
    reader: Reader, entity: EntityRef, mapping: FieldMapping, query: Query, cursor: str | None
) -> Hits:
    """The actors that an entity could be linked to; those of its parent's actor, if it has one."""
    pairing = reader.pairing(mapping.connection, mapping.actor_kind)
    under = _under(reader, entity, pairing)
    if under is not None:
        query = Query(query.text, query.criteria, under)
    rules = _shown_rules(mapping, pairing.actor)
    fields = list(dict.fromkeys(key for rule in rules for key in rule.erp))
    session = reader.systems.session(mapping.connection)
    page = session.search(mapping.actor_kind, query, fields, cursor)
    links = _links(reader, mapping, page)
    rows = []
    for record in page:
        ref = ActorRef(record.ref.system, record.ref.kind, record.ref.key)
        link = links.get(ref.key)
        values = shown(reader, rules, pairing.actor, record)
        rows.append(Hit(ref, values, link.entity if link else None))
    return Hits(rows, page.cursor if page.more else None, under)


def _under(reader: Reader, entity: EntityRef, pairing: Pairing) -> ActorRef | None:
    """The actor of the entity's parent; refused where that has none yet."""
    parents = reader.parents(pairing)
    if parents is None:
        return None
    record = reader.record(entity, pairing.fields(Side.CRM))
    found, reason = parent_across(reader.wiring.store, parents, Side.CRM, record)
    if reason:
        raise NotNow(f"{reason}: link that first")
    return found if isinstance(found, ActorRef) else None


def _shown_rules(mapping: FieldMapping, kind: Kind) -> list[FieldRule]:
    """The fields that are marked for search; where none is, those in which is searched."""
    marked = [rule for rule in mapping.rules if rule.show_in_search]
    usual = [FieldRule(key) for key in kind.searchable]
    return sorted(marked, key=lambda rule: rule.rank) or usual


def _links(reader: Reader, mapping: FieldMapping, page: Page) -> Mapping[str, Link]:
    keys = [record.ref.key for record in page]
    with reader.wiring.store.look() as state:
        return state.links.by_actor(mapping.connection, mapping.actor_kind, keys)
