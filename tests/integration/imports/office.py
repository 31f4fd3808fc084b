"""Office: a CRM, an ERP, a store and an engine, with an import between them."""

from datetime import UTC, datetime

from erplink.adapters.clock import SystemClock
from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.stores import open_store
from erplink.connectors import Kind
from erplink.domain import (
    ActorRef,
    Connection,
    EntityRef,
    Field,
    FieldRule,
    FieldType,
    ListMap,
    Mapping,
)
from erplink.domain.staging import ImportSettings, RowFilter, settings_to_toml
from erplink.imports import Importer, Part, parts_to_text
from erplink.sync import Engine
from erplink.sync.state import Import

FIELDS = (Field("name"), Field("street"), Field("vat_number"), Field("code"))
LISTED = (
    *FIELDS,
    Field("land", FieldType.LIST, list_name="lands"),
    Field("phones", FieldType.TEXTS),
)
CUSTOMER = Kind(
    "customer",
    (*FIELDS, Field("country", FieldType.LIST, list_name="countries"), LISTED[-1]),
    ("name", "street"),
)
COMPANY = Kind(
    "company",
    (*LISTED, Field("note"), Field("archived", FieldType.CHECKBOX)),
    ("name",),
)
PERSON = Kind("person", (Field("name"), Field("email")), ("name",), parent="customer")
CONTACT = Kind(
    "contact",
    (Field("name"), Field("email"), Field("consent_basis"), Field("consent_source")),
    ("name",),
    parent="company",
)
LANDS = {"no": "Norway", "se": "Sweden"}
COUNTRIES = {"NO": "Norge", "SE": "Sverige", "FI": "Finland"}
BY_NAME = ImportSettings(match={"company": "name", "contact": "name"})


def mapping_of_customers(**more):
    rules = [FieldRule(field.key, field.key) for field in FIELDS]
    rules += [FieldRule("country", "land"), FieldRule("phones", "phones")]
    lists = [ListMap("countries", "lands", {"NO": "no", "SE": "se"})]
    return Mapping("erp", "customer", "company", rules=rules, lists=lists, **more)


def mapping_of_persons():
    rules = [FieldRule("name", "name"), FieldRule("email", "email")]
    return Mapping("erp", "person", "contact", rules=rules)


class Office:
    """Everything that one test of an import needs."""

    def __init__(self, url="sqlite:///:memory:", clock=None):
        self.crm = MemoryErp([COMPANY, CONTACT], {"lands": LANDS})
        self.erp = MemoryErp([CUSTOMER, PERSON], {"countries": COUNTRIES})
        self.systems = {"crm": self.crm, "erp": self.erp}
        self.store = open_store(url)
        self.mapping = mapping_of_customers()
        with self.store.begin() as state:
            state.connections.put(Connection("erp", "ERP", "memory", active=True))
            state.mappings.put(self.mapping)
            state.mappings.put(mapping_of_persons())
        self.clock = clock or SystemClock()
        self.engine = Engine(self.store, self.session, self.clock)

    def session(self, system):
        return self.systems[system].session(system)

    # what there is --------------------------------------------------------------------------------

    def company(self, key, **values):
        self.crm.put("company", key, values)

    def contact(self, key, company=None, **values):
        parent = {"parent": EntityRef.of("company", company)} if company else {}
        self.crm.put("contact", key, values, **parent)

    def customer(self, key, **values):
        self.erp.put("customer", key, values)

    def person(self, key, customer=None, **values):
        parent = {"parent": ActorRef("erp", "customer", customer)} if customer else {}
        self.erp.put("person", key, values, **parent)

    def companies(self, kind="company"):
        """What every company of the CRM holds, by key."""
        rows = self.crm.rows(kind).items()
        return {
            key: {name: value for name, value in row.values.items() if value not in (None, ())}
            for key, row in sorted(rows)
            if not row.gone
        }

    def contacts(self):
        """The name of every contact, with the name of its company, if it has one."""
        companies = self.crm.rows("company")
        return {
            row.values["name"]: row.parent and companies[row.parent.key].values["name"]
            for _, row in sorted(self.crm.rows("contact").items())
            if not row.gone
        }

    def names(self):
        """The names of the companies."""
        return sorted(values["name"] for values in self.companies().values())

    # an import ------------------------------------------------------------------------------------

    def begun(self, settings=BY_NAME, each="import-1", *, kinds=("customer",)):
        """An import with everything staged that the ERP has."""
        known = {
            "customer": Part(CUSTOMER, self.mapping),
            "person": Part(PERSON, mapping_of_persons()),
        }
        with self.store.begin() as state:
            state.imports.put(
                Import(
                    id=each,
                    connection="erp",
                    actor_kind=kinds[-1],
                    created=datetime.now(UTC),
                    source=parts_to_text([known[kind] for kind in kinds]),
                    settings=settings_to_toml(settings),
                )
            )
        importer = Importer(self.store, self.engine, each)
        for kind in kinds:
            importer.add(kind=kind)
        return importer

    def imported(self, settings=BY_NAME, each="import-1", **more):
        """An import that was previewed and run."""
        importer = self.begun(settings, each, **more)
        importer.preview()
        importer.run()
        return importer


def shown(importer, **which):
    """What is shown of rows: action, title, and the fields that would be written."""
    return [
        (
            row.verdict.action.value,
            row.title,
            {cell.field: (cell.old, cell.new) for cell in row.verdict.cells},
        )
        for row in importer.rows(RowFilter(**which))
    ]


def told(importer, **which):
    """What came of rows: title, fate and reason."""
    rows = importer.rows(RowFilter(**which))
    return [(row.title, row.fate and row.fate.value, row.fate_reason) for row in rows]
