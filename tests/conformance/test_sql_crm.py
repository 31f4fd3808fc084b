"""Tables of a host's keep every promise of a CRM, over SQLite and over PostgreSQL."""

import itertools
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from erplink.connectors import open_crm
from erplink.domain.fields import Sort
from erplink.testing import CrmConformance, Harness, VirtualClock
from erplink.testing.postgres import postgres_server, why_no_postgres

sa = pytest.importorskip("sqlalchemy", reason="the extra [sql] is not installed")

from erplink.adapters.crm.sqlalchemy import (  # noqa: E402 - needs SQLAlchemy
    SqlCrm,
    SqlField,
    SqlKind,
    SqlList,
    SqlValues,
)

META = sa.MetaData()


def now():
    return datetime.now(UTC).replace(tzinfo=None)


def columns():
    """A column of every type; whatever the host has, it has it by SQLAlchemy's own types."""
    return [
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("town", sa.String(30), nullable=False, server_default=""),
        sa.Column("credit", sa.Numeric(12, 2)),
        sa.Column("staff", sa.BigInteger),
        sa.Column("is_active", sa.Boolean),
        sa.Column("since", sa.Date),
        sa.Column("met", sa.DateTime(timezone=False)),
        sa.Column("country_code", sa.String(2), sa.ForeignKey("country.code")),
        sa.Column("rating", sa.Enum("good", "bad", name="rating", create_constraint=False)),
        sa.Column("request", sa.String(80), unique=True),
    ]


COUNTRY = sa.Table(
    "country",
    META,
    sa.Column("code", sa.String(2), primary_key=True),
    sa.Column("name", sa.String(20)),
)
CUSTOMER = sa.Table(
    "customer",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(60), nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("modified", sa.DateTime, nullable=False, default=now, onupdate=now),
    sa.Column("gone", sa.DateTime),
    *columns(),
)
PHONE = sa.Table(
    "phone",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("customer.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("number", sa.String(40), nullable=False),
)
PERSON = sa.Table(
    "person",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("customer.id")),
    *columns(),
)
MAIL = sa.Table(
    "mail",
    META,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("address", sa.String(80), primary_key=True),
)
PRODUCT = sa.Table("product", META, sa.Column("code", sa.String(60), primary_key=True), *columns())

FIELDS = {
    "name": "name",
    "note": "note",
    "town": "town",
    "credit": "credit",
    "staff": "staff",
    "active": SqlField("is_active", label="Active"),
    "since": "since",
    "met": "met",
    "country": SqlField("country_code", list_name="countries"),
    "rating": "rating",
}
KINDS = [
    SqlKind(
        "customer",
        CUSTOMER,
        {
            "number": CUSTOMER.c.number,
            **FIELDS,
            "shout": sa.func.upper(CUSTOMER.c.name, type_=sa.Text),
            "phones": SqlValues(
                PHONE.c.number,
                PHONE.c.customer_id,
                order=PHONE.c.id,
                sort=Sort.PHONE,
                fixed={"kind": "work"},
            ),
        },
        modified="modified",
        version="version",
        deleted="gone",
        request="request",
        title="Customers",
    ),
    SqlKind(
        "person",
        PERSON,
        {**FIELDS, "mails": SqlValues(MAIL.c.address, MAIL.c.person_id, sort=Sort.EMAIL)},
        change_table="person_changes",
        parent="customer",
        request=PERSON.c.request,
    ),
    SqlKind(
        "product",
        PRODUCT,
        {"code": "code", **FIELDS},
        change_table="product_changes",
        request="request",
    ),
]
TABLES = {"customer": CUSTOMER, "person": PERSON, "product": PRODUCT}
NAMES = {"active": "is_active", "country": "country_code"}
SEVERAL = {
    "phones": (PHONE, "customer_id", "number", {"kind": "work"}),
    "mails": (MAIL, "person_id", "address", {}),
}
PERSON_SAMPLE = {
    "name": "name {}".format,
    "note": "note {}".format,
    "town": "town {}".format,
    "credit": lambda number: Decimal(number) / 4,
    "staff": int,
    "active": lambda number: number % 2 == 1,
    "since": lambda number: date(2024, 1, 1) + timedelta(days=number % 900),
    "met": lambda number: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number),
    "country": lambda number: ("NO", "SE")[number % 2],
    "rating": lambda number: ("good", "bad")[number % 2],
    "mails": lambda number: (f"a{number}@crm.example", f"b{number}@crm.example"),
}


