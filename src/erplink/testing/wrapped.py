"""WrappedSession: hands everything on to another session; change what should differ."""

from collections.abc import Mapping, Sequence

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
    add_item,
)
from erplink.domain.values import Value

__all__ = ["WrappedSession"]


class WrappedSession:
    """A session like another one; a test overrides the method in which they are to differ."""

    def __init__(self, session: Session) -> None:
        """Hand on to ``session``."""
        self.session = session

    @property
    def capabilities(self) -> Capabilities:
        """What the other session claims."""
        return self.session.capabilities

    def kinds(self) -> Sequence[Kind]:
        """The kinds of the other session."""
        return self.session.kinds()

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return self.session.get(kind, keys, fields)

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        return self.session.changes(kind, since, fields)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds."""
        return self.session.search(kind, query, fields, cursor)

    def count(self, kind: str, query: Query) -> int:
        """How many ``query`` finds."""
        return self.session.count(kind, query)

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit."""
        return self.session.save(kind, edits)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        return self.session.delete(kind, removals)

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        return self.session.find_created(kind, idempotency_key, natural_key)

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        return self.session.list_items(name, keys)

    def add_item(self, name: str, text: str) -> str:
        """The key of an item, which may be a new one."""
        return add_item(self.session, name, text)

    def close(self) -> None:
        """Let go of the other session."""
        self.session.close()
