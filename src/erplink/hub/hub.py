"""Hub: what a host holds; it carries out everything that a CRM's screens offer."""

from typing import Self

from erplink.connectors import Registry
from erplink.domain.connections import Principal
from erplink.hub.conflicts import Conflicts
from erplink.hub.connections import Connections
from erplink.hub.history import History
from erplink.hub.hooks import HOST, Hooks
from erplink.hub.imports import Imports
from erplink.hub.links import Links
from erplink.hub.mappings import Mappings
from erplink.hub.operations import Desk
from erplink.hub.sync import Sync
from erplink.hub.tuning import Tuning
from erplink.hub.wiring import Crm, Key, Wiring, wire
from erplink.sync import Store

__all__ = ["Hub"]


class Hub:
    """Connections, mappings, links, syncing, imports, conflicts and history of one CRM.

    It acts for the host itself, which sees everything, until it is bound to a user with
    :meth:`as_user`. Threads may share it. It is a context manager, or is closed when it is no
    longer needed.
    """

    connections: Connections
    mappings: Mappings
    links: Links
    sync: Sync
    imports: Imports
    conflicts: Conflicts
    history: History

    def __init__(
        self,
        crm: Crm,
        store: str | Store = "sqlite:///erplink.db",
        *,
        registry: Registry | None = None,
        key: Key = (),
        hooks: Hooks | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        """Put everything together over the host's CRM.

        Args:
            crm: Opens a session to the CRM; called without arguments whenever one is needed.
            store: Where everything is kept: an address as ``open_store`` takes it, or an open
                store, which its owner closes.
            registry: Knows the plug-ins; those that are installed where none is given.
            key: What secrets are encrypted with; several for a change of keys, the newest first.
                Without a key, a connection with a secret is refused.
            hooks: Who is acting, and what they may do.
            tuning: How it works, where the usual way is not the right one.
        """
        wiring = wire(crm, store, registry, key, tuning or Tuning())
        self._sit(Desk(wiring, hooks or Hooks()), shared=False)

    def _sit(self, desk: Desk, *, shared: bool) -> None:
        self._desk, self._shared = desk, shared
        self.connections = Connections(desk)
        self.mappings = Mappings(desk)
        self.links = Links(desk)
        self.sync = Sync(desk)
        self.imports = Imports(desk)
        self.conflicts = Conflicts(desk)
        self.history = History(desk)

    def as_user(self, principal: Principal) -> "Hub":
        """The same Hub on behalf of a user: it shows and does what is in their scope.

        It needs no closing: what it works with is the first one's.
        """
        bound = Hub.__new__(Hub)
        bound._sit(Desk(self._wiring, self._desk.hooks, principal), shared=True)  # noqa: SLF001 - it is a Hub
        return bound

    @property
    def _wiring(self) -> Wiring:
        return self._desk.wiring

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Stop serving, and let go of everything; a Hub that is bound to a user leaves it open."""
        if not self._shared:
            self._wiring.close()

    def __repr__(self) -> str:
        """On whose behalf it acts."""
        bound = self._desk.bound
        return f"Hub(for {HOST if bound is None else repr(bound.user)})"
