"""Lifecycle: a connector that wants to hear when a connection of it is saved or deleted."""

from typing import Protocol, runtime_checkable

from erplink.connectors.context import Context
from erplink.connectors.protocol import Configuration

__all__ = ["HearsOfConnections"]


@runtime_checkable
class HearsOfConnections(Protocol):
    """A connector that, for instance, registers a webhook, and takes it away in the end.

    The connection is saved or deleted whatever happens here; a failure is told to observers.
    """

    def connection_saved(self, config: Configuration, context: Context) -> None:
        """A connection was added, restored, or has another configuration."""
        ...

    def connection_deleted(self, config: Configuration, context: Context) -> None:
        """A connection was deleted; it may be restored some day."""
        ...
