"""Examination: every check over one harness, without pytest; what the suites are made of too."""

from collections.abc import Iterable, Iterator
from enum import Enum

from attrs import frozen

from erplink.testing.checks import ALL_CHECKS
from erplink.testing.harness import Harness
from erplink.testing.promises import Check, NotTried

__all__ = ["Finding", "Verdict", "examine", "try_out"]


class Verdict(Enum):
    """How a promise fared."""

    KEPT = "kept"
    BROKEN = "broken"
    #: It was not claimed, or the harness has not what it takes.
    NOT_TRIED = "not tried"


@frozen
class Finding:
    """How one promise fared with one kind."""

    check: str
    #: Empty where the promise is about the whole session.
    kind: str
    verdict: Verdict
    #: Why it is broken, or was not tried.
    reason: str = ""
    error: AssertionError | None = None


def examine(harness: Harness, checks: Iterable[Check] = ALL_CHECKS) -> list[Finding]:
    """Try all ``checks``, and tell how each fared with every kind."""
    return [finding for check in checks for finding in try_out(check, harness)]


def try_out(check: Check, harness: Harness) -> Iterator[Finding]:
    """Try one check, with every kind it is to be tried with."""
    for kind in ("",) if check.promise.once else harness.tried_kinds():
        yield _finding(check, harness, kind)


def _finding(check: Check, harness: Harness, kind: str) -> Finding:
    name = check.promise.name
    try:
        with harness.trial(kind) as trial:
            check(trial)
    except NotTried as reason:
        return Finding(name, kind, Verdict.NOT_TRIED, str(reason))
    except AssertionError as error:
        if harness.note:
            error.add_note(harness.note)
        return Finding(name, kind, Verdict.BROKEN, str(error), error)
    return Finding(name, kind, Verdict.KEPT)
