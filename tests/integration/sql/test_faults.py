"""The three kinds of no: refused, surely not done, and perhaps done; made by real databases."""

import pytest

from erplink.connectors import Edit, EditRefused, Query, Removal, Saved
from erplink.errors import Refused, Unauthorised, Unavailable, Unknown


@pytest.fixture
def thing(world):
    world.run(f"CREATE TABLE thing ({world.id}, name VARCHAR(9))")
    world.run("INSERT INTO thing (name) VALUES ('a')")
    return world.open(timeout=1)


def trigger(world, body, *, at_the_end=False, when="INSERT OR UPDATE OR DELETE"):
    """Have every write do something else besides."""
    world.run(
        "CREATE FUNCTION surprise() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN {body}; RETURN NULL; END$$"
    )
    deferred = "CONSTRAINT" if at_the_end else ""
    late = "DEFERRABLE INITIALLY DEFERRED" if at_the_end else ""
    world.run(
        f"CREATE {deferred} TRIGGER surprise AFTER {when} ON thing {late} "
        "FOR EACH ROW EXECUTE FUNCTION surprise()"
    )


KILL = "PERFORM pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize("at_the_end", [False, True])
def test_a_connection_that_is_lost_in_a_write_leaves_it_unknown(postgres, at_the_end):
    """Whether a write or a commit was done whose answer was lost, only reading back can tell."""
    postgres.run(f"CREATE TABLE thing ({postgres.id}, name VARCHAR(9))")
    postgres.run("INSERT INTO thing (name) VALUES ('a')")
    session = postgres.open()
    trigger(postgres, KILL, at_the_end=at_the_end)

    for write in (
        lambda: session.save("thing", [Edit({"name": "b"}, "1")]),
        lambda: session.save("thing", [Edit({"name": "c"}), Edit({"name": "d"})]),
        lambda: session.delete("thing", [Removal("1")]),
    ):
        with pytest.raises(Unknown, match="lost"):
            write()
    assert "a" == session.get("thing", ["1"], ["name"])[0].fields["name"]


def test_a_connection_that_is_lost_in_a_reading_is_unavailable(postgres):
    """A reading changes nothing, so it may be tried again; so may a write that was not begun."""
    postgres.run(
        "CREATE VIEW deadly AS SELECT 1 AS id, pg_terminate_backend(pg_backend_pid()) AS x"
    )
    session = postgres.open(tables=("deadly",), columns='[deadly]\nkey = "id"')

    with pytest.raises(Unavailable, match="lost"):
        session.search("deadly", Query(), ["x"])


def test_a_connection_that_was_lost_before_is_made_anew(postgres):
    """A server that was restarted between two calls is nothing to speak of."""
    postgres.run(f"CREATE TABLE thing ({postgres.id}, name VARCHAR(9))")
    session = postgres.open()
    session.count("thing", Query())
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )

    assert isinstance(session.save("thing", [Edit({"name": "a"})])[0], Saved)


STATES = [
    ("40P01", Unavailable),
    ("40001", Unavailable),
    ("53100", Unavailable),
    ("42501", Unauthorised),
    ("57P01", Unknown),
]


@pytest.mark.parametrize(("state", "expected"), STATES)
def test_a_fault_that_is_not_the_edit_s_is_raised(postgres, state, expected):
    """A deadlock, a full disk or a missing right is no answer to one edit; nothing is done."""
    postgres.run(f"CREATE TABLE thing ({postgres.id}, name VARCHAR(9))")
    session = postgres.open()
    trigger(postgres, f"RAISE EXCEPTION 'sorry' USING ERRCODE = '{state}'")

    for edits in ([Edit({"name": "a"})], [Edit({"name": "a"}), Edit({"name": "b"})]):
        with pytest.raises(expected, match="sorry"):
            session.save("thing", edits)
    assert 0 == session.count("thing", Query())


