"""Mappings: which field is which, for each connection and kind of actor."""

from collections.abc import Sequence

from erplink.domain.mapping import Mapping
from erplink.errors import BadName
from erplink.hub.operations import Group, query

__all__ = ["Mappings"]


class Mappings(Group):
    """The mappings of the connections that the user sees."""

    @query
    def of(self, connection: str) -> Sequence[Mapping]:
        """All mappings of a connection, by their kinds of actors."""
        with self._desk.wiring.store.look() as state:
            return state.mappings.of(connection)

    @query
    def get(self, connection: str, actor_kind: str) -> Mapping:
        """The mapping of one kind of actor."""
        with self._desk.wiring.store.look() as state:
            found = state.mappings.get(connection, actor_kind)
            known = [each.actor_kind for each in state.mappings.of(connection)]
        if found is None:
            raise BadName.among(f"mapping of {connection}", actor_kind, known)
        return found
