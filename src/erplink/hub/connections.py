"""Connections: the ways into ERPs, from the form to the deletion, for those who see them."""

from collections.abc import Sequence

from erplink.domain.connections import Connection
from erplink.hub.operations import Group, query

__all__ = ["Connections"]


class Connections(Group):
    """The connections that the user sees."""

    @query
    def all(self) -> Sequence[Connection]:
        """The connections in their rank order."""
        seen = self._desk.sight.connections()
        return sorted(seen.values(), key=lambda each: self._rank(each.id))

    @query
    def get(self, connection: str) -> Connection:
        """The connection with this id."""
        return self._desk.sight.connection(connection)

    def _rank(self, connection: str) -> int:
        return self._desk.wiring.engine.roster.ranking().position(connection)
