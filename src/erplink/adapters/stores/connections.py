"""SqlConnections: the connections of a tenant."""

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from erplink.adapters.stores.configurations import (
    connection_from_json,
    connection_to_json,
    resealed,
)
from erplink.adapters.stores.database import Database
from erplink.adapters.stores.moments import to_stored
from erplink.adapters.stores.vault import Vault
from erplink.domain.connections import Connection

__all__ = ["SqlConnections"]


@frozen
class SqlConnections:
    """The connections, the deleted ones among them until they are purged."""

    _database: Database
    _vault: Vault

    def put(self, connection: Connection) -> None:
        """Add a connection, or keep its new state; one that was deleted is back."""
        document = connection_to_json(connection, self._vault)
        self._database.execute("connection_put", id=connection.id, document=document)

    def get(self, connection: str) -> Connection | None:
        """The connection with this id, unless it is deleted."""
        rows = self._database.query("connection_get", id=connection)
        return connection_from_json(rows[0][0], self._vault) if rows else None

    def all(self, *, deleted: bool = False) -> Sequence[Connection]:
        """The connections in the order of their ids; with ``deleted``, only the deleted ones."""
        rows = self._database.query("connections_deleted" if deleted else "connections_living")
        return [connection_from_json(document, self._vault) for (document,) in rows]

    def delete(self, connection: str, at: datetime) -> None:
        """Delete a connection so that it can be restored by putting it again."""
        self._database.execute("connection_delete", id=connection, at=to_stored(at))

    def reseal(self) -> int:
        """Seal all secrets anew, those of deleted connections too; how many connections."""
        rows = self._database.query("connection_documents")
        for each, document in rows:
            anew = resealed(document, self._vault)
            self._database.execute("connection_rewrite", id=each, document=anew)
        return len(rows)
