"""What SqlCrm does with a host's tables, beyond what every CRM promises."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from erplink.connectors import (
    Condition,
    Deleted,
    Edit,
    EditRefused,
    EditStale,
    Query,
    Removal,
    Saved,
    all_changes,
    open_crm,
)
from erplink.domain.fields import Access, FieldType
from erplink.domain.records import EntityRef
from erplink.errors import BadName, InputError, Refused, Unavailable
from erplink.testing.postgres import postgres_server, why_no_postgres

sa = pytest.importorskip("sqlalchemy", reason="the extra [sql] is not installed")

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: E402 - as above

from erplink.adapters.crm.sqlalchemy import (  # noqa: E402 - needs SQLAlchemy
    SqlCrm,
    SqlField,
    SqlKind,
    SqlList,
    SqlValues,
)


class Shouted(sa.types.TypeDecorator):
    """A type of the host's own: kept in capitals."""

    impl = sa.String(20)
    cache_ok = True

    def process_bind_param(self, value, dialect):  # noqa: ARG002 - SQLAlchemy's own
        return None if value is None else value.upper()


class Base(DeclarativeBase):
    pass


class Company(Base):
    __tablename__ = "company"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20))
    slogan: Mapped[str | None] = mapped_column(Shouted)
    code: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="customer")
    modified: Mapped[datetime | None] = mapped_column(index=True)
    active: Mapped[bool] = mapped_column(default=True)
    request: Mapped[str | None] = mapped_column(unique=True)


class Phone(Base):
    __tablename__ = "phone"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(sa.ForeignKey("company.id"))
    number: Mapped[str]


class Document(Base):
    __tablename__ = "document"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))
    title: Mapped[str]


class Line(Base):
    __tablename__ = "line"
    document: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]


FIELDS = {"name": "name", "slogan": "slogan", "code": "code"}


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of the tests' own."""
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """The host's engine, over a file or a server."""
    url = f"sqlite:///{tmp_path}/crm.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("server")
        url = sa.make_url(server.url()).set(drivername="postgresql+psycopg")
    made = sa.create_engine(url)
    Base.metadata.drop_all(made)
    Base.metadata.create_all(made)
    SqlCrm(made, [SqlKind("company", Company, [], change_table="changes")]).drop_change_tables()
    yield made
    made.dispose()


@pytest.fixture
def lite(tmp_path):
    """The host's engine, over a file."""
    made = sa.create_engine(f"sqlite:///{tmp_path}/crm.db")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine):
    """A session over companies whose changes triggers keep."""
    with open_crm(watched(engine)) as opened:
        yield opened


def watched(engine):
    """A CRM of companies whose changes triggers keep."""
    phones = SqlValues(Phone.number, parent=Phone.company_id)
    fields = {**FIELDS, "phones": phones}
    kind = SqlKind("company", Company, fields, change_table="changes", request="request")
    crm = SqlCrm(engine, [kind], page_max=3)
    crm.create_change_tables()
    return crm


def companies(engine):
    with Session(engine) as orm:
        return [row.name for row in orm.query(Company).order_by(Company.id)]


def keys(results):
    return [result.record.ref.key for result in results]


# writing many ------------------------------------------------------------------------------------


def test_a_batch_of_creations_is_a_few_statements(engine, session):
    """A thousand rows are not a thousand statements."""
    sent = []
    sa.event.listen(engine, "before_cursor_execute", lambda *a: sent.append(a[2]))

    results = session.save("company", [Edit({"name": f"c{n}"}) for n in range(1000)])

    assert [f"c{n}" for n in range(1000)] == [r.record.fields["name"] for r in results]
    assert 1 == sum(statement.startswith("INSERT") for statement in sent)
    assert len(sent) < 12


