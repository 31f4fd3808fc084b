"""Three-way merge, field by field: who moved, who wins, what each side must be told."""

from erplink.domain.merge.children import ChildFate, ChildMerge, merge_children
from erplink.domain.merge.decision import (
    Agreement,
    Chosen,
    FieldDecision,
    FieldWrite,
    Option,
    Outcome,
    SideView,
)
from erplink.domain.merge.merger import LinkedRecord, Merger, RecordMerge, merge_record
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.resolver import merge_field
from erplink.domain.merge.standing import LinkedField

__all__ = [
    "Agreement",
    "ChildFate",
    "ChildMerge",
    "Chosen",
    "FieldDecision",
    "FieldPair",
    "FieldWrite",
    "LinkedField",
    "LinkedRecord",
    "Merger",
    "Option",
    "Outcome",
    "RecordMerge",
    "SideView",
    "merge_children",
    "merge_field",
    "merge_record",
]
