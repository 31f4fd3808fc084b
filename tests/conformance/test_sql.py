"""The sql connector keeps its promises over SQLite and over PostgreSQL."""

import itertools
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from select import select
from socket import AF_UNIX, socket

import pytest
from attrs import define, evolve, field

from erplink.adapters.erp.sql import SqlConnector
from erplink.domain.secret import Secret
from erplink.testing import ConnectorConformance, Harness, VirtualClock
from erplink.testing.postgres import PostgresServer, postgres_server, why_no_postgres

TYPES = """
    name VARCHAR(40) NOT NULL,
    note TEXT,
    town VARCHAR(30) NOT NULL DEFAULT '',
    credit NUMERIC(12, 2),
    ratio NUMERIC,
    staff BIGINT,
    active BOOLEAN,
    since DATE,
    met {moment},
    country VARCHAR(2) REFERENCES country (code),
    request VARCHAR(60) UNIQUE,
    modified {moment} NOT NULL DEFAULT {now}
"""
TABLES = f"""
CREATE TABLE country (code VARCHAR(2) PRIMARY KEY, name VARCHAR(20));
INSERT INTO country VALUES ('NO', 'Norway'), ('SE', 'Sweden');
CREATE TABLE customer (
    {{id}}, number VARCHAR(60) NOT NULL UNIQUE, gone {{moment}}, version INTEGER NOT NULL DEFAULT 1,
    {TYPES}
);
CREATE TABLE person ({{id}}, customer INTEGER REFERENCES customer (id), {TYPES});
CREATE TABLE product (code VARCHAR(60) PRIMARY KEY, {TYPES});
CREATE VIEW customer_name AS
    SELECT id, name, note, since, modified FROM customer WHERE gone IS NULL
"""  # noqa: S608 - names that the test itself makes
COLUMNS = """
[customer]
idempotency = "request"
deleted = "gone"
[person]
idempotency = "request"
[product]
idempotency = "request"
[customer_name]
key = "id"
"""
# A person's customer is what it is made under.
PERSON = {
    "name": "name {}".format,
    "note": "note {}".format,
    "town": "town {}".format,
    "credit": lambda number: Decimal(number) / 4,
    "ratio": lambda number: Decimal(number) / 8,
    "staff": int,
    "active": lambda number: number % 2 == 1,
    "since": lambda number: date(2024, 1, 1) + timedelta(days=number % 900),
    "met": lambda number: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number),
    "country": lambda number: ("NO", "SE")[number % 2],
}
KINDS = ("customer", "person", "product", "customer_name")
CONFIG = {"columns": COLUMNS, "lists": ("country",), "tables": KINDS, "commit_lag": 20}
PASSWORD = "let me in: 50% /@"  # noqa: S105 - it is of a server that ends with the tests


class World:
    """A database, and people who work in it."""

    def seed(self, kind, values, parent=""):
        with self.transaction() as run:
            return self.insert(run, kind, values, parent)

    def insert(self, run, kind, values, parent=""):
        if kind == "customer_name":
            number = f"n{next(self.numbers)}"
            kind, values = "customer", {"number": number, "name": number, **values}
        if kind == "product":
            values = {"code": f"p{next(self.numbers)}", **values}
        if parent:
            values = {**values, "customer": int(parent)}
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        key = "code" if kind == "product" else "id"
        statement = f"INSERT INTO {kind} ({names}) VALUES ({marks}) RETURNING {key}"  # noqa: S608 - as above
        return str(run(statement, *map(self.stored, self.filled(values)))[0][0])

    def filled(self, values):
        return ("" if key == "town" and value is None else value for key, value in values.items())

    def edit(self, kind, key, values):
        table = "customer" if kind == "customer_name" else kind
        names = "".join(f"{name} = ?, " for name in values)
        column = "code" if kind == "product" else "id"
        count = ", version = version + 1" if table == "customer" else ""
        with self.transaction() as run:
            run(
                f"UPDATE {table} SET {names} modified = {self.now}{count} WHERE {column} = ?",  # noqa: S608 - as above
                *map(self.stored, self.filled(values)),
                key if kind == "product" else int(key),
            )

    def remove(self, kind, key):
        column = "code" if kind == "product" else "id"
        table = "customer" if kind == "customer_name" else kind
        change = f"UPDATE {table} SET gone = {self.now}, modified = {self.now}"  # noqa: S608 - as above
        statement = change if table == "customer" else f"DELETE FROM {table}"  # noqa: S608 - as above
        with self.transaction() as run:
            run(f"{statement} WHERE {column} = ?", key if kind == "product" else int(key))

    def build(self):
        with self.transaction() as run:
            for statement in TABLES.format(id=self.id, moment=self.moment, now=self.now).split(";"):
                run(statement)


