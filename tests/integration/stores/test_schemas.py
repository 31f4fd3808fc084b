"""A store of every earlier version is brought up to date, and one of a newer version is left."""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from erplink.adapters.stores import open_store
from erplink.adapters.stores.database import Violated
from erplink.adapters.stores.schema import migrate
from erplink.adapters.stores.sqlite.backend import SqliteBackend
from erplink.adapters.stores.statements import load_migrations
from erplink.errors import NewerSchema, StoreError
from erplink.testing.postgres import postgres_server, why_no_postgres
from erplink.testing.stores.samples import everything, fill, fill_imports

HERE = Path(__file__).parent / "schemas"
numbers = count()

IMPORTS_SINCE = 2
"""The first schema that has staged imports."""


@pytest.fixture(scope="module")
def postgres():
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    """An empty database: its kind, its address, and a function that executes a script in it."""
    if request.param == "sqlite":
        path = tmp_path / "erplink.db"

        def execute(script):
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(script)

        yield "sqlite", f"sqlite:///{path}", execute
    else:
        server = request.getfixturevalue("postgres")
        name = f"schema_{next(numbers)}"
        with server.database(name) as url:
            yield "postgres", url, lambda script: server.run(script, database=name)


def filled(url: str):
    """What there is when everything is written with the newest schema."""
    with closing(open_store(url, tenant="new", secrets="plain")) as store:
        with store.begin() as transaction:
            fill(transaction)
        with store.look() as transaction:
            return everything(transaction)


@pytest.mark.parametrize("number", sorted(load_migrations("sqlite")))
def test_a_store_of_an_earlier_version_is_brought_up_to_date(database, number):
    """All that was in it is there, and it can be written like a new one."""
    kind, url, execute = database
    execute((HERE / kind / f"v{number}.sql").read_text("utf-8"))

    with closing(open_store(url, tenant="of old", secrets="plain")) as store:
        if number < IMPORTS_SINCE:
            with store.begin() as transaction:
                fill_imports(transaction)
        with store.look() as transaction:
            assert filled(url) == everything(transaction)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_every_version_is_written_down(kind):
    """A new number of the schema comes with a store that was made by it, and none is left out."""
    known = load_migrations(kind)

    assert {f"v{number}.sql" for number in known} == {each.name for each in (HERE / kind).iterdir()}
    assert list(range(1, len(known) + 1)) == sorted(known)


def test_a_newer_version_is_refused(database):
    """Whoever has an older erplink than the store is told to upgrade, and changes nothing."""
    _, url, execute = database
    open_store(url).close()
    execute("UPDATE erplink_schema SET number = 99")

    for _ in range(2):
        with pytest.raises(NewerSchema, match=r"schema 99.*upgrade"):
            open_store(url)


def test_a_migration_is_done_or_not(tmp_path):
    """One that fails half-way leaves the schema as it was, and may be tried again."""
    backend = SqliteBackend(f"{tmp_path}/erplink.db", tenant="", wait=1.0)
    scripts = dict(load_migrations("sqlite"))
    newest = max(scripts)
    scripts[newest + 1] = "CREATE TABLE extra (x);\nINSERT INTO nowhere VALUES (1);\n"
    with closing(backend):
        with pytest.raises(StoreError, match="nowhere"):
            migrate(backend, scripts)
        scripts[newest + 1] = "CREATE TABLE extra (x UNIQUE);\nINSERT INTO extra VALUES (1);\n"
        scripts[newest + 2] = "INSERT INTO extra VALUES (1);\n"
        with pytest.raises(Violated):
            migrate(backend, scripts)
        scripts[newest + 2] = "INSERT INTO extra VALUES (2);\n"
        migrate(backend, scripts)
        migrate(backend, scripts)

        with backend.reading() as database:
            assert [(newest + 2,)] == database.query("schema_number")


def test_what_is_no_store_is_refused(tmp_path):
    """A file of something else is left as it is, and so is one that cannot be made."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)

    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="unable to open"):
        open_store(f"sqlite:///{tmp_path}/no/such/folder.db")
    assert path.read_text().startswith("Dear Sir")
