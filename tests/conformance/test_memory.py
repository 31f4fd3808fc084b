"""The memory connector keeps every promise there is, over kinds with a field of every type."""

import pytest

from erplink.adapters.erp.memory import MemoryConnector, MemoryErp
from erplink.domain.records import ActorRef
from erplink.testing import ConnectorConformance, Harness
from erplink.testing.fake_erp import CUSTOMERS_AND_PERSONS


class TestMemory(ConnectorConformance):
    @pytest.fixture
    def harness(self):
        """A world with people who work in it."""
        countries = {"NO": "Norway", "SE": "Sweden"}
        natural_keys = {"customer": ["number"], "person": ["name"]}
        erp = MemoryErp(CUSTOMERS_AND_PERSONS, {"countries": countries}, 3, natural_keys)

        def seed(kind, values, parent=""):
            above = ActorRef("erp", "customer", parent) if parent else None
            return erp.put(kind, erp.next_key(kind), values, parent=above)

        connector = MemoryConnector(erp)
        return Harness.of(connector, seed=seed, edit=erp.put, remove=erp.remove, merge=erp.merge)


class TestMemoryByItself(ConnectorConformance):
    """With its own kinds, and nobody who works behind its back."""

    @pytest.fixture
    def harness(self):
        """Nothing but the connector."""
        return Harness.of(MemoryConnector(), records_max=20)
