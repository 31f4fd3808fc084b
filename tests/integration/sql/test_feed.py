"""Whoever follows the feed of a table misses nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erplink.connectors import Edit, Query, all_changes
from erplink.errors import Refused

START = datetime(2024, 1, 1, 12, tzinfo=UTC)


def create(world, name="thing", mark="modified {moment} NOT NULL", more=""):
    columns = f"{world.id}, name VARCHAR(20), {mark.format(moment=world.moment)}{more}"
    world.run(f"CREATE TABLE {name} ({columns})")


def put(world, key, seconds, name="x", table="thing"):
    moment = START + timedelta(seconds=seconds)
    stored = moment.replace(tzinfo=None).isoformat(" ") if world.is_sqlite else moment
    world.run(f"DELETE FROM {table} WHERE id = ?", key)  # noqa: S608 - names that the test itself makes
    world.run(f"INSERT INTO {table} (id, name, modified) VALUES (?, ?, ?)", key, name, stored)  # noqa: S608 - as above


def read(session, since=None, kind="thing"):
    """The keys in the order they came, the deletions, and the last cursor."""
    pages = list(all_changes(session, kind, ["name"], since, pages_max=200))
    keys = [record.ref.key for page in pages for record in page]
    return keys, [key for page in pages for key in page.deletions], pages[-1].cursor


def test_rows_of_one_mark_all_come(world):
    """Rows that changed at one moment may fill any number of pages, and each comes once."""
    create(world)
    for key in range(1, 8):
        put(world, key, 0)
    session = world.open(page_max=2)

    keys, _, _ = read(session)

    assert [str(key) for key in range(1, 8)] == keys


def test_a_row_with_the_last_mark_comes_with_the_next_reading(world):
    """A reading begins at the last mark and not after it, whatever the new row's key."""
    create(world)
    put(world, 5, 0)
    session = world.open()
    _, _, cursor = read(session)
    put(world, 3, 0)

    keys, _, _ = read(session, cursor)

    assert ["3", "5"] == keys


def test_an_empty_table_has_a_cursor(world):
    """What is written into a table that was empty is told from its cursor."""
    create(world)
    session = world.open()
    _, _, cursor = read(session)
    put(world, 1, 0)

    assert ["1"] == read(session, cursor)[0]
    assert (["1"], [], cursor) == (read(session, cursor)[0], [], cursor)


def test_a_cursor_stays_where_nothing_is_new(world):
    """Reading again from the end gives the same cursor, also when what it came from is gone."""
    create(world)
    put(world, 1, 0)
    session = world.open()
    _, _, cursor = read(session)

    assert (["1"], [], cursor) == read(session, cursor)
    world.run("DELETE FROM thing")
    assert ([], [], cursor) == read(session, cursor)


STEPS = st.lists(
    st.one_of(
        # A row is written and becomes visible some steps later.
        st.tuples(st.just("write"), st.integers(1, 6), st.integers(0, 2)),
        st.tuples(st.just("page"), st.just(0), st.just(0)),
        st.tuples(st.just("tick"), st.integers(0, 2), st.just(0)),
    ),
    max_size=40,
)


class Follower:
    """Follows a table whose rows are written now and become visible later."""

    def __init__(self, world, session):
        self.connect, self.session = world.connect, session
        self.stored, self.seen, self.pending = {}, {}, []
        self.now, self.cursor = 0, None
        with self.connect() as connection:
            connection.execute("DELETE FROM thing")

    def write(self, key, delay):
        self.pending.append((self.now + delay, self.now, key))

    def tick(self, seconds, _):
        self.now += seconds

    def page(self, *_):
        page = self.session.changes("thing", self.cursor, ["name"])
        self.seen.update({record.ref.key: record.fields["name"] for record in page})
        self.cursor = page.cursor
        return page.more

    def commit(self, until):
        late = [each for each in self.pending if each[0] <= until]
        self.pending = [each for each in self.pending if each[0] > until]
        with self.connect() as connection:
            for number, (_, mark, key) in enumerate(late):
                name = f"{key} at {mark}, {len(self.seen)}, {number}"
                text = (START + timedelta(seconds=mark)).replace(tzinfo=None).isoformat(" ")
                connection.execute(
                    "INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", (key, name, text)
                )
                self.stored[str(key)] = name

    def read_on(self):
        while self.page():
            pass


