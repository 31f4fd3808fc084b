"""Merge two versions of one customer, of which the CRM and the ERP each hold one."""

from erplink import Field, FieldRule, Mapping, Merger

fields = [Field("name"), Field("phone"), Field("city"), Field("discount")]
rules = [
    FieldRule("name", "name"),
    FieldRule("phone", "phone"),
    FieldRule("city", "city"),  # moved on both sides: the higher rank wins, here the CRM
    FieldRule("discount", "discount", rule="ask"),  # moved on both sides: ask a person
]
merger = Merger(Mapping("erp", "customer", "company", rules=rules), fields, fields)

base = {"name": "Fjord Boats", "phone": "55 01 02 03", "city": "Oslo", "discount": "5 %"}
crm = base | {"name": "Fjord Boats AS", "city": "Bergen", "discount": "10 %"}
erp = base | {"phone": "+47 55 01 02 03", "city": "Trondheim", "discount": "0 %"}

merged = merger.merge(base, crm, erp)
for decision in merged.decisions:
    print(f"{decision.field:8}  {decision.outcome.value:5}  {decision.reason}")
print("CRM gets", dict(merged.patch("crm")))
print("ERP gets", dict(merged.patch("erp")))
