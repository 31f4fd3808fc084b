"""SqlSession: an open connection to one database."""

from collections.abc import Mapping, Sequence

from erplink.adapters.erp.sql.claims import claims_of
from erplink.adapters.erp.sql.database import Database
from erplink.adapters.erp.sql.feed import Feed
from erplink.adapters.erp.sql.remover import Remover
from erplink.adapters.erp.sql.rows import Home, RowReader
from erplink.adapters.erp.sql.schema import Schema, read_schema
from erplink.adapters.erp.sql.search import Search
from erplink.adapters.erp.sql.selection import rows_by_key
from erplink.adapters.erp.sql.settings import SqlSettings
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.adapters.erp.sql.writer import Writer
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
from erplink.errors import Refused, Unsupported, likely

__all__ = ["SqlSession", "open_session"]


class SqlSession:
    """The tables of one database as kinds of records."""

    def __init__(
        self,
        database: Database,
        schema: Schema,
        settings: SqlSettings,
        context: Context,
        page_max: int,
    ) -> None:
        """Serve ``schema``, which was read from ``database``."""
        self._database, self._schema, self._settings = database, schema, settings
        self._context, self._page_max = context, page_max
        self._kinds = tuple(table.kind for table in schema.tables.values())
        self.capabilities = claims_of(schema.tables, settings.commit_lag, page_max)

    def __repr__(self) -> str:
        """The family of databases and the number of kinds."""
        return f"SqlSession({self._database!r}: {len(self._kinds)} kinds)"

    def kinds(self) -> Sequence[Kind]:
        """A kind for every table or view."""
        return self._kinds

    # reading -------------------------------------------------------------------------------------

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``; None for one that is not there or marked as gone."""
        table = self._table(kind)
        reader = self._reader(table, fields)
        with self._database.reading() as connection:
            rows = rows_by_key(connection, table, reader, keys)
        return [reader.record(rows[key], key) if key in rows else None for key in keys]

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed on or after the cursor ``since``, less the declared overlap."""
        table = self._table(kind)
        feed = Feed(table, self._database, self._settings.commit_lag, self._page_max)
        return feed.page(since, self._reader(table, fields))

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the keys."""
        table = self._table(kind)
        return self._search(table).page(query, self._reader(table, fields), cursor)

    def count(self, kind: str, query: Query) -> int:
        """How many records ``query`` finds."""
        return self._search(self._table(kind)).count(query)

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or else what has the natural key."""
        table = self._table(kind)
        return self._search(table).created(idempotency_key, natural_key, self._whole(table))

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The rows of a list table, or the items of an enumeration."""
        source = self._schema.lists.get(name)
        if source is None:
            return {}
        with self._database.reading() as connection:
            return source.read(connection, keys)

    # writing -------------------------------------------------------------------------------------

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself, all in one transaction."""
        table = self._table(kind)
        for right in {"insert" if edit.creates else "update" for edit in edits}:
            self._check_right(table, right)
        return Writer(table, self._database, self._whole(table), self._context.connection).save(
            edits
        )

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove rows, or mark them as gone, all in one transaction."""
        table = self._table(kind)
        self._check_right(table, "delete" if table.tombstone is None else "update")
        return Remover(table, self._database, self._whole(table)).remove(removals)

    def close(self) -> None:
        """Let go of the connection."""
        self._database.close()

    # parts ---------------------------------------------------------------------------------------

    def _table(self, kind: str) -> SqlTable:
        table = self._schema.tables.get(kind)
        if table is None:
            hint = likely(kind, self._schema.tables)
            raise Refused(f"there is no kind {kind!r}{hint}", code="unknown-kind")
        return table

    def _check_right(self, table: SqlTable, right: str) -> None:
        if right not in table.rights:
            raise Unsupported(f"{table.name}: there is no right to {right}")

    def _reader(self, table: SqlTable, fields: Sequence[str]) -> RowReader:
        return RowReader(table, Home.of(self._context), fields)

    def _whole(self, table: SqlTable) -> RowReader:
        return self._reader(table, [column.key for column in table.columns])

    def _search(self, table: SqlTable) -> Search:
        return Search(table, self._database, self._context.connection, self._page_max)


def open_session(settings: SqlSettings, context: Context, page_max: int) -> SqlSession:
    """Connect and reflect; whatever is wrong with the configuration shows here."""
    database = Database(settings, context.clock)
    try:
        database.check()
        with database.reading() as connection:
            schema = read_schema(connection, settings, database.dialect)
        return SqlSession(database, schema, settings, context, page_max)
    except BaseException:
        database.close()
        raise
