"""Rows of links: what the columns of a link hold."""

from typing import Any

from erplink.adapters.stores.agreements import base_from_json, base_to_json
from erplink.adapters.stores.database import Row
from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.moments import from_nullable, to_nullable
from erplink.domain.links import Link, LinkStatus, Pin
from erplink.domain.records import ActorRef, EntityRef

__all__ = ["from_row", "to_row"]


def to_row(link: Link) -> dict[str, Any]:
    """The columns of a link by name."""
    return {
        "connection": link.connection,
        "actor_kind": link.actor.kind,
        "actor_key": link.actor.key,
        "entity_kind": link.entity.kind,
        "entity_key": link.entity.key,
        "status": link.status.value,
        "version": link.version,
        "since": to_nullable(link.since),
        "base": base_to_json(link.base),
        "extra": _extra(link),
    }


def _extra(link: Link) -> str:
    """What few links have: pins, a reason, a side that was created."""
    if not (link.pins or link.reason or link.created):
        return ""
    pins = {field: pin.value for field, pin in link.pins.items()}
    return to_json([pins, link.reason, link.created])


def from_row(row: Row) -> Link:
    """The link of a row, in the order of the columns in ``links.sql``."""
    connection, actor_kind, actor_key, entity_kind, entity_key, status, version, since, *rest = row
    base, extra = rest
    pins, reason, created = from_json(extra) if extra else ({}, "", "")
    return Link(
        EntityRef.of(entity_kind, entity_key),
        ActorRef(connection, actor_kind, actor_key),
        base_from_json(base),
        {field: Pin(pin) for field, pin in pins.items()},
        LinkStatus(status),
        reason,
        from_nullable(since),
        created,
        version,
    )
