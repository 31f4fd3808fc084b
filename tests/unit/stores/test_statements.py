"""The statements: each is there for both databases, is used, and reaches one tenant only."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import erplink.adapters.stores
from erplink.adapters.stores.postgres import dialect as postgres
from erplink.adapters.stores.sqlite import dialect as sqlite
from erplink.adapters.stores.statements import load_migrations, load_statements, parse_statements

FOLDER = Path(erplink.adapters.stores.__file__).parent
SCHEMA = "".join(text for _, text in sorted(load_migrations("sqlite").items()))
OF_THE_DATABASE = {name for name in load_statements("sqlite", str) if name.startswith("schema_")}
"""They are about no tenant's rows."""


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_every_statement_names_its_tenant(dialect):
    """Or a feed or an import, whose number was looked up by its tenant."""
    strangers = {
        name
        for name, sql in load_statements(dialect, str).items()
        if not re.search(r":tenant|:feed|:import\b|\bimport = \?", sql)
    }

    # Those that take their parameters by their places begin with the feed or the import; and that
    # something moved may be told to all tenants, where the database counts without locking.
    assert strangers - OF_THE_DATABASE - {"intents_move"} == {"fingerprints_put", "staged_put"}


def test_both_databases_have_the_same_statements():
    """What one of them says in other words is one of those that both have."""
    assert load_statements("sqlite", str).keys() == load_statements("postgres", str).keys()


def test_every_statement_is_used():
    """A statement that nobody executes is not kept."""
    code = "\n".join(file.read_text("utf-8") for file in FOLDER.rglob("*.py"))
    named = set(re.findall(r'"(\w+)"', code))

    assert set() == load_statements("sqlite", str).keys() - named


def test_every_table_of_a_tenant_has_it_in_its_keys():
    """In each unique constraint and index; those of a feed or an import have its number instead."""
    keys = re.findall(r"(?:PRIMARY KEY|UNIQUE|ON erplink_\w+) \((.*?)\)", SCHEMA)

    assert {"tenant", "feed", "import"} == {key.split(", ")[0] for key in keys}


@pytest.mark.parametrize("name", sorted(load_statements("sqlite", str).keys() - OF_THE_DATABASE))
def test_no_statement_looks_through_a_whole_table(name):
    """Each finds its rows by a key; the purge of a connection, years apart, may take its time."""
    sql = load_statements("sqlite", sqlite.translated)[name]
    values = dict.fromkeys(re.findall(r":(\w+)", sql), "[]")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        way = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values or ["1"] * sql.count("?"))
        steps = {step for *_, step in way if "erplink" in step and step.startswith("SCAN")}

    assert steps == ({"SCAN erplink_links"} if name == "expire_links" else set())


def test_statements_are_read_by_their_names():
    """What stands above the first name is for people."""
    text = "-- told\n\n-- name: one\nSELECT 1\n\n-- name: two\nSELECT\n2\n"

    assert {"one": "SELECT 1", "two": "SELECT\n2"} == parse_statements(text)


def test_each_database_has_its_words():
    """For lists and for parameters."""
    sql = "SELECT x FROM t WHERE a = :a AND b IN :bs AND c NOT IN :cs"

    assert sqlite.translated(sql) == (
        "SELECT x FROM t WHERE a = :a AND b IN (SELECT value FROM json_each(:bs))"
        " AND c NOT IN (SELECT value FROM json_each(:cs))"
    )
    assert postgres.translated(sql) == (
        "SELECT x FROM t WHERE a = %(a)s AND b = ANY(%(bs)s) AND c <> ALL(%(cs)s)"
    )
    assert "%b::text[]" == postgres.translated("?::text[]")
