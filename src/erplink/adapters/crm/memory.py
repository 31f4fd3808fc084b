"""MemoryCrm: a CRM that lives in a dict, for notebooks and tests."""

from typing import Any

from attrs import define

from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import Session
from erplink.domain.records import CRM, EntityRef

__all__ = ["MemoryCrm"]


@define
class MemoryCrm(MemoryErp):
    """A world like :class:`~erplink.adapters.erp.memory.MemoryErp`, whose records are entities.

    People who work in it are ``add()``, ``put()``, ``remove()`` and ``merge()``.
    """

    def __call__(self) -> Session:
        """Open a session to the CRM."""
        return self.session(CRM)

    def add(self, kind: str, values: dict[str, Any], *, parent: str = "") -> str:
        """Make a record as a person does, under the parent with this key; gives its key."""
        above = EntityRef.of(self.kind(kind).parent, parent) if parent else None
        return self.put(kind, self.next_key(kind), values, parent=above)
