"""What the authors of plug-ins test with: fakes, checks, and a conformance suite for pytest.

A name is imported when it is first asked for. The suite needs pytest, and the strategies need
Hypothesis; both come with the extra ``[test]``. The checks themselves and the fakes need neither.
"""

from typing import TYPE_CHECKING

from erplink.doors import on_demand

if TYPE_CHECKING:
    from erplink.testing.connector_suite import ConnectorConformance
    from erplink.testing.crm_suite import CrmConformance
    from erplink.testing.examination import Finding, Verdict, examine
    from erplink.testing.fake_erp import FakeConnector, FakeErp
    from erplink.testing.faults import Dice, Faults
    from erplink.testing.faulty_session import FaultySession
    from erplink.testing.harness import Harness
    from erplink.testing.promises import Check, NotTried, Promise, promise
    from erplink.testing.samples import sample_value
    from erplink.testing.store_suite import StoreConformance
    from erplink.testing.suite import SUITE_VERSION, ConformanceSuite
    from erplink.testing.trial import Trial
    from erplink.testing.virtual_clock import VirtualClock
    from erplink.testing.wrapped import WrappedSession
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        "erplink.testing.virtual_clock",
        "erplink.testing.samples",
        "erplink.testing.wrapped",
        "erplink.testing.promises",
        "erplink.testing.trial",
        "erplink.testing.harness",
        "erplink.testing.faults",
        "erplink.testing.faulty_session",
        "erplink.testing.fake_erp",
        "erplink.testing.examination",
        "erplink.testing.suite",
        "erplink.testing.connector_suite",
        "erplink.testing.crm_suite",
        "erplink.testing.store_suite",
    )

__all__ = [
    "SUITE_VERSION",
    "Check",
    "ConformanceSuite",
    "ConnectorConformance",
    "CrmConformance",
    "Dice",
    "FakeConnector",
    "FakeErp",
    "Faults",
    "FaultySession",
    "Finding",
    "Harness",
    "NotTried",
    "Promise",
    "StoreConformance",
    "Trial",
    "Verdict",
    "VirtualClock",
    "WrappedSession",
    "examine",
    "promise",
    "sample_value",
]
