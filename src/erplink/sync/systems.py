"""Systems: the sessions of one pass, opened when they are first needed and closed together."""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, Self

from erplink.connectors import (
    Capabilities,
    Edit,
    Kind,
    KindCapabilities,
    Page,
    Query,
    Record,
    Removal,
    Session,
)
from erplink.domain.values import Value
from erplink.errors import BadName, NotNow

__all__ = ["Opener", "ReadOnlySession", "Systems"]

Opener = Callable[[str], Session]
"""Opens a session to a system, the CRM among them; raises what a session may raise."""


class Systems:
    """Sessions by system; whoever made it closes it."""

    def __init__(self, opener: Opener, *, read_only: bool = False) -> None:
        """Open sessions with ``opener``; with ``read_only``, none of them writes anything."""
        self._opener, self._read_only = opener, read_only
        self._sessions: dict[str, Session] = {}
        self._kinds: dict[str, dict[str, Kind]] = {}

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every session."""
        self.close()

    def session(self, system: str) -> Session:
        """The session of ``system``, opened if need be."""
        if system not in self._sessions:
            opened = self._opener(system)
            self._sessions[system] = ReadOnlySession(opened) if self._read_only else opened
        return self._sessions[system]

    def kind(self, system: str, name: str) -> Kind:
        """How ``system`` describes a kind of its records."""
        if system not in self._kinds:
            self._kinds[system] = {kind.name: kind for kind in self.session(system).kinds()}
        kinds = self._kinds[system]
        if name not in kinds:
            raise BadName.among(f"kind of {system}", name, kinds)
        return kinds[name]

    def claims(self, system: str, kind: str) -> KindCapabilities:
        """What ``system`` claims about a kind."""
        return self.session(system).capabilities.of(kind)

    def get(
        self, system: str, kind: str, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, Record]:
        """The records with ``keys`` that there are, by the key they were asked for."""
        found: dict[str, Record] = {}
        if not keys:
            return found
        session, most = self.session(system), self.claims(system, kind).page_max
        for start in range(0, len(keys), most):
            part = keys[start : start + most]
            records = zip(part, session.get(kind, part, fields), strict=True)
            found.update((key, record) for key, record in records if record is not None)
        return found

    def close(self) -> None:
        """Close every session, the last opened first."""
        while self._sessions:
            _, session = self._sessions.popitem()
            session.close()


class ReadOnlySession:
    """A session that reads like another one and refuses every write, for previews."""

    def __init__(self, session: Session) -> None:
        """Read from ``session``."""
        self._session = session

    @property
    def capabilities(self) -> Capabilities:
        """What the session claims."""
        return self._session.capabilities

    def kinds(self) -> Sequence[Kind]:
        """The kinds of records."""
        return self._session.kinds()

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return self._session.get(kind, keys, fields)

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        return self._session.changes(kind, since, fields)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What a query finds."""
        return self._session.search(kind, query, fields, cursor)

    def count(self, kind: str, query: Query) -> int:
        """How many a query finds."""
        return self._session.count(kind, query)

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        return self._session.find_created(kind, idempotency_key, natural_key)

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        return self._session.list_items(name, keys)

    def save(self, kind: str, edits: Sequence[Edit]) -> NoReturn:
        """Refuse: a preview writes nothing."""
        raise NotNow(f"a preview would have written {len(edits)} records of {kind!r}")

    def delete(self, kind: str, removals: Sequence[Removal]) -> NoReturn:
        """Refuse: a preview removes nothing."""
        raise NotNow(f"a preview would have removed {len(removals)} records of {kind!r}")

    def close(self) -> None:
        """Close the session."""
        self._session.close()