def test_a_refused_edit_of_a_large_batch_is_found(session):
    """The others are done, and each is answered in its place."""
    edits = [Edit({"name": f"c{n}", "code": "same" if n in (3, 40) else f"{n}"}) for n in range(64)]

    results = session.save("company", edits)

    refused = [(n, each) for n, each in enumerate(results) if isinstance(each, EditRefused)]
    ((number, refusal),) = refused
    assert number in (3, 40)
    assert "code" == refusal.field
    assert 63 == sum(isinstance(each, Saved) for each in results)


def test_one_record_may_be_edited_twice_in_a_batch(session):
    """The second edit is done upon the first; one that expects what was before is stale."""
    (made,) = session.save("company", [Edit({"name": "a"})])
    key, version = made.record.ref.key, made.record.version
    results = session.save(
        "company",
        [
            Edit({"name": "b"}, key, expects=version),
            Edit({"code": "1"}, key),
            Edit({"name": "c"}, key, expects=version),
        ],
    )

    assert [Saved, Saved, EditStale] == [type(each) for each in results]
    (held,) = session.get("company", [key], ["name", "code"])
    assert {"name": "b", "code": "1"} == dict(held.fields)


def test_a_change_that_the_database_passes_over_is_told(lite):
    """A trigger of the host's that ignores a change is a refusal, and stops no other."""
    engine, session = lite, open_crm(watched(lite))
    (one, other) = keys(session.save("company", [Edit({"name": "a"}), Edit({"name": "b"})]))
    with engine.begin() as run:
        run.exec_driver_sql(
            "CREATE TRIGGER frozen BEFORE UPDATE ON company WHEN OLD.name = 'a' "
            "BEGIN SELECT RAISE(IGNORE); END"
        )

    results = session.save("company", [Edit({"name": "x"}, one), Edit({"name": "y"}, other)])

    assert [EditRefused, Saved] == [type(each) for each in results]
    assert ["a", "y"] == companies(engine)


def test_keys_go_on_after_the_highest(engine, session):
    """As SQLite counts itself; whoever counts too is not in the way."""
    (first,) = keys(session.save("company", [Edit({"name": "a"})]))
    with Session(engine) as orm:
        orm.add(Company(name="theirs"))
        orm.commit()
    (second,) = keys(session.save("company", [Edit({"name": "b"})]))

    assert ("1", "3") == (first, second)


def test_defaults_of_the_host_are_heeded(engine, session):
    """A default that a column has in Python is filled in."""
    session.save("company", [Edit({"name": "a"})])
    with Session(engine) as orm:
        (row,) = orm.query(Company)

        assert ("customer", True) == (row.kind, row.active)


def test_a_crash_leaves_all_or_nothing(engine, session):
    """A batch is one transaction."""

    def crash(_, cursor, statement, *more):  # noqa: ARG001 - SQLAlchemy's own
        if statement.startswith("INSERT INTO phone"):
            raise KeyboardInterrupt

    sa.event.listen(engine, "before_cursor_execute", crash)
    with pytest.raises(KeyboardInterrupt):
        session.save("company", [Edit({"name": "a", "phones": ("1",)})])

    assert [] == companies(engine)


# types -------------------------------------------------------------------------------------------


def test_a_type_of_the_hosts_own_is_read_and_written_through(session):
    """What it makes of a value is the value; it cannot be searched for."""
    (made,) = session.save("company", [Edit({"name": "a", "slogan": "loud"})])
    (kind,) = session.kinds()

    assert "LOUD" == made.record.fields["slogan"]
    assert ("name", "code", "phones") == kind.searchable


def test_keys_of_other_types(engine):
    """A key may be a UUID that the host makes, or several columns."""
    crm = SqlCrm(
        engine,
        [
            SqlKind("document", Document, ["title"]),
            SqlKind("line", Line, ["document", "number", "text"]),
        ],
    )
    with open_crm(crm) as session:
        (document,) = keys(session.save("document", [Edit({"title": "a"})]))
        lines = [Edit({"document": document, "number": n, "text": str(n)}) for n in (1, 2)]
        made = keys(session.save("line", lines))
        (line,) = session.save("line", [Edit({"text": "x"}, made[1])])
        (gone,) = session.delete("line", [Removal(made[0])])
        (found,) = session.get("document", [document], ["title"])

    assert document == str(UUID(document))
    assert [f"{document}|1", f"{document}|2"] == made
    assert "x" == line.record.fields["text"]
    assert Deleted(made[0]) == gone
    assert "a" == found.fields["title"]


