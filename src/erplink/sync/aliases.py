"""Aliases: follows records that were renumbered or merged; links and history go with them."""

from collections.abc import Mapping

from attrs import evolve

from erplink.connectors import Event
from erplink.domain.links import Link
from erplink.domain.records import ActorRef, EntityRef
from erplink.sync.state import FeedName, Lane, Pending, Side
from erplink.sync.store import Transaction
from erplink.sync.workbench import Workbench

__all__ = ["follow", "to_be_followed"]


def follow(bench: Workbench, side: Side, aliases: Mapping[str, str]) -> None:
    """Move the links of renamed records to the new keys; a link that is in the way stays.

    What waited under the old key is looked at under the new one.

    Where the record was merged into one that has a link of its own, the two entities cannot both
    have it: the link of the one that is gone becomes a dead one.
    """
    if not aliases:
        return
    feed = bench.pairing.feed(side)
    with bench.store.begin() as state:
        links = _links(bench, state, side, [*aliases, *aliases.values()])
        pending = state.pending.of(feed, list(aliases))
        state.fingerprints.remove(feed, list(aliases))
        for old, new in aliases.items():
            if old in links:
                _move(bench, state, side, links.pop(old), new, links)
            _look_again(bench, state, feed, pending.get(old), old, new)


def to_be_followed(bench: Workbench, side: Side, aliases: Mapping[str, str]) -> frozenset[str]:
    """The new keys of records whose links have yet to move there."""
    if not aliases:
        return frozenset()
    with bench.store.look() as state:
        links = _links(bench, state, side, [*aliases, *aliases.values()])
    return frozenset(new for old, new in aliases.items() if old in links and new not in links)


def _look_again(
    bench: Workbench,
    state: Transaction,
    feed: FeedName,
    before: Pending | None,
    old: str,
    new: str,
) -> None:
    """Have what waited, or was asked, under the old key done under the new one."""
    name, now = bench.pairing.name(feed.side, old), bench.clock.now()
    state.issues.withdraw([name])
    reason = f"{name} was renumbered or merged into it"
    since, lane = (now, Lane.SCHEDULED) if before is None else (before.since, before.lane)
    mark = Pending(feed=feed, key=new, lane=lane, due=now, since=since, reason=reason)
    state.pending.mark([mark])
    if before is not None:
        state.pending.settle(feed, {old: before.marked})


def _links(bench: Workbench, state: Transaction, side: Side, keys: list[str]) -> dict[str, Link]:
    mapping = bench.pairing.mapping
    if side is Side.CRM:
        return dict(state.links.by_entity(mapping.connection, mapping.entity_kind, keys))
    return dict(state.links.by_actor(mapping.connection, mapping.actor_kind, keys))


def _move(
    bench: Workbench,
    state: Transaction,
    side: Side,
    link: Link,
    new: str,
    links: dict[str, Link],
) -> None:
    old = link.entity if side is Side.CRM else link.actor
    if new in links:
        reason = f"{old} was merged into {new}, which is linked itself"
        state.links.change(link.dead(reason, bench.clock.now()), expects=link.version)
        bench.observe(Event("link died", {"link": link.key, "reason": reason}))
        return
    moved = _moved(link, side, new)
    if side is Side.CRM:
        state.links.remove(link)
        state.links.add(moved)
    else:
        state.links.change(moved, expects=link.version)
    state.history.follow(link.key, moved.key)
    links[new] = moved
    bench.observe(Event("link moved", {"link": moved.key, "from": link.key}))


def _moved(link: Link, side: Side, new: str) -> Link:
    if side is Side.CRM:
        entity = EntityRef.of(link.entity.kind, new)
        return evolve(link, entity=entity, version=link.version + 1)
    return link.moved_to(ActorRef(link.actor.system, link.actor.kind, new))
