"""The standard kinds of records, and which may be linked to which: data, not a closed list."""

from collections.abc import Iterable

from attrs import field as attr
from attrs import frozen

__all__ = ["ACTOR_KINDS", "ENTITY_KINDS", "STANDARD_PAIRS", "LinkablePairs"]

ENTITY_KINDS = ("company", "contact", "project", "sale")
ACTOR_KINDS = ("customer", "supplier", "partner", "person", "project", "employee", "sale")


def _pairs(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset(pairs)


@frozen
class LinkablePairs:
    """Which kind of entity may be linked to which kind of actor."""

    pairs: frozenset[tuple[str, str]] = attr(converter=_pairs)

    def allows(self, entity_kind: str, actor_kind: str) -> bool:
        """Whether the two kinds may be linked."""
        return (entity_kind, actor_kind) in self.pairs

    def actor_kinds(self, entity_kind: str) -> tuple[str, ...]:
        """The kinds of actors that an entity of ``entity_kind`` may be linked to, in order."""
        return tuple(sorted(actor for entity, actor in self.pairs if entity == entity_kind))

    def entity_kinds(self, actor_kind: str) -> tuple[str, ...]:
        """The kinds of entities that an actor of ``actor_kind`` may be linked to, in order."""
        return tuple(sorted(entity for entity, actor in self.pairs if actor == actor_kind))

    def also(self, *pairs: tuple[str, str]) -> "LinkablePairs":
        """These pairs and some of the host's own."""
        return LinkablePairs(self.pairs | frozenset(pairs))


STANDARD_PAIRS = LinkablePairs(
    frozenset(
        {
            ("company", "customer"),
            ("company", "supplier"),
            ("company", "partner"),
            ("contact", "person"),
            ("contact", "employee"),
            ("project", "project"),
            ("sale", "sale"),
        }
    )
)
"""The pairs that make sense everywhere; a host adds its own with :meth:`LinkablePairs.also`."""
