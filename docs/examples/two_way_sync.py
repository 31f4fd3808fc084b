"""Keep a CRM and an ERP in step: the CRM lives in memory, the ERP is a folder with a CSV file."""

import tempfile
from pathlib import Path

from erplink import EntityRef, Field, FieldRule, FieldType, Hub, Mapping
from erplink.adapters.crm.memory import MemoryCrm
from erplink.connectors import Kind
from erplink.domain import OnUnlinked
from erplink.domain import RecordResult as Did

# The ERP: one file, with a row for each customer.
folder = Path(tempfile.mkdtemp())
erp = folder / "customers.csv"
erp.write_text("id,name,city,discount\nK-7,Fjord Boats,Oslo,5\nK-8,Harbour Inn,Bergen,0\n")

# The CRM, with a company of which the ERP knows nothing yet.
fields = [Field("name"), Field("city"), Field("discount", FieldType.INTEGER)]
crm = MemoryCrm([Kind("company", fields, ("name",))])
crm.add("company", {"name": "Nordic Sails", "city": "Stavanger"})

# The Hub keeps its state in SQLite. A connection is tested before it is saved.
hub = Hub(crm, f"sqlite:///{folder}/erplink.db")
sheets = hub.connections.add("Sheets", "files", {"path": str(folder), "delimiter": "comma"})

# Which field is which, who may be asked, and what becomes of records without a counterpart.
rules = [
    FieldRule("name", "name"),
    FieldRule("city", "city"),
    FieldRule("discount", "discount", rule="ask"),
]
create = OnUnlinked(in_erp="create", in_crm="create")
hub.mappings.set(Mapping(sheets.id, "customer", "company", rules, on_unlinked=create))
hub.connections.activate(sheets.id)


def sync(what: str) -> None:
    """Do a pass, and tell how it went."""
    for result in hub.sync.now():
        made, changed = (result.report[each] for each in (Did.CREATED, Did.UPDATED))
        print(f"{what}: {result.run.state.value}, {made} created, {changed} updated")


sync("first pass")

# Two people edit at once: the CRM a city and a discount, the ERP another name and discount.
boats = next(row for row in crm.rows("company").values() if row.values["name"] == "Fjord Boats")
crm.put("company", boats.key, {"city": "Trondheim", "discount": 10})
erp.write_text(erp.read_text().replace("Fjord Boats,Oslo,5", "Fjord Boats AS,Oslo,15"))
sync("both edited")
print("CRM:", dict(crm.rows("company")[boats.key].values))
print("ERP:", next(line for line in erp.read_text().splitlines() if "K-7" in line))

# Both moved the discount, and its rule says to ask: nothing else had to wait for the answer.
(question,) = hub.conflicts.open()
print("question:", question.text, list(question.options.values()))
hub.conflicts.settle(question.id, "crm")
print("ERP:", next(line for line in erp.read_text().splitlines() if "K-7" in line))
sync("nothing to do")

why = hub.history.explain(EntityRef.of("company", boats.key), "name").change
print(f"name: {why.old} -> {why.new}, {why.reason}")
hub.close()
