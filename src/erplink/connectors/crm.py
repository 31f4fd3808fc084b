"""Crm: what a host hands over as its CRM; one more system, whose records are entities."""

from typing import Protocol

from erplink.connectors.guard import GuardedSession
from erplink.connectors.protocol import Session
from erplink.domain.records import CRM

__all__ = ["Crm", "crm_name", "open_crm"]


class Crm(Protocol):
    """The host's own system: called, it opens a session, as a connector does to an ERP.

    A function without arguments is one too. There is no configuration and no diagnosis, for the
    host knows its own database. The records of the sessions are entities, whose system is
    ``"crm"``.
    """

    def __call__(self) -> Session:
        """Open a session to the CRM."""
        ...


def open_crm(crm: Crm) -> GuardedSession:
    """Open a session to the host's CRM and stand the guard before it."""
    return GuardedSession(crm(), plugin=crm_name(crm), system=CRM, reopen=crm)


def crm_name(crm: Crm) -> str:
    """What a CRM is called in errors and reports: its function's name, or its class's."""
    return str(getattr(crm, "__name__", type(crm).__name__))
