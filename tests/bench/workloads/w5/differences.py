"""What a library that only finds differences leaves to whoever merges with it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from clock import Clock
from contract import Job, Outcome

from w5.triples import CONFLICT, CRM, ERP, SAME, Side, Touched, merge_all, outcome, told

Difference: TypeAlias = Callable[[dict[str, Any], dict[str, Any]], Mapping[str, Any]]
"""The new values by field, from an old record and a new one."""


def run_with(difference: Difference, job: Job, clock: Clock) -> Outcome:
    """Merge all pages with two differences per record."""

    def merge(bases: Side, crms: Side, erps: Side) -> list[Touched]:
        page: list[Touched] = []
        for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True)):
            mine, theirs = difference(base, crm), difference(base, erp)
            if mine or theirs:
                page.append(_merged(index, base, mine, theirs))
        return page

    return outcome(told(merge_all(job, clock, merge)))


def _merged(
    index: int, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Touched:
    merged = {**base, **theirs, **mine}
    decisions: list[tuple[str, str]] = []
    for field in {**mine, **theirs}:
        if field not in theirs:
            decisions.append((field, CRM))
        elif field not in mine:
            decisions.append((field, ERP))
        elif mine[field] == theirs[field]:
            decisions.append((field, SAME))
        else:
            merged[field] = base[field]
            decisions.append((field, CONFLICT))
    return Touched(index, decisions, merged)
