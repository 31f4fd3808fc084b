"""TrytonSession: an open connection to one database of one Tryton server."""

from collections.abc import Mapping, Sequence

from erplink.adapters.erp.tryton.claims import claims_of
from erplink.adapters.erp.tryton.connecting import Connected, connect
from erplink.adapters.erp.tryton.feed import Feed
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.lists import Lists
from erplink.adapters.erp.tryton.locator import CreationKey, Locator
from erplink.adapters.erp.tryton.reader import RecordReader
from erplink.adapters.erp.tryton.schema import Schema, read_schema
from erplink.adapters.erp.tryton.search import Search
from erplink.adapters.erp.tryton.settings import TrytonSettings
from erplink.adapters.erp.tryton.warnings import Warned
from erplink.adapters.erp.tryton.writer import Writer
from erplink.connectors import (
    Context,
    DeletionResult,
    Edit,
    EditResult,
    Kind,
    Page,
    Query,
    Record,
    Removal,
)
from erplink.domain.values import Value
from erplink.errors import Refused, likely

__all__ = ["TrytonSession", "open_session"]


class TrytonSession:
    """Customers, suppliers, persons, addresses and projects; threads may share it."""

    def __init__(
        self,
        connected: Connected,
        schema: Schema,
        settings: TrytonSettings,
        context: Context,
        page_max: int,
    ) -> None:
        """Serve ``schema``, which was read over ``connected``."""
        self._connected, self._schema, self._settings = connected, schema, settings
        self._context, self._page_max = context, page_max
        self._lists = Lists(connected.caller)
        self._readers = {
            name: RecordReader(kind, connected.dialect, context)
            for name, kind in schema.kinds.items()
        }
        self.capabilities = claims_of(connected, schema, settings, page_max)

    def __repr__(self) -> str:
        """The series of Tryton and the number of kinds."""
        series = ".".join(map(str, self._connected.dialect.series))
        return f"TrytonSession(Tryton {series}: {len(self._schema.kinds)} kinds)"

    def kinds(self) -> Sequence[Kind]:
        """The kinds that the database offers."""
        return [kind.described() for kind in self._schema.kinds.values()]

    # reading -------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``; None for one that is not there, or is of another kind."""
        locator = self._locator(kind)
        found = locator.with_keys(keys)
        return [locator.actor(found[key], fields) if key in found else None for key in keys]

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since the cursor ``since``, less the declared overlap."""
        connected = self._connected
        feed = Feed(
            self._kind(kind),
            connected.caller,
            connected.dialect,
            self._readers[kind],
            self._settings.overlap,
            self._page_max,
            self._schema.tells_deletions,
        )
        return feed.page(since, fields)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the ids."""
        return self._search(kind).page(query, fields, cursor)

    def count(self, kind: str, query: Query) -> int:
        """How many records ``query`` finds."""
        return self._search(kind).count(query)

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or else what has the natural key."""
        locator = self._locator(kind)
        made = locator.made_by([idempotency_key])
        if made:
            return [locator.actor(found) for found in made.values()]
        return self._search(kind).having(natural_key) if natural_key else []

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        return self._lists.items(name, keys)

    # writing -------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself, and all of them in as few calls as may be."""
        return self._writer(kind).save(edits)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records; Tryton refuses it where documents refer to them."""
        return self._writer(kind).delete(removals)

    def close(self) -> None:
        """Sign out and let go of the connection."""
        self._connected.caller.close()

    # parts ---------------------------------------------------------------------------------------

    def _kind(self, name: str) -> TrytonKind:
        kind = self._schema.kinds.get(name)
        if kind is None:
            hint = likely(name, self._schema.kinds)
            raise Refused(f"there is no kind {name!r}{hint}", code="unknown-kind")
        return kind

    def _locator(self, name: str) -> Locator:
        kind = self._kind(name)
        creation_key = CreationKey(self._settings.key_in_code) if kind.merges else None
        return Locator(kind, self._connected.caller, self._readers[name], creation_key)

    def _search(self, name: str) -> Search:
        kind = self._kind(name)
        return Search(kind, self._connected.caller, self._readers[name], self._page_max)

    def _writer(self, name: str) -> Writer:
        connected = self._connected
        return Writer(
            self._kind(name),
            self._locator(name),
            self._lists,
            Warned(connected.caller, self._settings.accepted_warnings),
            connected.user,
            self._context.connection,
        )


def open_session(settings: TrytonSettings, context: Context, page_max: int) -> TrytonSession:
    """Sign in and look at what there is; whatever is wrong with the configuration shows here."""
    connected = connect(settings, context)
    try:
        schema = read_schema(connected, settings)
        return TrytonSession(connected, schema, settings, context, page_max)
    except BaseException:
        connected.caller.close()
        raise
