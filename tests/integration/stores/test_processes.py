"""What happens to stores when processes fork and servers restart."""

import subprocess
import sys
from contextlib import closing

import pytest

from erplink.adapters.stores import open_store
from erplink.errors import StoreError
from erplink.testing.postgres import postgres_server, why_no_postgres

FORKING = """
import os, sys
from erplink.adapters.stores import open_store

store = open_store(sys.argv[1])
with store.begin() as transaction:
    transaction.settings.put("parent", 1)
child = os.fork()
for turn in range(20):
    with store.begin() as transaction:
        transaction.settings.put("parent" if child else "child", turn)
if not child:
    store.close()
    os._exit(0)
_, status = os.waitpid(child, 0)
assert status == 0, status
with store.look() as transaction:
    assert 19 == transaction.settings.get("parent")
    assert 19 == transaction.settings.get("child")
store.close()
"""


def fork(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING, url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "" == done.stderr


@pytest.fixture(scope="module")
def server():
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        yield server


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_store_may_be_open_while_a_process_forks(tmp_path):
    """The child makes connections of its own, and leaves those of its parent alone."""
    fork(f"sqlite:///{tmp_path}/erplink.db")


def test_a_store_on_a_server_may_be_open_while_a_process_forks(server):
    """As with a file."""
    with server.database("forked") as url:
        fork(url)


def test_a_store_outlives_a_lost_connection(server):
    """What was open is lost and says so; the next transaction has a new connection."""
    with server.database("lost") as url, closing(open_store(url)) as store:
        with store.begin() as transaction:
            transaction.settings.put("x", 1)
        disconnect(server, "lost")
        with store.begin() as transaction:
            transaction.settings.put("x", 2)

        with pytest.raises(StoreError, match="PostgreSQL"):
            lose(store, server, "lost")
        with store.look() as transaction:
            assert 2 == transaction.settings.get("x")


def disconnect(server, database: str) -> None:
    server.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"  # noqa: S608 - a name of the test's
    )


def lose(store, server, database: str) -> None:
    with store.begin() as transaction:
        transaction.settings.put("x", 3)
        disconnect(server, database)
        transaction.settings.put("x", 4)


def test_the_tables_can_be_in_a_schema_of_their_own(server):
    """The address says which, by the options of a connection; it has to be there."""
    with server.database("schemas") as url:
        server.run("CREATE SCHEMA sync", database="schemas")
        store = open_store(f"{url}&options=-csearch_path%3Dsync")
        with closing(store), store.begin() as transaction:
            transaction.settings.put("x", 1)

        with server.connect("schemas") as connection:
            found = connection.execute("SELECT data FROM sync.erplink_settings").fetchall()
    assert [("1",)] == found


def test_texts_are_texts_in_every_encoding(server):
    """A database that says nothing about the encoding of its texts gives back what it was given."""
    server.run(
        "CREATE DATABASE plain ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with closing(open_store(server.url("plain"))) as store:
        with store.begin() as transaction:
            transaction.settings.put("é", "æøå")
        with store.look() as transaction:
            assert "æøå" == transaction.settings.get("é")
