"""dictdiffer: its Merger, which finds conflicts by itself."""

from typing import Any

import dictdiffer
from clock import Clock
from contract import Job, Outcome
from dictdiffer.merge import Merger, UnresolvedConflictsException

from w5.triples import CONFLICT, CRM, ERP, SAME, Side, Touched, merge_all, outcome, told


def run(job: Job, clock: Clock) -> Outcome:
    """Merge all pages with a Merger per record."""
    return outcome(told(merge_all(job, clock, merge)))


def merge(bases: Side, crms: Side, erps: Side) -> list[Touched]:
    """Merge one page."""
    page: list[Touched] = []
    for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True)):
        merger = Merger(base, crm, erp, {})
        try:
            merger.run()
        except UnresolvedConflictsException as error:
            merger.continue_run(["f"] * len(error.content))
        if merger.unified_patches:
            page.append(_touched(index, base, merger))
    return page


def _touched(index: int, base: dict[str, Any], merger: Merger) -> Touched:
    merged = dictdiffer.patch(merger.unified_patches, base)
    crms = {_field(patch): patch for patch in merger.first_patches}
    erps = {_field(patch): patch for patch in merger.second_patches}
    decisions: list[tuple[str, str]] = []
    for field in dict.fromkeys(map(_field, merger.unified_patches)):
        if field not in erps:
            decisions.append((field, CRM))
        elif field not in crms:
            decisions.append((field, ERP))
        elif crms[field] == erps[field]:
            decisions.append((field, SAME))
        else:
            merged[field] = base[field]
            decisions.append((field, CONFLICT))
    return Touched(index, decisions, merged)


def _field(patch: tuple[str, Any, Any]) -> str:
    where = patch[1]
    return where if isinstance(where, str) else str(where[0])
