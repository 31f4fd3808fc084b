"""Conflicts: what waits for a person's decision."""

from collections.abc import Iterator, Sequence

from erplink.hub.operations import Group, query
from erplink.sync import Issue

__all__ = ["Conflicts"]

_PAGE = 1000


class Conflicts(Group):
    """The open questions about the connections that the user sees."""

    @query
    def open(self, connection: str | None = None) -> Sequence[Issue]:
        """The open questions about one connection or all, the oldest first."""
        names = self._desk.sight.connections() if connection is None else [connection]
        found = [issue for name in names for issue in self._of(name)]
        oldest_first = sorted(found, key=lambda issue: (issue.asked_at, issue.id))
        return self._desk.sight.issues(oldest_first)

    def _of(self, connection: str) -> Iterator[Issue]:
        after = ""
        while True:
            with self._desk.wiring.store.look() as state:
                page = state.issues.of(connection, after=after, most=_PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].id
