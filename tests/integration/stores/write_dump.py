"""Writes down a store with something of everything, as the newest schema keeps it.

Once for each new schema, before the next one is begun:
``python write_dump.py sqlite:////tmp/new.db > schemas/sqlite/v2.sql``, and the same for PostgreSQL
with the address of an empty database.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing

from erplink.adapters.stores import open_store
from erplink.adapters.stores.statements import load_migrations
from erplink.testing.stores.samples import fill


def of_sqlite(path: str) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        yield from connection.iterdump()


def of_postgres(url: str) -> Iterator[str]:
    """The scripts that made the schema, and the rows as statements."""
    import psycopg  # noqa: PLC0415 - not everybody has it
    from psycopg import sql  # noqa: PLC0415 - not everybody has it

    scripts = load_migrations("postgres")
    yield from (scripts[number] for number in sorted(scripts))
    yield "CREATE TABLE erplink_schema (number INTEGER NOT NULL);"
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'erplink%' ORDER BY 1"
        ).fetchall()
        for (table,) in tables:
            insert = sql.SQL("INSERT INTO {} VALUES ({});")
            rows = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
            for row in connection.execute(rows):
                values = sql.SQL(", ").join(map(sql.Literal, row))
                yield insert.format(sql.Identifier(table), values).as_string(connection)
        for table, column in [
            ("erplink_links", "id"),
            ("erplink_feeds", "id"),
            ("erplink_held", "position"),
            ("erplink_history", "position"),
            ("erplink_imports", "number"),
        ]:
            yield f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), 100);"


def main(url: str) -> None:
    store = open_store(url, tenant="of old", secrets="plain")
    with closing(store), store.begin() as transaction:
        fill(transaction)
    scheme, _, path = url.partition("://")
    lines = of_sqlite(path[1:]) if scheme == "sqlite" else of_postgres(url)
    print("\n".join(lines))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(sys.argv[1])
