"""The guard: stands before every session, in tests and in production, and holds it to its word.

A broken promise becomes a BrokenPromise that names the plug-in, the operation and the promise; an
exception that the contract does not know becomes a PluginFailed. Neither reaches any state. After
either of them, whether a *write* was done is unknown: it is read back like any lost answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import RLock
from typing import Any, Self, TypeVar

from erplink.connectors.capabilities import Capabilities, KindCapabilities
from erplink.connectors.edit import (
    Deleted,
    DeletionResult,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    EditUnknown,
    Removal,
    Saved,
)
from erplink.connectors.inspection import Broken, KindInspector, check_kinds
from erplink.connectors.limits import Limits
from erplink.connectors.page import Page, RawRecords, Record
from erplink.connectors.protocol import Kind, Session
from erplink.connectors.query import AllOf, AnyOf, Criterion, Query
from erplink.connectors.redaction import Redactor
from erplink.domain.values import Value
from erplink.errors import (
    BadName,
    BrokenPromise,
    ConfigurationLost,
    InputError,
    PluginError,
    PluginFailed,
    SessionError,
    Unsupported,
)

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
        self._reopen, self._redactor = reopen, redactor or Redactor(())
        self._limits = limits or Limits()
        # Where the session may not be used by several threads, they wait for one another here.
        self._lock = RLock()
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
        """What the session claims."""
        claims = self._call("capabilities", lambda session: session.capabilities)
        if not isinstance(claims, Capabilities):
            raise self._broken("capabilities", "capabilities are of type Capabilities")
        return claims

    def kinds(self) -> Sequence[Kind]:
        """The kinds of records, asked for once."""
        if self._kinds is None:
            kinds = self._call("kinds", lambda session: session.kinds())
            self._kinds = self._checked("kinds", lambda: check_kinds(kinds, self._limits))
        return self._kinds

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        if not self.capabilities.lists:
            raise Unsupported(f"{self._plugin} has no lists")
        items: Any = self._call("list_items", lambda session: session.list_items(name, keys))
        if not isinstance(items, Mapping) or len(items) > self._limits.list_items_max:
            promise = f"a list is a mapping of at most {self._limits.list_items_max} items"
            raise self._broken("list_items", promise)
        if not all(isinstance(part, str) for item in items.items() for part in item):
            raise self._broken("list_items", "the items of a list are texts by text keys")
        return items

    # reading ------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``, in their order."""
        claims = self._claims(kind, "read")
        self._bounded("keys", keys, claims.page_max)
        inspector = self._inspector(kind, fields)
        records = self._call("get", lambda session: session.get(kind, keys, fields))
        self._checked("get", lambda: _check_order(records, keys, inspector))
        return records

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        claims = self._claims(kind, "changes")
        page = self._call("changes", lambda session: session.changes(kind, since, fields))
        return self._page("changes", page, since, kind, fields, may_delete=claims.deletions)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What a query finds."""
        self._claims(kind, "search")
        self._searchable(kind, query)
        page = self._call("search", lambda session: session.search(kind, query, fields, cursor))
        return self._page("search", page, cursor, kind, fields, may_delete=False)

    def count(self, kind: str, query: Query) -> int:
        """How many a query finds."""
        self._claims(kind, "count")
        self._searchable(kind, query)
        count: Any = self._call("count", lambda session: session.count(kind, query))
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise self._broken("count", "a count is a whole number from 0")
        return count

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        self._claims(kind, "find_created")
        found: Any = self._call(
            "find_created",
            lambda session: session.find_created(kind, idempotency_key, natural_key),
        )
        if not isinstance(found, Sequence) or len(found) > self._limits.found_max:
            promise = f"find_created gives a sequence of at most {self._limits.found_max} records"
            raise self._broken("find_created", promise)
        inspector = self._whole(kind)
        self._checked("find_created", lambda: inspector.records(found))
        return found

    # writing ------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself."""
        claims = self._claims_edits(kind, edits)
        self._bounded("edits", edits, claims.batch_max)
        results = self._call("save", lambda session: session.save(kind, edits))
        inspector = self._whole(kind)
        self._checked("save", lambda: _check_saved(results, edits, inspector))
        return results

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        claims = self._claims(kind, "delete")
        self._bounded("removals", removals, claims.batch_max)
        results = self._call("delete", lambda session: session.delete(kind, removals))
        self._checked("delete", lambda: _check_deleted(results, removals))
        return results

    def close(self) -> None:
        """Let go of the session; a failure to close is nobody's problem any more."""
        with suppress(Exception):
            self._session.close()

    # how it is held to its word -------------------------------------------------------------------

    def _call(self, operation: str, do: Callable[[Session], T]) -> T:
        with self._lock:
            try:
                return self._attempt(operation, do)
            except ConfigurationLost:
                if self._reopen is None:
                    raise
                self.close()
                self._session = self._attempt("open", lambda _: self._open_again())
                return self._attempt(operation, do)

    def _open_again(self) -> Session:
        assert self._reopen is not None  # noqa: S101 - the only caller looked
        return self._reopen()

    def _attempt(self, operation: str, do: Callable[[Session], T]) -> T:
        try:
            return do(self._session)
        except (SessionError, PluginError):
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            told = self._redactor.describe(error)
            # The original is not chained: its text and its frames may hold a secret.
            raise PluginFailed(
                f"connector {self._plugin!r} failed in {operation}: {told}"
            ) from None

    def _checked(self, operation: str, check: Callable[[], T]) -> T:
        try:
            return check()
        except Broken as broken:
            raise self._broken(operation, str(broken)) from None

    def _broken(self, operation: str, promise: str) -> BrokenPromise:
        return BrokenPromise(self._plugin, operation, self._redactor.redact(promise))

    def _page(
        self,
        operation: str,
        page: Page,
        since: str | None,
        kind: str,
        fields: Sequence[str],
        *,
        may_delete: bool,
    ) -> Page:
        inspector = self._inspector(kind, fields)
        self._checked(operation, lambda: inspector.page(page, since, may_delete=may_delete))
        if not isinstance(page.records, RawRecords):
            return page
        guarded = self._guarded(operation, page.records, inspector)
        return Page(
            guarded,
            deletions=page.deletions,
            aliases=page.aliases,
            cursor=page.cursor,
            more=page.more,
        )

    def _guarded(self, operation: str, raw: RawRecords, inspector: KindInspector) -> RawRecords:
        def decode(piece: bytes) -> Record:
            record = self._attempt(operation, lambda _: raw.decode(piece))
            self._checked(operation, lambda: inspector.record(record))
            return record

        return RawRecords(raw.slices, decode)

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
        claims = self.capabilities.of(kind)
        for edit in edits:
            claims = self._claims(kind, "create" if edit.creates else "save")
            if edit.expects is not None and not claims.versions:
                raise Unsupported(f"{self._plugin} does not claim versions of {kind!r}")
        return claims

    def _bounded(self, what: str, items: Sequence[object], limit: int) -> None:
        if len(items) > limit:
            raise InputError(f"{len(items)} {what}; {self._plugin} takes at most {limit} at once")

    def _searchable(self, kind: str, query: Query) -> None:
        searchable = self._kind(kind).searchable
        if query.criteria is not None:
            for field in _fields_of(query.criteria):
                if field not in searchable:
                    raise BadName.among("searchable field", field, searchable)