def test_fields_say_what_the_columns_say():
    """Lengths, keys, what must be filled and what may not be written come from the tables."""
    engine = sa.create_engine("sqlite://")
    fields = {"id": "id", **FIELDS, "twice": Company.name + Company.name, "modified": "modified"}
    kind = SqlKind("company", Company, fields, modified="modified")
    (told,) = SqlCrm(engine, [kind])().kinds()
    known = {field.key: field for field in told.fields}

    assert known["id"].is_key
    assert (20, Access.MANDATORY) == (known["name"].max_length, known["name"].access)
    assert Access.READ_ONLY is known["twice"].access
    assert Access.READ_ONLY is known["modified"].access
    assert FieldType.DATETIME is known["modified"].type


# changes -----------------------------------------------------------------------------------------


def news(session, cursor):
    pages = list(all_changes(session, "company", ["name"], cursor))
    return {record.fields["name"] for page in pages for record in page}, pages[-1].cursor


def test_changes_by_a_column_overlap(engine):
    """What is stamped before the end of the last reading, and committed after it, is told."""
    kind = SqlKind("company", Company, FIELDS, modified=Company.modified)
    now = datetime.now(UTC).replace(tzinfo=None)
    with open_crm(SqlCrm(engine, [kind], commit_lag=30)) as session:
        with Session(engine) as orm:
            orm.add(Company(name="early", modified=now))
            orm.commit()
        _, cursor = news(session, None)
        with Session(engine) as orm:
            orm.add(Company(name="late", modified=now - timedelta(seconds=20)))
            orm.add(Company(name="too late", modified=now - timedelta(seconds=40)))
            orm.commit()
        told, _ = news(session, cursor)

    assert {"early", "late"} == told


def test_what_the_change_table_forgot_is_read_again(engine, session):
    """A cursor from before that is answered with everything; the next one goes on from there."""
    session.save("company", [Edit({"name": f"c{n}"}) for n in range(5)])
    _, old = news(session, None)
    session.save("company", [Edit({"name": f"d{n}"}, str(n + 1)) for n in range(3)])
    kind = SqlKind("company", Company, FIELDS, change_table="changes")
    forgotten = SqlCrm(engine, [kind]).forget_changes(timedelta(seconds=-60))
    told, cursor = news(session, old)
    after, _ = news(session, cursor)

    assert 8 <= forgotten  # the first row of the table, and all but the last change
    assert {"d0", "d1", "d2", "c3", "c4"} == told
    assert set() == after


def test_a_change_of_a_number_is_a_change_of_its_company(engine, session):
    """Also where a number goes from one company to another: both are told."""
    session.save("company", [Edit({"name": "a", "phones": ("1",)}), Edit({"name": "b"})])
    _, cursor = news(session, None)
    with engine.begin() as run:
        run.execute(sa.update(Phone).values(company_id=2))
    told, _ = news(session, cursor)

    assert {"a", "b"} == told


def test_a_removed_company_takes_its_numbers_along(engine, session):
    """They are values of its own."""
    (key,) = keys(session.save("company", [Edit({"name": "a", "phones": ("1", "2")})]))
    session.delete("company", [Removal(key)])
    with Session(engine) as orm:
        assert 0 == orm.query(Phone).count()


