"""The story of the demo: every part of it is a few calls, shown with what they really answer.

It is carried out in a folder of its own, part by part; each brings what it imports.
"""

# %% A CRM and an ERP
# The CRM is three rows in SQLite, the ERP is a workbook with four customers.
from erplink import ActorRef, FieldRule, Hub
from erplink.demo.world import companies_in, edit_company, edit_customer, make_crm, make_workbook
from erplink.domain.staging import ImportSettings

crm = make_crm("crm.db")
make_workbook("erp.xlsx")
hub = Hub(crm, "sqlite:///erplink.db")
print(*companies_in("crm.db"), sep="\n")

# %% Connect
# A form is tried out before anything is saved.
settings = {"path": "erp.xlsx"}
print(hub.connections.test("files", settings).message)
erp = hub.connections.add("Our ERP", "files", settings)

# %% Map, by suggestion
mapping = hub.mappings.draft(erp.id, "customer", "company")
print(*mapping.rules, sep="\n")
hub.mappings.set(mapping)
hub.connections.activate(erp.id)

# %% Link what is there already
# Matched by VAT number; nothing is written before the desk is committed.
desk = hub.links.desk(erp.id, "customer")
print(desk)
for line in desk.rows:
    print(f"{line.label}: {line.verdict.value}, {line.reason}")
print(hub.links.commit_desk(desk.accept_all()))
print(*companies_in("crm.db"), sep="\n")

# %% Both sides are edited
# In the CRM a city and a discount; in the workbook another name, another city, another discount.
hub.mappings.set_rule(erp.id, "customer", FieldRule("discount", "discount", rule="ask"))
edit_company("crm.db", 1, city="Tromsø", discount=7)
edit_customer("erp.xlsx", "K-1", name="Fjord Boats AS", city="Bodø", discount=15)

# %% A two-way sync
# The city was edited on both sides: the CRM ranks higher. The discount too: its rule is to ask.
(result,) = hub.sync.now()
print(result.report)
print(*companies_in("crm.db"), sep="\n")

# %% One question is left
(question,) = hub.conflicts.open()
print(question)
print(hub.conflicts.settle(question.id, erp.id).report)

# %% Why is it so?
boats = ActorRef(erp.id, "customer", "K-1")
print(hub.history.explain(boats, "city"))

# %% A preview of an import
# The ERP has a customer that the CRM does not know. Meanwhile the engine serves nothing by itself,
# and nothing is written yet.
hub.sync.switch_off("an import is looked over")
wish = ImportSettings(match={"company": "VAT number"})
import_id = hub.imports.start(erp.id, "customer", settings=wish)
hub.imports.add(import_id)
print(hub.imports.preview(import_id))
for row in hub.imports.rows(import_id):
    print(row.title, row.verdict)

# %% The import, and its two lists
print(hub.imports.run(import_id))
print("new:", hub.imports.new(import_id), "updated:", hub.imports.updated(import_id))
print(*companies_in("crm.db"), sep="\n")

# %% Undo
undo = hub.history.plan_undo(f"{import_id}/customer")
print(undo)
print(hub.history.undo(undo).report)
print(*companies_in("crm.db"), sep="\n")

# %% All is well
# What stays is in step: another pass writes nothing.
hub.sync.switch_on()
(result,) = hub.sync.now()
print("written:", dict(result.report.changes) or "nothing")
hub.close()