def test_nothing_is_passed_over(sqlite):
    """However pages, edits and late commits mingle, the last state of every row is told."""
    create(sqlite)
    session = sqlite.open(page_max=2, commit_lag=3)

    @settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=STEPS)
    def check(steps):
        follower = Follower(sqlite, session)
        for step, *arguments in steps:
            getattr(follower, step)(*arguments)
            follower.commit(follower.now)
        follower.commit(follower.now + 9)
        follower.read_on()
        follower.read_on()

        assert follower.stored == follower.seen

    check()


def test_a_late_commit_is_told(postgres):
    """A row whose transaction ends after a younger one was read comes with the next reading."""
    create(postgres, mark="modified timestamptz NOT NULL DEFAULT now()")
    session = postgres.open(commit_lag=30)
    with postgres.connect() as late:
        late.execute("INSERT INTO thing (id, name) VALUES (1, 'late')")
        postgres.run("INSERT INTO thing (id, name) VALUES (2, 'early')")
        before, _, cursor = read(session)

    after, _, _ = read(session, cursor)

    assert (["2"], ["1", "2"]) == (before, after)
    assert timedelta(seconds=30) == session.capabilities.of("thing").commit_lag


def test_a_late_commit_behind_a_long_reading_is_told(world):
    """What is committed late under a mark that a long reading passed comes with the next one."""
    create(world)
    put(world, 1, 0)
    put(world, 2, 1)
    session = world.open(page_max=1, commit_lag=5)
    first = session.changes("thing", None, [])
    for key in range(3, 9):
        put(world, key, key * 10)  # new rows keep the reading going
    _, _, cursor = read(session, first.cursor)
    put(world, 9, 2)  # begun before it, and committed now

    assert "9" in read(session, cursor)[0]


def test_a_mark_in_the_future_holds_nothing_up(world):
    """A row with a wrong date does not blind the feed to all that is changed until then."""
    create(world)
    put(world, 1, 3_000_000_000)
    session = world.open()
    _, _, cursor = read(session)
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if world.is_sqlite else "clock_timestamp()"
    world.run(f"INSERT INTO thing (id, modified) VALUES (2, {now})")  # noqa: S608 - as above

    assert ["2", "1"] == read(session, cursor)[0]


def test_rows_without_a_mark_come_every_time(world):
    """A row that has no mark cannot be told old from new, so it is not passed over."""
    create(world, mark="modified {moment}")
    for key in (1, 2, 3):
        world.run("INSERT INTO thing (id) VALUES (?)", key)
    put(world, 4, 0)
    session = world.open(page_max=2)

    keys, _, cursor = read(session)

    assert ["1", "2", "3", "4"] == keys
    assert ["1", "2", "3", "4"] == read(session, cursor)[0]
    assert not session.capabilities.of("thing").ordered


def test_without_a_column_for_marks_every_reading_is_whole(world):
    """There is no cursor at the end, and the next reading is of all rows by their keys."""
    create(world, mark="kind INTEGER")
    for key in (3, 1, 2):
        world.run("INSERT INTO thing (id) VALUES (?)", key)
    session = world.open(page_max=2)

    assert (["1", "2", "3"], [], None) == read(session)
    assert session.capabilities.of("thing").changes


ODD = {
    "postgres": ["'infinity'", "'-infinity'", "'12024-01-01'", "'0044-03-15 BC'"],
    "sqlite": ["'never'", "17", "x'00'", "''", "'2024-99-99'"],
}


def test_a_mark_without_a_meaning_stops_nothing(world):
    """Rows whose mark is no moment are told, and do not keep others from being told."""
    create(world)
    put(world, 1, 0)
    odd = ODD["sqlite" if world.is_sqlite else "postgres"]
    for key, mark in enumerate(odd, start=2):
        world.run(f"INSERT INTO thing (id, modified) VALUES ({key}, {mark})")  # noqa: S608 - as above
    session = world.open(page_max=2, commit_lag=1)

    keys, _, cursor = read(session)
    put(world, 99, 10)

    assert {str(key) for key in range(1, len(odd) + 2)} == set(keys)
    assert "99" in read(session, cursor)[0]


