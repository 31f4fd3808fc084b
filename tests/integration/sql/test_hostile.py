"""Whatever tables and columns are called, and whatever a text holds, nothing is mistaken."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erplink.connectors import (
    AllOf,
    Condition,
    Deleted,
    Edit,
    Operator,
    Query,
    Removal,
    all_changes,
)

NAMES = [
    'say "x"',
    "it's",
    "a b",
    "select",
    "100%",
    "%(a)s",
    ":name",
    "x;--",
    "Größe",
    "名前",
    "UPPER",
    "a.b",
    "[x]",
    "`x`",
    "back\\slash",
    "?",
    "$1",
    "{0}",
    "order",
]


def quoted(name):
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def quote_all(world):
    columns = ", ".join(f"{quoted(name)} VARCHAR(40)" for name in NAMES)
    for table in NAMES:
        world.run(f"CREATE TABLE {quoted(table)} ({world.id}, modified {world.moment}, {columns})")


def test_any_name_is_a_name(world, saved):
    """Tables and columns with quotes, blanks, signs and keywords are read, searched and written."""
    quote_all(world)
    session = world.open(tables=tuple(NAMES))

    for table in NAMES:
        patch = {name: f"value of {name}" for name in NAMES}
        record = saved(session, table, Edit(patch))
        key = record.ref.key
        changed = saved(session, table, Edit({NAMES[0]: "new"}, key, expects=record.version))
        assert patch | {NAMES[0]: "new"} == {name: changed.fields[name] for name in NAMES}
        conditions = [Condition(n, Operator.EQUALS, (f"value of {n}",)) for n in NAMES[1:]]
        assert 1 == session.count(table, Query("value", AllOf(conditions)))
        pages = all_changes(session, table, NAMES)
        assert [key] == [each.ref.key for page in pages for each in page]
        assert [Deleted(key)] == list(session.delete(table, [Removal(key)]))


def test_a_rule_names_its_column_whatever_it_is_called(world):
    """A unique column of any name is named where its rule is broken."""
    for number, name in enumerate(NAMES):
        world.run(f"CREATE TABLE t{number} ({world.id}, {quoted(name)} VARCHAR(9) UNIQUE NOT NULL)")
    session = world.open()

    for number, name in enumerate(NAMES):
        assert (name,) == session.capabilities.of(f"t{number}").natural_key
        results = session.save(f"t{number}", [Edit({name: "a"}), Edit({name: "a"})])
        assert name == results[1].field


TEXTS = st.text(st.characters(exclude_categories=[]), max_size=12)


def test_any_text_is_kept_or_refused(world):
    """Every text comes back as it was sent, in composed form, or is refused; keys are texts too."""
    world.run(f"CREATE TABLE thing (code TEXT PRIMARY KEY, {quoted('100%')} TEXT)")
    session = world.open()

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=TEXTS)
    def check(text):
        session.delete("thing", [Removal(r.ref.key) for r in session.search("thing", Query(), [])])
        (result,) = session.save("thing", [Edit({"code": text, "100%": text})])
        if not hasattr(result, "record"):
            assert "character" in result.reason
            return
        record = result.record
        (again,) = session.get("thing", [record.ref.key], ["code", "100%"])

        assert record == again
        assert record.fields["code"] == record.fields["100%"]
        assert 1 == session.count(
            "thing", Query(criteria=Condition("code", Operator.EQUALS, (text,)))
        )

    check()


def test_any_key_may_be_asked_for(world):
    """Any text may come as a key, and is none of a record that is not there."""
    world.run(f"CREATE TABLE thing ({world.id}, name VARCHAR(9))")
    world.run("CREATE TABLE pair (a INTEGER, b NUMERIC(6, 2), c DATE, PRIMARY KEY (a, b, c))")
    world.run("INSERT INTO thing (name) VALUES ('x')")
    world.run("INSERT INTO pair VALUES (1, 2.5, '2024-01-01')")
    session = world.open()
    odd = ["", "01", "+1", " 1", "1 "]
    odd += ["\N{FULLWIDTH DIGIT ONE}", "1.0", "1|2", "|", "~", "x", "9" * 300, "\0", "\ud800"]
    odd += [
        "1|2.5|2024-01-01",
        "1|2.50|20240101",
        "1||",
        "nan|inf|",
        "1|NaN|2024-01-01",
        "-" + "9" * 99,
    ]

    for kind, right in (("thing", "1"), ("pair", "1|2.50|2024-01-01")):
        told = session.get(kind, [*odd, right], [])
        assert [None] * len(odd) == list(told[:-1])
        assert right == told[-1].ref.key


@pytest.mark.parametrize("count", [1, 1200])
def test_many_keys_are_read_in_their_order(world, count):
    """As many keys as a page holds are read in parts, and answered in the order asked."""
    world.run("CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (a, b))")
    world.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
        "INSERT INTO pair SELECT i, i FROM n"
    )
    session = world.open(page_max=3000)
    keys = [f"{n}|{n}" for n in range(count, 0, -1)]

    told = session.get("pair", [*keys, "0|0", keys[0]], [])

    assert [*keys, None, keys[0]] == [each and each.ref.key for each in told]
