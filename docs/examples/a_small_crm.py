"""A small CRM in a database, with an ERP behind it: what each screen calls, and what it shows."""

import tempfile
from pathlib import Path

import sqlalchemy as sa
from attrs import evolve

from erplink import EntityRef, Hub, Principal
from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlKind
from erplink.domain import FieldRule
from erplink.domain.mapping import DefaultValue, How

# The CRM: two tables of the host's own, and what is known of them.
folder = Path(tempfile.mkdtemp())
database = sa.create_engine(f"sqlite:///{folder}/crm.db")
meta = sa.MetaData()
company = sa.Table(
    "company",
    meta,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("city", sa.String(40)),
    sa.Column("terms", sa.Integer),
    sa.Column("request", sa.String(120), unique=True),
)
meta.create_all(database)
columns = {"name": "name", "city": "city", "terms": "terms"}
crm = SqlCrm(
    database,
    [SqlKind("company", company, columns, change_table="company_changes", request="request")],
)
crm.create_change_tables()
with database.begin() as people:
    rows = [("Fjord Boats", "Oslo", 30), ("Harbour Inn", None, None), ("Nordic Sails", "Moss", 14)]
    for name, city, terms in rows:
        people.execute(company.insert().values(name=name, city=city, terms=terms))

# The ERP: a file with a row for each customer. Yours is a system with an API; no screen changes.
erp = folder / "customers.csv"
erp.write_text(
    "id,name,city,terms,segment\n"
    "K-7,Fjord Boats AS,Oslo,60,\n"
    "K-8,Nordic Sails,Moss,14,B\n"
    "K-9,Sail Loft,Bergen,30,B\n"
)

hub = Hub(crm, f"sqlite:///{folder}/erplink.db")
me = hub.as_user(Principal("ada", {"sales"}))


def screen(title: str, *lines: object) -> None:
    """What a user sees: connections by their names, and not by their ids."""
    text = "\n".join(map(str, lines))
    for each in me.connections.all():
        text = text.replace(each.id, each.name)
    print(f"--- {title}", text, "", sep="\n")


def entity(key: int) -> EntityRef:
    """A company of the CRM."""
    return EntityRef.of("company", str(key))


# Settings > Connections > Add, and its field mapping.
settings = {"path": str(folder), "delimiter": "comma"}
shown = [f"{line.field.title}: {line.field.type.value}" for line in me.connections.form("files")]
sheet = me.connections.add("Sheet", "files", settings)
mapping = me.mappings.draft(sheet.id, "customer")
rules = [
    evolve(rule, show_in_tab=True, show_in_search=rule.key != "terms", rank=rank)
    for rank, rule in enumerate(mapping.rules)
]
defaults = [DefaultValue("segment", How.ASK, mandatory=True)]
mapping = evolve(mapping, rules=rules, defaults=defaults)
mapping = mapping.with_rule(FieldRule("terms", "terms", rule="ask", show_in_tab=True, rank=9))
me.mappings.set(mapping)
me.connections.activate(sheet.id)
screen("Settings: add a connection", *shown[:3])
screen("Settings: field mapping", *mapping.rules)

# Company > ERP tab: nothing is linked yet.
for tab in me.links.tab(entity(1)):
    screen("Fjord Boats: the ERP tab", f"{tab.name}: may be linked to a {tab.kinds[0].name}")

# Company > Connect: search, compare, choose, commit.
hits = me.links.search(entity(1), sheet.id, "customer", "boats")
screen("Connect: search for 'boats'", *(row.values for row in hits.rows))
compared = me.links.compare(entity(1), hits.rows[0].actor)
screen("Connect: side by side", compared.explain())
compared = compared.choose("name", "erp").choose("terms", "crm").give("segment", "A")
screen("Connect: what would be written", compared.plan.explain())
done = me.links.commit(compared)
screen("Connect: done", f"written: {', '.join(sorted(done.written))}")
for tab in me.links.tab(entity(1)):
    screen("Fjord Boats: the ERP tab", *tab.values)

# Company > Create in the ERP: nothing was found for Harbour Inn.
draft = me.links.draft(entity(2), sheet.id, "customer")
screen("Create: the form", draft.explain())
made = me.links.create(draft.give("segment", "C"))
screen("Create: done", f"linked to {made.link.actor.kind} {made.link.actor.key}")

# Settings > Link existing data: everything that is not linked yet, at a desk.
desk = me.links.desk(sheet.id, "customer")
screen("Desk: what may be the same", *(f"{row.label}: {row!r}" for row in desk.rows))
bulk = me.links.commit_desk(desk.accept(entity(3)))
screen("Desk: done", f"{bulk.done} linked", *bulk.failed)

# People edit both sides; one of the fields has the rule to ask.
with database.begin() as people:
    sails = company.update().where(company.c.name == "Nordic Sails")
    people.execute(sails.values(terms=10, city="Tromsø"))
erp.write_text(erp.read_text().replace("Nordic Sails,Moss,14", "Nordic Sails,Moss,45"))
for result in me.sync.now(sheet.id):
    screen("Sync: what a pass did", result.report)

# Home > Questions.
for question in me.conflicts.open():
    sides = [
        f"{'CRM' if side.system == 'crm' else sheet.name}: {side.value} (agreed: {side.base})"
        for side in question.sides
    ]
    screen(f"Questions: {question.field}", *sides)
    me.conflicts.settle(question.id, "crm")
screen("Questions: afterwards", f"{me.conflicts.count()} open")

# Company > History: why a field holds what it holds, and what it takes to put a value back.
actor = me.links.of(entity(3))[0].actor
why = me.history.explain(actor, "terms").change
screen("History: terms of Nordic Sails", f"{why.old} -> {why.new}, {why.reason}")
loss = me.history.losses(actor, field="terms")[0]
me.history.restore(me.history.plan_restore(loss))
rows = erp.read_text().splitlines()
screen("History: the value that lost is restored", next(row for row in rows if "Nordic" in row))

# Company > Disconnect: the data stays on both sides.
me.links.disconnect(entity(1), sheet.id)
screen("Disconnect", f"Fjord Boats has {len(me.links.of(entity(1)))} links")
hub.close()
database.dispose()
