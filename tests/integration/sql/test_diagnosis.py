"""A configuration is tried out, and every way in which it may be wrong is told apart."""

import logging
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from erplink.adapters.erp.sql import SqlConnector
from erplink.connectors import Health, config_form, diagnose, open_session
from erplink.domain.fields import FieldType
from erplink.domain.secret import Secret
from erplink.errors import ErplinkError, Refused, Unauthorised, Unavailable

PASSWORD = "s3cret/w%rd"  # noqa: S105 - it opens nothing


@pytest.fixture
def guarded(postgres):
    """The address of the same database for a role that needs a password."""
    folder = Path(postgres.server.folder)
    rules = (folder / "pg_hba.conf").read_text()
    if "guarded" not in rules:
        (folder / "pg_hba.conf").write_text(f"local all guarded scram-sha-256\n{rules}")
        postgres.run(f"CREATE ROLE guarded LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
        postgres.run("SELECT pg_reload_conf()")
        postgres.run("SELECT pg_sleep(0.2)")
    return postgres.server.url(user="guarded")


def test_a_right_password_opens(postgres, guarded):
    """The password stands in its own field, and need not be written as in a URL."""
    postgres.run(f"CREATE TABLE thing ({postgres.id})")

    found = postgres.diagnose(url=guarded, password=Secret(PASSWORD))

    assert found.works
    assert postgres.open(url=guarded, password=Secret(PASSWORD)).kinds()


@pytest.mark.parametrize("password", [None, Secret("other"), Secret("")])
def test_a_wrong_password_is_told(postgres, guarded, password):
    """It fails on opening, as Unauthorised."""
    found = postgres.diagnose(url=guarded, password=password)

    assert (Health.ERROR, "wrong-password") == (found.health, found.code)
    with pytest.raises(Unauthorised):
        postgres.open(url=guarded, password=password)


def test_no_password_shows_anywhere(postgres, guarded, caplog):
    """Not in a diagnosis, an error, a traceback, a log or a repr, right or wrong."""
    caplog.set_level(logging.DEBUG)
    postgres.run(f"CREATE TABLE thing ({postgres.id})")
    told = []
    for password, url in (
        (PASSWORD, guarded),
        ("wr0ngw0rd", guarded),
        (PASSWORD, f"postgresql://guarded:{PASSWORD}@/postgres"),
        (PASSWORD, f"postgresql://guarded:{PASSWORD}@[/postgres"),
        (PASSWORD, f"postgresql://guarded@/postgres?password={PASSWORD}"),
        (PASSWORD, guarded.replace("/postgres", "/nothing")),
    ):
        config = {"url": url, "password": Secret(password), "schema": postgres.schema}
        context = postgres.context(config)
        told.append(repr(diagnose(SqlConnector(), config, context)))
        try:
            session = SqlConnector().open(config, context)
            told += [repr(session), repr(session._database), repr(session._database._engine)]
            session.close()
        except ErplinkError as error:
            told += traceback.format_exception(error)

    for text in (*told, caplog.text):
        assert PASSWORD not in text
        assert "wr0ngw0rd" not in text


def cases(world):
    url = world.url
    yield "no-such-database", {"url": url.replace("world.db", "other.db")}
    yield "no-such-database", {"url": "sqlite:////nowhere/at/all.db"}
    yield "bad-url", {"url": "not an address"}
    yield "bad-url", {"url": ""}
    yield "bad-url", {"url": "postgresql://host:port/x"}
    yield "bad-url", {"url": "sqlite://host/x.db"}
    yield "bad-url", {"url": "sqlite:///x.db?timeout=soon"}
    yield "bad-url", {"url": "postgresql+psycopg_async://host/x"}
    yield "no-tables", {"url": "sqlite://"}
    yield "password-in-url", {"url": "postgresql://me:secret@host/x"}
    yield "password-in-url", {"url": "postgresql://me@host/x?password=secret"}
    yield "driver-missing", {"url": "nosuch://host/x"}
    yield "driver-missing", {"url": "sqlite+nosuch://host/x"}
    yield "driver-missing", {"url": "mssql+pymssql://host/x"}
    yield "cannot-connect", {"url": "postgresql://me@/x?host=/nowhere"}
    yield "no-such-schema", {"schema": "nothing"}
    yield "no-such-table", {"tables": ("thnig",)}
    yield "no-such-table", {"lists": ("x",)}
    yield "no-key", {"tables": ("bare",)}
    yield "no-key", {"lists": ("bare",)}
    yield "bad-columns", {"columns": '[thing]\nkey = "x"'}
    yield "bad-configuration", {"columns": "thing"}
    yield "bad-configuration", {"zone": "Mars/Olympus"}


def test_what_is_wrong_is_told_apart(sqlite):
    """Each fault has a code for programs and a sentence for people."""
    sqlite.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
    sqlite.run("CREATE TABLE bare (name VARCHAR(9))")
    for code, config in cases(sqlite):
        found = sqlite.diagnose(**config)

        assert (Health.ERROR, code) == (found.health, found.code), found
        assert found.message
        assert "secret" not in repr(found)
        with pytest.raises((Refused, Unavailable)):
            sqlite.open(**config)


def test_postgres_tells_its_own_faults(postgres):
    """A database and a role that there are not."""
    for code, url in (
        ("no-such-database", postgres.server.url("nothing")),
        ("wrong-password", postgres.server.url(user="nobody")),
    ):
        assert code == postgres.diagnose(url=url).code
    assert "no-tables" == postgres.diagnose().code
    postgres.run("CREATE VIEW one AS SELECT 1 AS id")
    assert "no-tables" == postgres.diagnose().code


def test_no_file_is_made_by_trying(sqlite, tmp_path):
    """A file that is not there is not there afterwards either."""
    for name in ("other.db", "percent%41?.db"):
        sqlite.diagnose(url=f"sqlite:///{tmp_path}/{name}")

    assert ["world.db"] == sorted(each.name for each in tmp_path.glob("*.db"))


def test_a_file_of_any_name_is_found(sqlite, tmp_path):
    """A file's name may hold what means something in a URI."""
    (tmp_path / "a #b+c.db").write_bytes(sqlite.path.read_bytes())

    assert "no-tables" == sqlite.diagnose(url=f"sqlite:///{tmp_path}/a #b+c.db").code


def test_a_file_that_is_no_database_is_refused(sqlite, tmp_path):
    """Any other file is left as it is."""
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)

    found = sqlite.diagnose(url=f"sqlite:///{tmp_path / 'letter.txt'}")

    assert ("refused", "file is not a database") == (found.code, found.message)


