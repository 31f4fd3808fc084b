"""Roster: which connections and mappings are served, and in which order."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from erplink.domain.connections import Connection, Ranking
from erplink.domain.mapping import Mapping
from erplink.domain.records import CRM
from erplink.errors import BadName, NotNow
from erplink.sync.pauses import pause_of
from erplink.sync.store import Store

__all__ = ["RANKING", "Roster"]

RANKING: Final = "ranking"
"""The name of the setting that holds the order of the systems."""

_KINDS: Final = ("company", "contact", "project", "sale")


@frozen
class Roster:
    """What a store says about whom to serve."""

    store: Store

    def ranking(self) -> Ranking:
        """The order of the systems; a connection that is not ranked stands at the end."""
        with self.store.look() as state:
            order = state.settings.get(RANKING) or [CRM]
            names = [each.id for each in state.connections.all()]
        ranking = Ranking(order)
        for name in names:
            if name not in ranking.order:
                ranking = ranking.with_last(name)
        return ranking

    def served(self, connection: str | None = None) -> list[str]:
        """The connections that are active and not paused, the highest ranked first.

        A single one is refused with the reason where it is not.
        """
        if connection is not None:
            return [self.check(connection).id]
        ranking = self.ranking()
        with self.store.look() as state:
            connections = [each for each in state.connections.all() if each.active]
            names = [each.id for each in connections if not pause_of(state, each.id)]
        return sorted(names, key=ranking.position)

    def is_served(self, connection: str) -> bool:
        """Whether a connection is active and not paused."""
        with self.store.look() as state:
            known = state.connections.get(connection)
            return known is not None and known.active and not pause_of(state, connection)

    def check(self, connection: str) -> Connection:
        """The connection; refused with the reason where it is not served."""
        with self.store.look() as state:
            known, reason = state.connections.get(connection), pause_of(state, connection)
            names = [each.id for each in state.connections.all()]
        if known is None:
            raise BadName.among("connection", connection, names)
        if not known.active:
            raise NotNow(f"the connection {known.name!r} is not active")
        if reason:
            raise NotNow(f"the connection {known.name!r} is paused: {reason}")
        return known

    def mappings(self, connection: str) -> Sequence[Mapping]:
        """The enabled mappings of a connection; companies come before what belongs to them."""
        with self.store.look() as state:
            mappings = [each for each in state.mappings.of(connection) if each.enabled]
        return sorted(mappings, key=lambda each: (_depth(each), each.actor_kind))

    def mapping(self, connection: str, actor_kind: str) -> Mapping:
        """A mapping of a connection; refused with the reason where it is not served."""
        self.check(connection)
        with self.store.look() as state:
            mapping = state.mappings.get(connection, actor_kind)
            known = [each.actor_kind for each in state.mappings.of(connection)]
        if mapping is None:
            raise BadName.among(f"mapping of {connection}", actor_kind, known)
        if not mapping.enabled:
            raise NotNow(f"{actor_kind!r} of {connection} is not synced")
        return mapping


def _depth(mapping: Mapping) -> int:
    kind = mapping.entity_kind
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
