"""The plug-in that announces the bundled connectors, through the same hooks as anyone's."""

from collections.abc import Iterable

from erplink.connectors import Announcement, hookimpl

__all__ = ["erplink_connectors"]

_HERE = "erplink.adapters.erp"


@hookimpl
def erplink_connectors() -> Iterable[Announcement]:
    """Announce the connectors that come with erplink."""
    return (
        Announcement("files", f"{_HERE}.files:FilesConnector", "Workbooks and CSV files"),
        Announcement("memory", f"{_HERE}.memory:MemoryConnector", "Memory"),
        Announcement("sql", f"{_HERE}.sql:SqlConnector", "SQL database"),
        Announcement("tryton", f"{_HERE}.tryton:TrytonConnector", "Tryton"),
    )
