"""One story, told by every host: a CRM and an ERP in which people work, and a Hub between them."""

from decimal import Decimal

import pytest

from erplink import (
    ActorRef,
    EntityRef,
    Field,
    FieldRule,
    FieldType,
    Hub,
    ListMap,
    Mapping,
    Registry,
)
from erplink.adapters.erp.memory import MemoryConnector, MemoryErp
from erplink.connectors import Announcement, Kind, hookimpl
from erplink.domain.connections import Connection
from erplink.domain.fields import Access, Sort
from erplink.domain.mapping import OnDelete, OnUnlinked
from erplink.hub import Tuning
from erplink.testing import VirtualClock
from erplink.testing.postgres import postgres_server, why_no_postgres

pytest.importorskip("django", reason="the extra [django] is not installed")
sa = pytest.importorskip("sqlalchemy", reason="the extra [sql] is not installed")

from .hosts import DjangoHost, SqlHost  # noqa: E402 - needs both

CUSTOMER = Kind(
    "customer",
    [
        Field("name", access=Access.MANDATORY, max_length=40),
        Field("number"),
        Field("city"),
        Field("limit", FieldType.DECIMAL, decimals=2),
        Field("country", FieldType.LIST, list_name="countries"),
        Field("phones", FieldType.TEXTS, sort=Sort.PHONE),
    ],
    ["name"],
)
PERSON = Kind("person", [Field("name", access=Access.MANDATORY)], ["name"], parent="customer")
BOTH_WAYS = OnUnlinked("create", "create")
MAPPINGS = (
    Mapping(
        "erp",
        "customer",
        "company",
        [
            FieldRule("name", "name"),
            FieldRule("number", "number"),
            FieldRule("city", "town"),
            FieldRule("limit", "credit", rule="ask"),
            FieldRule("country", "country"),
            FieldRule("phones", "phones", rule="union"),
        ],
        lists=[ListMap("countries", "lands", {"N": "NO", "S": "SE"})],
        on_unlinked=BOTH_WAYS,
        on_delete=OnDelete("delete", "delete", only_created=False),
    ),
    Mapping("erp", "person", "contact", [FieldRule("name", "name")], on_unlinked=BOTH_WAYS),
)


class Story:
    """A host, an ERP, and the Hub between them."""

    def __init__(self, host):
        self.host = host
        self.erp = MemoryErp([CUSTOMER, PERSON], {"countries": {"N": "Norge", "S": "Sverige"}})
        self.clock = VirtualClock()
        self.hub = Hub(
            host.crm,
            "sqlite:///:memory:",
            registry=Registry([self], installed=False),
            tuning=Tuning(clock=self.clock),
        )
        with self.hub._desk.wiring.store.begin() as state:
            state.connections.put(Connection("erp", "ERP", "memory", {}, active=True))
            for mapping in MAPPINGS:
                state.mappings.put(mapping)

    @hookimpl
    def erplink_connectors(self):
        return [Announcement("memory", MemoryConnector(self.erp), "Memory")]

    def sync(self):
        """Passes until nothing is to be done; what the last ones came to."""
        reports = []
        for _ in range(4):
            self.clock.sleep(120)
            reports = [result.report for result in self.hub.sync.now("erp")]
        return reports

    def company(self, key):
        """A company of the CRM, as a session tells it."""
        names = ["name", "town", "credit", "country", "phones"]
        (record,) = self.host.crm().get("company", [key], names)
        return None if record is None else dict(record.fields)

    def customers(self):
        """The customers of the ERP that are there, by name."""
        rows = self.erp.rows("customer").values()
        return {row.values["name"]: row for row in rows if not row.gone}

    def linked(self, key):
        """The key of the company that a customer of the ERP is linked to."""
        with self.hub._desk.wiring.store.look() as state:
            links = state.links.of("erp", "customer")
        return next((link.entity.key for link in links if link.actor.key == key), None)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of the tests' own."""
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql", "django"])
def story(request, tmp_path):
    """Each host once."""
    if request.param == "django":
        host = DjangoHost()
    elif request.param == "sqlite":
        host = SqlHost(sa.create_engine(f"sqlite:///{tmp_path}/crm.db"))
    else:
        url = sa.make_url(request.getfixturevalue("server").url())
        host = SqlHost(sa.create_engine(url.set(drivername="postgresql+psycopg")))
    told = Story(host)
    with told.hub:
        yield told
    host.close()


