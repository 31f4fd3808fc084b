"""Edits change what they name and nothing else, and each is answered by itself."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from erplink.connectors import Edit, EditRefused, EditStale, EditUnknown, Removal, Saved
from erplink.domain.records import ActorRef
from erplink.errors import Refused, Unauthorised, Unavailable, Unsupported

TABLE = """
CREATE TABLE customer (
    {id},
    name VARCHAR(10) NOT NULL,
    vat VARCHAR(12) UNIQUE,
    credit NUMERIC(6, 2),
    "size" SMALLINT CONSTRAINT small CHECK ("size" < 100),
    town VARCHAR(10) NOT NULL DEFAULT '',
    rank INTEGER NOT NULL DEFAULT 3,
    seller INTEGER REFERENCES seller (id),
    modified {moment} NOT NULL DEFAULT '2020-01-01 00:00:00'{more}
)
"""


@pytest.fixture
def make(world):
    def make(more="", **config):
        world.run(f"CREATE TABLE seller ({world.id}, name VARCHAR(10))")
        world.run(TABLE.format(id=world.id, moment=world.moment, more=more))
        world.run("INSERT INTO customer (name, vat) VALUES ('Ada', 'A1'), ('Bo', 'B1')")
        return world.open(**config)

    return make


def held(session, key="1", kind="customer"):
    fields = next(each.fields for each in session.kinds() if each.name == kind)
    (record,) = session.get(kind, [key], [field.key for field in fields])
    return dict(record.fields)


def test_a_patch_changes_what_it_names(make, world, saved):
    """The other columns keep what they hold, whoever changed them meanwhile."""
    session = make()
    world.run("UPDATE customer SET town = 'Oslo'")

    record = saved(session, "customer", Edit({"credit": Decimal("12.5")}, "1"))

    assert ("Ada", Decimal("12.50"), "Oslo") == tuple(
        record.fields[key] for key in ("name", "credit", "town")
    )
    assert [("Ada", "Oslo")] == world.run("SELECT name, town FROM customer WHERE id = 1")


def test_a_write_is_marked(make, saved):
    """Whoever follows the modified column hears of the change."""
    session = make()

    record = saved(session, "customer", Edit({"town": "Bergen"}, "1"))

    assert record.modified.year > 2020
    assert ["1"] == [
        r.ref.key for r in session.changes("customer", None, []) if r.modified.year > 2020
    ]


def test_what_is_stored_already_is_not_written(make, saved):
    """An edit that changes nothing leaves no mark, so that nobody takes it for news."""
    session = make()
    before = saved(session, "customer", Edit({"name": "Ada"}, "1"))

    assert 2020 == before.modified.year


def test_a_fingerprint_is_a_version(make, world, saved):
    """Without a version column, whatever changed in the row makes another version."""
    session = make()
    before = session.get("customer", ["1"], ["name"])[0]
    same = session.get("customer", ["1"], ["town", "credit"])[0]
    world.run("UPDATE customer SET rank = 4 WHERE id = 1")

    (result,) = session.save("customer", [Edit({"name": "Eve"}, "1", expects=before.version)])

    assert before.version == same.version
    assert isinstance(result, EditStale)
    assert ("Ada", 4) == (result.current.fields["name"], result.current.fields["rank"])
    assert (
        "Eve"
        == saved(
            session, "customer", Edit({"name": "Eve"}, "1", expects=result.current.version)
        ).fields["name"]
    )


def test_a_version_column_counts(make, world, saved):
    """A column that counts changes is the version; a writer counts it up for all others."""
    session = make(more=", version INTEGER NOT NULL DEFAULT 1")
    record = session.get("customer", ["1"], [])[0]

    after = saved(session, "customer", Edit({"name": "Eve"}, "1", expects=record.version))
    (late,) = session.save("customer", [Edit({"name": "Bob"}, "1", expects=record.version)])

    assert ("1", "2") == (record.version, after.version)
    assert EditStale(after) == late
    assert 2 == world.one("SELECT version FROM customer WHERE id = 1")


@pytest.mark.parametrize("more", ["", ", version INTEGER NOT NULL DEFAULT 1"])
def test_of_two_writers_exactly_one_wins(make, world, more):
    """Two who expect the same version write at once: one is taken, the other hears of it."""
    make(more=more)
    sessions = [world.open() for _ in range(2)]
    for turn in range(5):
        version = sessions[0].get("customer", ["1"], [])[0].version

        def write(number, version=version, turn=turn):
            edit = Edit({"name": f"{turn} {number}"}, "1", expects=version)
            return sessions[number].save("customer", [edit])[0]

        with ThreadPoolExecutor(2) as both:
            one, other = both.map(write, range(2))

        winner, loser = (one, other) if isinstance(one, Saved) else (other, one)
        assert (Saved, EditStale) == (type(winner), type(loser))
        assert loser.current.fields == winner.record.fields
        assert winner.record.fields["name"] == world.one("SELECT name FROM customer WHERE id = 1")


def test_a_refused_edit_undoes_no_other(make, world):
    """Of a batch, those that the database takes are done, and the others name their columns."""
    session = make()
    edits = [
        Edit({"name": "One"}, "1"),
        Edit({"vat": "A1"}, "2"),
        Edit({"size": 100}, "1"),
        Edit({"seller": 99}, "1"),
        Edit({"rank": None}, "2"),
        Edit({"name": "New", "vat": "C1"}),
        Edit({"name": "Two"}, "2"),
        Edit({"town": "x"}, "77"),
    ]

    results = session.save("customer", edits)

    assert [
        Saved, EditRefused, EditRefused, EditRefused, EditRefused, Saved, Saved, EditStale
    ] == [type(result) for result in results]  # fmt: skip
    assert ("vat", "rank") == (results[1].field, results[4].field)
    assert results[3].field == ("" if world.is_sqlite else "seller")
    assert EditStale(None) == results[7]
    assert [("One", "A1"), ("Two", "B1"), ("New", "C1")] == world.run(
        "SELECT name, vat FROM customer ORDER BY id"
    )


BAD = [
    ({"nmae": "x"}, "nmae", "no such field"),
    ({"id": 7}, "id", "own id"),
    ({"modified": None}, "modified", "read-only"),
    ({"name": None}, "name", "mandatory"),
    ({"name": ""}, "name", "mandatory"),
    ({"name": "x" * 11}, "name", "longer than 10"),
    ({"name": 5}, "name", "a text"),
    ({"size": 2**63}, "size", "bits"),
    ({"credit": Decimal(10000)}, "credit", "4 digits"),
    ({"credit": Decimal("9999.999")}, "credit", "4 digits"),
    ({"vat": "\ud800"}, "vat", "character"),
]


@pytest.mark.parametrize(("patch", "field", "reason"), BAD)
def test_what_does_not_fit_is_refused_by_name(make, world, patch, field, reason):
    """Nothing is cut, rounded into another number, or left out."""
    session = make()
    before = world.run("SELECT * FROM customer ORDER BY id")

    (result,) = session.save("customer", [Edit({"town": "x", **patch}, "1")])

    assert isinstance(result, EditRefused)
    assert field == result.field
    assert reason in result.reason
    assert before == world.run("SELECT * FROM customer ORDER BY id")


def test_none_is_stored_as_the_column_can(make, saved):
    """An empty value is NULL, or where a text may not be NULL, the empty text, told as none."""
    session = make()
    saved(session, "customer", Edit({"town": "Oslo", "credit": 1}, "1"))

    record = saved(session, "customer", Edit({"town": None, "credit": None, "vat": ""}, "1"))

    assert (None, None, "") == tuple(record.fields[key] for key in ("town", "credit", "vat"))


def test_a_key_twice_in_a_batch_is_changed_twice(make):
    """The second edit of a row knows what the first one did."""
    session = make()
    version = session.get("customer", ["1"], [])[0].version
    edits = [
        Edit({"name": "One"}, "1", expects=version),
        Edit({"town": "Oslo"}, "1"),
        Edit({"name": "Two"}, "1", expects=version),
    ]

    results = session.save("customer", edits)

    assert [Saved, Saved, EditStale] == [type(result) for result in results]
    assert ("One", "Oslo") == (held(session)["name"], held(session)["town"])


def test_triggers_have_the_last_word(make, world, saved):
    """What a trigger makes of a write is read back."""
    session = make()
    if world.is_sqlite:
        world.run(
            "CREATE TRIGGER shout AFTER UPDATE OF name ON customer BEGIN "
            "UPDATE customer SET town = upper(NEW.name) WHERE id = NEW.id; END"
        )
    else:
        world.run(
            "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN NEW.town := upper(NEW.name); RETURN NEW; END$$"
        )
        world.run(
            "CREATE TRIGGER shout BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION shout()"
        )

    record = saved(session, "customer", Edit({"name": "eve"}, "1"))

    assert "EVE" == record.fields["town"]


def test_a_change_that_is_passed_over_is_refused(postgres):
    """A trigger may swallow a write; nobody is told that it was done."""
    postgres.run(f"CREATE TABLE thing ({postgres.id}, name VARCHAR(9))")
    postgres.run("INSERT INTO thing (name) VALUES ('a')")
    postgres.run(
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
    )
    postgres.run(
        "CREATE TRIGGER swallow BEFORE UPDATE ON thing FOR EACH ROW EXECUTE FUNCTION swallow()"
    )

    (result,) = postgres.open().save("thing", [Edit({"name": "b"}, "1")])

    assert ("no-change", EditRefused) == (result.code, type(result))


@pytest.mark.parametrize(
    ("statement", "write"),
    [
        ("UPDATE", lambda s: s.save("customer", [Edit({"town": "Oslo"}, "1", expects="1")])),
        ("DELETE", lambda s: s.delete("customer", [Removal("1", "1")])),
    ],
)
def test_a_row_that_moves_between_reading_and_writing_is_stale(
    make, world, sqlalchemy, statement, write
):
    """Where a database has no locks, the condition of the update itself tells."""
    session = make(more=", version INTEGER NOT NULL DEFAULT 1")

    @sqlalchemy.event.listens_for(session._session._database._engine, "before_cursor_execute")
    def another_writer(_, cursor, text, *__):
        if text.startswith(statement):
            cursor.execute(f"UPDATE {world.place}customer SET town = 'Rome', version = 5")  # noqa: S608 - names that the test itself makes

    (result,) = write(session)

    assert isinstance(result, EditStale)
    assert ("Rome", "5") == (result.current.fields["town"], result.current.version)
    assert "Rome" == held(session)["town"]


def test_an_edit_that_is_refused_undoes_no_other(make):
    """Edits of one row before and after one that fails are done as if that were not there."""
    session = make()
    edits = [
        Edit({"town": "Oslo"}, "1", expects=session.get("customer", ["1"], [])[0].version),
        Edit({"town": "Oslo"}, "1"),
        Edit({"vat": "A1"}, "2"),
        Edit({"name": "Eve"}, "1"),
    ]

    results = session.save("customer", edits)

    assert [Saved, Saved, EditRefused, Saved] == [type(result) for result in results]
    assert ("Oslo", "Eve") == (held(session)["town"], held(session)["name"])


def test_a_rule_that_is_checked_at_the_end_refuses_its_edit_alone(world):
    """A deferred constraint fails the transaction; the good edits are done all the same."""
    world.run(f"CREATE TABLE seller ({world.id}, name VARCHAR(10))")
    world.run(
        f"CREATE TABLE customer ({world.id}, name VARCHAR(10), seller INTEGER "
        "REFERENCES seller (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    session = world.open()

    results = session.save("customer", [Edit({"name": "a", "seller": 9}), Edit({"name": "b"})])

    assert [EditRefused, Saved] == [type(result) for result in results]
    assert [("b",)] == world.run("SELECT name FROM customer")


def test_who_waits_too_long_is_told_to_come_back(make, world):
    """A row that another writer holds is waited for, and not for ever; nothing is done."""
    session = make(timeout=1)
    with world.connect() as other:
        other.execute("UPDATE customer SET town = 'held'")

        with pytest.raises(Unavailable, match="busy"):
            session.save("customer", [Edit({"name": "Eve"}, "1")])

    assert "Ada" == world.one("SELECT name FROM customer WHERE id = 1")
    assert isinstance(session.save("customer", [Edit({"name": "Eve"}, "1")])[0], Saved)


def test_what_is_only_read_is_not_written(make, world):
    """With the switch, and for views, no write is claimed, and the database would refuse it."""
    make()
    world.run("CREATE VIEW names AS SELECT id, name, modified FROM customer")
    session = world.open(read_only=True)
    views = world.open(tables=("names",), columns='[names]\nkey = "id"')

    for each, kind in ((session, "customer"), (views, "names")):
        claims = each.capabilities.of(kind)
        assert [False] * 3 == [claims.create, claims.save, claims.delete]
        assert all(
            f.why_not_writable for f in next(k for k in each.kinds() if k.name == kind).fields
        )
        with pytest.raises(Unsupported):
            each._session.save(kind, [Edit({"name": "x"}, "1")])
        with pytest.raises(Unsupported):
            each._session.delete(kind, [])
        assert "Ada" == each.get(kind, ["1"], ["name"])[0].fields["name"]
    with pytest.raises(Unauthorised), session._session._database.writing() as work:
        work.connection.exec_driver_sql(f"DELETE FROM {world.place}customer")  # noqa: S608 - as above


def test_a_row_that_is_written_and_hidden_is_unknown(world):
    """Where what was written cannot be read back, nobody can say what it holds."""
    world.run(
        f"CREATE TABLE thing ({world.id}, name VARCHAR(9), gone BOOLEAN NOT NULL DEFAULT true)"
    )
    session = world.open(columns='[thing]\ndeleted = "gone"')
    result = session.save("thing", [Edit({"name": "x"})])[0]

    assert isinstance(result, EditUnknown)


def test_the_kinds_are_told_apart(make):
    """A kind that there is not is refused, with the likely name."""
    session = make()

    with pytest.raises(Refused, match="did you mean 'customer'"):
        session._session.get("custmer", [], [])


def test_a_parent_is_for_new_records_only(make):
    """An edit of a record leaves it where it is, whatever parent it names."""
    session = make(columns='[customer]\nparent = "seller"')
    parent = ActorRef("erp", "seller", "9")

    (result,) = session.save("customer", [Edit({"town": "x"}, "1", parent=parent)])

    assert isinstance(result, Saved)
    assert result.record.parent is None
