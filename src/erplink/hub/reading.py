"""Reader: what the screens of a linking dialog read of both systems; it writes nothing."""

from collections.abc import Mapping, Sequence
from typing import Self

from erplink.connectors import Kind, Record
from erplink.domain.fields import Field
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import ActorRef, EntityRef, Ref
from erplink.domain.values import UNSET, Maybe
from erplink.errors import BadName, PluginError, SessionError
from erplink.hub.wiring import Wiring
from erplink.sync.pairing import Pairing
from erplink.sync.systems import Systems

__all__ = ["Reader"]


class Reader:
    """Open sessions to look at records with; a context manager that closes them."""

    def __init__(self, wiring: Wiring) -> None:
        """Read through what a Hub has wired up; nothing is opened before it is needed."""
        self.wiring = wiring
        self.systems: Systems = wiring.systems()
        self._lists: dict[tuple[str, str], Mapping[str, str]] = {}

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the sessions."""
        self.systems.close()

    def mapping(self, connection: str, actor_kind: str) -> FieldMapping:
        """The mapping of a kind of a connection that is served."""
        return self.wiring.engine.roster.mapping(connection, actor_kind)

    def pairing(self, connection: str, actor_kind: str) -> Pairing:
        """The mapping with the kinds that it ties together, compiled."""
        return self.wiring.engine.pairing(connection, actor_kind, self.systems)

    def parents(self, pairing: Pairing) -> Pairing | None:
        """The pairing of the parents of a pairing's records, where they have any."""
        parent = pairing.actor.parent
        if not parent:
            return None
        known = {each.actor_kind for each in self._mappings(pairing.connection) if each.enabled}
        return self.pairing(pairing.connection, parent) if parent in known else None

    def _mappings(self, connection: str) -> Sequence[FieldMapping]:
        with self.wiring.store.look() as state:
            return state.mappings.of(connection)

    def record(self, ref: ActorRef | EntityRef, fields: Sequence[str]) -> Record:
        """A record; BadName where its system has no such."""
        found = self.systems.get(ref.system, ref.kind, [ref.key], fields).get(ref.key)
        if found is None:
            raise BadName(f"there is no record {ref}")
        return found

    def kind(self, ref: Ref) -> Kind:
        """How its system describes a record."""
        return self.systems.kind(ref.system, ref.kind)

    # what a person reads --------------------------------------------------------------------------

    def text(self, system: str, fields: Sequence[Field], value: Maybe) -> str:
        """A value as a person reads it: list items by their texts, several parts one by one."""
        if value is UNSET or value is None:
            return ""
        if len(fields) > 1 and isinstance(value, tuple):
            parts = zip(fields, value, strict=False)
            return " + ".join(self.text(system, [field], part) for field, part in parts)
        (field,) = fields[:1]
        if field.list_name:
            return self._items(system, field.list_name).get(str(value), str(value))
        if isinstance(value, tuple):
            return ", ".join(map(str, value))
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)

    def _items(self, system: str, name: str) -> Mapping[str, str]:
        """The items of a list; none where its system does not tell."""
        place = system, name
        if place not in self._lists:
            try:
                session = self.systems.session(system)
                told = session.list_items(name) if session.capabilities.lists else {}
            except (SessionError, PluginError):
                told = {}
            self._lists[place] = told
        return self._lists[place]