@pytest.fixture
def boats(story):
    """Fjord Boats, which began in the ERP, and are in the CRM by now."""
    values = {"name": "Fjord Boats", "number": "7", "city": "Oslo", "country": "N"}
    story.boats = story.erp.put("customer", "K-7", {**values, "phones": ("22 11", "22 12")})
    story.sync()
    story.key = story.linked("K-7")
    return story


def test_a_customer_of_the_erp_becomes_a_company(boats):
    """It is created with the value of its list, and with all of its numbers."""
    assert {
        "name": "Fjord Boats",
        "town": "Oslo",
        "credit": None,
        "country": "NO",
        "phones": ("22 11", "22 12"),
    } == boats.company(boats.key)


def test_a_company_and_its_contact_become_a_customer_and_a_person(story):
    """The person is made under the customer, whichever of them was found first."""
    key = story.host.add("Harbour Inn", "Bergen", ["55 10"])
    story.host.add_contact(key, "Ann")
    story.sync()
    inn = story.customers()["Harbour Inn"]
    (ann,) = story.erp.rows("person").values()

    assert ("Bergen", ("55 10",)) == (inn.values["city"], inn.values["phones"])
    assert ("Ann", ActorRef("erp", "customer", inn.key)) == (ann.values["name"], ann.parent)


def test_edits_of_both_sides_stand(boats):
    """One renames, the other moves: each sees what the other did."""
    boats.host.edit(boats.key, name="Fjord Boats AS")
    boats.erp.put("customer", "K-7", {"city": "Trondheim", "country": "S"})
    boats.sync()
    customer = boats.erp.rows("customer")["K-7"].values

    assert ("Fjord Boats AS", "Trondheim") == (customer["name"], customer["city"])
    company = boats.company(boats.key)
    assert ("Fjord Boats AS", "Trondheim", "SE") == tuple(
        company[name] for name in ("name", "town", "country")
    )


def test_numbers_are_joined(boats):
    """Both add a number: both have all of them, and what stood beside one stands there still."""
    boats.host.add_phone(boats.key, "22 13")
    boats.erp.put("customer", "K-7", {"phones": ("22 11", "22 12", "22 14")})
    boats.sync()
    expected = {"22 11", "22 12", "22 13", "22 14"}

    assert expected == set(boats.erp.rows("customer")["K-7"].values["phones"])
    assert expected == set(boats.company(boats.key)["phones"])
    assert {"22 13": "at night"} == boats.host.remarks(boats.key)


def test_a_conflict_waits_for_a_person(boats):
    """Both change the credit: it is asked about, and the answer is written."""
    boats.host.edit(boats.key, credit=Decimal(100))
    boats.erp.put("customer", "K-7", {"limit": Decimal(200)})
    boats.sync()
    (question,) = boats.hub.conflicts.open("erp")

    boats.hub.conflicts.settle(question.id, "crm")

    assert Decimal(100) == boats.erp.rows("customer")["K-7"].values["limit"]
    boats.sync()
    assert () == tuple(boats.hub.conflicts.open("erp"))


def test_a_company_that_is_removed_is_removed_from_the_erp(boats):
    """A deletion in the CRM is told by its triggers, and followed."""
    boats.host.remove(boats.key)
    boats.sync()

    assert {} == boats.customers()


def test_a_customer_that_is_removed_is_removed_from_the_crm(boats):
    """With its numbers, which are values of its own."""
    boats.erp.remove("customer", "K-7")
    boats.sync()

    assert boats.company(boats.key) is None


def test_then_nothing_is_to_be_done(boats):
    """What was written comes back as an echo, and is none."""
    boats.host.edit(boats.key, town="Molde")
    boats.sync()
    stamp = boats.erp.rows("customer")["K-7"].stamp
    reports = boats.sync()

    assert stamp == boats.erp.rows("customer")["K-7"].stamp
    assert all("updated" not in str(report) for report in reports)
    (link,) = boats.hub.links.of(EntityRef.of("company", boats.key))
    assert ActorRef("erp", "customer", "K-7") == link.actor


def test_what_the_crm_refuses_is_told_with_its_field(boats):
    """A value that the CRM does not take is parked with the reason, and harms nothing else."""
    boats.erp.put("customer", "K-7", {"country": "N", "city": "x" * 31})
    boats.sync()
    company = boats.company(boats.key)

    assert "Oslo" == company["town"]
    assert "Fjord Boats" == company["name"]