def test_where_no_mark_has_a_meaning_every_reading_is_whole(sqlite):
    """A cursor is made of marks that can be told; without one, the next reading begins anew."""
    create(sqlite)
    sqlite.run("INSERT INTO thing (id, modified) VALUES (1, '2024-99-99')")
    session = sqlite.open()
    _, _, cursor = read(session)
    put(sqlite, 2, 0)

    assert ["2", "1"] == read(session, cursor)[0]


def test_a_mark_that_comes_while_none_could_be_told_is_no_end(sqlite):
    """Where a reading began without a mark to be told, what is committed late comes with the next.

    That it met younger marks on its way says nothing of what was under way when it began.
    """
    create(sqlite)
    for key in (1, 2):
        sqlite.run("INSERT INTO thing (id, modified) VALUES (?, '0999-99-99')", key)
    session = sqlite.open(page_max=1)
    first = session.changes("thing", None, [])
    put(sqlite, 3, 60)
    _, _, cursor = read(session, first.cursor)
    put(sqlite, 4, 0)

    assert "4" in read(session, cursor)[0]


def test_the_calendar_has_a_beginning(world):
    """A mark at the beginning of the calendar has nothing before it to overlap with."""
    create(world)
    world.run("INSERT INTO thing (id, modified) VALUES (1, '0001-01-02 00:00:00')")
    session = world.open(commit_lag=86_400 * 1)
    _, _, cursor = read(session)

    assert ["1"] == read(session, read(session, cursor)[2])[0]


def test_moments_may_be_written_in_several_ways(sqlite):
    """SQLite keeps moments as texts; the usual ways to write one stand side by side."""
    create(sqlite)
    texts = ["2024-01-01 10:00:00", "2024-01-01 10:00:00.5", "2024-01-01 10:00:00.500"]
    for key, text in enumerate([*texts, "2024-01-01 10:00:00.500000"], start=1):
        sqlite.run("INSERT INTO thing (id, modified) VALUES (?, ?)", key, text)
    session = sqlite.open(page_max=1)
    _, _, cursor = read(session)
    sqlite.run("INSERT INTO thing (id, modified) VALUES (9, '2024-01-01 10:00:00.5')")

    assert {"2", "3", "4", "9"} == set(read(session, cursor)[0])
    assert 1 == len({session.get("thing", [key], [])[0].modified for key in "2349"})


def test_marks_may_be_numbers(world):
    """A counter of changes is a mark; the overlap is then so many steps."""
    create(world, mark="tick BIGINT NOT NULL")
    for key, tick in ((1, 10), (2, 20), (3, 30)):
        world.run("INSERT INTO thing (id, tick) VALUES (?, ?)", key, tick)
    session = world.open(columns='[thing]\nmodified = "tick"', commit_lag=10, page_max=2)

    keys, _, cursor = read(session)

    assert ["1", "2", "3"] == keys
    assert ["2", "3"] == read(session, cursor)[0]
    (saved,) = session.save("thing", [Edit({"name": "x"}, "3")])
    assert 30 == saved.record.modified  # who counts is the database


def test_marks_may_be_days(world):
    """A day is a mark, of which the one before is read again, for a commit may pass midnight."""
    create(world, mark="day DATE NOT NULL")
    for key in (1, 2, 3):
        world.run("INSERT INTO thing (id, day) VALUES (?, ?)", key, f"2024-01-0{key}")
    session = world.open(columns='[thing]\nmodified = "day"', commit_lag=1)

    keys, _, cursor = read(session)

    assert ["1", "2", "3"] == keys
    assert ["2", "3"] == read(session, cursor)[0]
    (saved,) = session.save("thing", [Edit({"name": "x"}, "1")])
    assert saved.record.modified > "2024-01-03"
    assert timedelta(days=1) == session.capabilities.of("thing").precision


