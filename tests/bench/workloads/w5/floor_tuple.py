"""The floor: tuples compared whole, and fields looked at only where two of them differ."""

from clock import Clock
from contract import Job, Outcome
from customers import FIELDS, Row

from w5.triples import CONFLICT, CRM, ERP, SAME, Touched, as_tuples, merge_all, outcome, told


def run(job: Job, clock: Clock) -> Outcome:
    """Merge all pages, as tuples."""
    return outcome(told(merge_all(job, clock, merge, as_tuples)))


def merge(bases: list[Row], crms: list[Row], erps: list[Row]) -> list[Touched]:
    """Merge one page."""
    return [
        merge_row(index, base, crm, erp)
        for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True))
        if base != crm or base != erp
    ]


def merge_row(index: int, base: Row, crm: Row, erp: Row) -> Touched:
    """Merge one row, field by field."""
    merged = list(base)
    decisions: list[tuple[str, str]] = []
    for at, (was, mine, theirs) in enumerate(zip(base, crm, erp, strict=True)):
        if mine == theirs:
            if mine != was:
                merged[at] = mine
                decisions.append((FIELDS[at], SAME))
        elif mine == was:
            merged[at] = theirs
            decisions.append((FIELDS[at], ERP))
        elif theirs == was:
            merged[at] = mine
            decisions.append((FIELDS[at], CRM))
        else:
            decisions.append((FIELDS[at], CONFLICT))
    return Touched(index, decisions, tuple(merged))
