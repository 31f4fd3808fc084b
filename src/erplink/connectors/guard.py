"""The guard: stands before every session, in tests and in production, and holds it to its word.

A broken promise becomes a BrokenPromise that names the plug-in, the operation and the promise; an
exception that the contract does not know becomes a PluginFailed, and so does SystemExit, for no
plug-in ends the program; KeyboardInterrupt is the user's own and passes. Neither reaches any state.
After either of them, whether a *write* was done is unknown: it is read back like any lost answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from threading import RLock
from typing import Self, TypeVar

from attrs import evolve

from erplink.connectors.answers import (
    cleaned,
    count_answered,
    deletions_answered,
    edits_answered,
    items_answered,
    key_answered,
    records_answered,
)
from erplink.connectors.capabilities import Capabilities, KindCapabilities
from erplink.connectors.containment import Containment
from erplink.connectors.edit import DeletionResult, Edit, EditResult, Removal
from erplink.connectors.inspection import KindInspector, check_capabilities, check_kinds, taken
from erplink.connectors.limits import Limits
from erplink.connectors.page import Page, RawRecords, Record
from erplink.connectors.protocol import Kind, Session, add_item
from erplink.connectors.query import AllOf, AnyOf, Criterion, Query
from erplink.connectors.redaction import Redactor
from erplink.domain.values import Value
from erplink.errors import BadName, ConfigurationLost, InputError, Unsupported

__all__ = ["GuardedSession"]

T = TypeVar("T")


class GuardedSession:
    """A session that keeps its promises, or says which one it broke."""

    def __init__(
        self,
        session: Session,
        *,
        plugin: str,
        system: str,
        reopen: Callable[[], Session] | None = None,
        redactor: Redactor | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Stand before ``session``.

        Args:
            session: What the plug-in opened.
            plugin: The plug-in's name, for messages.
            system: The id of the connection, or the CRM's name.
            reopen: Opens the session again when it lost its configuration.
            redactor: Takes the connection's secrets out of messages.
            limits: How much of anything is taken.
        """
        self._session, self._plugin, self._system = session, plugin, system
        self._reopen, self._contained = reopen, Containment(plugin, redactor or Redactor(()))
        self._limits = limits or Limits()
        # Where the session may not be used by several threads, they wait for one another here.
        self._lock = RLock()
        self._claimed: Capabilities | None = None
        self._kinds: tuple[Kind, ...] | None = None
        self._inspectors: dict[tuple[str, tuple[str, ...]], KindInspector] = {}

    def __repr__(self) -> str:
        """The plug-in and the system."""
        return f"GuardedSession({self._plugin} as {self._system})"

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the session."""
        self.close()

    # what there is ------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What the session claims, asked for once: nobody plans by what changes meanwhile."""
        if self._claimed is None:
            self._claimed = self._call(
                "capabilities", lambda session: check_capabilities(session.capabilities)
            )
        return self._claimed

    def kinds(self) -> Sequence[Kind]:
        """The kinds of records, asked for once."""
        if self._kinds is None:
            self._kinds = self._call(
                "kinds", lambda session: check_kinds(session.kinds(), self._limits)
            )
        return self._kinds

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        if not self.capabilities.lists:
            raise Unsupported(f"{self._plugin} has no lists")
        most = self._limits.list_items_max
        return self._call(
            "list_items", lambda session: items_answered(session.list_items(name, keys), most)
        )

    # reading ------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``, in their order."""
        claims = self._claims(kind, "read")
        self._bounded("keys", keys, claims.page_max)
        inspector = self._inspector(kind, fields)
        return self._call(
            "get",
            lambda session: records_answered(session.get(kind, keys, fields), keys, inspector),
        )

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        deletes = self._claims(kind, "changes").deletions
        inspector = self._inspector(kind, fields)

        def read(session: Session) -> Page:
            page = session.changes(kind, since, fields)
            inspector.page(page, since, may_delete=deletes)
            return page

        return self._guarded("changes", self._call("changes", read), inspector)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What a query finds."""
        self._claims(kind, "search")
        self._searchable(kind, query)
        inspector = self._inspector(kind, fields)

        def find(session: Session) -> Page:
            page = session.search(kind, query, fields, cursor)
            inspector.page(page, cursor, may_delete=False)
            return page

        return self._guarded("search", self._call("search", find), inspector)

    def count(self, kind: str, query: Query) -> int:
        """How many a query finds."""
        self._claims(kind, "count")
        self._searchable(kind, query)
        return self._call("count", lambda session: count_answered(session.count(kind, query)))

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        self._claims(kind, "find_created")
        inspector, most = self._whole(kind), self._limits.found_max

        def find(session: Session) -> Sequence[Record]:
            found = taken(session.find_created(kind, idempotency_key, natural_key), most, "records")
            inspector.records(found)
            return found

        return self._call("find_created", find)

    # writing ------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself."""
        claims = self._claims_edits(kind, edits)
        self._bounded("edits", edits, claims.batch_max)
        inspector = self._whole(kind)
        if not edits:
            return ()
        results = self._call(
            "save", lambda session: edits_answered(session.save(kind, edits), edits, inspector)
        )
        return tuple(cleaned(result, self._contained.redactor) for result in results)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        claims = self._claims(kind, "delete")
        self._bounded("removals", removals, claims.batch_max)
        self._claims_versions(kind, (removal.expects for removal in removals))
        inspector = self._whole(kind)
        if not removals:
            return ()
        results = self._call(
            "delete",
            lambda session: deletions_answered(session.delete(kind, removals), removals, inspector),
        )
        return tuple(cleaned(result, self._contained.redactor) for result in results)

    def add_item(self, name: str, text: str) -> str:
        """The key of the item of a list with this text, which may be a new one."""
        if not self.capabilities.add_items:
            raise Unsupported(f"{self._plugin} does not claim to add items to lists")
        return self._call("add_item", lambda session: key_answered(add_item(session, name, text)))

    def close(self) -> None:
        """Let go of the session; a failure to close is nobody's problem any more."""
        with suppress(Exception, SystemExit):
            self._session.close()

    # how it is held to its word -------------------------------------------------------------------

    def _call(self, operation: str, do: Callable[[Session], T]) -> T:
        """Ask the session, and look at what it answered: both run code of the plug-in."""
        with self._turn():
            session = self._session
            try:
                return self._contained.run(operation, lambda: do(session))
            except ConfigurationLost:
                if self._reopen is None:
                    raise
                self._open_again(session, self._reopen)
                return self._contained.run(operation, lambda: do(self._session))

    def _turn(self) -> AbstractContextManager[object]:
        claimed = self._claimed
        return nullcontext() if claimed is not None and claimed.threads else self._lock

    def _open_again(self, lost: Session, reopen: Callable[[], Session]) -> None:
        with self._lock:
            if self._session is lost:  # else another thread was faster
                self.close()
                self._session = self._contained.run("open", reopen)

    def _guarded(self, operation: str, page: Page, inspector: KindInspector) -> Page:
        """The page itself; where its records are raw, with a decoder that is held to its word."""
        raw = page.records
        if not isinstance(raw, RawRecords):
            return page

        def decode(piece: bytes) -> Record:
            return self._contained.run(operation, lambda: _decoded(raw, piece, inspector))

        return evolve(page, records=RawRecords(raw.slices, decode))

    def _inspector(self, kind: str, fields: Sequence[str]) -> KindInspector:
        known = self._inspectors.get((kind, tuple(fields)))
        if known is None:
            claims = self.capabilities.of(kind)
            known = KindInspector(self._system, self._kind(kind), claims, fields, self._limits)
            self._inspectors[kind, tuple(fields)] = known
        return known

    def _whole(self, kind: str) -> KindInspector:
        return self._inspector(kind, [field.key for field in self._kind(kind).fields])

    def _kind(self, name: str) -> Kind:
        for kind in self.kinds():
            if kind.name == name:
                return kind
        raise BadName.among("kind", name, (kind.name for kind in self.kinds()))

    # what it claims -------------------------------------------------------------------------------

    def _claims(self, kind: str, operation: str) -> KindCapabilities:
        self._kind(kind)
        claims = self.capabilities.of(kind)
        if not getattr(claims, operation):
            raise Unsupported(f"{self._plugin} does not claim to {operation} {kind!r}")
        return claims

    def _claims_edits(self, kind: str, edits: Iterable[Edit]) -> KindCapabilities:
        self._kind(kind)
        for edit in edits:
            self._claims(kind, "create" if edit.creates else "save")
        self._claims_versions(kind, (edit.expects for edit in edits))
        return self.capabilities.of(kind)

    def _claims_versions(self, kind: str, expected: Iterable[str | None]) -> None:
        claimed = self.capabilities.of(kind).versions
        if not claimed and any(version is not None for version in expected):
            raise Unsupported(f"{self._plugin} does not claim versions of {kind!r}")

    def _bounded(self, what: str, items: Sequence[object], limit: int) -> None:
        if len(items) > limit:
            raise InputError(f"{len(items)} {what}; {self._plugin} takes at most {limit} at once")

    def _searchable(self, kind: str, query: Query) -> None:
        searchable = self._kind(kind).searchable
        if query.criteria is not None:
            for field in _fields_of(query.criteria):
                if field not in searchable:
                    raise BadName.among("searchable field", field, searchable)


def _decoded(raw: RawRecords, piece: bytes, inspector: KindInspector) -> Record:
    record = raw.decode(piece)
    inspector.record(record)
    return record


def _fields_of(criterion: Criterion) -> Iterable[str]:
    if isinstance(criterion, AllOf | AnyOf):
        for each in criterion.criteria:
            yield from _fields_of(each)
    else:
        yield criterion.field
