"""How a liar is found out: every check over a world of its own."""

from collections.abc import Callable

import pytest
from attrs import field, frozen

from erplink.testing import FakeConnector, FakeErp, Verdict, WrappedSession, examine
from erplink.testing.checks import ALL_CHECKS


@frozen
class Lying(FakeConnector):
    """A connector whose sessions lie."""

    liar: type[WrappedSession] = field(default=WrappedSession)

    def open(self, config, context):
        return self.liar(super().open(config, context))


def _harness(liar: type):
    erp = FakeErp(page_max=3)
    honest_ways = liar(erp) if issubclass(liar, FakeConnector) else Lying(erp, liar=liar)
    return erp.harness(honest_ways, kinds=getattr(liar, "kinds_tried", ["customer"]))


def broken_by(liar: type) -> set[str]:
    """The names of the promises that a connector or session of this class breaks."""
    return {
        finding.check
        for check in ALL_CHECKS
        for finding in examine(_harness(liar), [check])
        if finding.verdict is Verdict.BROKEN
    }


@pytest.fixture(scope="session")
def assert_caught() -> Callable[[type], None]:
    """Asserts that a liar is caught by the checks that its class names.

    ``caught`` names them all; ``at_least`` some, where a lie is so broad that it touches others.
    """

    def assert_it(liar: type) -> None:
        broken = broken_by(liar)
        if hasattr(liar, "caught"):
            assert set(liar.caught) == broken
        else:
            assert set(liar.at_least) <= broken

    return assert_it
