"""Sight: what a user sees, and the one place where scope is enforced.

A connection out of sight answers exactly like one that does not exist: the same error, in which
nothing is proposed or listed but what the user sees. Whatever leads to a connection (a run, a
question, a link, a record) is out of sight with it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import frozen

from erplink.domain.connections import Connection, Principal
from erplink.domain.history import RecordChange
from erplink.domain.links import Link
from erplink.domain.records import CRM, ActorRef, Ref
from erplink.errors import BadName
from erplink.hub.masking import Mask
from erplink.sync.state import Import, Issue, Run
from erplink.sync.store import Store

__all__ = ["LEADS_TO_CONNECTIONS", "Sight"]


@frozen
class Sight:
    """What one user sees of a store; the host itself, for whom ``who`` is None, sees all."""

    store: Store
    who: Principal | None

    def sees(self, connection: Connection) -> bool:
        """Whether the user is in the scope of a connection."""
        return self.who is None or connection.scope.covers(self.who)

    def connections(self, *, deleted: bool = False) -> dict[str, Connection]:
        """The connections that the user sees, by id; with ``deleted``, only the deleted ones."""
        with self.store.look() as state:
            known = state.connections.all(deleted=deleted)
        return {each.id: each for each in known if self.sees(each)}

    def connection(self, connection: str) -> Connection:
        """The connection with this id; BadName for one that there is not, or out of sight."""
        seen = self.connections()
        if connection not in seen:
            raise BadName.among("connection", connection, seen)
        return seen[connection]

    def systems(self) -> frozenset[str]:
        """The systems that the user sees anything of: the CRM, and the connections."""
        return frozenset((CRM, *self.connections()))

    def deleted(self, connection: str) -> Connection:
        """The deleted connection with this id."""
        seen = self.connections(deleted=True)
        if connection not in seen:
            raise BadName.among("deleted connection", connection, seen)
        return seen[connection]

    def run(self, run: str) -> Run:
        """The run with this id."""
        with self.store.look() as state:
            known = state.runs.get(run)
        if known is None or known.connection not in self.connections():
            raise BadName(f"there is no run {run!r}")
        return known

    def question(self, question: str) -> Issue:
        """The open question with this id."""
        with self.store.look() as state:
            known = state.issues.get(question)
        if known is None or known.feed.connection not in self.connections():
            raise BadName(f"there is no question {question!r}")
        return known

    def staged(self, each: str) -> Import:
        """The staged import with this id."""
        with self.store.look() as state:
            known = state.imports.get(each)
        if known is None or not self.sees_import(known):
            raise BadName(f"there is no import {each!r}")
        return known

    def sees_import(self, known: Import) -> bool:
        """Whether the user sees an import: through its connection, or as who took in its file."""
        if known.connection == known.id:
            return self.who is None or known.principal == self.who.user
        return known.connection in self.connections()

    def connection_of(self, each: str) -> Connection | None:
        """The connection that an import goes through; None for that of a file."""
        known = self.staged(each)
        return None if known.connection == known.id else self.connection(known.connection)

    def record(self, record: Ref) -> Connection | None:
        """The connection that a record lies behind; None for a record of the CRM."""
        return self.connection(record.system) if isinstance(record, ActorRef) else None

    def issues(self, issues: Iterable[Issue]) -> list[Issue]:
        """Those of the questions whose connections the user sees, without what others hold."""
        seen, mask = self.connections(), self.mask
        return [mask.issue(issue) for issue in issues if issue.feed.connection in seen]

    def links(self, links: Iterable[Link]) -> list[Link]:
        """Those of the links whose connections the user sees."""
        seen = self.connections()
        return [link for link in links if link.connection in seen]

    @property
    def mask(self) -> Mask:
        """What is to be left out of plans, questions and history."""
        with self.store.look() as state:
            every = [*state.connections.all(), *state.connections.all(deleted=True)]
        names = {each.id: each.name for each in every if self.sees(each)}
        if self.who is None:
            return Mask(None, names=names)
        hidden = frozenset(each.id for each in every) - names.keys()
        return Mask(frozenset((CRM, *names)), hidden, names)

    def history(self, rows: Iterable[RecordChange]) -> list[RecordChange]:
        """Those of the changes that went through links whose connections the user sees.

        What others held is left out of them.
        """
        mask = self.mask
        return [mask.row(row) for row in rows if _is_seen(row, mask)]

    def check(self, given: Mapping[str, Any]) -> Connection | None:
        """Look at every argument of an operation that leads to a connection, by its name.

        The connection that it is about is given back, where it is about one. What is out of sight
        is refused as if it did not exist.
        """
        found = [
            LEADS_TO_CONNECTIONS[name](self, value)
            for name, value in given.items()
            if name in LEADS_TO_CONNECTIONS and value is not None
        ]
        return next((each for each in found if each is not None), None)


def _is_seen(row: RecordChange, mask: Mask) -> bool:
    """Whether a change went through a link that is seen, as far as the link's name tells.

    A key may look like the name of an actor: then the name leads to both, and must be seen twice.
    """
    if mask.seen is None:
        return True
    return _leads_to(row, mask.seen) and not _leads_to(row, mask.hidden)


def _leads_to(row: RecordChange, systems: Iterable[str]) -> bool:
    return any(f"={system}/" in row.link for system in systems)


def _of_many(sight: Sight, connections: Iterable[str]) -> None:
    for connection in connections:
        if connection != CRM:
            sight.connection(connection)


def _through(sight: Sight, link: str) -> Connection:
    """The connection that a link leads through, as far as its name tells: all that it names."""
    mask = sight.mask
    if any(f"={system}/" in link for system in mask.hidden):
        raise BadName(f"there is no link {link} any more")
    for name, connection in sight.connections().items():
        if f"={name}/" in link:
            return connection
    raise BadName(f"there is no link {link} any more")


LEADS_TO_CONNECTIONS: Final[Mapping[str, Callable[[Sight, Any], Connection | None]]] = {
    "connection": Sight.connection,
    "deleted": Sight.deleted,
    "systems": _of_many,
    "system": lambda sight, system: None if system == CRM else sight.connection(system),
    "run": lambda sight, run: sight.connection(sight.run(run).connection),
    "question": lambda sight, issue: sight.connection(sight.question(issue).feed.connection),
    "record": Sight.record,
    "actor": Sight.record,
    "entity": Sight.record,
    "mapping": lambda sight, mapping: sight.connection(mapping.connection),
    "planned": lambda sight, planned: sight.connection(planned.connection),
    "import_id": Sight.connection_of,
    "comparison": lambda sight, comparison: sight.connection(comparison.connection),
    "draft": lambda sight, draft: sight.connection(draft.connection),
    "desk": lambda sight, desk: sight.connection(desk.connection),
    "loss": lambda sight, loss: _through(sight, loss.link),
    "restoration": lambda sight, restoration: sight.connection(restoration.connection),
    "undo": lambda sight, undo: sight.connection(sight.run(undo.run).connection),
    "broken": lambda sight, broken: sight.connection(broken.connection),
}
"""The arguments of operations that lead to a connection, by name, and how they do."""
