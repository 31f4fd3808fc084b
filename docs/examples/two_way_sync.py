"""Keep a CRM and an ERP in step: the CRM lives in memory, the ERP is a folder with a CSV file."""

import tempfile
from pathlib import Path

from erplink.adapters.clock import SystemClock
from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.opener import SessionOpener
from erplink.adapters.stores import open_store
from erplink.connectors import Kind, Registry
from erplink.domain import Connection, Field, FieldRule, FieldType, Mapping, OnUnlinked
from erplink.sync import Engine

# The ERP: one file, with a row for each customer.
folder = Path(tempfile.mkdtemp())
erp = folder / "customers.csv"
erp.write_text("id,name,city,discount\nK-7,Fjord Boats,Oslo,5\nK-8,Harbour Inn,Bergen,0\n")

# The CRM, with a company of which the ERP knows nothing yet.
fields = [Field("name"), Field("city"), Field("discount", FieldType.INTEGER)]
crm = MemoryErp([Kind("company", fields, ("name",))])
crm.put("company", "1", {"name": "Nordic Sails", "city": "Stavanger"})

# Which field is which, who may be asked, and what becomes of records without a counterpart.
mapping = Mapping(
    "sheets",
    "customer",
    "company",
    rules=[
        FieldRule("name", "name"),
        FieldRule("city", "city"),
        FieldRule("discount", "discount", rule="ask"),
    ],
    on_unlinked=OnUnlinked(in_erp="create", in_crm="create"),
)

store = open_store(f"sqlite:///{folder}/erplink.db")
with store.begin() as state:
    settings = {"path": str(folder), "delimiter": "comma"}
    state.connections.put(Connection("sheets", "Sheets", "files", settings, active=True))
    state.mappings.put(mapping)

opener = SessionOpener(store, Registry(), lambda: crm.session("crm"))
engine = Engine(store, opener, SystemClock())


def sync(what: str) -> None:
    """Do a pass, and tell how it went."""
    for result in engine.sync():
        print(f"{what}: {result.run.state.value}, {result.report}")


sync("first pass")

# Two people edit at once: the CRM a city and a discount, the ERP another name and discount.
boats = next(row for row in crm.rows("company").values() if row.values["name"] == "Fjord Boats")
crm.put("company", boats.key, {"city": "Trondheim", "discount": 10})
erp.write_text(erp.read_text().replace("Fjord Boats,Oslo,5", "Fjord Boats AS,Oslo,15"))
sync("both edited")
print("CRM:", dict(crm.rows("company")[boats.key].values))
print("ERP:", next(line for line in erp.read_text().splitlines() if "K-7" in line))

# Both moved the discount, and its rule says to ask: nothing else had to wait for the answer.
with store.look() as state:
    (question,) = state.issues.of("sheets")
print("question:", question.text, dict(question.options))
engine.answer(question.id, "crm")
print("ERP:", next(line for line in erp.read_text().splitlines() if "K-7" in line))
sync("nothing to do")

with store.look() as state:
    link = state.links.by_entity("sheets", "company", [boats.key])[boats.key]
why = engine.explain(link.key, "name").change
print(f"name: {why.old} -> {why.new}, {why.reason}")
store.close()