def test_without_the_change_table_nothing_is_read(engine):
    """It is refused, and nothing is taken for gone."""
    kind = SqlKind("company", Company, FIELDS, change_table="changes")
    crm = SqlCrm(engine, [kind])
    with open_crm(crm) as session:
        with pytest.raises(Refused, match=r"no such table|does not exist"):
            session.changes("company", None, ["name"])
        crm.create_change_tables()
        _, cursor = news(session, None)
        with engine.begin() as run:
            run.exec_driver_sql("DELETE FROM changes")
        with pytest.raises(Refused, match="make the change tables again"):
            session.changes("company", cursor, ["name"])


def test_change_tables_can_be_taken_away(lite):
    """Tables and triggers are gone, and the host's own code works as before."""
    crm = SqlCrm(lite, [SqlKind("company", Company, FIELDS, change_table="changes")])
    crm.create_change_tables()
    crm.drop_change_tables()
    with lite.connect() as run:
        rows = run.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'changes%'")

        assert [] == rows.all()


def test_soft_deletion_is_told_and_done(engine):
    """A company that is not active any more is gone, and stays in its table."""
    kind = SqlKind("company", Company, FIELDS, modified="modified", active="active")
    with open_crm(SqlCrm(engine, [kind], commit_lag=0)) as session:
        (key,) = keys(session.save("company", [Edit({"name": "a"})]))
        cursor = session.changes("company", None, ["name"]).cursor
        session.delete("company", [Removal(key)])
        page = session.changes("company", cursor, ["name"])

    assert (key,) == page.deletions
    assert ["a"] == companies(engine)


def test_a_transaction_that_stays_open_holds_the_news_up_and_loses_none(server):
    """What was committed after it began waits for it; then all of it is told."""
    engine = sa.create_engine(
        sa.make_url(server.url()).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool
    )
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with open_crm(watched(engine)) as session, engine.connect() as slow:
        _, cursor = news(session, None)
        slow.execute(sa.insert(Company).values(name="slow"))
        session.save("company", [Edit({"name": "quick"})])
        before, cursor = news(session, cursor)
        slow.commit()
        after, _ = news(session, cursor)

    assert (set(), {"slow", "quick"}) == (before, after)


# the host's transaction --------------------------------------------------------------------------


def test_a_refused_edit_leaves_the_hosts_transaction_usable(engine):
    """It is undone by itself, within what the host then commits."""
    kind = SqlKind("company", Company, FIELDS)
    with Session(engine) as orm:
        orm.add(Company(name="theirs", code="1"))
        orm.flush()
        shared = SqlCrm(engine, [kind]).within(orm.connection())()
        results = shared.save("company", [Edit({"name": "a", "code": "1"}), Edit({"name": "b"})])
        orm.commit()

    assert [EditRefused, Saved] == [type(each) for each in results]
    assert ["theirs", "b"] == companies(engine)


def test_a_session_begins_a_transaction_that_the_host_has_not(engine):
    """Python's driver would commit a savepoint by itself."""
    kind = SqlKind("company", Company, FIELDS)
    with engine.connect() as connection:
        shared = SqlCrm(engine, [kind]).within(connection)()
        shared.save("company", [Edit({"name": "a"})])
        connection.rollback()

    assert [] == companies(engine)