class World:
    """The host's own code over its own tables."""

    def __init__(self, engine):
        self.engine, self.numbers = engine, itertools.count(1)
        self.crm = SqlCrm(
            engine,
            KINDS,
            {"countries": SqlList(COUNTRY.c.code, COUNTRY.c.name)},
            commit_lag=20,
            page_max=3,
        )

    def build(self):
        META.create_all(self.engine)
        self.crm.create_change_tables()
        with self.engine.begin() as run:
            items = [{"code": "NO", "name": "Norway"}, {"code": "SE", "name": "Sweden"}]
            run.execute(sa.insert(COUNTRY), items)

    def empty(self):
        with self.engine.begin() as run:
            for table in (MAIL, PERSON, PHONE, CUSTOMER, PRODUCT):
                run.execute(sa.delete(table))

    def key(self, kind, key):
        return TABLES[kind].c.code == key if kind == "product" else TABLES[kind].c.id == int(key)

    def plain(self, values):
        """As the host itself keeps them: moments without a zone, and no None in the town."""
        row = {NAMES.get(key, key): value for key, value in values.items() if key not in SEVERAL}
        if isinstance(row.get("met"), datetime):
            row["met"] = row["met"].astimezone(UTC).replace(tzinfo=None)
        if "town" in row and row["town"] is None:
            row["town"] = ""
        return row

    def seed(self, kind, values, parent=""):
        with self.engine.begin() as run:
            return self.insert(run, kind, values, parent)

    def insert(self, run, kind, values, parent=""):
        number = f"n{next(self.numbers)}"
        own = {"customer": {"number": number}, "product": {"code": number}}.get(kind, {})
        above = {"customer_id": int(parent)} if parent else {}
        row = {"town": "", **own, **above, **self.plain(values)}
        (key,) = run.execute(sa.insert(TABLES[kind]).values(row)).inserted_primary_key
        self.put_several(run, key, values)
        return str(key)

    def put_several(self, run, key, values):
        for field in SEVERAL.keys() & values.keys():
            table, parent, column, fixed = SEVERAL[field]
            run.execute(sa.delete(table).where(table.c[parent] == key))
            rows = [{parent: key, column: text, **fixed} for text in values[field] or ()]
            if rows:
                run.execute(sa.insert(table), rows)

    def edit(self, kind, key, values):
        row = self.plain(values)
        if kind == "customer":
            row["version"] = CUSTOMER.c.version + 1
        with self.engine.begin() as run:
            if row:
                run.execute(sa.update(TABLES[kind]).where(self.key(kind, key)).values(row))
            self.put_several(run, None if kind == "product" else int(key), values)

    def remove(self, kind, key):
        with self.engine.begin() as run:
            if kind == "customer":
                gone = sa.update(CUSTOMER).values(gone=now(), version=CUSTOMER.c.version + 1)
                run.execute(gone.where(self.key(kind, key)))
                return
            if kind == "person":
                run.execute(sa.delete(MAIL).where(MAIL.c.person_id == int(key)))
            run.execute(sa.delete(TABLES[kind]).where(self.key(kind, key)))

    def begin(self, kind, values):
        """Begin to make a record; on SQLite, where only one may write, as if it came late."""
        if self.engine.dialect.name == "sqlite":
            late = {**values, "modified": now()} if kind == "customer" else values
            return lambda: self.seed(kind, late)
        connection = self.engine.connect()
        key = self.insert(connection, kind, values)

        def commit():
            connection.commit()
            connection.close()
            return key

        return commit

    @contextmanager
    def rolled_back(self):
        with self.engine.connect() as connection, connection.begin() as transaction:
            yield open_crm(self.crm.within(connection))
            transaction.rollback()

    def harness(self, **more):
        return Harness.of_crm(
            self.crm,
            seed=self.seed,
            edit=self.edit,
            remove=self.remove,
            begin=self.begin,
            rolled_back=self.rolled_back,
            sample={"person": PERSON_SAMPLE},
            clock=VirtualClock(),
            records_max=60,
            **more,
        )


class TestSqlCrmOnSqlite(CrmConformance):
    @pytest.fixture
    def harness(self, tmp_path):
        """A file with the host's tables."""
        engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        world = World(engine)
        world.build()
        yield world.harness()
        engine.dispose()


@pytest.fixture(scope="module")
def postgres():
    """A server with the host's tables."""
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        url = sa.make_url(server.url()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url)
        world = World(engine)
        world.build()
        yield world
        engine.dispose()


class TestSqlCrmOnPostgres(CrmConformance):
    @pytest.fixture
    def harness(self, postgres):
        """The host's tables, empty."""
        postgres.empty()
        return postgres.harness()
