"""ConformanceSuite: how checks become a pytest class that is never green by accident."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from attrs import asdict, define, field

from erplink.errors import BadName
from erplink.testing.examination import Finding, Verdict, try_out
from erplink.testing.harness import Harness
from erplink.testing.promises import Check

__all__ = ["SUITE_VERSION", "ConformanceSuite", "tried"]

SUITE_VERSION = "0.1"
"""The version of the promises; a new one enters as provisional, and counts from the next on."""

TestMethod = Callable[..., None]


@define
class _Ledger:
    """What became of the tests of one class so far."""

    seen: set[str] = field(factory=set)
    #: Whether any promise was kept or broken, rather than not tried.
    tried: bool = False


_LEDGER = pytest.StashKey[_Ledger]()


class ConformanceSuite:
    """What every suite has in common; subclass one of those, and fill in its ``harness``."""

    #: By the name of the test: why it must fail for now. The day it passes, it fails for that.
    known_faults: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a known fault of a test that there is not."""
        super().__init_subclass__(**kwargs)
        tests = cls.promised()
        for name in cls.known_faults:
            if name not in tests:
                raise BadName.among(f"test in the known faults of {cls.__name__}", name, tests)

    @classmethod
    def promised(cls) -> frozenset[str]:
        """The names of the tests that try promises."""
        return frozenset(
            name for name in dir(cls) if name.startswith("test_") and _check_of(cls, name)
        )


def tried(check: Check) -> TestMethod:
    """A test that tries ``check`` over the harness of its class."""

    def test(self: ConformanceSuite, harness: Harness, request: pytest.FixtureRequest) -> None:
        __tracebackhide__ = True
        findings = list(try_out(check, harness))
        _note(request, check, harness, findings)
        _judge(type(self), check, findings, request)

    test.__doc__ = check.__doc__
    test.check = check  # type: ignore[attr-defined] # a function may carry anything
    return test


def _check_of(suite: type, name: str) -> Check | None:
    check: Check | None = getattr(getattr(suite, name), "check", None)
    return check


def _judge(
    suite: type[ConformanceSuite],
    check: Check,
    findings: list[Finding],
    request: pytest.FixtureRequest,
) -> None:
    __tracebackhide__ = True
    name = request.node.originalname
    broken = [each for each in findings if each.verdict is Verdict.BROKEN]
    kept = [each for each in findings if each.verdict is Verdict.KEPT]
    ledger = _enter(request, tried=bool(broken or kept))
    if broken:
        if name in suite.known_faults:
            pytest.xfail(suite.known_faults[name])
        if check.promise.is_provisional(SUITE_VERSION):
            pytest.xfail(f"provisional until the version after {SUITE_VERSION}: {_said(broken)}")
        raise AssertionError(_said(broken)) from broken[0].error
    if kept:
        if name in suite.known_faults:
            pytest.fail(f"it passes: take it out of known_faults ({suite.known_faults[name]})")
        return
    if not ledger.tried and ledger.seen == suite.promised():
        pytest.fail(f"{suite.__name__} tried nothing: every one of its tests was skipped")
    pytest.skip(_said(findings))


def _enter(request: pytest.FixtureRequest, *, tried: bool) -> _Ledger:
    home = request.node.getparent(pytest.Class)
    ledger: _Ledger = home.stash.setdefault(_LEDGER, _Ledger())
    ledger.seen.add(request.node.originalname)
    ledger.tried = ledger.tried or tried
    return ledger


def _said(findings: list[Finding]) -> str:
    """Every reason once, each with the kinds that it is about."""
    kinds: dict[str, list[str]] = {}
    for finding in findings:
        kinds.setdefault(_reason(finding), []).append(finding.kind)
    return "; ".join(_with_kinds(reason, names) for reason, names in kinds.items())


def _reason(finding: Finding) -> str:
    # A kind's own name at the beginning is said with the others of the same reason.
    reason = finding.reason.removeprefix(f"{finding.kind}: ") if finding.kind else finding.reason
    notes = getattr(finding.error, "__notes__", ())
    return " ".join((reason, *notes))


def _with_kinds(reason: str, kinds: list[str]) -> str:
    names = ", ".join(filter(None, kinds))
    return f"{names}: {reason}" if names else reason


def _note(
    request: pytest.FixtureRequest, check: Check, harness: Harness, findings: list[Finding]
) -> None:
    """Leave what the report tells; see :mod:`erplink.testing.pytest_plugin`."""
    told = {
        "suite": request.cls.__name__,
        "suite_version": SUITE_VERSION,
        "connector": harness.connector.name if harness.connector else harness.name,
        "promise": check.promise.sentence,
        "provisional": check.promise.is_provisional(SUITE_VERSION),
        "kinds": {each.kind: [each.verdict.value, each.reason] for each in findings},
    }
    request.node.user_properties.append(("erplink", told))
    if request.config.getoption("--erplink-report", None):
        request.node.user_properties.append(("erplink-claims", _claims(harness)))


def _claims(harness: Harness) -> dict[str, Any]:
    with harness.open() as session:
        claims = session.capabilities
        kinds = {name: _plain(asdict(of_kind)) for name, of_kind in claims.kinds.items()}
    return {"lists": claims.lists, "threads": claims.threads, "kinds": kinds}


def _plain(claims: dict[str, Any]) -> dict[str, Any]:
    return {
        name: claim.total_seconds() if isinstance(claim, timedelta) else claim
        for name, claim in claims.items()
    }
