"""Schema: notices what a system changed about its kinds, and suspends a mapping that it breaks."""

from attrs import evolve

from erplink.connectors import Event, Kind
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import CRM
from erplink.errors import BadName, NotNow
from erplink.sync.drift import Drift, describe, drift, read
from erplink.sync.state import Feed, FeedName, Side
from erplink.sync.store import Store
from erplink.sync.systems import Systems
from erplink.sync.workbench import Observer

__all__ = ["check_schema", "fits"]


def check_schema(
    store: Store, systems: Systems, mapping: FieldMapping, observe: Observer
) -> tuple[Kind, Kind]:
    """The kinds of both sides of ``mapping``; NotNow where one changed so that it cannot go on.

    What is only new or only called otherwise is told and taken over.
    """
    kinds = [_looked_over(store, systems, mapping, side, observe) for side in (Side.ERP, Side.CRM)]
    return kinds[0], kinds[1]


def fits(store: Store, systems: Systems, mapping: FieldMapping) -> bool:
    """Whether a mapping can go on with its kinds as they are; nothing is told or kept of it."""
    return all(_fits(store, systems, mapping, side) for side in (Side.ERP, Side.CRM))


def _fits(store: Store, systems: Systems, mapping: FieldMapping, side: Side) -> bool:
    with store.look() as state:
        feed = state.feeds.get(FeedName(mapping.connection, mapping.actor_kind, side))
    kind = _kind(systems, mapping, side)
    if feed.suspended or not feed.schema or describe(kind) == feed.schema:
        return not feed.suspended
    return not drift(read(feed.schema), kind, mapping, side).suspends


def _kind(systems: Systems, mapping: FieldMapping, side: Side) -> Kind:
    if side is Side.CRM:
        return systems.kind(CRM, mapping.entity_kind)
    return systems.kind(mapping.connection, mapping.actor_kind)


def _looked_over(
    store: Store, systems: Systems, mapping: FieldMapping, side: Side, observe: Observer
) -> Kind:
    name = FeedName(mapping.connection, mapping.actor_kind, side)
    with store.look() as state:
        feed = state.feeds.get(name)
    try:
        kind = _kind(systems, mapping, side)
    except BadName as error:
        if feed.schema:
            _suspend(store, feed, drift(read(feed.schema), None, mapping, side), observe)
        raise NotNow(str(error)) from error
    described = describe(kind)
    if described != feed.schema:
        found = drift(read(feed.schema), kind, mapping, side) if feed.schema else None
        if found is not None and found.suspends:
            _suspend(store, feed, found, observe)
        _take_over(store, feed, described, found, observe)
    elif feed.suspended:
        _take_over(store, feed, described, None, observe)
    return kind


def _suspend(store: Store, feed: Feed, found: Drift, observe: Observer) -> None:
    if feed.suspended != found.reason:
        with store.begin() as state:
            state.feeds.put(evolve(feed, suspended=found.reason))
        observe(Event("mapping suspended", {"feed": str(feed.name), "reason": found.reason}))
    raise NotNow(f"the mapping of {feed.name} is suspended: {found.reason}")


def _take_over(
    store: Store, feed: Feed, described: str, found: Drift | None, observe: Observer
) -> None:
    with store.begin() as state:
        state.feeds.put(evolve(feed, schema=described, suspended=""))
    if found is not None:
        changes = "; ".join(map(str, found.changes))
        observe(Event("schema changed", {"feed": str(feed.name), "changes": changes}))
