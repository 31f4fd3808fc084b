"""erplink: Merger.page, called for each page as a host calls it."""

from collections.abc import Iterable, Iterator
from typing import Final

from clock import Clock
from contract import Job, Outcome
from customers import FIELDS

from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping import FieldRule, Mapping
from erplink.domain.merge import Chosen, FieldDecision, Merger, RecordMerge
from erplink.domain.records import CRM as CRM_SYSTEM
from w5.triples import CONFLICT, CRM, ERP, PAGE, SAME, Side, Told, merge_all, outcome

_TYPES: Final = {
    "credit_limit": FieldType.INTEGER,
    "payment_terms": FieldType.INTEGER,
    "active": FieldType.CHECKBOX,
}


def run(job: Job, clock: Clock) -> Outcome:
    """Compile the mapping, merge all pages, and tell every decision afterwards."""
    fields = [Field(key, _TYPES.get(key, FieldType.TEXT)) for key in FIELDS]
    rules = tuple(FieldRule(key, key) for key in FIELDS)
    merger = Merger(Mapping("erp", "customer", "company", rules), fields, fields)

    def merge(bases: Side, crms: Side, erps: Side) -> list[tuple[int, RecordMerge]]:
        return list(merger.page(bases, crms, erps))

    return outcome(_told(merge_all(job, clock, merge)))


def _told(results: Iterable[Iterable[tuple[int, RecordMerge]]]) -> Iterator[Told]:
    for number, page in enumerate(results):
        for index, merged in page:
            for decision in merged.decisions:
                kind = _kind(decision)
                value = None if kind == CONFLICT else decision.value
                yield number * PAGE + index, decision.field, kind, value


def _kind(decision: FieldDecision) -> str:
    if decision.rule == Chosen.AGREED:
        return SAME
    if decision.rule != Chosen.ONE_SIDE:
        return CONFLICT
    return CRM if decision.winner == CRM_SYSTEM else ERP
