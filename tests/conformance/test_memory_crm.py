"""A CRM in memory keeps every promise of a CRM."""

import pytest

from erplink.adapters.crm.memory import MemoryCrm
from erplink.testing import CrmConformance, Harness
from erplink.testing.fake_erp import CUSTOMERS_AND_PERSONS


class TestMemoryCrm(CrmConformance):
    @pytest.fixture
    def harness(self):
        """A world with people who work in it."""
        countries = {"NO": "Norway", "SE": "Sweden"}
        natural_keys = {"customer": ["number"], "person": ["name"]}
        crm = MemoryCrm(CUSTOMERS_AND_PERSONS, {"countries": countries}, 3, natural_keys)

        def seed(kind, values, parent=""):
            return crm.add(kind, values, parent=parent)

        return Harness.of_crm(crm, seed=seed, edit=crm.put, remove=crm.remove, merge=crm.merge)
