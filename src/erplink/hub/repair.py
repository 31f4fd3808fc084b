"""BrokenLink: a link of which one record is gone, and what can be done about it."""

from collections.abc import Iterator

from attrs import frozen

from erplink.domain.links import Link, LinkStatus
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import PluginError, SessionError
from erplink.hub.reading import Reader
from erplink.sync.store import Store

__all__ = ["BrokenLink", "broken_links"]

_PAGE = 1000


@frozen
class BrokenLink:
    """A dead link: why it died, and which of its records are there now."""

    link: Link
    #: Whether the entity is there; None where the CRM could not be asked.
    entity_there: bool | None
    #: Whether the actor is there; None where the ERP could not be asked.
    actor_there: bool | None

    @property
    def connection(self) -> str:
        """The id of the connection."""
        return self.link.connection

    @property
    def can_revive(self) -> bool:
        """Whether both records are there, so that it can be brought back to life."""
        return bool(self.entity_there and self.actor_there)

    @property
    def advice(self) -> str:
        """What can be done about it, in one sentence."""
        if None in (self.entity_there, self.actor_there):
            return "a system could not be asked: look again later"
        if self.can_revive:
            return "both records are there again: revive it"
        if self.entity_there:
            return "the actor is gone: link the entity to another one, or forget the link"
        if self.actor_there:
            return "the entity is gone: link the actor to another one, or forget the link"
        return "both records are gone: forget the link"


def broken_links(reader: Reader, connection: str) -> list[BrokenLink]:
    """The dead links of a connection, by kind and key of the actor."""
    links = list(_dead(reader.wiring.store, connection))
    there = _there(reader, [link.entity for link in links])
    there.update(_there(reader, [link.actor for link in links]))
    return [BrokenLink(link, there[link.entity], there[link.actor]) for link in links]


def _dead(store: Store, connection: str) -> Iterator[Link]:
    with store.look() as state:
        kinds = [mapping.actor_kind for mapping in state.mappings.of(connection)]
    for kind in kinds:
        after = ""
        while True:
            with store.look() as state:
                page = state.links.of(connection, kind, after=after, most=_PAGE)
            if not page:
                break
            yield from (link for link in page if link.status is LinkStatus.DEAD)
            after = page[-1].actor.key


def _there(
    reader: Reader, refs: list[EntityRef] | list[ActorRef]
) -> dict[EntityRef | ActorRef, bool | None]:
    """Which records are there; None for those whose system cannot be asked."""
    found: dict[EntityRef | ActorRef, bool | None] = {}
    places = {(ref.system, ref.kind) for ref in refs}
    for system, kind in sorted(places):
        mine = [ref for ref in refs if (ref.system, ref.kind) == (system, kind)]
        try:
            fields = [field.key for field in reader.systems.kind(system, kind).fields][:1]
            keys = list(dict.fromkeys(ref.key for ref in mine))
            records = reader.systems.get(system, kind, keys, fields)
            found.update((ref, ref.key in records) for ref in mine)
        except (SessionError, PluginError):
            found.update(dict.fromkeys(mine))
    return found