def _fields_of(criterion: Criterion) -> Iterable[str]:
    if isinstance(criterion, AllOf | AnyOf):
        for each in criterion.criteria:
            yield from _fields_of(each)
    else:
        yield criterion.field


def _check_order(records: Any, keys: Sequence[str], inspector: KindInspector) -> None:
    if not isinstance(records, Sequence) or len(records) != len(keys):
        raise Broken(f"a sequence of {len(keys)} is expected, one for each key")
    for key, record in zip(keys, records, strict=True):
        if record is not None:
            inspector.record(record)
            if record.ref.key != key:
                raise Broken(f"{record.ref} stands where {key!r} was asked for")


def _check_saved(results: Any, edits: Sequence[Edit], inspector: KindInspector) -> None:
    _check_answers(results, len(edits), (Saved, EditRefused, EditStale, EditUnknown))
    for edit, result in zip(edits, results, strict=True):
        record = result.record if isinstance(result, Saved) else None
        if isinstance(result, EditStale):
            record = result.current
        if record is not None:
            inspector.record(record)
            if edit.key is not None and record.ref.key != edit.key:
                raise Broken(f"{record.ref} answers the edit of {edit.key!r}")


def _check_deleted(results: Any, removals: Sequence[Removal]) -> None:
    _check_answers(results, len(removals), (Deleted, EditRefused, EditStale, EditUnknown))
    for removal, result in zip(removals, results, strict=True):
        if isinstance(result, Deleted) and result.key != removal.key:
            raise Broken(f"{result.key!r} answers the removal of {removal.key!r}")


def _check_answers(results: Any, expected: int, kinds: tuple[type, ...]) -> None:
    if not isinstance(results, Sequence) or len(results) != expected:
        raise Broken(f"a sequence of {expected} is expected, one answer for each")
    for result in results:
        if not isinstance(result, kinds):
            raise Broken(f"{type(result).__name__} is none of the answers there are")
