"""Settled: what became of the plan for one record."""

from attrs import frozen

from erplink.domain.plan import RecordResult
from erplink.sync.plain_plan import AnyPlan

__all__ = ["Settled"]


@frozen
class Settled:
    """What became of one record's plan."""

    plan: AnyPlan
    result: RecordResult
    reason: str = ""
    #: Whether it has to be decided again, because the record moved meanwhile.
    again: bool = False
    #: The fields that were changed, as ``system.field``.
    changes: tuple[str, ...] = ()
