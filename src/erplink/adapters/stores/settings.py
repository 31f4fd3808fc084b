"""SqlSettings: small things that are kept under a name."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.documents import from_json, to_json

__all__ = ["SqlSettings"]


@frozen
class SqlSettings:
    """Small things that are kept under a name."""

    _database: Database

    def get(self, name: str) -> Any:
        """The plain data under a name; None for nothing."""
        rows = self._database.query("setting_get", name=name)
        return from_json(rows[0][0]) if rows else None

    def under(self, start: str) -> Mapping[str, Any]:
        """All plain data under names that begin with ``start``, by name, in their order."""
        rows = self._database.query("settings_under", start=start, length=len(start))
        return {name: from_json(data) for name, data in rows}

    def put(self, name: str, data: Any) -> None:
        """Keep plain data under a name; None forgets it."""
        if data is None:
            self._database.execute("setting_forget", name=name)
        else:
            self._database.execute("setting_put", name=name, data=to_json(data))
