"""SqlMappings: the mappings of a tenant."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from attrs import frozen

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.documents import from_json, to_json
from erplink.domain.mapping import Mapping, mapping_from_data, mapping_to_data
from erplink.domain.transforms import TransformCatalogue

__all__ = ["SqlMappings"]

_MAPPINGS_KEPT: Final = 256


@frozen
class SqlMappings:
    """The mappings, one for each connection and kind of actor."""

    _database: Database
    _catalogue: TransformCatalogue | None

    def put(self, mapping: Mapping) -> None:
        """Keep a mapping in place of its namesake."""
        self._database.execute(
            "mapping_put",
            connection=mapping.connection,
            actor_kind=mapping.actor_kind,
            document=to_json(mapping_to_data(mapping, catalogue=self._catalogue)),
        )

    def get(self, connection: str, actor_kind: str) -> Mapping | None:
        """The mapping for a kind of actor."""
        rows = self._database.query("mapping_get", connection=connection, actor_kind=actor_kind)
        return self._read(rows[0][0]) if rows else None

    def of(self, connection: str) -> Sequence[Mapping]:
        """All mappings of a connection, in the order of their kinds."""
        rows = self._database.query("mappings_of", connection=connection)
        return [self._read(document) for (document,) in rows]

    def delete(self, connection: str, actor_kind: str) -> None:
        """Forget a mapping."""
        self._database.execute("mapping_delete", connection=connection, actor_kind=actor_kind)

    def _read(self, document: str) -> Mapping:
        if self._catalogue is None:
            return _read_once(document)
        return mapping_from_data(from_json(document), catalogue=self._catalogue)


# Every pass reads its mapping, which seldom changes, and never in place.
@lru_cache(maxsize=_MAPPINGS_KEPT)
def _read_once(document: str) -> Mapping:
    return mapping_from_data(from_json(document))
