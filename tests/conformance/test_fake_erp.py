"""The fake ERP keeps every promise there is: a fake that drifts proves nothing."""

from datetime import timedelta

import pytest

from erplink.testing import ConnectorConformance, FakeErp, Faults


class TestFakeErp(ConnectorConformance):
    @pytest.fixture
    def harness(self):
        """A world with times as marks, and no troubles of its own."""
        return FakeErp().harness()


class TestFakeErpOfOneMoment(ConnectorConformance):
    """Where no time passes, and everything has the same mark."""

    @pytest.fixture
    def harness(self):
        """A world that stands still."""
        return FakeErp(tick=timedelta(0), precision=timedelta(hours=1), page_max=2).harness()


class TestFakeErpInTrouble(ConnectorConformance):
    """Troubles that a connector has nothing to do with are none of its promises."""

    @pytest.fixture(params=range(3))
    def harness(self, request):
        """A world whose clock is wrong and set back, and whose wire is slow and says all twice."""
        faults = Faults(
            seed=request.param,
            duplicated=0.3,
            slow=0.2,
            slow_seconds=0.1,
            set_back=0.2,
            skew=timedelta(hours=-3),
        )
        return FakeErp(faults=faults).harness()
