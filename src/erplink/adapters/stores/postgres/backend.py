"""PostgresBackend: a server that many processes share, with row locks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import Connection, OperationalError, ProgrammingError, connect
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.pool import Pool
from erplink.adapters.stores.postgres.database import PostgresDatabase
from erplink.adapters.stores.postgres.dialect import translated
from erplink.adapters.stores.postgres.faults import told
from erplink.adapters.stores.schema import migrate
from erplink.adapters.stores.statements import load_migrations, load_statements
from erplink.connectors import Redactor
from erplink.domain.secret import Secret
from erplink.errors import BadValue, StoreError

__all__ = ["PostgresBackend"]

_CONNECTIONS_MAX: Final = 16


class PostgresBackend:
    """One PostgreSQL database; a schema for its tables is chosen by the address's ``options``."""

    def __init__(self, url: str, *, tenant: str, wait: float) -> None:
        """Open the database, and make its schema or bring it up to date.

        Args:
            url: The address, as libpq reads it.
            tenant: Whose rows are reached.
            wait: For how many seconds to wait for a row that somebody else writes.
        """
        self._address = _address(url)
        self._tenant = tenant
        locally = f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}"
        self._writing = f"BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; {locally}".encode()
        # The first query is what the transaction sees the moment of.
        moment = f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {locally}; SELECT 1"
        self._reading = moment.encode()
        statements = load_statements("postgres", translated)
        self._statements = {name: sql.encode() for name, sql in statements.items()}
        self._pool = Pool(
            self._connect, Connection.close, usable=_idle, most=_CONNECTIONS_MAX, wait=wait
        )
        try:
            migrate(self, load_migrations("postgres"))
        except BaseException:
            self.close()
            raise

    def _connect(self) -> Connection[Row]:
        try:
            return connect(self._address.reveal(), autocommit=True, client_encoding="utf8")
        except OperationalError as error:
            password = str(conninfo_to_dict(self._address.reveal()).get("password") or "")
            said = Redactor([Secret(password)]).redact(str(error)) if password else str(error)
        # Outside of the block, so that the error of the driver does not hang on.
        raise StoreError(f"PostgreSQL: {said}")

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """A transaction that may write; who changes a row that it changed waits for it."""
        with self._open(self._writing, writes=True) as database:
            yield database

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A transaction that only reads; others may write meanwhile, and it does not see them."""
        with self._open(self._reading, writes=False) as database:
            yield database

    @contextmanager
    def _open(self, begin: bytes, *, writes: bool) -> Iterator[PostgresDatabase]:
        def started(connection: Connection[Row]) -> None:
            with told():
                connection.execute(begin)

        with self._pool.lent(started) as connection:
            database = PostgresDatabase(connection, self._statements, self._tenant, writes=writes)
            try:
                yield database
                database.commit()
            finally:
                database.end()
                if not (connection.closed or _idle(connection)):
                    with told():
                        connection.execute("ROLLBACK")

    def tidy(self) -> None:
        """PostgreSQL looks after itself."""

    def scrub(self) -> None:
        """What was overwritten is gone when PostgreSQL needs its place; it cannot be hurried."""

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _idle(connection: Connection[Row]) -> bool:
    status = connection.info.transaction_status
    return not connection.closed and status == TransactionStatus.IDLE


def _address(url: str) -> Secret:
    """The address, of which no output shows a password."""
    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        # What libpq says about it may name a part of the password.
        fault = "an address of PostgreSQL is postgresql://user:password@host/database"
    else:
        return Secret(url)
    raise BadValue(f"{fault}, with special characters as %..", value="the address of the store")
