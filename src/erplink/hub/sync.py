"""Sync: passes, previews and the engine's switch, for those who see what is synced."""

from collections.abc import Sequence

from erplink.hub.operations import Group, command, query
from erplink.sync import Lane, PassResult
from erplink.sync.status import ConnectionStatus

__all__ = ["Sync"]


class Sync(Group):
    """Syncing through the connections that the user sees."""

    @command
    def now(self, connection: str | None = None, *, full: bool = False) -> Sequence[PassResult]:
        """Sync one connection, or all that the user sees, the highest ranked first.

        With ``full``, everything is looked at, and not only what changed.
        """
        engine = self._desk.wiring.engine
        names = self._served() if connection is None else [connection]
        user = self._desk.user
        return [
            result
            for name in names
            for result in engine.sync(name, full=full, lane=Lane.INTERACTIVE, principal=user)
        ]

    @query
    def status(self) -> Sequence[ConnectionStatus]:
        """How every connection is doing, the highest ranked first."""
        seen = self._desk.sight.connections()
        return [each for each in self._desk.wiring.engine.status() if each.connection in seen]

    def _served(self) -> list[str]:
        seen = self._desk.sight.connections()
        return [name for name in self._desk.wiring.engine.roster.served() if name in seen]
