"""SqlImports: the staged imports."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.moments import from_stored, to_stored
from erplink.sync.state import Import, ImportState

__all__ = ["SqlImports"]

_TEXTS = ("connection", "actor_kind", "settings", "source", "principal", "run", "reason")


@frozen
class SqlImports:
    """The staged imports."""

    _database: Database

    def put(self, each: Import) -> None:
        """Keep an import, or its new state."""
        told: dict[str, Any] = {name: getattr(each, name) for name in _TEXTS}
        self._database.execute(
            "import_put",
            id=each.id,
            created=to_stored(each.created),
            document=to_json({**told, "state": each.state.value}),
        )

    def get(self, each: str) -> Import | None:
        """The import with this id."""
        rows = self._database.query("import_get", id=each)
        return _read(rows[0]) if rows else None

    def all(self) -> Sequence[Import]:
        """All imports, the newest first."""
        return [_read(row) for row in self._database.query("imports_all")]

    def remove(self, each: str) -> None:
        """Forget an import with its rows."""
        for (number,) in self._database.query("import_number", id=each):
            self._database.execute("staged_forget", **{"import": number})
        self._database.execute("import_remove", id=each)


def _read(row: Row) -> Import:
    each, created, document = row
    told = from_json(document)
    state = ImportState(told.pop("state"))
    return Import(id=each, created=from_stored(created), state=state, **told)
