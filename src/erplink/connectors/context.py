"""Context: what the host gives a connector to work with."""

import logging
from collections.abc import Callable
from typing import Any

from attrs import field as attr
from attrs import frozen

from erplink.connectors.budget import RateBudget
from erplink.connectors.clock import Clock
from erplink.domain.records import ActorRef

__all__ = ["Context"]


def _not_shown(_: object) -> str:
    return "…"


@frozen
class Context:
    """One connection's tools: its id, time, HTTP, a logger that redacts, and a rate budget."""

    #: The id of the connection; the system of every actor that the session delivers.
    connection: str
    clock: Clock = attr(repr=_not_shown)
    logger: logging.Logger | logging.LoggerAdapter[Any] = attr(repr=_not_shown)
    budget: RateBudget = attr(repr=_not_shown)
    #: Makes an HTTP client: the base address first, then what ``http_client`` takes by name.
    http: Callable[..., Any] = attr(repr=_not_shown)

    def ref(self, kind: str, key: str) -> ActorRef:
        """Point at an actor of this connection."""
        return ActorRef(self.connection, kind, key)
