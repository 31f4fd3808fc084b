"""Feed: what changed of a kind, a page at a time, so that nothing is passed over.

A reading goes through everything that was changed since a moment, in the order of the ids, so that
any number of records may share a stamp. Its moment lies before the latest change that there was
when the reading before it began, by the declared overlap: Tryton's stamps are of the moment at
which a transaction began, and it may end long after another one that began later.

That latest change is never taken for later than the server's own clock tells, so that a record
that was stamped in the future holds up nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from erplink.adapters.erp.tryton.cursors import BEGINNING, Position, position_of, text_of
from erplink.adapters.erp.tryton.dialect import Dialect, Domain, either
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.reader import RecordReader
from erplink.adapters.erp.tryton.rpc import Caller, Rows
from erplink.adapters.erp.tryton.tombstones import tombstones
from erplink.adapters.erp.tryton.walking import after, by_ids
from erplink.connectors import Page

__all__ = ["Feed"]

_TOLD_MAX: Final = 300


@frozen
class _Beginning:
    """What is known when a reading begins."""

    position: Position
    #: The records that were deleted.
    deleted: tuple[int, ...] = ()
    #: The server's clock.
    clock: datetime | None = None


@frozen(eq=False)
class _Gone:
    """What is there no more under its own key."""

    merged: frozenset[int]
    deletions: tuple[str, ...]
    aliases: Mapping[str, str]


@frozen(eq=False)
class Feed:
    """The changes of one kind."""

    kind: TrytonKind
    caller: Caller
    dialect: Dialect
    reader: RecordReader
    overlap: timedelta
    page_max: int
    #: Whether the user may read the log of deletions.
    tells_deletions: bool

    def page(self, cursor: str | None, fields: Sequence[str]) -> Page:
        """The page after ``cursor``."""
        there = Position() if cursor is None else position_of(cursor)
        begun = self._begun(there) if there.last == 0 else _Beginning(there)
        there = begun.position
        rows = self.caller.rows(
            self.kind.model,
            after(self._wanted(there), there.last),
            self.reader.names,
            limit=self.page_max + 1,
        )
        more = len(rows) > self.page_max
        rows = rows[: self.page_max]
        parents = self.kind.belonging.parents(self.caller, rows)
        gone = self._gone(rows, parents, begun)
        records = self.reader.actors(
            [row for row in rows if row["id"] not in gone.merged], parents, fields
        )
        following = evolve(there, last=int(rows[-1]["id"])) if more else self._end(begun, rows)
        return Page(
            records,
            deletions=gone.deletions,
            aliases=gone.aliases,
            cursor=text_of(following),
            more=more,
        )

    # where a reading begins, and where it ends ----------------------------------------------------

    def _begun(self, there: Position) -> _Beginning:
        told = [self.caller.latest(self.kind.model, stamp) for stamp in self.dialect.stamps]
        clock = min((each.clock for each in told if each.clock is not None), default=None)
        ceiling = _capped(
            max((each.at for each in told if each.at is not None), default=None), clock
        )
        if there.since is None:
            begun = evolve(there, ceiling=ceiling, deleted=ceiling or BEGINNING)
            return _Beginning(begun, clock=clock)
        begun = evolve(there, ceiling=max(ceiling or there.since, there.since))
        if not self.tells_deletions:
            return _Beginning(begun, clock=clock)
        return self._deleted(begun, clock)

    def _deleted(self, there: Position, clock: datetime | None) -> _Beginning:
        since = _before(there.deleted, self.overlap)
        found = tombstones(self.caller, self.kind.model, since, there.told)
        if not found:
            return _Beginning(there, clock=clock)
        latest = _capped(max(each.at for each in found), clock)
        told = (*there.told, *(each.entry for each in found))[-_TOLD_MAX:]
        # An id is given once only; but nobody is told that something is gone which is there.
        still = by_ids(self.caller, self.kind.model, [each.id for each in found], ["id"])
        ids = {each.id for each in found} - {int(row["id"]) for row in still}
        begun = evolve(there, deleted=max(there.deleted, latest or there.deleted), told=told)
        return _Beginning(begun, tuple(sorted(ids)), clock)

    def _end(self, begun: _Beginning, rows: Rows) -> Position:
        """Where the next reading begins.

        What stands on a page was there when it was read. So where there is but one page, its
        latest change is as good as that of the beginning, and may be that of a child.
        """
        there = begun.position
        ceiling = there.ceiling or BEGINNING
        if there.last == 0 and begun.clock is not None:
            told = [each for row in rows if (each := self.reader.modified(row)) is not None]
            latest = _capped(max(told, default=None), begun.clock)
            ceiling = max(ceiling, latest or ceiling)
        return evolve(there, since=ceiling, last=0, ceiling=None)

    # what is read ---------------------------------------------------------------------------------

    def _wanted(self, there: Position) -> Domain:
        """What this reading is of; who belongs no more is found too, to be told."""
        kind = self.kind
        if there.since is None:
            return [*kind.belonging.domain()]
        since = _before(there.since, self.overlap)
        changed = [self.dialect.changed("", since)]
        changed += [self.dialect.changed(f"{name}.", since) for name in kind.children]
        changed += kind.belonging.changed(self.caller, self.dialect, since)
        return either(changed)

    def _gone(self, rows: Rows, parents: Mapping[int, int | None], begun: _Beginning) -> _Gone:
        """What of ``rows`` was merged into another record, or belongs no more."""
        merged = {int(row["id"]): row["replaced_by"] for row in rows if row.get("replaced_by")}
        into = by_ids(self.caller, self.kind.model, merged.values(), self.reader.names)
        known = self.kind.belonging.parents(self.caller, into) if into else {}
        if not self.tells_deletions:
            return _Gone(frozenset(merged), (), {})
        aliases = {str(old): str(new) for old, new in merged.items() if new in known}
        left = set(begun.deleted)
        if begun.position.since is not None:
            left |= {int(row["id"]) for row in rows} - parents.keys() | merged.keys()
        deletions = {*map(str, left)} - aliases.keys()
        return _Gone(frozenset(merged), tuple(sorted(deletions, key=int)), aliases)


def _capped(moment: datetime | None, clock: datetime | None) -> datetime | None:
    return moment if moment is None or clock is None else min(moment, clock)


def _before(moment: datetime, overlap: timedelta) -> datetime:
    return max(moment, BEGINNING + overlap) - overlap
