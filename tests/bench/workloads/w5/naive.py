"""What one writes at first: a loop over every field of every record."""

from typing import Any

from clock import Clock
from contract import Job, Outcome
from customers import FIELDS

from w5.triples import CONFLICT, CRM, ERP, SAME, Side, Touched, merge_all, outcome, told


def run(job: Job, clock: Clock) -> Outcome:
    """Merge all pages, record by record."""
    return outcome(told(merge_all(job, clock, merge)))


def merge(bases: Side, crms: Side, erps: Side) -> list[Touched]:
    """Merge one page."""
    page: list[Touched] = []
    for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True)):
        merged: dict[str, Any] = {}
        decisions: list[tuple[str, str]] = []
        for field in FIELDS:
            was, mine, theirs = base[field], crm[field], erp[field]
            merged[field] = was
            if mine == was and theirs == was:
                continue
            if mine == theirs:
                merged[field] = mine
                decisions.append((field, SAME))
            elif mine == was:
                merged[field] = theirs
                decisions.append((field, ERP))
            elif theirs == was:
                merged[field] = mine
                decisions.append((field, CRM))
            else:
                decisions.append((field, CONFLICT))
        if decisions:
            page.append(Touched(index, decisions, merged))
    return page