def test_a_locked_database_is_told_as_such(tmp_path):
    """Another writer who does not end is no refusal: it is tried again."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/crm.db", connect_args={"timeout": 0})
    Base.metadata.create_all(engine)
    other = sqlite3.connect(f"{tmp_path}/crm.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_crm(SqlCrm(engine, [SqlKind("company", Company, FIELDS)])) as session:
        with pytest.raises(Unavailable, match="locked"):
            session.save("company", [Edit({"name": "a"})])
        other.execute("ROLLBACK")
        (answer,) = session.save("company", [Edit({"name": "a"})])
    other.close()
    engine.dispose()

    assert isinstance(answer, Saved)


def test_threads_write_side_by_side(engine, session):
    """Each over a connection of its own; no key is given twice."""
    made = []

    def write(name):
        edits = [Edit({"name": f"{name}{n}"}) for n in range(20)]
        made.extend(keys(session.save("company", edits)))

    threads = [threading.Thread(target=write, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 80 == len(set(made)) == len(companies(engine))


# what does not fit -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "error", "told"),
    [
        (SqlKind("c", Company, ["nmae"]), BadName, "did you mean 'name'"),
        (SqlKind("c", Company, ["name"], modified="modifed"), BadName, "modified"),
        (SqlKind("c", Company, ["name"], parent="d"), BadName, "parent of c"),
        (SqlKind("c", Company, ["name"], natural_key=["code"]), BadName, "field of c 'code'"),
        (SqlKind("c", Company, {"name": SqlField("name", list_name="l")}), BadName, "list of c"),
        (SqlKind("c", Company, {"x": sa.func.f(Company.name)}), InputError, "coerce its type"),
        (SqlKind("c", Company, {"x": 5}), InputError, "neither a column nor an expression"),
        (SqlKind("c", "company", ["name"]), InputError, "neither a Table nor mapped"),
        (SqlKind("c", Line, {"x": SqlValues(Phone.number, Phone.company_id)}), InputError, "one c"),
        (SqlKind("c", Company, {"x": SqlValues(Phone.id, Phone.company_id)}), InputError, "texts"),
        (SqlKind("c", Company, {"x": SqlValues("number", "id")}), InputError, "table's column"),
    ],
)
def test_what_does_not_fit_is_refused_at_once(kind, error, told):
    """The error names what was said, and what there is."""
    with pytest.raises(error, match=told):
        SqlCrm(sa.create_engine("sqlite://"), [kind])


def test_a_list_is_read_from_a_table():
    """Something else is refused at once."""
    with pytest.raises(InputError, match="columns of a table"):
        SqlCrm(sa.create_engine("sqlite://"), [], {"l": SqlList("key", "text")})


def test_a_parent_needs_a_column_that_refers_to_it():
    """It is found, or named; it is never guessed."""
    above = SqlKind("d", Document, ["title"])
    with pytest.raises(InputError, match="parent_key"):
        SqlCrm(sa.create_engine("sqlite://"), [above, SqlKind("l", Line, ["text"], parent="d")])
    named = SqlKind("l", Line, ["text"], parent="d", parent_key="document")
    kinds = SqlCrm(sa.create_engine("sqlite://"), [above, named])().kinds()

    assert ["", "d"] == [kind.parent for kind in kinds]


def test_change_tables_are_for_two_databases():
    """For another one, the error says what to do."""
    kind = SqlKind("c", Company, ["name"], change_table="changes")
    crm = SqlCrm(sa.create_engine("mssql+pyodbc://", module=sqlite3), [kind])
    with pytest.raises(InputError, match="name a modified column"):
        crm.change_table_ddl()


def test_what_cannot_be_searched_for_is_declined(session):
    """Several values are searched for a part of them, or for being there."""
    session.save("company", [Edit({"name": "a", "phones": ("22 11", "33")}), Edit({"name": "b"})])

    def found(operator, *values):
        query = Query(criteria=Condition("phones", operator, values))
        return keys_of(session.search("company", query, ["name"]))

    assert ["1"] == found("contains", "2 1") == found("not empty") == found("starts with", "33")
    assert ["2"] == found("empty")
    with pytest.raises(Refused, match="phones"):
        found("=", "33")


def keys_of(page):
    return [record.ref.key for record in page]


def test_no_text_becomes_part_of_a_statement(engine, session):
    """Names of columns are the host's; values are bound."""
    evil = "'); DROP TABLE company; --"
    (made,) = session.save("company", [Edit({"name": "a", "code": evil, "phones": (evil,)})])
    found = session.search("company", Query(evil), ["name"])
    under = EntityRef.of("company", "1' OR 1=1")

    assert made.record.ref.key == keys_of(found)[0]
    assert [] == keys_of(session.search("company", Query(parent=under), ["name"]))
    assert (None,) == tuple(session.get("company", ["1' OR 1=1"], ["name"]))
    assert ["a"] == companies(engine)