def test_the_hour_that_comes_twice_is_not_lost(world):
    """In a zone that changes its clocks, each reading goes an hour further back."""
    create(world, mark="modified TIMESTAMP NOT NULL")
    insert = "INSERT INTO thing (id, modified) VALUES (?, ?)"
    world.run(insert, 1, "2024-10-27 02:50:00")  # in summer time
    session = world.open(zone="Europe/Oslo")
    _, _, cursor = read(session)
    world.run(insert, 2, "2024-10-27 02:10:00")  # twenty minutes later, in winter time

    assert "2" in read(session, cursor)[0]
    assert timedelta(hours=1) == session.capabilities.of("thing").commit_lag


STONES = [
    ("gone {moment}", 'deleted = "gone"', "CURRENT_TIMESTAMP", "NULL"),
    ("gone DATE", 'deleted = "gone"', "CURRENT_DATE", "NULL"),
    ("gone BOOLEAN NOT NULL DEFAULT false", 'deleted = "gone"', "true", "false"),
    ("gone INTEGER", 'deleted = "gone"', "7", "0"),
    ("there BOOLEAN", 'active = "there"', "false", "true"),
    ("there INTEGER NOT NULL", 'active = "there"', "0", "1"),
]


@pytest.mark.parametrize(("column", "option", "gone", "alive"), STONES)
def test_a_row_that_says_it_is_gone_is_told_as_deleted(world, column, option, gone, alive):
    """Where a column tells which rows are gone, a deletion is a fact, and the record is no more."""
    create(world, more=", " + column.format(moment=world.moment))
    name = column.split()[0]
    put_in = f"INSERT INTO thing (id, modified, {name}) VALUES (?, '2024-01-01', {{}})"  # noqa: S608 - as above
    world.run(put_in.format(alive), 1)
    world.run(put_in.format(alive), 2)
    session = world.open(columns=f"[thing]\n{option}")
    _, none, cursor = read(session)
    world.run(f"UPDATE thing SET modified = '2024-01-02', {name} = {gone} WHERE id = 2")  # noqa: S608 - as above

    assert session.capabilities.of("thing").deletions
    assert [] == none
    assert (["1"], ["2"]) == read(session, cursor)[:2]
    assert [None] == list(session.get("thing", ["2"], []))
    assert 1 == session.count("thing", Query())
    assert not world.open().capabilities.of("thing").deletions


@pytest.mark.parametrize("cursor", ["", "x", "bm8", "W10", "WyJuIiwxLDIsMyw0XQ", "é", "W" * 4000])
def test_a_text_that_is_no_cursor_is_refused(sqlite, cursor):
    """A cursor of somebody else's is no place to read from."""
    create(sqlite)
    session = sqlite.open()

    with pytest.raises(Refused, match="none of this connector's"):
        session.changes("thing", cursor, [])


def test_a_cursor_of_another_table_is_refused(postgres):
    """What the database cannot compare is refused and stops nothing else."""
    create(postgres)
    create(postgres, "other", mark="tick INTEGER NOT NULL")
    postgres.run("INSERT INTO other (tick) VALUES (1), (2)")
    session = postgres.open(columns='[other]\nmodified = "tick"', page_max=1)
    cursor = session.changes("other", None, []).cursor

    with pytest.raises(Refused):
        session.changes("thing", cursor, [])
    assert ([], []) == read(session)[:2]


def test_rows_that_cannot_be_pointed_at_are_left_out(world):
    """A row with a key that is missing or too long is passed over, and the others are told."""
    key = "code TEXT UNIQUE" if world.is_sqlite else "code text"
    world.run(f"CREATE TABLE thing ({key}, name VARCHAR(20), modified {world.moment} NOT NULL)")
    for code in ("a", "x" * 255, None, "", "~|"):
        world.run("INSERT INTO thing (code, modified) VALUES (?, '2024-01-01')", code)
    session = world.open(columns='[thing]\nkey = "code"', page_max=1)

    keys, _, _ = read(session)

    assert ["~", "a", "~0~1"] == keys
    assert keys == [session.get("thing", [key], [])[0].ref.key for key in keys]
