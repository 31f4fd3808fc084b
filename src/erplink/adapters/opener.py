"""SessionOpener: opens what an engine asks for, with real connectors, budgets and clients."""

from collections.abc import Callable
from threading import Lock

from erplink.adapters.clock import SystemClock
from erplink.adapters.context import make_context
from erplink.adapters.http import HttpFactory
from erplink.connectors import (
    Capabilities,
    Clock,
    GuardedSession,
    Registry,
    Session,
    TokenBudget,
    open_session,
)
from erplink.domain.records import CRM
from erplink.errors import BadName
from erplink.sync.store import Store

__all__ = ["SessionOpener"]


class SessionOpener:
    """Opens sessions to the CRM and to the connections of a store; threads may share it.

    All sessions of a connection keep to one budget, which learns from what the system claims and
    from what its answers say.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        crm: Callable[[], Session],
        *,
        clock: Clock | None = None,
        http: HttpFactory | None = None,
    ) -> None:
        """Open sessions to the connections in ``store``.

        Args:
            store: Where the connections are.
            registry: Knows the connectors.
            crm: Opens a session to the CRM.
            clock: Tells the time; the machine's own where none is given.
            http: Makes the HTTP clients of connectors.
        """
        self._store, self._registry, self._crm = store, registry, crm
        self._clock = clock or SystemClock()
        self._http = http or HttpFactory(clock=self._clock)
        self._budgets: dict[str, TokenBudget] = {}
        self._lock = Lock()

    def __call__(self, system: str) -> Session:
        """Open a session to a connection by its id, or to the CRM."""
        if system == CRM:
            return GuardedSession(self._crm(), plugin=CRM, system=CRM)
        with self._store.look() as state:
            connection = state.connections.get(system)
            known = [each.id for each in state.connections.all()]
        if connection is None:
            raise BadName.among("connection", system, known)
        connector = self._registry.connector(connection.connector)
        budget = self._budget(system)
        context = make_context(
            system, connection.configuration, clock=self._clock, budget=budget, http=self._http
        )
        session = open_session(connector, connection.configuration, context)
        _heed(budget, session.capabilities)
        return session

    def _budget(self, system: str) -> TokenBudget:
        with self._lock:
            if system not in self._budgets:
                self._budgets[system] = TokenBudget(self._clock)
            return self._budgets[system]


def _heed(budget: TokenBudget, claims: Capabilities) -> None:
    if claims.rate_limit is not None:
        limit = claims.rate_limit
        budget.limit(limit.requests / limit.seconds, burst=limit.requests)
