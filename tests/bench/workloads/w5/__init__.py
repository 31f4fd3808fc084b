"""W5: the three-way merge of a million records in memory."""

from contract import Implementation, Target, Workload

from w5.triples import prepare

WORKLOAD = Workload(
    name="W5",
    sentence="Merge n (base, CRM, ERP) triples of 16 fields, by pages of 1000 plain dicts; "
    "2 % of them changed on a side, 0.2 % in conflict.",
    prepare=prepare,
    implementations=(
        Implementation("erplink", "erplink", "Merger.page, as a host calls it."),
        Implementation("floor-tuple", "floor", "Tuples; fields only where two differ."),
        Implementation("floor-dict", "floor", "The same over the dicts themselves."),
        Implementation("naive", "naive", "Every field of every record, as one would write it."),
        Implementation("jsonpatch", "peer", "Two patches per record.", ("jsonpatch",), 100),
        Implementation("dictdiffer", "peer", "Its Merger per record.", ("dictdiffer",), 100),
        Implementation("deepdiff", "peer", "Two diffs per record.", ("deepdiff",), 100),
    ),
    targets=(
        Target("erplink/floor-tuple", at_most=1.5),
        Target("jsonpatch/erplink", at_least=40),
    ),
)
