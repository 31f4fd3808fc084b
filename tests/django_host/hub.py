"""The host's Hub: its own models for the CRM, and an ERP in memory."""

from erplink import Field, FieldRule, Hub, Mapping, Registry
from erplink.adapters.crm.django import DjangoCrm, DjangoKind
from erplink.adapters.erp.memory import MemoryConnector, MemoryErp
from erplink.connectors import Announcement, Kind, hookimpl
from erplink.domain.connections import EVERYONE, Connection, Scope
from erplink.domain.mapping import OnUnlinked

from .shop.models import Customer

__all__ = ["ERP", "make_hub"]

ERP = MemoryErp([Kind("customer", [Field("name"), Field("number"), Field("city")], ["name"])])
CRM = DjangoCrm(
    [DjangoKind("company", Customer, ["name", "number", "town"], modified="modified")], commit_lag=0
)


class Plugin:
    """The host's own connector."""

    @hookimpl
    def erplink_connectors(self):
        return [Announcement("memory", MemoryConnector(ERP), "Memory")]


def make_hub():
    """A Hub with a connection that all see, and one that only accountants do."""
    hub = Hub(CRM, "sqlite:///:memory:", registry=Registry([Plugin()], installed=False))
    rules = [
        FieldRule("name", "name", rule="ask"),
        FieldRule("number", "number"),
        FieldRule("city", "town"),
    ]
    with hub._desk.wiring.store.begin() as state:
        state.connections.put(Connection("north", "North ERP", "memory", {}, EVERYONE, active=True))
        state.connections.put(
            Connection("south", "South ERP", "memory", {}, scope=Scope(groups={"accountants"}))
        )
        unlinked = OnUnlinked("create", "leave")
        state.mappings.put(Mapping("north", "customer", "company", rules, on_unlinked=unlinked))
    return hub
