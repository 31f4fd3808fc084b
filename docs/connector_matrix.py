"""The matrix of connectors: what a report of the conformance suites says, as tables.

A report is written by ``pytest --erplink-report=FILE``. Nothing is added to it here: a promise
that has no result is told as not run, and a suite that is not in the report is in no table.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from erplink.testing.checks import ALL_CHECKS

__all__ = ["claims_table", "list_table", "promises_table"]

Row: TypeAlias = tuple[str, ...]
Suite: TypeAlias = Mapping[str, Any]

NO: Final = "no"
NOT_RUN: Final = "not run"
# A suite may try a promise in several worlds; what is worst is what is told.
_WORDS: Final = {
    "failed": "failed",
    "known fault": "known fault",
    "passed": "kept",
    "skipped": "not tried",
}


def claims_table(report: Mapping[str, Any]) -> list[Row]:
    """The connector, its claims and how many promises fared how, with a column for each suite."""
    suites = report["suites"]
    fared = [Counter(_fared(suite).values()) for suite in suites]
    return [
        ("", *map(_name, suites)),
        ("connector", *(suite["connector"] or NO for suite in suites)),
        ("version of the suite", *(suite["suite_version"] for suite in suites)),
        *(_claim(name, suites) for name in _claims(suites)),
        *(
            (f"promises {word}", *(str(count[word]) for count in fared))
            for word in ("kept", "not tried", "known fault", "failed", NOT_RUN)
        ),
    ]


def promises_table(report: Mapping[str, Any]) -> list[Row]:
    """How each promise there is fared, with a column for each suite."""
    suites = report["suites"]
    fared = list(map(_fared, suites))
    rows = ((told, *(each.get(name, NOT_RUN) for each in fared)) for name, told in _told(suites))
    return [("", *map(_name, suites)), *rows]


def list_table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of reStructuredText that make a table of ``rows``; the first is its head."""
    yield from (".. list-table::", "   :header-rows: 1", "   :stub-columns: 1", "")
    for row in rows:
        for at, cell in enumerate(row):
            yield f"   {'* -' if at == 0 else '  -'} {_escaped(cell)}".rstrip()
    yield ""


def _name(suite: Suite) -> str:
    return str(suite["suite"]).removeprefix("Test")


def _told(suites: Iterable[Suite]) -> Iterable[tuple[str, str]]:
    """The name and the sentence of every promise, also of those that only a suite knows."""
    told = {each.promise.name: each.promise.sentence for each in ALL_CHECKS}
    for suite in suites:
        told |= {_promise(test): each["promise"] for test, each in suite["results"].items()}
    return told.items()


def _promise(test: str) -> str:
    return test.partition("[")[0].removeprefix("test_")


def _fared(suite: Suite) -> dict[str, str]:
    """How each promise fared, in a word."""
    outcomes: dict[str, set[str]] = {each.promise.name: set() for each in ALL_CHECKS}
    for test, result in suite["results"].items():
        outcomes.setdefault(_promise(test), set()).add(result["outcome"])
    return {name: _worst(came) for name, came in outcomes.items()}


def _worst(outcomes: Iterable[str]) -> str:
    return next((word for outcome, word in _WORDS.items() if outcome in outcomes), NOT_RUN)


def _claims(suites: Iterable[Suite]) -> list[str]:
    """The claims that say yes or no, in the order in which sessions tell them."""
    names: dict[str, None] = {}
    for suite in suites:
        for of_kind in suite["claims"].get("kinds", {}).values():
            names |= {name: None for name, claim in of_kind.items() if isinstance(claim, bool)}
    return [*names, "lists", "threads"]


def _claim(name: str, suites: Iterable[Suite]) -> Row:
    return (name.replace("_", " "), *(_claimed(name, suite["claims"]) for suite in suites))


def _claimed(name: str, claims: Mapping[str, Any]) -> str:
    """Whether something is claimed, and where only some kinds have it, of which ones."""
    if name in claims:
        return "yes" if claims[name] else NO
    kinds = claims.get("kinds", {})
    having = [kind for kind, of_kind in kinds.items() if of_kind.get(name)]
    if len(having) == len(kinds):
        return "yes" if having else NO
    return ", ".join(having) or NO


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\*`|_" else sign for sign in text)
