"""Links: which entity is which actor, one entity at a time or many at once."""

from collections.abc import Sequence

from erplink.domain.links import Link
from erplink.domain.records import EntityRef
from erplink.hub.operations import Group, query

__all__ = ["Links"]


class Links(Group):
    """Linking through the connections that the user sees."""

    @query
    def of(self, entity: EntityRef) -> Sequence[Link]:
        """The living links of an entity, through the connections that the user sees."""
        with self._desk.wiring.store.look() as state:
            found = state.links.of_entities(entity.kind, [entity.key])
        return self._desk.sight.links(found.get(entity.key, ()))