@define
class SqliteWorld(World):
    path: Path
    numbers: object = field(factory=lambda: itertools.count(1))
    id = "id INTEGER PRIMARY KEY"
    moment = "TIMESTAMP"
    now = "CURRENT_TIMESTAMP"

    @contextmanager
    def transaction(self):
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            yield lambda statement, *values: connection.execute(statement, values).fetchall()
            connection.commit()

    def stored(self, value):
        match value:
            case datetime():
                return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
            case date():
                return value.isoformat()
            case Decimal():
                return str(value)
        return value

    def begin(self, kind, values):
        with self.transaction() as run:
            ((now,),) = run(f"SELECT {self.now}")
        # Nobody else may write while a transaction is open: it is as if it came late.
        return lambda: self.seed(kind, {**values, "modified": datetime.fromisoformat(f"{now}Z")})


@define
class PostgresWorld(World):
    server: PostgresServer
    numbers: object = field(factory=lambda: itertools.count(1))
    id = "id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
    moment = "timestamptz"
    now = "date_trunc('second', now())"

    def __attrs_post_init__(self):
        self.connection = self.server.connect()

    def close(self):
        self.connection.close()

    def empty(self):
        self.connection.execute("TRUNCATE person, customer, product")

    @contextmanager
    def transaction(self, connection=None):
        connection = connection or self.connection
        with connection.transaction():

            def run(statement, *values):
                cursor = connection.execute(statement.replace("?", "%s"), values or None)
                return cursor.fetchall() if cursor.description else []

            yield run

    def stored(self, value):
        return value

    def begin(self, kind, values):
        late = self.server.connect()
        transaction = self.transaction(late)
        key = self.insert(transaction.__enter__(), kind, values)

        def commit():
            transaction.__exit__(None, None, None)
            late.close()
            return key

        return commit


class Wire:
    """A socket between the connector and the server, which can be cut at the worst moment."""

    def __init__(self, folder, server):
        self.server = f"{server.folder}/.s.PGSQL.5432"
        self.losing_answer = self.breaking_down = False
        self.listener = socket(AF_UNIX)
        self.listener.bind(f"{folder}/.s.PGSQL.5432")
        self.listener.listen()
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            if self.listener.gettimeout() == 0:  # it is being closed
                client.close()
                return
            self.threads.append(threading.Thread(target=self.pump, args=[client]))
            self.threads[-1].start()

    def pump(self, client):
        with client, socket(AF_UNIX) as server:
            server.connect(self.server)
            other = {client: server, server: client}
            while True:
                for one in select([client, server], [], [])[0]:
                    data = one.recv(65536)
                    if not data or (one is client and self.cuts(data, server)):
                        return
                    other[one].sendall(data)

    def cuts(self, data, server):
        """Whether the connection ends here: before a reading, or after a commit."""
        if self.breaking_down and b"FROM" in data:
            self.breaking_down = False
            return True
        if self.losing_answer and b"COMMIT" in data:
            self.losing_answer = False
            server.sendall(data)
            server.recv(65536)
            return True
        return False

    def lose_answer(self):
        self.losing_answer = True

    def break_down(self):
        self.breaking_down = True

    def close(self):
        self.listener.setblocking(False)
        with socket(AF_UNIX) as last:
            last.connect(self.listener.getsockname())
            self.threads[0].join()
        self.listener.close()
        for thread in self.threads:
            thread.join()


CONNECTOR = SqlConnector(page_max=3)
NO_SQL = "the extra [sql] is not installed"


class TestSqlite(ConnectorConformance):
    @pytest.fixture
    def harness(self, tmp_path):
        """A file with people who write to it."""
        pytest.importorskip("sqlalchemy", reason=NO_SQL)
        world = SqliteWorld(tmp_path / "erp.db")
        world.build()
        return Harness.of(
            CONNECTOR,
            {"url": f"sqlite:///{world.path}", **CONFIG},
            seed=world.seed,
            edit=world.edit,
            remove=world.remove,
            begin=world.begin,
            kinds=KINDS,
            sample={"person": PERSON},
            clock=VirtualClock(),
        )


@pytest.fixture(scope="module")
def postgres():
    """A world on a server whose role ``guarded`` needs a password."""
    pytest.importorskip("sqlalchemy", reason=NO_SQL)
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        rules = Path(server.folder, "pg_hba.conf")
        rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
        server.run(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'", "SELECT pg_reload_conf()")
        with closing(PostgresWorld(server)) as world:
            world.build()
            server.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO guarded")
            yield world


class TestPostgres(ConnectorConformance):
    @pytest.fixture
    def harness(self, postgres, tmp_path):
        """An empty database with people who write to it, behind a wire that can be cut."""
        postgres.empty()
        with closing(Wire(tmp_path, postgres.server)) as wire:
            url = evolve(postgres.server, folder=str(tmp_path)).url(user="guarded")
            config = {"url": url, **CONFIG}
            yield Harness.of(
                CONNECTOR,
                {**config, "password": Secret(PASSWORD)},
                bad_config={**config, "password": Secret("let us in")},
                seed=postgres.seed,
                edit=postgres.edit,
                remove=postgres.remove,
                begin=postgres.begin,
                lose_answer=wire.lose_answer,
                break_down=wire.break_down,
                kinds=("person",),
                sample={"person": PERSON},
                clock=VirtualClock(),
            )
