"""The matrix of connectors tells what the suites found, and nothing that they did not."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from erplink.testing import SUITE_VERSION
from erplink.testing.checks import ALL_CHECKS

ROOT = Path(__file__).parents[2]

SUITES = """
import pytest
from erplink.adapters.erp.memory import MemoryConnector
from erplink.testing import ConnectorConformance, FakeErp, Harness, WrappedSession
from erplink.testing.fake_erp import FakeConnector


class Forgets(WrappedSession):
    def get(self, kind, keys, fields):
        return [None for _ in keys]


class Forgetful(FakeConnector):
    def open(self, config, context):
        return Forgets(super().open(config, context))


class TestMemory(ConnectorConformance):
    @pytest.fixture
    def harness(self):
        return Harness.of(MemoryConnector(), records_max=3, kinds=["customer"])


class TestForgetful(ConnectorConformance):
    known_faults = {"test_a_current_version_is_taken": "ticket 4711"}

    @pytest.fixture(params=["one", "two"])
    def harness(self):
        erp = FakeErp(page_max=2)
        return erp.harness(Forgetful(erp), kinds=["customer"])


class TestUnready(ConnectorConformance):
    @pytest.fixture
    def harness(self):
        raise OSError("there is no server")
"""

SOME = "a_record_is_told or what_was_saved_is_told or current_version or lost_answer"


@pytest.fixture(scope="module")
def matrix():
    """The module that makes the tables, which stands beside the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs"))
        return import_module("connector_matrix")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A report as pytest writes it, of three suites and of a few of their tests."""
    folder = tmp_path_factory.mktemp("suites")
    (folder / "test_suites.py").write_text(SUITES, encoding="utf-8")
    plugin = ("-p", "erplink.testing.pytest_plugin", "--erplink-report=new/matrix.json")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, "-k", SOME]
    # The tests of this suite have options of their own, which are none of that one's business.
    own = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    subprocess.run(command, cwd=folder, env=own, capture_output=True, timeout=120, check=False)
    return json.loads((folder / "new" / "matrix.json").read_text(encoding="utf-8"))


def row(table, name):
    return next(cells[1:] for cells in table if cells[0] == name)


def test_a_column_tells_the_claims_of_its_suite(matrix, report):
    """Which connector it is, by which version of the suite, and what it claims of its kinds."""
    table = matrix.claims_table(report)

    assert ("Forgetful", "Memory") == table[0][1:]
    assert ("fake", "memory") == row(table, "connector")
    assert (SUITE_VERSION, SUITE_VERSION) == row(table, "version of the suite")
    assert ("yes", "yes") == row(table, "idempotent create")
    assert ("yes", "yes") == row(table, "threads")


def test_promises_are_counted_as_they_fared(matrix, report):
    """What is broken is never told as kept, and what has no result is told as not run."""
    table = matrix.claims_table(report)
    words = ("kept", "not tried", "known fault", "failed", "not run")
    counts = {word: row(table, f"promises {word}") for word in words}

    assert {
        "kept": ("1", "2"),
        "not tried": ("1", "3"),
        "known fault": ("1", "0"),
        "failed": ("2", "0"),
        "not run": (str(len(ALL_CHECKS) - 5),) * 2,
    } == counts


def test_every_promise_has_a_row(matrix, report):
    """It is told by its sentence, with a word for each suite."""
    table = matrix.promises_table(report)

    assert len(ALL_CHECKS) + 1 == len(table)
    assert ("failed", "kept") == row(
        table,
        "What was saved is told by the answer and by every later reading, with the same version.",
    )


def test_a_claim_of_some_kinds_names_them(matrix):
    """A claim that not all kinds make is told with those that make it."""
    kinds = {"customer": {"save": True, "read": False}, "person": {"save": False, "read": False}}
    suite = {"suite": "TestIt", "suite_version": "1", "connector": "", "results": {}}
    table = matrix.claims_table(
        {"suites": [suite | {"claims": {"lists": False, "threads": True, "kinds": kinds}}]}
    )

    assert ("customer",) == row(table, "save")
    assert (matrix.NO,) == row(table, "read") == row(table, "lists") == row(table, "connector")
    assert ("yes",) == row(table, "threads")


def test_a_suite_without_results_has_no_claims(matrix):
    """Where nothing was run, nothing is claimed, kept or broken."""
    suite = {"suite": "TestIt", "suite_version": "1", "connector": "x", "claims": {}, "results": {}}
    table = matrix.claims_table({"suites": [suite]})

    assert (matrix.NO,) == row(table, "lists")
    assert (str(len(ALL_CHECKS)),) == row(table, "promises not run")


def test_a_promise_that_only_a_suite_knows_has_a_row_too(matrix):
    """Nothing that was run is left out of the table."""
    results = {"test_it_sings[one]": {"promise": "It sings.", "outcome": "failed"}}
    suite = {"suite": "TestIt", "suite_version": "1", "connector": "", "results": results}
    quiet = suite | {"suite": "TestQuiet", "results": {}}
    table = matrix.promises_table({"suites": [suite, quiet]})

    assert ("failed", "not run") == row(table, "It sings.")


def test_a_table_is_written_as_it_is(matrix):
    """What a cell holds is its text, and no mark-up."""
    lines = list(matrix.list_table([("", "A"), ("*b*", "`c_`")]))

    assert ["   * -", "     - A", r"   * - \*b\*", r"     - \`c\_\`", ""] == lines[4:]
