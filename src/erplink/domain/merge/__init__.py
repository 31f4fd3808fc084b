"""Three-way merge, field by field: who moved, who wins, what each side must be told."""

from erplink.domain.merge.children import ChildFate, ChildMerge, merge_children
from erplink.domain.merge.decision import (
    PERSON,
    Agreement,
    Chosen,
    FieldDecision,
    FieldWrite,
    Option,
    Outcome,
    SideView,
)
from erplink.domain.merge.merger import Merger
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.record import LinkedRecord, RecordMerge, answer_record, merge_record
from erplink.domain.merge.resolver import answer_field, merge_field
from erplink.domain.merge.short_way import Move
from erplink.domain.merge.standing import LinkedField

__all__ = [
    "PERSON",
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
    "Move",
    "Option",
    "Outcome",
    "RecordMerge",
    "SideView",
    "answer_field",
    "answer_record",
    "merge_children",
    "merge_field",
    "merge_record",
]
