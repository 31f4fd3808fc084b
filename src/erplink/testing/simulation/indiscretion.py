"""IndiscreetSession: a session of a careless plug-in, whose errors tell the password."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from erplink.connectors import (
    DeletionResult,
    Edit,
    EditResult,
    Page,
    Query,
    Record,
    Removal,
    Session,
)
from erplink.domain.values import Value
from erplink.errors import Refused, SessionError, Unavailable
from erplink.testing.wrapped import WrappedSession

__all__ = ["IndiscreetSession"]

T = TypeVar("T")


class IndiscreetSession(WrappedSession):
    """Another session, with a secret in the text of every error."""

    def __init__(self, session: Session, secret: str) -> None:
        """Tell ``secret`` to whoever reads the errors of ``session``."""
        super().__init__(session)
        self._secret = secret

    def _telling(self, do: Callable[[], T]) -> T:
        try:
            return do()
        except SessionError as error:
            told = f"{error} (logged in with {self._secret})"
            if isinstance(error, Unavailable | Refused):
                error.reason = told
            error.args = (told, *error.args[1:])
            raise

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return self._telling(lambda: self.session.get(kind, keys, fields))

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        return self._telling(lambda: self.session.changes(kind, since, fields))

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit."""
        return self._telling(lambda: self.session.save(kind, edits))

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        return self._telling(lambda: self.session.delete(kind, removals))

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        return self._telling(lambda: self.session.find_created(kind, idempotency_key, natural_key))

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What a query finds."""
        return self._telling(lambda: self.session.search(kind, query, fields, cursor))
