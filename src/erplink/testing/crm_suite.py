"""CrmConformance: every promise to be kept by a CRM, as one pytest class."""

from erplink.testing import checks
from erplink.testing.connector_suite import ConnectorConformance
from erplink.testing.suite import tried

__all__ = ["CrmConformance"]


class CrmConformance(ConnectorConformance):
    """Subclass it as ``TestOurCrm``, and fill in the fixture ``harness``.

    .. code-block:: python

        class TestOurCrm(CrmConformance):
            @pytest.fixture
            def harness(self, database):
                yield Harness.of_crm(OurCrm(database), seed=database.insert, edit=database.update)

    A CRM promises all that a connector does, and what linking and sharing a transaction take.
    """

    test_a_crm_can_be_linked = tried(checks.check_a_crm_can_be_linked)
    test_a_full_batch_is_answered_in_order = tried(checks.check_a_full_batch_is_answered_in_order)
    test_several_values_are_kept_as_a_set = tried(checks.check_several_values_are_kept_as_a_set)
    test_what_is_rolled_back_never_was = tried(checks.check_what_is_rolled_back_never_was)