def test_a_rule_of_the_database_s_own_refuses_the_edit(postgres):
    """What a trigger forbids is refused in its own words, without what was sent."""
    postgres.run(f"CREATE TABLE thing ({postgres.id}, name VARCHAR(9))")
    session = postgres.open()
    trigger(postgres, "RAISE EXCEPTION 'not on a Sunday: %', repeat('x', 500)")

    (result,) = session.save("thing", [Edit({"name": "a"})])

    assert isinstance(result, EditRefused)
    assert result.reason.startswith("not on a Sunday: xxx")
    assert ("P0001", 200) == (result.code, len(result.reason))


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS id FROM n"
)


@pytest.mark.usefixtures("thing")
def test_a_statement_has_a_time_limit(world):
    """A reading that takes too long is stopped, and the session goes on."""
    world.run(f"CREATE VIEW endless AS {ENDLESS}")
    session = (
        world.open(tables=("thing", "endless"), columns='[endless]\nkey = "id"', timeout=1)
        if not world.is_sqlite
        else None
    )
    if session is None:
        # SQLite says nothing of the type of a column that is computed.
        world.run("DROP VIEW endless")
        world.run(f"CREATE VIEW endless AS SELECT thing.id FROM thing JOIN ({ENDLESS}) AS e")  # noqa: S608 - names that the test itself makes
        session = world.open(
            tables=("thing", "endless"), columns='[endless]\nkey = "id"', timeout=1
        )

    with pytest.raises(Unavailable, match="busy"):
        session.search("endless", Query(), [])
    assert 1 == session.count("thing", Query())


@pytest.mark.usefixtures("thing")
def test_a_table_that_was_dropped_is_refused(world):
    """What is not there any more is no fault of the connection's; the others go on."""
    world.run("CREATE TABLE other (id INTEGER PRIMARY KEY)")
    session = world.open()
    world.run("DROP TABLE thing")

    for call in (
        lambda: session.get("thing", ["1"], []),
        lambda: session.changes("thing", None, []),
        lambda: session.count("thing", Query()),
    ):
        with pytest.raises(Refused, match="thing"):
            call()
    assert isinstance(session.save("thing", [Edit({"name": "b"}, "1")])[0], EditRefused)
    assert 0 == session.count("other", Query())


def test_a_right_that_is_taken_away_is_told(postgres):
    """Claims are what the rights were; a write without a right is for a person to mend."""
    postgres.run(f"CREATE TABLE thing ({postgres.id}, name VARCHAR(9))")
    postgres.run(f"CREATE TABLE hidden ({postgres.id}, name VARCHAR(9))")
    postgres.run("CREATE ROLE clerk LOGIN")
    try:
        postgres.run(f"GRANT USAGE ON SCHEMA {postgres.place[:-1]} TO clerk")
        postgres.run("GRANT SELECT, INSERT, UPDATE ON thing TO clerk")
        url = postgres.server.url(user="clerk")
        session = postgres.open(url=url)
        reader = postgres.diagnose(url=url)
        postgres.run("REVOKE UPDATE ON thing FROM clerk")
        only_insert = postgres.open(url=url).capabilities.of("thing")
        postgres.run("REVOKE INSERT ON thing FROM clerk")

        claims = session.capabilities.of("thing")
        assert (True, True, False) == (claims.create, claims.save, claims.delete)
        assert (True, False) == (only_insert.create, only_insert.save)
        assert "not readable, so not offered: hidden" in reader.technical
        with pytest.raises(Unauthorised, match="denied"):
            session.save("thing", [Edit({"name": "a"})])
        assert "no-write-permission" == postgres.diagnose(url=url).code
        postgres.run("REVOKE SELECT ON thing FROM clerk")
        assert "no-tables" == postgres.diagnose(url=url).code
    finally:
        postgres.run("DROP OWNED BY clerk")
        postgres.run("DROP ROLE clerk")


def test_a_file_that_may_not_be_written_to_is_known_before(sqlite, monkeypatch):
    """A file without the right to write is read, and nothing else is claimed."""
    sqlite.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
    monkeypatch.setattr("os.access", lambda *_: False)  # whoever runs this may be allowed all

    claims = sqlite.open().capabilities.of("thing")

    assert (True, False, False, False) == (claims.read, claims.create, claims.save, claims.delete)
