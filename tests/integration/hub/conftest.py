"""An office: a CRM, two ERPs behind real connectors, and a Hub over all of it."""

from base64 import urlsafe_b64encode

import pytest

from erplink import Field, FieldRule, FieldType, Hub, ListMap, Mapping, Principal, Registry
from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import Announcement, Event, Kind, hookimpl
from erplink.domain.connections import EVERYONE, Connection, Scope
from erplink.domain.fields import Access
from erplink.domain.mapping import OnUnlinked
from erplink.domain.secret import Secret
from erplink.hub import Tuning
from erplink.testing import FakeConnector, FakeErp, VirtualClock

COMPANY = Kind(
    "company",
    (
        Field("name", access=Access.MANDATORY),
        Field("city"),
        Field("land", FieldType.LIST, list_name="lands"),
        Field("limit", FieldType.DECIMAL, decimals=2),
        Field("note"),
        Field("id", is_key=True),
    ),
    ("name", "city"),
    title="Companies",
)
CONTACT = Kind("contact", (Field("name"), Field("phone")), ("name",), parent="company")
LANDS = {"no": "Norway", "se": "Sweden", "de": "Germany"}
KEY = urlsafe_b64encode(bytes(range(32))).decode()
PASSWORD = "let-me-in"  # noqa: S105 - it guards a fake

ADA = Principal("ada", {"sales"})
EVE = Principal("eve", {"interns"})


class Office:
    """The systems, the plug-ins and the Hub of one host."""

    def __init__(self, hooks=None, *, address="sqlite:///:memory:", **tuning):
        self.clock = VirtualClock()
        self.crm = MemoryErp([COMPANY, CONTACT], {"lands": LANDS})
        self.north = FakeErp(clock=self.clock, password=PASSWORD)
        self.south = FakeErp(clock=self.clock, password=PASSWORD)
        #: Made when it is first used: until then, a test may have another one.
        self.south_connector = FakeConnector(self.south, "south", "South ERP")
        self.events: list[Event] = []
        #: By the name of an event: what somebody does at that very moment.
        self.meanwhile = {}
        self.hub = Hub(
            lambda: self.crm.session("crm"),
            address,
            registry=Registry([self], installed=False),
            key=KEY,
            hooks=hooks,
            tuning=Tuning(clock=self.clock, **tuning),
        )

    @hookimpl
    def erplink_connectors(self):
        return (
            Announcement("north", FakeConnector(self.north, "north", "North ERP"), "North ERP"),
            Announcement("south", lambda: self.south_connector, "South ERP"),
        )

    @hookimpl
    def erplink_event(self, event):
        self.events.append(event)
        for act in self.meanwhile.pop(event.name, ()):
            act()

    @property
    def store(self):
        return self.hub._desk.wiring.store

    def keep(self, *things):
        """Keep connections and mappings without the checks of the Hub."""
        with self.store.begin() as state:
            for thing in things:
                put = state.mappings if isinstance(thing, Mapping) else state.connections
                put.put(thing)

    def connect(self, name, scope=EVERYONE, **more):
        """A connection that is up and mapped, as if somebody had set it up in the past."""
        config = {"user": "erplink", "password": Secret(PASSWORD)}
        given = {"connector": name, "configuration": config, "active": True, **more}
        self.keep(Connection(name, name.title(), scope=scope, **given), mapping_of(name))
        return name


def mapping_of(connection, **more):
    """Customers and companies, with a list and a field that asks."""
    given = {
        "rules": [
            FieldRule("name", "name", show_in_search=True, show_in_tab=True, rank=1),
            FieldRule("city", "city", show_in_tab=True, rank=2),
            FieldRule("country", "land"),
            FieldRule("credit", "limit", rule="ask"),
        ],
        "lists": [ListMap("countries", "lands", {"NO": "no", "SE": "se", "DE": "de"})],
        "on_unlinked": OnUnlinked("create", "leave"),
        **more,
    }
    return Mapping(connection, "customer", "company", **given)


@pytest.fixture
def office():
    """An office in which nothing is connected yet."""
    made = Office()
    with made.hub:
        yield made


@pytest.fixture
def busy():
    """An office with a connection that all see, and another one that interns do not."""
    made = Office()
    made.connect("north")
    made.connect("south", Scope(groups={"sales"}))
    with made.hub:
        yield made
