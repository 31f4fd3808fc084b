"""House: a host with companies in SQL tables, and a Hub that keeps them in step with a Tryton."""

from base64 import urlsafe_b64encode

import sqlalchemy as sa

from erplink import EntityRef, FieldRule, Hub, Mapping, Registry
from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlKind, SqlValues
from erplink.adapters.erp import plugin
from erplink.domain import OnUnlinked, Sort
from erplink.hub import Tuning

KEY = urlsafe_b64encode(bytes(range(32))).decode()
RULES = (
    FieldRule("name", "name"),
    FieldRule("code", "number", direction=">"),
    FieldRule("city", "city", rule="ask"),
    FieldRule("emails", "emails"),
    FieldRule("active", "active"),
)
_tables = sa.MetaData()
COMPANY = sa.Table(
    "company",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("number", sa.String(40)),
    sa.Column("city", sa.String(80)),
    sa.Column("active", sa.Boolean, nullable=False, default=True, server_default=sa.true()),
    sa.Column("request", sa.String(80), unique=True),
)
EMAIL = sa.Table(
    "email",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("company", sa.ForeignKey("company.id"), nullable=False),
    sa.Column("address", sa.String(200), nullable=False),
)


class House:
    def __init__(self, server, folder, **tuning):
        self.server = server
        self.engine = sa.create_engine(f"sqlite:///{folder}/crm.db")
        _tables.create_all(self.engine)
        company = SqlKind(
            "company",
            COMPANY,
            fields={
                "name": COMPANY.c.name,
                "number": COMPANY.c.number,
                "city": COMPANY.c.city,
                "active": COMPANY.c.active,
                "emails": SqlValues(EMAIL.c.address, parent=EMAIL.c.company, sort=Sort.EMAIL),
            },
            change_table="company_changes",
            request=COMPANY.c.request,
        )
        crm = SqlCrm(self.engine, [company])
        crm.create_change_tables()
        registry = Registry([plugin], installed=False)
        store = f"sqlite:///{folder}/erplink.db"
        self.hub = Hub(crm, store, registry=registry, key=KEY, tuning=Tuning(**tuning))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hub.close()
        self.engine.dispose()

    def connect(self, on_unlinked=None, **config):
        """Add the connection with a mapping, and have it synced; its id."""
        made = self.hub.connections.add("Tryton", "tryton", self.server.config(**config))
        unlinked = on_unlinked or OnUnlinked(in_erp="create", in_crm="create")
        mapping = Mapping(made.id, "customer", "company", RULES, on_unlinked=unlinked)
        self.hub.mappings.set(mapping)
        self.hub.connections.activate(made.id)
        return made.id

    def sync(self, *, full=False):
        """One pass; how it ended, and its report as a text."""
        (result,) = self.hub.sync.now(full=full)
        return result.run.state.value, str(result.report)

    # people in the CRM ----------------------------------------------------------------------------

    def add(self, **values):
        with self.engine.begin() as work:
            return work.execute(COMPANY.insert().values(values)).inserted_primary_key[0]

    def edit(self, name, **values):
        with self.engine.begin() as work:
            done = work.execute(COMPANY.update().where(COMPANY.c.name == name).values(values))
            assert 1 == done.rowcount

    def companies(self, *columns):
        asked = [COMPANY.c[name] for name in columns or ("name",)]
        with self.engine.connect() as work:
            return sorted(tuple(row) for row in work.execute(sa.select(*asked)))

    def entity(self, name):
        with self.engine.connect() as work:
            found = work.execute(sa.select(COMPANY.c.id).where(COMPANY.c.name == name)).scalar_one()
        return EntityRef.of("company", str(found))

    # people in Tryton -----------------------------------------------------------------------------

    def party(self, name, **values):
        """Make a party, or change the one that there is."""
        found = self.server.rows("party.party", [["name", "=", name]], "id")
        if found:
            self.server.call("model.party.party.write", [found[0]["id"]], values)
            return found[0]["id"]
        return self.server.call("model.party.party.create", [{"name": name, **values}])[0]

    def parties(self, *fields):
        asked = fields or ("name",)
        rows = self.server.rows("party.party", [["name", "!=", "Harbour Trading"]], *asked)
        return sorted(tuple(row[name] for name in asked) for row in rows)
