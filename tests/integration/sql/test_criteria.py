"""A query finds in SQL what :func:`erplink.connectors.matches` finds in the records."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erplink.connectors import AllOf, AnyOf, Condition, Operator, Query, all_found, matches
from erplink.domain.records import ActorRef
from erplink.domain.values import UNSET
from erplink.errors import Refused

QUICK = settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
TABLES = """
CREATE TABLE parent ({id}, name VARCHAR(9));
CREATE TABLE colour (id INTEGER PRIMARY KEY, name VARCHAR(9));
CREATE TABLE thing (
    {id},
    name TEXT,
    "note" VARCHAR(12) NOT NULL DEFAULT '',
    "size" SMALLINT,
    "count" BIGINT,
    credit NUMERIC(8, 2),
    ratio DOUBLE PRECISION,
    whole NUMERIC(6, 0),
    active BOOLEAN,
    born DATE,
    seen TIMESTAMP,
    parent INTEGER REFERENCES parent (id),
    colour INTEGER REFERENCES colour (id)
)
"""
COLUMNS = (
    "name", "note", "size", "count", "credit", "ratio", "whole", "active", "born", "seen", "parent",
    "colour",
)  # fmt: skip

# Small alphabets find collisions.
LETTERS = {"sqlite": "aAbBßẞéÉ%_!'\\ 1.-e", "postgres": "aAbB%_!'\\ 1.-e"}
DAYS = [date(1999, 12, 31), date(2024, 1, 1), date(2024, 1, 2)]
MOMENTS = [
    datetime(2023, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2024, 1, 1, 10, 0, 0, 500_000, tzinfo=UTC),
    datetime(2024, 1, 1, 10, tzinfo=UTC),
]
INTEGERS = [0, 1, -1, 11, 32767, -32768, 2**31, 2**63 - 1, -(2**63), 2**63, 10**70, -(10**70)]
NUMBERS = [Decimal(n) for n in ("0", "1", "1.5", "-0.01", "11.10", "1E+2", "999999.99", "1E+9999")]
SMALL = [0, 1, -1, 11, 32767]


def texts(letters):
    return st.text(letters, max_size=3)


def rows(letters):
    amounts = [n for n in NUMBERS if abs(n) < 10**5]
    maybe = st.none()
    return st.lists(
        st.fixed_dictionaries(
            {
                "name": maybe | texts(letters),
                "note": texts(letters),
                "size": maybe | st.sampled_from(SMALL),
                "count": maybe | st.sampled_from([*SMALL, 2**63 - 1, -(2**63)]),
                "credit": maybe | st.sampled_from(amounts),
                "ratio": maybe | st.sampled_from([0.1, 1.0, -2.5, 0.3]),
                "whole": maybe | st.sampled_from([0, 1, 11]),
                "active": maybe | st.booleans(),
                "born": maybe | st.sampled_from(DAYS),
                "seen": maybe | st.sampled_from(MOMENTS),
                "parent": maybe | st.sampled_from([1, 2]),
                "colour": maybe | st.sampled_from([1, 2, 11]),
            }
        ),
        min_size=1,
        max_size=6,
    )


def values(letters):
    return st.one_of(
        texts(letters),
        st.sampled_from(INTEGERS),
        st.sampled_from(NUMBERS),
        st.booleans(),
        st.none(),
        st.sampled_from(DAYS),
        st.sampled_from(MOMENTS),
        st.sampled_from([Decimal("0.1"), Decimal("0.3"), Decimal(11), "1", "2", "11", "2024-01"]),
        st.sampled_from(
            ["true", "Fals", "10:00:00.5", "+00:00", "1.50", ("a", "1"), "\0", "\ud800"]
        ),
    )


def conditions(letters):
    def of(operator):
        several = operator.operands
        wanted = st.lists(values(letters), min_size=several[0], max_size=min(3, several[-1]))
        fields = st.sampled_from(["id", *COLUMNS])
        return st.builds(lambda f, v: Condition(f, operator, tuple(v)), fields, wanted)

    return st.sampled_from(Operator).flatmap(of)


def queries(letters):
    criteria = st.recursive(
        conditions(letters),
        lambda inner: (
            st.builds(AllOf, st.lists(inner, max_size=3))
            | st.builds(AnyOf, st.lists(inner, max_size=3))
        ),
        max_leaves=4,
    )
    parents = st.sampled_from(
        [
            ActorRef("erp", "parent", "1"),
            ActorRef("erp", "parent", "01"),
            ActorRef("erp", "thing", "1"),
            ActorRef("other", "parent", "1"),
        ]
    )
    text = texts(letters) | st.sampled_from(["true", "2024-01-01 10", "1.1", "\0", "\ud800a"])
    return st.builds(Query, text, st.none() | criteria, st.none() | st.none() | parents)


@pytest.fixture
def things(world):
    for statement in TABLES.format(id=world.id).split(";"):
        world.run(statement)
    world.run("INSERT INTO parent (id, name) VALUES (1, 'one'), (2, 'two')")
    world.run("INSERT INTO colour (id, name) VALUES (1, 'red'), (2, 'blue'), (11, 'green')")
    session = world.open(lists=("colour",), page_max=2)
    with world.connect() as connection:
        yield Things(world, session, connection)


class Things:
    """The table, filled anew for each example."""

    def __init__(self, world, session, connection):
        self.world, self.session, self.connection = world, session, connection
        self.kind = next(kind for kind in session.kinds() if kind.name == "thing")
        self.letters = LETTERS["sqlite" if world.is_sqlite else "postgres"]

    def fill(self, given):
        self.connection.execute("DELETE FROM thing")
        marks = ", ".join("?" if self.world.is_sqlite else "%s" for _ in COLUMNS)
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        for row in given:
            statement = f"INSERT INTO thing ({names}) VALUES ({marks})"  # noqa: S608 - names that the test itself makes
            self.connection.execute(statement, [self.stored(row[name]) for name in COLUMNS])
        self.connection.commit()

    def stored(self, value):
        match value:
            case datetime():
                naive = value.replace(tzinfo=None)
                return naive.isoformat(" ") if self.world.is_sqlite else naive
            case date() if self.world.is_sqlite:
                return value.isoformat()
            case Decimal() if self.world.is_sqlite:
                return float(value)
        return value

    def found(self, query):
        pages = all_found(self.session, "thing", query, [field.key for field in self.kind.fields])
        return [record for page in pages for record in page]

    def expected(self, query, records):
        fields = {field.key: field for field in self.kind.fields}
        return [
            record.ref.key
            for record in records
            if matches(query, record.fields, fields, self.kind.searchable, record.parent)
        ]


def test_a_search_finds_what_matches(things):
    """Whatever the rows and the query, SQL and Python agree on which records are found."""

    @QUICK
    @given(data=st.data())
    def check(data):
        things.fill(data.draw(rows(things.letters)))
        every = things.found(Query())
        for query in data.draw(st.lists(queries(things.letters), min_size=1, max_size=6)):
            expected = things.expected(query, every)

            assert expected == [record.ref.key for record in things.found(query)], query
            assert len(expected) == things.session.count("thing", query)

    check()


@pytest.mark.parametrize("bound", ["\0", "\ud800", "b\0c", "b\udfffc", "b"])
def test_a_bound_that_the_database_cannot_hold_has_its_place(things, bound):
    """What lies before and after it is found all the same, in columns of texts and of items."""
    empty = dict.fromkeys(COLUMNS)
    held = ["a", "b", "b\N{LATIN SMALL LETTER Z}", "c", "b\ufffd"]
    things.fill([empty | {"note": "", "name": text, "colour": 11} for text in held])
    every = things.found(Query())

    for operator, values in (
        (Operator.GREATER, (bound,)),
        (Operator.LESS, (bound,)),
        (Operator.BETWEEN, (bound, "c")),
        (Operator.BETWEEN, ("a", bound)),
    ):
        for field in ("name", "colour"):
            query = Query(criteria=Condition(field, operator, values))
            expected = things.expected(query, every)
            assert expected == [record.ref.key for record in things.found(query)], query


def test_every_operator_meets_every_column(things):
    """No operator fails on any column, whatever it is asked to compare it with."""
    filled = dict.fromkeys(COLUMNS) | {"name": "a", "note": "", "size": 1}
    things.fill([filled, filled | {"born": DAYS[0], "seen": MOMENTS[1], "colour": 11}])
    every = things.found(Query())
    odd = ["a", None, 1, -(10**70), Decimal("1E+9999"), DAYS[0], MOMENTS[1], ("a",), UNSET]
    for column in ["id", *COLUMNS]:
        for operator in Operator:
            for value in odd:
                wanted = (value,) * operator.operands[0] or ()
                query = Query(criteria=Condition(column, operator, wanted))

                assert things.expected(query, every) == [r.ref.key for r in things.found(query)]


INJECTIONS = [
    "' OR 1=1 --",
    "'; DROP TABLE thing; --",
    '" OR ""="',
    "%' OR '1'='1",
    "\\'; DELETE FROM thing; --",
    ":name",
    "%(name)s",
    "?",
    "$1",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_is_never_a_part_of_a_statement(things, text):
    """What looks like SQL is looked for, and does nothing else."""
    things.fill([dict.fromkeys(COLUMNS) | {"note": "plain", "name": text}])

    for query in (
        Query(text),
        Query(criteria=Condition("name", Operator.EQUALS, (text,))),
        Query(criteria=Condition("name", Operator.CONTAINS, (text,))),
        Query(criteria=Condition("name", Operator.BETWEEN, (text, text))),
    ):
        assert 1 == len(things.found(query))
    assert 0 == things.session.count("thing", Query(parent=ActorRef("erp", "parent", text)))
    assert (None,) == tuple(things.session.get("thing", [text], ["name"]))
    assert 1 == things.session.count("thing", Query())


def test_a_moment_is_compared_as_a_moment(things):
    """Bounds are told in any zone; the database's own zone is no matter."""
    things.fill([dict.fromkeys(COLUMNS) | {"note": "", "seen": MOMENTS[1]}])
    later = MOMENTS[1].astimezone() + timedelta(microseconds=1)

    for bound, expected in ((MOMENTS[1].astimezone(), 0), (later, 1)):
        query = Query(criteria=Condition("seen", Operator.LESS, (bound,)))
        assert expected == things.session.count("thing", query)


def test_criteria_name_fields_and_not_expressions(things):
    """A field that there is not is refused, whatever it looks like."""
    column = Condition("1=1 --", Operator.NOT_EMPTY)

    with pytest.raises(Refused, match="has no field"):
        things.session._session.count("thing", Query(criteria=column))
