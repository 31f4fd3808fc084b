"""The floor over plain dicts: compared whole, and by their fields only where two differ."""

from clock import Clock
from contract import Job, Outcome

from w5.floor_tuple import merge_row
from w5.triples import Side, Touched, merge_all, outcome, told


def run(job: Job, clock: Clock) -> Outcome:
    """Merge all pages, as dicts."""
    return outcome(told(merge_all(job, clock, merge)))


def merge(bases: Side, crms: Side, erps: Side) -> list[Touched]:
    """Merge one page; its dicts have their keys in one order."""
    return [
        merge_row(index, tuple(base.values()), tuple(crm.values()), tuple(erp.values()))
        for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True))
        if base != crm or base != erp
    ]
