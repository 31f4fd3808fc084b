"""RelaySession: a session that asks another one, and lets its maker see or refuse every call."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from erplink.connectors.capabilities import Capabilities
from erplink.connectors.edit import DeletionResult, Edit, EditResult, Removal
from erplink.connectors.page import Page, Record
from erplink.connectors.protocol import Kind, Session, add_item
from erplink.connectors.query import Query
from erplink.domain.values import Value

__all__ = ["Ask", "RelaySession"]

T = TypeVar("T")


class Ask(Protocol):
    """What stands between the one who asks and the session that answers."""

    def __call__(self, operation: str, call: Callable[[], T]) -> T:
        """Answer with what ``call`` returns, or raise; ``operation`` is the method's name."""
        ...


class RelaySession:
    """A session like another one, with every call going through ``ask``."""

    def __init__(self, session: Session, ask: Ask) -> None:
        """Ask ``session``, by way of ``ask``."""
        self._session, self._ask = session, ask

    @property
    def capabilities(self) -> Capabilities:
        """What the other session claims; it is told without a question to the system."""
        return self._session.capabilities

    def kinds(self) -> Sequence[Kind]:
        """The kinds of records."""
        return self._ask("kinds", self._session.kinds)

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return self._ask("get", lambda: self._session.get(kind, keys, fields))

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        return self._ask("changes", lambda: self._session.changes(kind, since, fields))

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds."""
        return self._ask("search", lambda: self._session.search(kind, query, fields, cursor))

    def count(self, kind: str, query: Query) -> int:
        """How many ``query`` finds."""
        return self._ask("count", lambda: self._session.count(kind, query))

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit."""
        return self._ask("save", lambda: self._session.save(kind, edits))

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        return self._ask("delete", lambda: self._session.delete(kind, removals))

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        return self._ask(
            "find_created",
            lambda: self._session.find_created(kind, idempotency_key, natural_key),
        )

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        return self._ask("list_items", lambda: self._session.list_items(name, keys))

    def add_item(self, name: str, text: str) -> str:
        """The key of an item, which may be a new one."""
        return self._ask("add_item", lambda: add_item(self._session, name, text))

    def close(self) -> None:
        """Let go of the other session."""
        self._ask("close", self._session.close)
