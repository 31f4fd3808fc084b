"""Office: a CRM, an ERP, a store and an engine, with an import between them."""

from datetime import UTC, datetime

from erplink.adapters.clock import SystemClock
from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.stores import open_store
from erplink.connectors import Kind
from erplink.domain import Connection, Field, FieldRule, Mapping
from erplink.domain.staging import ImportSettings, settings_to_toml
from erplink.imports import Importer, Part, parts_to_text
from erplink.sync import Engine
from erplink.sync.state import Import

FIELDS = (Field("name"), Field("street"), Field("vat_number"), Field("code"))
BY_NAME = ImportSettings(match={"company": "name"})


class Office:
    """Everything that one test of an import needs."""

    def __init__(self, url="sqlite:///:memory:"):
        self.crm = MemoryErp([Kind("company", FIELDS, ("name",))])
        self.erp = MemoryErp([Kind("customer", FIELDS, ("name",))])
        self.systems = {"crm": self.crm, "erp": self.erp}
        self.store = open_store(url)
        rules = [FieldRule(field.key, field.key) for field in FIELDS]
        self.mapping = Mapping("erp", "customer", "company", rules=rules)
        with self.store.begin() as state:
            state.connections.put(Connection("erp", "ERP", "memory", active=True))
            state.mappings.put(self.mapping)
        self.engine = Engine(
            self.store, lambda system: self.systems[system].session(system), SystemClock()
        )

    def company(self, key, **values):
        self.crm.put("company", key, {field.key: values.get(field.key) for field in FIELDS})

    def customer(self, key, **values):
        self.erp.put("customer", key, {field.key: values.get(field.key) for field in FIELDS})

    def companies(self):
        """What every company of the CRM holds, by key."""
        rows = self.crm.rows("company").items()
        return {key: dict(row.values) for key, row in rows if not row.gone}

    def begun(self, settings=BY_NAME, each="import-1"):
        """An import with everything staged that the ERP has."""
        part = Part(Kind("customer", FIELDS, ("name",)), self.mapping)
        with self.store.begin() as state:
            state.imports.put(
                Import(
                    id=each,
                    connection="erp",
                    actor_kind="customer",
                    created=datetime.now(UTC),
                    source=parts_to_text([part]),
                    settings=settings_to_toml(settings),
                )
            )
        importer = Importer(self.store, self.engine, each)
        importer.add()
        return importer
