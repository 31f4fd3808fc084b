"""What changed: by a column that says when, and by comparing rows."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erplink.adapters.erp.files import FileLimits
from erplink.adapters.erp.files.buckets import Buckets
from erplink.connectors import Edit
from erplink.testing import VirtualClock

SMALL = FileLimits(page_records_max=3)
BEGIN = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.csv"


def fill(path, rows, header="id,n"):
    path.write_text("\n".join([header, *rows, ""]))


# by comparing ------------------------------------------------------------------------------------


def test_everything_is_told_first_and_then_nothing(path, opened, feed):
    """Page by page; and a file that nobody changed has no news."""
    fill(path, [f"{n},a" for n in range(20)])
    session = opened(path, limits=SMALL)

    keys, cursor = feed(session, "x")

    assert sorted(map(str, range(20))) == sorted(keys)
    assert ([], cursor) == feed(session, "x", cursor)


def test_an_edit_is_told_with_its_bucket_only(path, opened, feed):
    """Of a thousand rows, a few come again for one that changed."""
    rows = [f"{n},a" for n in range(1000)]
    fill(path, rows)
    session = opened(path)
    _, cursor = feed(session, "x")
    rows[7] = "7,b"
    fill(path, rows)

    keys, _ = feed(session, "x", cursor)

    assert "7" in keys
    assert len(keys) < 20


def test_rows_in_another_order_are_no_news(path, opened, feed):
    """Somebody sorted the sheet, and changed no row."""
    fill(path, ["1,a", "2,b", "3,c"])
    session = opened(path)
    _, cursor = feed(session, "x")
    fill(path, ["3,c", "1,a", "2,b"])

    assert ([], cursor) == feed(session, "x", cursor)


def test_a_removed_row_is_not_told_as_deleted(path, opened, feed):
    """It may have been cut to be pasted elsewhere: a full listing tells, a feed does not."""
    fill(path, ["1,a", "2,b"])
    session = opened(path)
    _, cursor = feed(session, "x")
    fill(path, ["1,a"])

    keys, _ = feed(session, "x", cursor)

    assert "2" not in keys
    assert not session.capabilities.of("x").deletions


def neighbours(count):
    """Keys of one bucket, of which a page holds fewer."""
    numbers = map(str, range(10_000))
    return list(islice((n for n in numbers if Buckets([n], str.encode).keys[0]), count))


KEYS = [*neighbours(5), "a", "b"]
changes = st.lists(
    st.none() | st.tuples(st.sampled_from(KEYS), st.sampled_from("abc")), min_size=1, max_size=8
)


@given(changes, st.sampled_from(["none", "modified"]))
@example([("a", "b"), ("a", "a")], "modified")
@example([(KEYS[2], "b"), (KEYS[2], "a")], "none")
def test_whoever_follows_a_feed_knows_every_row(opened, tmp_path_factory, changes, column):
    """Whatever is changed after whichever page, also where it is changed back."""
    path = tmp_path_factory.mktemp("feed") / "x.csv"
    world = dict.fromkeys(KEYS, "a")
    # All marks are the same: what was changed later in a day is known by nothing else.
    mark = day(0)

    def write():
        fill(path, [f"{key},{value},{mark}" for key, value in world.items()], "id,n,modified")

    write()
    session = opened(path, limits=SMALL, modified_column=column)
    known, cursor = {}, None

    def read():
        nonlocal cursor
        page = session.changes("x", cursor, ["n"])
        known.update({record.ref.key: record.fields["n"] for record in page})
        cursor = page.cursor
        return page.more

    for change in changes:
        read()
        if change is not None:
            world[change[0]] = change[1]
            write()
    while read():
        pass
    while read():  # what was changed while the first reading went on
        pass

    assert world == known


@pytest.mark.parametrize("cursor", ["", "nonsense", "rows1:", "rows1:" + "A" * 7, "marks1:[]"])
def test_a_cursor_of_something_else_is_a_beginning(path, opened, feed, cursor):
    """What is not understood leads to everything being told again, never to less."""
    fill(path, ["1,a"])

    keys, _ = feed(opened(path), "x", cursor)

    assert ["1"] == keys


def test_a_cursor_is_short_whatever_the_file(path, opened):
    """It holds one hash for each bucket, and at most one key."""
    fill(path, ["k" * 254 + ",a", *(f"{n},a" for n in range(2000))])
    session = opened(path, limits=SMALL)
    cursor, longest = None, 0
    for _ in range(30):
        cursor = session.changes("x", cursor, []).cursor
        longest = max(longest, len(cursor))

    assert longest < 2500


def test_a_bucket_tells_two_states_apart():
    """Its hash is of the rows in it and not of their order."""
    one = Buckets(["a", "b"], {"a": b"1" * 6, "b": b"2" * 6}.__getitem__)
    other = Buckets(["a", "b"], {"a": b"1" * 6, "b": b"3" * 6}.__getitem__)

    assert 1 == sum(x != y for x, y in zip(one.hashes, other.hashes, strict=True))


# by marks ----------------------------------------------------------------------------------------


def marked(path, marks):
    fill(path, [f"{key},{mark}" for key, mark in marks.items()], "id,modified")


def day(n, hour=10):
    return (BEGIN + timedelta(days=n)).replace(hour=hour).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture
def clock():
    return VirtualClock(BEGIN + timedelta(days=100))


def test_marks_are_followed_in_their_order(path, opened, feed, clock):
    """Older rows come first, also over several pages and where many have the same mark."""
    marks = {str(n): day(n // 4) for n in range(12)}
    marked(path, marks)

    keys, _ = feed(opened(path, limits=SMALL, clock=clock), "x")

    assert sorted(marks, key=lambda key: (marks[key], key)) == keys


def test_what_was_marked_since_is_told(path, opened, feed, clock):
    """And what was marked before is not, but for a day in which files may be saved late."""
    marks = {"1": day(0), "2": day(5), "3": day(9)}
    marked(path, marks)
    session = opened(path, clock=clock)
    _, cursor = feed(session, "x")
    marked(path, marks | {"4": day(10), "5": day(8, 11)})

    keys, _ = feed(session, "x", cursor)

    assert ["5", "3", "4"] == keys


def test_nothing_is_told_of_a_file_that_nobody_changed(path, opened, feed, clock):
    """Not even the rows with the mark of the cursor."""
    marked(path, {"1": day(0)})
    session = opened(path, clock=clock)
    _, cursor = feed(session, "x")

    assert ([], cursor) == feed(session, "x", cursor)


def test_rows_without_a_mark_come_whenever_the_file_changed(path, opened, feed, clock):
    """Nobody knows when they were changed."""
    marks = {"1": day(0), "2": "", "4": "yesterday"}
    marked(path, marks)
    kinds = '{"x": {"types": {"modified": "datetime"}}}'
    session = opened(path, clock=clock, kinds=kinds)
    keys, cursor = feed(session, "x")
    assert ["1", "2", "4"] == keys
    marked(path, marks | {"3": day(9)})

    keys, _ = feed(session, "x", cursor)

    assert ["1", "3", "2", "4"] == keys


def test_a_mark_of_the_future_does_not_lead_the_cursor_astray(path, opened, feed, clock):
    """Somebody mistyped a year; what is changed from now on is told all the same."""
    marks = {"1": day(0), "2": "2999-01-01 00:00:00"}
    marked(path, marks)
    session = opened(path, clock=clock)
    _, cursor = feed(session, "x")
    marked(path, marks | {"3": day(50)})

    keys, _ = feed(session, "x", cursor)

    assert {"1", "2", "3"} == set(keys)


def test_a_change_while_paging_is_told(path, opened, feed, clock):
    """Also one whose mark the reading has passed: it begins again where it began."""
    marks = {str(n): day(n) for n in range(10)}
    marked(path, marks)
    session = opened(path, limits=SMALL, clock=clock)
    first = session.changes("x", None, [])
    marked(path, marks | {"late": day(0)})

    _, cursor = feed(session, "x", first.cursor)
    keys, _ = feed(session, "x", cursor)

    assert "late" in keys


def test_a_write_says_when_it_was(path, opened, feed, clock):
    """As everybody does who changes rows of this file, so that others hear of it."""
    marked(path, {"1": day(0), "2": day(1)})
    session, other = opened(path, clock=clock), opened(path, clock=clock)
    _, cursor = feed(other, "x")

    session.save("x", [Edit({}, "2"), Edit({})])

    keys, _ = feed(other, "x", cursor)
    assert keys[-1] == "3"
    assert clock.now() == other.get("x", ["3"], ["modified"])[0].modified


def test_whole_numbers_may_be_marks(path, opened, feed):
    """A number that grows with every change; a write takes the next one."""
    fill(path, ["a,9,x", "b,100,y"], "id,changed,n")
    session = opened(path, modified_column="changed")
    keys, cursor = feed(session, "x")
    assert ["a", "b"] == keys

    session.save("x", [Edit({"n": "z"}, "a")])

    keys, _ = feed(session, "x", cursor)
    assert ["b", "a"] == keys
    assert 101 == session.get("x", ["a"], ["n"])[0].modified


def test_days_may_be_marks(path, opened, clock):
    """A day is told as its beginning where the file is kept."""
    fill(path, ["a,2024-06-01,x"], "id,changed,n")
    session = opened(path, time_zone="Europe/Oslo", clock=clock)

    assert BEGIN - timedelta(hours=2) == session.get("x", ["a"], [])[0].modified
    assert timedelta(days=1) == session.capabilities.of("x").precision
    session.save("x", [Edit({"n": "z"}, "a")])
    assert f"a,{clock.now():%Y-%m-%d},z" in path.read_text()


def test_a_cursor_of_another_column_is_a_beginning(path, opened, feed, clock):
    """Marks of two columns cannot be compared."""
    header, rows = "id,modified,changed", ["a,2024-06-01 00:00:00,1"]
    fill(path, rows, header)
    _, cursor = feed(opened(path, clock=clock), "x")

    keys, _ = feed(opened(path, modified_column="changed"), "x", cursor)

    assert ["a"] == keys


def test_no_column_of_marks_may_be_wanted(path, opened):
    """With 'none' it is a column like any other, and rows are compared."""
    marked(path, {"1": day(0)})

    (kind,) = opened(path, modified_column="none").kinds()

    assert not kind.field("modified").why_not_writable


def test_the_hour_that_clocks_show_twice_is_no_hindrance(path, opened):
    """A mark of that hour could not be read, so the hour before is written."""
    marked(path, {"1": day(0)})
    clock = VirtualClock(datetime(2024, 10, 27, 0, 30, tzinfo=UTC))
    session = opened(path, clock=clock, time_zone="Europe/Oslo")

    (saved,) = session.save("x", [Edit({})])

    assert clock.now() - timedelta(hours=1) == saved.record.modified
