"""SqlCrmSession: an open session to the host's tables."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from attrs import evolve, frozen

from erplink.adapters.crm.sqlalchemy.assembly import Assembled, StaticList
from erplink.adapters.crm.sqlalchemy.change_feed import ChangeFeed
from erplink.adapters.crm.sqlalchemy.transactions import Transactions
from erplink.adapters.crm.sqlalchemy.writer import BatchWriter
from erplink.adapters.erp.sql.claims import claims_of_table
from erplink.adapters.erp.sql.feed import Feed
from erplink.adapters.erp.sql.lists import ListSource, TableList
from erplink.adapters.erp.sql.remover import Remover
from erplink.adapters.erp.sql.rows import Home, RowReader
from erplink.adapters.erp.sql.search import Search
from erplink.adapters.erp.sql.selection import rows_by_key
from erplink.connectors import (
    Capabilities,
    DeletionResult,
    Edit,
    EditResult,
    Kind,
    KindCapabilities,
    Page,
    Query,
    Record,
    Removal,
)
from erplink.domain.records import CRM
from erplink.domain.values import Value
from erplink.errors import BadName, Refused

__all__ = ["Schema", "SqlCrmSession"]

_BATCH_MAX = 1000
"""The most edits in one transaction, whose locks others wait for."""


@frozen(eq=False, kw_only=True)
class Schema:
    """All kinds and lists of a CRM, and how they are read."""

    kinds: Mapping[str, Assembled]
    lists: Mapping[str, ListSource | StaticList]
    #: Seconds, or steps where the mark counts.
    commit_lag: int
    page_max: int

    def kind(self, name: str) -> Assembled:
        """The kind called ``name``."""
        if name not in self.kinds:
            raise BadName.among("kind", name, self.kinds)
        return self.kinds[name]

    def claims(self, *, threads: bool) -> Capabilities:
        """What is promised."""
        kinds = {name: self._claims(kind) for name, kind in self.kinds.items()}
        grows = any(isinstance(each, TableList) for each in self.lists.values())
        return Capabilities(kinds=kinds, lists=True, add_items=grows, threads=threads)

    def _claims(self, kind: Assembled) -> KindCapabilities:
        claims = claims_of_table(kind.table, self.commit_lag, self.page_max)
        claims = evolve(claims, batch_max=_BATCH_MAX)
        if kind.changes is None:
            return claims
        now = timedelta(0)
        return evolve(claims, deletions=True, ordered=False, precision=now, commit_lag=now)


class SqlCrmSession:
    """The host's tables as kinds of entities; it holds no connection between two calls."""

    def __init__(self, schema: Schema, transactions: Transactions, *, threads: bool) -> None:
        """Serve ``schema`` in ``transactions``."""
        self._schema, self._transactions = schema, transactions
        self._kinds = tuple(kind.table.kind for kind in schema.kinds.values())
        self.capabilities = schema.claims(threads=threads)

    def __repr__(self) -> str:
        """The number of kinds."""
        return f"SqlCrmSession({len(self._kinds)} kinds)"

    def kinds(self) -> Sequence[Kind]:
        """The kinds that the host described."""
        return self._kinds

    # reading -------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``; None for one that is not there or marked as gone."""
        table = self._schema.kind(kind).table
        reader = RowReader(table, Home.of_crm(), fields)
        with self._transactions.reading() as connection:
            rows = rows_by_key(connection, table, reader, keys)
        return [reader.record(rows[key], key) if key in rows else None for key in keys]

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed, from the change table where there is one, or else by the mark."""
        schema, of_kind = self._schema, self._schema.kind(kind)
        reader = RowReader(of_kind.table, Home.of_crm(), fields)
        if of_kind.changes is not None:
            return ChangeFeed(of_kind, self._transactions, schema.page_max).page(since, reader)
        feed = Feed(of_kind.table, self._transactions, schema.commit_lag, schema.page_max)
        return feed.page(since, reader)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the keys."""
        reader = RowReader(self._schema.kind(kind).table, Home.of_crm(), fields)
        return self._search(kind).page(query, reader, cursor)

    def count(self, kind: str, query: Query) -> int:
        """How many records ``query`` finds."""
        return self._search(kind).count(query)

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or else what has the natural key."""
        return self._search(kind).created(idempotency_key, natural_key, self._whole(kind))

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The rows of a list table, the items of an enumeration, or what the host gave."""
        source = self._schema.lists.get(name)
        if source is None:
            return {}
        with self._transactions.reading() as connection:
            return source.read(connection, keys)

    def add_item(self, name: str, text: str) -> str:
        """The key of the item with this text, which may be a new row of the list's table."""
        source = self._schema.lists.get(name)
        if not isinstance(source, TableList):
            raise Refused(f"{name!r} is no table, and cannot be added to")
        with self._transactions.writing() as work:
            key = source.add(work.connection, text)
            work.acted = True
            return key

    # writing -------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself, all in one transaction."""
        of_kind = self._schema.kind(kind)
        return BatchWriter(of_kind, self._transactions, self._whole(kind)).save(edits)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove rows, or mark them as gone, all in one transaction."""
        table = self._schema.kind(kind).table
        return Remover(table, self._transactions, self._whole(kind)).remove(removals)

    def close(self) -> None:
        """There is nothing to let go of: connections are the host's."""

    # parts ---------------------------------------------------------------------------------------

    def _whole(self, kind: str) -> RowReader:
        table = self._schema.kind(kind).table
        return RowReader(table, Home.of_crm(), [column.key for column in table.columns])

    def _search(self, kind: str) -> Search:
        table = self._schema.kind(kind).table
        return Search(table, self._transactions, CRM, self._schema.page_max)
