"""SessionOpener: what an engine asks for is opened with real connectors and one budget."""

import pytest

from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.opener import SessionOpener
from erplink.adapters.stores import open_store
from erplink.connectors import (
    Announcement,
    Capabilities,
    Diagnosis,
    Kind,
    RateLimit,
    Registry,
    hookimpl,
)
from erplink.domain.connections import Connection
from erplink.domain.fields import Field
from erplink.errors import BadName
from erplink.testing import VirtualClock

KINDS = [Kind("customer", [Field("name")], ("name",))]


class Limited:
    """A connector whose system takes two requests a second."""

    name, title, versions = "limited", "Limited", "any"

    def __init__(self):
        self.erp, self.budgets = MemoryErp(KINDS), []

    def config_fields(self):
        return ()

    def test(self, _config, _context):
        return Diagnosis.ok("fine")

    def open(self, _config, context):
        self.budgets.append(context.budget)
        session = self.erp.session(context.connection)
        claims = session.capabilities
        session.capabilities = Capabilities(
            kinds=claims.kinds, lists=True, rate_limit=RateLimit(2, 1.0)
        )
        return session


@pytest.fixture
def limited():
    return Limited()


@pytest.fixture
def opener(limited):
    class Plugin:
        @hookimpl
        def erplink_connectors(self):
            return [Announcement("limited", limited, "Limited")]

    store = open_store("sqlite:///:memory:")
    with store.begin() as state:
        state.connections.put(Connection("erp", "ERP", "limited"))
    crm = MemoryErp([Kind("company", [Field("name")], ("name",))])
    registry = Registry([Plugin()], installed=False)
    yield SessionOpener(store, registry, lambda: crm.session("crm"), clock=VirtualClock())
    store.close()


def test_the_crm_is_one_more_system(opener):
    """Its session is guarded like any other."""
    assert ["company"] == [kind.name for kind in opener("crm").kinds()]


def test_all_sessions_of_a_connection_share_a_budget_that_keeps_to_what_is_claimed(opener, limited):
    """However many sessions are open, the system gets two requests a second."""
    opener("erp")
    opener("erp")
    one, other = limited.budgets
    clock = one._clock
    begun = clock.monotonic()

    for budget in (one, other, one, other):
        budget.take()

    assert one is other
    assert 1.0 == clock.monotonic() - begun


def test_a_connection_that_there_is_not_is_named(opener):
    """With the likely spelling."""
    with pytest.raises(BadName, match="did you mean 'erp'"):
        opener("epr")
