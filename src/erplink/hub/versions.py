"""Versions: the mappings that were in force before, so that two of them can be compared."""

from datetime import datetime
from typing import Any, Final

from attrs import frozen

from erplink.domain.mapping import Mapping, mapping_from_data, mapping_to_data
from erplink.domain.transforms import TransformCatalogue
from erplink.errors import BadName
from erplink.sync.store import Transaction

__all__ = ["VERSIONS_MAX", "MappingVersion", "Versions"]

VERSIONS_MAX: Final = 100
"""How many versions of a mapping are kept; the oldest go first."""


@frozen
class MappingVersion:
    """One version of a mapping: when it came into force, and through whom."""

    version: int
    at: datetime
    user: str


@frozen
class Versions:
    """The versions of one mapping, in one transaction."""

    state: Transaction
    connection: str
    actor_kind: str
    catalogue: TransformCatalogue

    def all(self) -> list[MappingVersion]:
        """The versions that are kept, the newest first."""
        return [
            MappingVersion(row["version"], datetime.fromisoformat(row["at"]), row["user"])
            for row in reversed(self._rows())
        ]

    def add(self, mapping: Mapping, at: datetime, user: str) -> None:
        """Keep a version that came into force."""
        version = mapping.version
        rows = [row for row in self._rows() if row["version"] != version]
        rows.append({"version": version, "at": at.isoformat(), "user": user})
        for row in rows[:-VERSIONS_MAX]:
            self.state.settings.put(self._name(row["version"]), None)
        data = mapping_to_data(mapping, catalogue=self.catalogue)
        self.state.settings.put(self._name(version), data)
        self.state.settings.put(self._index, rows[-VERSIONS_MAX:])

    def get(self, version: int) -> Mapping:
        """The mapping as it was in a version."""
        data = self.state.settings.get(self._name(version))
        if data is None:
            known = [str(row["version"]) for row in self._rows()]
            raise BadName.among("version", str(version), known)
        return mapping_from_data(data, catalogue=self.catalogue)

    @property
    def _index(self) -> str:
        return f"versions/{self.connection}/{self.actor_kind}"

    def _name(self, version: int) -> str:
        return f"{self._index}/{version}"

    def _rows(self) -> list[dict[str, Any]]:
        return list(self.state.settings.get(self._index) or ())
