"""Imports: records of an ERP that become records of the CRM, staged and looked over first."""

from erplink.hub.operations import Group, query

__all__ = ["Imports"]


class Imports(Group):
    """Importing through the connections that the user sees."""

    @query
    def why_not_now(self, connection: str) -> str:
        """Why nothing can be imported through a connection now; empty where something can.

        While the engine serves a connection by itself, it would write what is being looked over.
        """
        known = self._desk.sight.connection(connection)
        wiring = self._desk.wiring
        if wiring.scheduler.switched_off or not wiring.engine.roster.is_served(connection):
            return ""
        return f"{known.name!r} is synced automatically; pause it, or switch the engine off"
