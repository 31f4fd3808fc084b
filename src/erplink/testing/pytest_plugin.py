"""A pytest plug-in: ``pytest --erplink-report=matrix.json`` writes what was claimed and kept.

Nothing of erplink is imported here: pytest loads this in every run of every project that has
erplink installed, long before it knows whether there is anything to do.
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest

_OPTION: Final = "--erplink-report"
_PROPERTY: Final = "erplink"
_CLAIMS: Final = "erplink-claims"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("erplink").addoption(
        _OPTION,
        metavar="FILE",
        help="write the claims of connectors, and the results of their conformance suites, as JSON",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Listen where a report is asked for."""
    path = config.getoption(_OPTION)
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ConformanceReport(Path(path)), "erplink-report")


class ConformanceReport:
    """Gathers what the suites leave with their tests, and writes it in the end."""

    def __init__(self, path: Path) -> None:
        """Write to ``path``."""
        self._path = path
        self._suites: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in the result of one test, if it is of a suite."""
        properties = dict(report.user_properties)
        told = properties.get(_PROPERTY)
        if report.when != "call" or not isinstance(told, dict):
            return
        path, _, test = report.nodeid.rpartition("::")
        suite = self._suites.setdefault(
            path,
            {
                "suite": told["suite"],
                "suite_version": told["suite_version"],
                "connector": told["connector"],
                "claims": {},
                "results": {},
            },
        )
        suite["claims"] |= properties.get(_CLAIMS, {})
        suite["results"][test] = {
            "promise": told["promise"],
            "provisional": told["provisional"],
            "outcome": _outcome(report),
            "kinds": told["kinds"],
        }

    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        report = {
            "erplink": version("erplink"),
            "ended": datetime.now(UTC).isoformat(" ", "minutes"),
            "suites": [self._suites[path] for path in sorted(self._suites)],
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _outcome(report: pytest.TestReport) -> str:
    known_fault = report.skipped and hasattr(report, "wasxfail")
    return "known fault" if known_fault else report.outcome
