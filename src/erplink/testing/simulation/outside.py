"""Outside: every call that leaves the engine, counted; at any of them, the process may die."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from erplink.connectors import (
    Capabilities,
    DeletionResult,
    Edit,
    EditResult,
    Kind,
    Page,
    Query,
    Record,
    Removal,
    Session,
)
from erplink.domain.values import Value
from erplink.sync.store import Retention, Store, Transaction
from erplink.testing.wrapped import WrappedSession

__all__ = ["Crash", "Outside", "OutsideSession", "OutsideStore"]

T = TypeVar("T")


class Crash(BaseException):
    """The process died; nothing that it had not committed is left of it."""


class Outside:
    """What one process does to the world, call by call."""

    def __init__(self) -> None:
        """Let everything pass."""
        self.calls = 0
        #: At which call from now on the process dies; None for at none.
        self.dies_in: int | None = None
        #: What happens at some of the next calls to a system, by how many calls from now.
        self.meanwhile: list[tuple[int, Callable[[], object]]] = []
        self.dead = False
        self.transactions = 0
        #: Calls to a system while a transaction was open, which would hold up everybody else.
        self.rude: list[str] = []

    def call(self, what: str) -> None:
        """Make one call; it may be the last."""
        if self.dead:
            raise Crash(what)
        self.calls += 1
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.dead = True
                raise Crash(what)

    def reach(self, what: str) -> None:
        """Call a system, or come back from it; others may act just then."""
        if self.transactions:
            self.rude.append(what)
        self.call(what)
        self.meanwhile = [(count - 1, act) for count, act in self.meanwhile]
        due = [act for count, act in self.meanwhile if count < 0]
        self.meanwhile = [each for each in self.meanwhile if each[0] >= 0]
        for act in due:
            act()


class OutsideStore:
    """A store whose every transaction begins and ends with a call to the outside."""

    def __init__(self, store: Store, outside: Outside) -> None:
        """Pass everything on to ``store``."""
        self._store, self._outside = store, outside

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that may write; the process may die before, within and after it."""
        self._outside.call("begin")
        self._outside.transactions += 1
        try:
            with self._store.begin() as state:
                yield state
                self._outside.call("commit")
        finally:
            self._outside.transactions -= 1
        self._outside.call("committed")

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """A transaction that only reads; the process may die before it."""
        self._outside.call("look")
        self._outside.transactions += 1
        try:
            with self._store.look() as state:
                yield state
        finally:
            self._outside.transactions -= 1

    def vacuum(self, retention: Retention, now: datetime) -> Mapping[str, int]:
        """Remove what is over for longer than that."""
        return self._store.vacuum(retention, now)

    def close(self) -> None:
        """Leave the store open: it is the world's."""


class OutsideSession(WrappedSession):
    """A session whose every request leaves the process and comes back to it."""

    def __init__(self, session: Session, system: str, outside: Outside) -> None:
        """Pass everything on to ``session``."""
        super().__init__(session)
        self._system, self._outside = system, outside

    def _do(self, what: str, do: Callable[[], T]) -> T:
        self._outside.reach(f"{self._system}.{what}")
        answer = do()
        self._outside.reach(f"{self._system}.{what} answered")
        return answer

    @property
    def capabilities(self) -> Capabilities:
        """What the session claims."""
        return self.session.capabilities

    def kinds(self) -> Sequence[Kind]:
        """The kinds of records."""
        return self._do("kinds", self.session.kinds)

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return self._do("get", lambda: self.session.get(kind, keys, fields))

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        return self._do("changes", lambda: self.session.changes(kind, since, fields))

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What a query finds."""
        return self._do("search", lambda: self.session.search(kind, query, fields, cursor))

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit."""
        return self._do("save", lambda: self.session.save(kind, edits))

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        return self._do("delete", lambda: self.session.delete(kind, removals))

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        return self._do(
            "find_created", lambda: self.session.find_created(kind, idempotency_key, natural_key)
        )
