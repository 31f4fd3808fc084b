"""Descriptions: what both systems say about their kinds and lists right now."""

from collections.abc import Mapping, Sequence
from typing import Self

from erplink.connectors import Kind, KindCapabilities
from erplink.domain.frozen import FrozenDict
from erplink.domain.mapping import Lists, Problem
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.policy import Policy
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import BadName, SessionError
from erplink.hub.wiring import Wiring

__all__ = ["Descriptions"]

Items = dict[str, Mapping[str, str]]


class Descriptions:
    """Asks the CRM and the ERPs, each when it is first needed; a context manager."""

    def __init__(self, wiring: Wiring) -> None:
        """Ask through the sessions of ``wiring``."""
        self._wiring, self._systems = wiring, wiring.systems()
        self._items: dict[tuple[str, str], Mapping[str, str]] = {}

    def __enter__(self) -> Self:
        """Nothing is asked yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the sessions back."""
        self._systems.close()

    def kinds(self, system: str) -> dict[str, Kind]:
        """The kinds of a system, by name."""
        return {kind.name: kind for kind in self._systems.session(system).kinds()}

    def kind(self, system: str, name: str) -> Kind:
        """One kind of a system."""
        known = self.kinds(system)
        if name not in known:
            # An id says nothing to a person.
            raise BadName.among("kind of the CRM" if system == CRM else "kind", name, known)
        return known[name]

    def both(self, mapping: FieldMapping) -> tuple[Kind, Kind]:
        """The kinds that a mapping ties together: of the actors, and of the entities."""
        actor = self.kind(mapping.connection, mapping.actor_kind)
        return actor, self.kind(CRM, mapping.entity_kind)

    def values(self, record: ActorRef | EntityRef, fields: Sequence[str]) -> Mapping[str, Value]:
        """The values of a record as its system holds it now."""
        found = self._systems.get(record.system, record.kind, [record.key], fields)
        if record.key not in found:
            raise BadName(f"there is no record {record}")
        return found[record.key].fields

    def claims(self, system: str, kind: str) -> KindCapabilities:
        """What a system claims about a kind."""
        return self._systems.claims(system, kind)

    def items(self, system: str, name: str) -> Mapping[str, str]:
        """The items of a list, key to text; none where the system has no lists."""
        place = system, name
        if place not in self._items:
            session = self._systems.session(system)
            has_lists = session.capabilities.lists
            self._items[place] = session.list_items(name) if has_lists else {}
        return self._items[place]

    def lists(self, actor: Kind, entity: Kind, connection: str) -> Lists:
        """The items of all lists that the fields of both kinds refer to."""
        return Lists(
            FrozenDict(self._lists_of(connection, actor)), FrozenDict(self._lists_of(CRM, entity))
        )

    def _lists_of(self, system: str, kind: Kind) -> Items:
        found = ((name, self._listed(system, name)) for name in sorted(kind.lists))
        return {name: items for name, items in found if items is not None}

    def _listed(self, system: str, name: str) -> Mapping[str, str] | None:
        """The items; None where they cannot be had now: then they are not checked."""
        try:
            return self.items(system, name)
        except SessionError:
            return None

    def problems(self, mapping: FieldMapping) -> tuple[Problem, ...]:
        """Everything that is wrong with a mapping, as both systems are now."""
        wiring, connection = self._wiring, mapping.connection
        actor, entity = self.both(mapping)
        judgement = wiring.tuning.judgement
        return mapping.problems(
            actor.fields,
            entity.fields,
            lists=self.lists(actor, entity, connection),
            policy=Policy(
                wiring.engine.roster.ranking(),
                judgement.clock_tolerance,
                FrozenDict(judgement.rules),
            ),
            pairs=wiring.tuning.pairs,
            creates=self.claims(connection, mapping.actor_kind).create,
        )
