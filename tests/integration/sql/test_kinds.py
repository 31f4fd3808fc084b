"""Tables and views become kinds, and their columns fields, by what the database declares."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from erplink.connectors import Condition, Edit, Operator, Query, Saved
from erplink.domain.fields import Access, Field, FieldType
from erplink.errors import Refused


def kind(session, name="thing"):
    return next(each for each in session.kinds() if each.name == name)


def described(session, name="thing"):
    return {field.key: field for field in kind(session, name).fields}


def test_columns_become_fields(world):
    """The declared type says what a field holds, how long it may be, and how many decimals."""
    world.run(
        f"CREATE TABLE thing ({world.id}, name VARCHAR(20) NOT NULL, note TEXT, "
        "code VARCHAR(5) NOT NULL DEFAULT '', size SMALLINT, count BIGINT NOT NULL DEFAULT 0, "
        "price NUMERIC(10, 3), free NUMERIC, whole NUMERIC(9), ratio DOUBLE PRECISION, "
        f"active BOOLEAN, born DATE NOT NULL, seen {world.moment}, "
        "double_size INTEGER GENERATED ALWAYS AS (size * 2) STORED)"
    )

    actual = described(world.open())

    assert {
        "id": Field("id", FieldType.INTEGER, is_key=True, access=Access.READ_ONLY),
        "name": Field("name", max_length=20, access=Access.MANDATORY),
        "note": Field("note", keeps_empty=True),
        "code": Field("code", max_length=5),
        "size": Field("size", FieldType.INTEGER),
        "count": Field("count", FieldType.INTEGER),
        "price": Field("price", FieldType.DECIMAL, decimals=3),
        "free": Field("free", FieldType.DECIMAL),
        "whole": Field("whole", FieldType.DECIMAL, decimals=0),
        "ratio": Field("ratio", FieldType.DECIMAL),
        "active": Field("active", FieldType.CHECKBOX),
        "born": Field("born", FieldType.DATE, access=Access.MANDATORY),
        "seen": Field("seen", FieldType.DATETIME),
        "double_size": Field("double_size", FieldType.INTEGER, access=Access.READ_ONLY),
    } == actual


def test_postgres_has_types_of_its_own(postgres, saved):
    """Enumerations are lists, domains what they are made of, identifiers texts."""
    postgres.run("CREATE TYPE mood AS ENUM ('glad', 'sad ''n'' blue')")
    postgres.run("CREATE DOMAIN address AS varchar(30) CHECK (VALUE LIKE '%@%')")
    postgres.run(
        "CREATE TABLE thing (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), mood mood, "
        "mail address, code char(4), seen timestamp(0), ratio real)"
    )
    postgres.run("COMMENT ON TABLE thing IS 'Things'")
    postgres.run("COMMENT ON COLUMN thing.mail IS 'Where to write'")
    session = postgres.open(zone="Europe/Oslo")

    fields = described(session)
    record = saved(
        session,
        "thing",
        Edit(
            {
                "mood": "sad 'n' blue",
                "mail": "a@b",
                "code": "x",
                "seen": datetime(2024, 7, 1, 12, 0, 0, 900_000, tzinfo=UTC),
                "ratio": Decimal("0.1"),
            }
        ),
    )

    assert "Things" == kind(session).title
    assert "Where to write" == fields["mail"].tooltip
    assert (FieldType.LIST, "thing.mood") == (fields["mood"].type, fields["mood"].list_name)
    assert fields["code"].trims
    assert {"glad": "glad", "sad 'n' blue": "sad 'n' blue"} == session.list_items("thing.mood")
    assert {"glad": "glad"} == session.list_items("thing.mood", ["glad", "?"])
    assert {
        "id": record.ref.key,
        "mood": "sad 'n' blue",
        "mail": "a@b",
        "code": "x",
        "seen": datetime(2024, 7, 1, 12, tzinfo=UTC),
        "ratio": Decimal("0.1"),
    } == dict(record.fields)
    assert [("2024-07-01 14:00:00",)] == postgres.run("SELECT seen::text FROM thing")
    for condition in (
        Condition("mood", Operator.EQUALS, ("sad 'n' blue",)),
        Condition("mood", Operator.CONTAINS, ("BLUE",)),
        Condition("mood", Operator.GREATER, ("glad",)),
        Condition("code", Operator.ENDS_WITH, ("X",)),
        Condition("code", Operator.EQUALS, ("x",)),
        Condition("id", Operator.STARTS_WITH, (record.ref.key[:9],)),
        Condition("id", Operator.EQUALS, (record.ref.key,)),
    ):
        assert 1 == session.count("thing", Query(criteria=condition)), condition
    for condition in (
        Condition("mood", Operator.EQUALS, ("angry",)),
        Condition("id", Operator.EQUALS, ("no uuid",)),
        Condition("id", Operator.EQUALS, (record.ref.key.upper(),)),
    ):
        assert 0 == session.count("thing", Query(criteria=condition)), condition
    assert (record, None, None) == tuple(
        session.get("thing", [record.ref.key, record.ref.key.upper(), "x"], [*record.fields])
    )
    refused = session.save(
        "thing", [Edit({"mood": "angry"}, record.ref.key), Edit({"mail": "x"}, record.ref.key)]
    )
    assert ["mood", ""] == [result.field for result in refused]
    for table in ("mood mood", "mail address"):
        postgres.run(f"ALTER TABLE thing DROP COLUMN {table.split()[0]} CASCADE")


def test_an_item_that_was_added_later_is_told(postgres):
    """An enumeration may grow while a session is open."""
    postgres.run("CREATE TYPE mood AS ENUM ('glad')")
    postgres.run(f"CREATE TABLE thing ({postgres.id}, mood mood)")
    session = postgres.open()
    postgres.run("ALTER TYPE mood ADD VALUE 'sad'")
    postgres.run("INSERT INTO thing (mood) VALUES ('sad')")

    assert "sad" == session.get("thing", ["1"], ["mood"])[0].fields["mood"]


def test_what_has_no_value_in_erplink_is_left_out(world):
    """Bytes, JSON and the like are no fields, and a row is changed around them."""
    bytes_, odd = ("BLOB", "JSON") if world.is_sqlite else ("bytea", "jsonb")
    world.run(
        f"CREATE TABLE thing ({world.id}, picture {bytes_}, more {odd} NOT NULL DEFAULT '{{}}', "
        "at TIME, name VARCHAR(9))"
    )
    world.run("INSERT INTO thing (name, at) VALUES ('a', '10:00')")
    session = world.open()

    (result,) = session.save("thing", [Edit({"name": "b"}, "1")])

    assert ["id", "name"] == [*described(session)]
    assert isinstance(result, Saved)
    assert [("b", "{}")] == world.run("SELECT name, CAST(more AS TEXT) FROM thing")
    assert "thing.picture, thing.more, thing.at" in world.diagnose().technical


ODD_VALUES = {
    "postgres": [
        ("credit NUMERIC", "'NaN'"),
        ("ratio DOUBLE PRECISION", "'-Infinity'"),
        ("born DATE", "'infinity'"),
        ("seen timestamptz", "'0044-03-15 BC'"),
        ("seen timestamp", "'0001-01-01'"),
    ],
    "sqlite": [
        ("count INTEGER", "'many'"),
        ("credit NUMERIC(8, 2)", "'much'"),
        ("credit NUMERIC(8, 2)", "9e999"),
        ("active BOOLEAN", "2"),
        ("born DATE", "'2024-02-30'"),
        ("seen TIMESTAMP", "1704067200"),
        ("seen TIMESTAMP", "'0001-01-01'"),
        ("name TEXT", "x'ff'"),
    ],
}


def test_a_value_that_cannot_be_told_is_not_told(world):
    """What erplink has no value for is not told as nothing, and keeps no other from being told."""
    for number, (column, value) in enumerate(
        ODD_VALUES["sqlite" if world.is_sqlite else "postgres"]
    ):
        world.run(f"CREATE TABLE t{number} ({world.id}, plain INTEGER, {column})")
        name = column.split()[0]
        world.run(f"INSERT INTO t{number} (plain, {name}) VALUES (7, {value})")  # noqa: S608 - names that the test itself makes
    session = world.open(zone="Asia/Tokyo")

    for each in session.kinds():
        (record,) = session.search(each.name, Query(), [field.key for field in each.fields])
        assert {"id": 1, "plain": 7} == dict(record.fields)
        name = each.fields[-1].key
        if each.fields[-1].type is FieldType.TEXT:
            assert isinstance(session.save(each.name, [Edit({name: "x"}, "1")])[0], Saved)


def test_sqlite_takes_types_as_advice(sqlite):
    """A number in a column of decimals may be kept in any of three ways."""
    sqlite.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, credit NUMERIC(20, 2))")
    for value in (5, 5.5, "5.25", "12345678901234567.89"):
        sqlite.run("INSERT INTO thing (credit) VALUES (?)", value)
    session = sqlite.open()

    told = [record.fields["credit"] for record in session.search("thing", Query(), ["credit"])]
    (refused,) = session.save("thing", [Edit({"credit": Decimal("12345678901234567.89")}, "1")])

    assert [Decimal("5.00"), Decimal("5.50"), Decimal("5.25")] == told[:3]
    assert ["5.00", "5.50", "5.25"] == [str(value) for value in told[:3]]
    assert "floating point" in refused.reason


def test_keys_are_found_or_named(world):
    """A table without a primary key is offered where somebody names its key."""
    world.run("CREATE TABLE bare (code VARCHAR(9) NOT NULL, name VARCHAR(9))")
    world.run("CREATE TABLE other (id INTEGER PRIMARY KEY, code VARCHAR(9) NOT NULL UNIQUE)")
    world.run("CREATE VIEW both_of AS SELECT code, name FROM bare")
    world.run("INSERT INTO bare VALUES ('a', 'Ada'), ('b', 'Bo')")
    world.run("INSERT INTO other VALUES (5, 'x')")
    columns = "\n".join(f'[{name}]\nkey = "code"' for name in ("bare", "both_of", "other"))

    session = world.open(columns=columns)

    assert {"other"} == {each.name for each in world.open().kinds()}
    assert {"bare", "both_of", "other"} == {each.name for each in session.kinds()}
    for name, key in (("bare", "a"), ("both_of", "b"), ("other", "x")):
        (record,) = session.get(name, [key], ["code"])
        assert key == record.ref.key
    own_key = described(session, "other")["id"]
    assert (Access.READ_ONLY if world.is_sqlite else Access.MANDATORY) == own_key.access
    with pytest.raises(Refused, match="'bare' has no key"):
        world.open(tables=("bare",))


def test_roles_are_found_by_name_and_type(world):
    """Columns of the usual names are the mark and the version; empty quotes say they are not."""
    world.run(
        f"CREATE TABLE thing ({world.id}, version INTEGER NOT NULL, "
        f"last_update {world.moment} NOT NULL)"
    )
    world.run(f"CREATE TABLE other ({world.id}, version VARCHAR(9), updated INTEGER)")
    session = world.open()
    without = world.open(columns='[thing]\nversion = ""\nmodified = ""')
    tables = session._session._schema.tables

    assert ("last_update", "version") == (tables["thing"].mark.key, tables["thing"].version.key)
    assert (None, None) == (tables["other"].mark, tables["other"].version)
    assert not described(without)["version"].why_not_writable
    assert without.capabilities.of("thing").versions


def test_the_parent_is_the_first_foreign_key_or_the_named_one(world):
    """A reference to the key of another kind is a parent; one to the same table where named."""
    world.run(f"CREATE TABLE company ({world.id}, above INTEGER REFERENCES company (id))")
    world.run(
        f"CREATE TABLE person ({world.id}, company INTEGER REFERENCES company (id), "
        "boss INTEGER REFERENCES person (id), other INTEGER REFERENCES company (id))"
    )

    def parents(**config):
        tables = world.open(**config)._session._schema.tables
        return {
            name: [column.key for column in table.parent.columns] if table.parent else []
            for name, table in tables.items()
        }

    assert {"company": [], "person": ["company"]} == parents()
    assert {"company": ["above"], "person": ["other"]} == parents(
        columns='[company]\nparent = "above"\n[person]\nparent = ["other"]'
    )
    assert [] == parents(columns='[person]\nparent = ""')["person"]
    assert {"person": []} == parents(tables=("person",))


BAD_COLUMNS = [
    ("[thnig]", "there is no table 'thnig'; did you mean 'thing'"),
    ('[thing]\nkey = "idd"', "there is no column 'idd'; did you mean 'id'"),
    ('[thing]\nmodified = "name"', "'name' is no column of type datetime or date or integer"),
    ('[thing]\nmodified = "blob"', "'blob' is no column of type"),
    ('[thing]\nversion = "nme"', "there is no column 'nme'"),
    ('[thing]\nparent = "name"', "no foreign key"),
    ('[thing]\nidempotency = "id"', "is no column of type text"),
]


@pytest.mark.parametrize(("columns", "message"), BAD_COLUMNS)
def test_a_wrong_hint_is_refused(sqlite, columns, message):
    """What is said of columns must be so; the message names the likely spelling."""
    sqlite.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, name VARCHAR(9), blob BLOB)")

    with pytest.raises(Refused, match="columns: ") as caught:
        sqlite.open(columns=columns)
    assert message in str(caught.value)


# lists --------------------------------------------------------------------------------------------


def test_a_list_table_is_a_list(world, saved):
    """Its rows are items; columns that refer to it hold their keys; it is no kind of its own."""
    world.run("CREATE TABLE country (id INTEGER PRIMARY KEY, iso VARCHAR(2), name VARCHAR(9))")
    world.run("CREATE TABLE state (code VARCHAR(3) PRIMARY KEY)")
    world.run("INSERT INTO country VALUES (10, 'NO', 'Norway'), (9, NULL, 'Nine'), (8, '', '')")
    world.run("INSERT INTO state VALUES ('new'), ('')")
    world.run(
        f"CREATE TABLE thing ({world.id}, country INTEGER REFERENCES country (id), "
        "state VARCHAR(3) REFERENCES state (code), plain INTEGER REFERENCES country (id))"
    )
    world.run("INSERT INTO thing (country, state) VALUES (9, '')")
    session = world.open(lists=("country", "state"))

    record = saved(session, "thing", Edit({"country": "10", "state": "new"}))
    empty = session.get("thing", ["1"], ["country", "state"])[0]
    refused = session.save("thing", [Edit({"country": "010"}), Edit({"country": "x"})])

    assert ["thing"] == [each.name for each in session.kinds()]
    assert {"8": "8", "9": "9", "10": "NO"} == dict(session.list_items("country"))
    assert {"10": "NO"} == session.list_items("country", ["10", "x", "010", "7"])
    assert {"new": "new"} == {k: v for k, v in session.list_items("state").items() if k}
    assert {} == session.list_items("nothing")
    assert ("10", "new") == (record.fields["country"], record.fields["state"])
    assert {"country": "9", "state": None} == dict(empty.fields)
    assert ["country", "country"] == [result.field for result in refused]
    for condition, expected in (
        (Condition("country", Operator.IN, ("10", "9", "x")), 2),
        (Condition("country", Operator.GREATER, ("10",)), 1),  # as texts
        (Condition("country", Operator.CONTAINS, ("1",)), 1),
        (Condition("state", Operator.EMPTY), 1),
        (Condition("state", Operator.EQUALS, (None,)), 1),
    ):
        assert expected == session.count("thing", Query(criteria=condition)), condition


def test_a_list_has_an_end(sqlite):
    """A table with more rows than a list may have is no list."""
    sqlite.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
    sqlite.run("CREATE TABLE long (id INTEGER PRIMARY KEY, name TEXT)")
    sqlite.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) "
        "INSERT INTO long SELECT i, i FROM n"
    )
    session = sqlite.open(lists=("long",))

    with pytest.raises(Refused, match="more than 10000 rows"):
        session.list_items("long")
    assert 700 == len(session.list_items("long", [str(key) for key in range(1, 701)]))


def test_a_list_table_needs_a_key_of_one_column(world):
    """A table whose key is not one column is no list."""
    world.run("CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (a, b))")

    with pytest.raises(Refused, match="'pair' is no list"):
        world.open(lists=("pair",))


# values -------------------------------------------------------------------------------------------


def test_a_local_time_is_told_in_utc(world, saved):
    """Moments without a zone are in the configured one, in summer and in winter."""
    world.run(f"CREATE TABLE thing ({world.id}, at TIMESTAMP, day DATE)")
    world.run("INSERT INTO thing (at) VALUES ('2024-07-01 12:00:00')")
    session = world.open(zone="Europe/Oslo")
    winter = datetime(2024, 1, 1, 23, 30, tzinfo=UTC)

    record = saved(session, "thing", Edit({"at": winter, "day": date(2024, 1, 1)}))

    (summer,) = session.get("thing", ["1"], ["at"])
    assert datetime(2024, 7, 1, 10, tzinfo=UTC) == summer.fields["at"]
    assert {"id": 2, "at": winter, "day": date(2024, 1, 1)} == dict(record.fields)
    assert "2024-01-02 00:30:00" == world.one("SELECT CAST(at AS TEXT) FROM thing WHERE id = 2")
