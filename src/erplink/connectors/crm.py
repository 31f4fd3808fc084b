"""Crm: what a host hands over as its CRM; one more system, whose records are entities."""

from typing import Protocol

from erplink.connectors.guard import GuardedSession
from erplink.connectors.protocol import Session
from erplink.domain.records import CRM

__all__ = ["Crm", "open_crm"]


class Crm(Protocol):
    """The host's own system: opens sessions to it, as a connector does to an ERP.

    There is no configuration and no diagnosis, for the host knows its own database. The records of
    its sessions are entities, whose system is ``"crm"``.
    """

    def session(self) -> Session:
        """Open a session to the CRM."""
        ...


def open_crm(crm: Crm) -> GuardedSession:
    """Open a session to the host's CRM and stand the guard before it."""
    name = type(crm).__name__
    return GuardedSession(crm.session(), plugin=name, system=CRM, reopen=crm.session)
