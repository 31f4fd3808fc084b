"""Parents: under which record the counterpart of a record belongs."""

from typing import TypeAlias

from erplink.connectors import Record
from erplink.domain.records import ActorRef, EntityRef
from erplink.sync.pairing import Pairing
from erplink.sync.state import Side
from erplink.sync.store import Store

__all__ = ["Parent", "parent_across"]

Parent: TypeAlias = ActorRef | EntityRef


def parent_across(
    store: Store, parents: Pairing | None, side: Side, record: Record
) -> tuple[Parent | None, str]:
    """The counterpart of the parent of a record of ``side``, or why there is none yet.

    A record without a parent, or with one of a kind that is not mapped, needs none.
    """
    if record.parent is None or parents is None:
        return None, ""
    mapping, key = parents.mapping, record.parent.key
    with store.look() as state:
        if side is Side.CRM:
            links = state.links.by_entity(mapping.connection, mapping.entity_kind, [key])
        else:
            links = state.links.by_actor(mapping.connection, mapping.actor_kind, [key])
    link = links.get(key)
    if link is None:
        return None, f"its parent {record.parent} is not linked"
    return (link.actor if side is Side.CRM else link.entity), ""
