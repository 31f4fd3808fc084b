"""Discovery: values that a connector can propose once a part of its configuration is known."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from erplink.connectors.context import Context
from erplink.connectors.protocol import Configuration

__all__ = ["Discovers"]


@runtime_checkable
class Discovers(Protocol):
    """A connector that can say, for instance, which companies an ERP has."""

    def discover(self, config: Configuration, context: Context) -> Mapping[str, Mapping[str, str]]:
        """For configuration fields that can be proposed: the possible values, each with a text."""
        ...
