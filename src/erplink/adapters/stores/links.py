"""SqlLinks: the links of a tenant, of which the database keeps every record's the only one."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from attrs import frozen

from erplink.adapters.stores.database import Database, Violated
from erplink.adapters.stores.linkrows import from_row, to_row
from erplink.adapters.stores.moments import to_nullable
from erplink.domain.links import Link, LinkStatus
from erplink.domain.records import CRM
from erplink.errors import AlreadyLinked, StoreBusy

__all__ = ["SqlLinks"]

_VERSION_MAX: Final = (1 << 63) - 1


@frozen
class SqlLinks:
    """The links; that an actor and an entity of a connection have one each, the database holds."""

    _database: Database

    def add(self, link: Link) -> None:
        """Make a link; AlreadyLinked names the one that is in the way."""
        if not self._database.execute("link_add", **to_row(link)):
            raise self._in_the_way_of(link)

    def change(self, link: Link, *, expects: int) -> bool:
        """Keep the new state of a link; False, and nothing done, if it is not at that version.

        A living link is found by its entity and its connection, so that it may move to another
        actor; a dead one by both of its records.
        """
        values = to_row(link)
        found = self._find(link, values, expects)
        if found is None:
            return False
        try:
            with self._database.savepoint():
                return bool(
                    self._database.execute("link_change", **values, id=found, expects=expects)
                )
        except Violated:
            raise self._in_the_way_of(link) from None

    def _find(self, link: Link, values: dict[str, Any], expects: int) -> int | None:
        """The row of a link that is to be changed, or None."""
        database = self._database
        here = (link.actor.kind, link.actor.key)
        living = database.query("link_living", **values, expects=expects)
        if living and tuple(living[0][1:3]) == here:
            return int(living[0][0])
        dead = database.query("link_dead", **values, expects=expects)
        if living and dead:
            # One that died between the same two records, and one that would move to that actor:
            # a move keeps the status and its moment, and coming back to life does not.
            before = (link.status.value, to_nullable(link.since))
            if tuple(living[0][3:5]) != before and link.status is not LinkStatus.DEAD:
                raise self._in_the_way_of(link)
            return int(living[0][0] if tuple(living[0][3:5]) == before else dead[0][0])
        rows = living or dead
        return int(rows[0][0]) if rows else None

    def change_all(self, links: Sequence[tuple[Link, int]]) -> Sequence[bool]:
        """As :meth:`change`, for many at once; links that keep their actor."""
        if not links:
            return []
        order = sorted(range(len(links)), key=lambda at: _place(links[at][0]))
        tenant = self._database.tenant
        rows = [
            {**to_row(link), "expects": expects, "tenant": tenant}
            for link, expects in (links[at] for at in order)
        ]
        with self._database.savepoint() as undo:
            # What also changes its status, or is not at its version, needs a closer look.
            if self._database.execute_many("link_advance", rows) == len(rows):
                return [True] * len(links)
            undo()
        done = {at: self.change(links[at][0], expects=links[at][1]) for at in order}
        return [done[at] for at in range(len(links))]

    def remove(self, link: Link, *, expects: int | None = None) -> bool:
        """Remove a link, at that version if one is given."""
        dead = link.status is LinkStatus.DEAD
        values = to_row(link)
        lowest, highest = (0, _VERSION_MAX) if expects is None else (expects, expects)
        statement = "link_remove_dead" if dead else "link_remove_living"
        return bool(self._database.execute(statement, **values, lowest=lowest, highest=highest))

    def by_actor(self, connection: str, kind: str, keys: Sequence[str]) -> Mapping[str, Link]:
        """The living links of actors, by actor key; suspended ones too."""
        rows = self._database.query(
            "links_by_actor", connection=connection, kind=kind, keys=list(keys)
        )
        return {link.actor.key: link for link in map(from_row, rows)}

    def by_entity(self, connection: str, kind: str, keys: Sequence[str]) -> Mapping[str, Link]:
        """The living links of entities through one connection, by entity key."""
        rows = self._database.query(
            "links_by_entity", connection=connection, kind=kind, keys=list(keys)
        )
        return {link.entity.key: link for link in map(from_row, rows)}

    def of_entities(
        self, kind: str, keys: Sequence[str], *, but: str = ""
    ) -> Mapping[str, Sequence[Link]]:
        """The living links of entities through all connections, or all but one, by entity key."""
        rows = self._database.query("links_of_entities", kind=kind, keys=list(keys), but=but)
        links = groupby(map(from_row, rows), key=lambda link: link.entity.key)
        return {key: list(each) for key, each in links}

    def versions(self, kind: str, keys: Sequence[str]) -> Mapping[str, int]:
        """The versions of the living links of entities, by the names of the links."""
        rows = self._database.query("links_versions", kind=kind, keys=list(keys))
        return {
            f"{CRM}/{kind}/{entity}={connection}/{actor_kind}/{actor}": version
            for entity, connection, actor_kind, actor, version in rows
        }

    def of(
        self, connection: str, actor_kind: str, *, after: str = "", most: int = 1000
    ) -> Sequence[Link]:
        """The links of a mapping by actor key, the dead ones too; ``after`` an actor key.

        The links of one actor are never torn apart: a page is longer where its last actor has more.
        """
        values = {"connection": connection, "kind": actor_kind}
        living = self._database.query("links_living", **values, after=after, most=most)
        dead = self._database.query("links_dead", **values, after=after, most=most)
        rows = sorted([*living, *dead], key=_actor_key)
        if len(rows) >= most:
            last = _actor_key(rows[most - 1])
            rest = self._database.query("links_dead_of", **values, key=last)
            rows = [row for row in rows if _actor_key(row) < last]
            rows += [row for row in living if _actor_key(row) == last]
            rows += rest
        return [from_row(row) for row in rows]

    def dead(
        self, connection: str, actor_kind: str, *, after: str = "", most: int = 1000
    ) -> Sequence[Link]:
        """The dead links of a mapping by actor key; those of one actor are never torn apart."""
        values = {"connection": connection, "kind": actor_kind}
        rows = self._database.query("links_dead", **values, after=after, most=most)
        if len(rows) == most:
            last = _actor_key(rows[-1])
            rows = [row for row in rows if _actor_key(row) < last]
            rows += self._database.query("links_dead_of", **values, key=last)
        return [from_row(row) for row in rows]

    def count(self, connection: str, actor_kind: str) -> int:
        """How many living links a mapping has."""
        ((count,),) = self._database.query("links_count", connection=connection, kind=actor_kind)
        return int(count)

    def _in_the_way_of(self, link: Link) -> AlreadyLinked | StoreBusy:
        actor, entity = link.actor, link.entity
        there = self.by_actor(link.connection, actor.kind, [actor.key]).get(actor.key)
        if there is not None and there.entity != entity:
            return AlreadyLinked(f"{actor} is linked already: {there.key}")
        there = there or self.by_entity(link.connection, entity.kind, [entity.key]).get(entity.key)
        if there is None:
            # It was there a moment ago, and whoever made it has taken it away again.
            return StoreBusy(f"{link.key} was in the way of another link: try again")
        return AlreadyLinked(f"{entity} is linked already: {there.key}")


def _place(link: Link) -> tuple[str, str, str]:
    return link.connection, link.entity.kind, link.entity.key


def _actor_key(row: tuple[Any, ...]) -> str:
    return str(row[2])