def test_a_missing_driver_is_named_with_its_package(sqlite):
    """The message says what to type."""
    found = sqlite.diagnose(url="mssql+pymssql://host/x")

    assert "pip install pymssql" in found.message


def test_all_is_well(world):
    """With a key and a mark in every table there is nothing to remark."""
    world.run(f"CREATE TABLE thing ({world.id}, modified {world.moment} NOT NULL)")

    assert Health.OK is world.diagnose().health


def test_what_is_left_out_or_costs_more_is_told(world):
    """It works, and the details say what could be better."""
    world.run(f"CREATE TABLE thing ({world.id}, request VARCHAR(9), at TIME)")
    world.run(f"CREATE TABLE other ({world.id}, modified {world.moment})")
    world.run("CREATE TABLE bare (name VARCHAR(9))")

    found = world.diagnose(columns='[thing]\nidempotency = "request"')

    assert (Health.INFORMATION, "left-out") == (found.health, found.code)
    assert [
        "no key, so not offered: bare",
        "columns of types that erplink has no values for: thing.at",
        "read whole every time, for no column says when a row was changed: thing",
        "rows whose modified column is empty are read every time: other",
        "the idempotency column is not unique, so a creation could be done twice: thing",
    ] == found.technical.splitlines()


def test_a_long_list_is_shortened(sqlite):
    """Of many tables the first are named, and the others counted."""
    with sqlite.connect() as connection:
        for number in range(25):
            connection.execute(f"CREATE TABLE t{number:02} (id INTEGER PRIMARY KEY)")

    assert sqlite.diagnose().technical.endswith("t19 and 5 more")


def test_too_many_tables_are_to_be_named(sqlite):
    """A database of thousands of tables is not taken whole."""
    with sqlite.connect() as connection:
        for number in range(501):
            connection.execute(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY)")

    assert "too-many-tables" == sqlite.diagnose().code
    assert sqlite.diagnose(tables=("t7",)).works


# proposals ----------------------------------------------------------------------------------------


def test_what_there_is_is_proposed(world):
    """Schemas, tables, small tables that others refer to, and the columns that were found."""
    world.run("CREATE TABLE country (id INTEGER PRIMARY KEY, name VARCHAR(9))")
    world.run(
        f"CREATE TABLE thing ({world.id}, country INTEGER REFERENCES country (id), "
        f"modified {world.moment})"
    )
    world.run("CREATE VIEW names AS SELECT name FROM country")

    found = world.discover()

    assert (world.schema or "main") in found["schema"]
    assert {"country", "thing", "names"} == found["tables"].keys()
    assert "names (view, 1 columns, no key)" == found["tables"]["names"]
    assert ["country"] == [*found["lists"]]
    (columns,) = found["columns"]
    assert '[thing]\nkey = ["id"]\nmodified = "modified"\n' in columns
    assert world.open(columns=columns).kinds() == world.open().kinds()
    assert {} == dict(world.discover(tables=("nothing",))["columns"])


def test_nothing_is_proposed_without_a_connection(sqlite):
    """What keeps it from connecting is said."""
    with pytest.raises(Refused, match="no such database"):
        sqlite.discover(url=sqlite.url + "x")


# without SQLAlchemy -------------------------------------------------------------------------------


def test_the_form_is_small():
    """Ten fields, of which the address must be filled; the password is a password."""
    form = {field.key: field for field in config_form(SqlConnector())}

    assert 10 == len(form)
    assert ["url"] == [key for key, field in form.items() if field.mandatory]
    assert FieldType.PASSWORD is form["password"].type


def test_nothing_is_imported_before_it_is_needed():
    """The connector can be announced, and its form shown, without SQLAlchemy."""
    code = (
        "import sys; from erplink.adapters.erp.sql import SqlConnector; "
        "SqlConnector().config_fields(); print({'sqlalchemy', 'psycopg'} & sys.modules.keys())"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()" == done.stdout.strip()


def test_without_sqlalchemy_it_is_said_what_to_install(sqlite, monkeypatch):
    """Testing and opening say so; nothing fails with an ImportError."""
    monkeypatch.setattr("erplink.adapters.erp.sql.connector.find_spec", lambda _: None)

    assert "driver-missing" == sqlite.diagnose().code
    with pytest.raises(Refused, match=r"pip install 'erplink\[sql\]'"):
        sqlite.open()


def test_sessions_share_nothing(world):
    """Each session has a connection of its own, and may be closed twice."""
    world.run(f"CREATE TABLE thing ({world.id})")
    config = world.config()
    one, other = (open_session(SqlConnector(), config, world.context(config)) for _ in range(2))
    one.close()
    one.close()

    assert [None] == list(other.get("thing", ["1"], []))
    other.close()
