"""Projects for connector authors: a working connector to start from."""

from erplink.scaffold.project import new_connector

__all__ = ["new_connector"]
