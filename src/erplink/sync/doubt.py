"""Doubt: what nobody can tell any more of a write whose answer was lost."""

from collections.abc import Mapping

from erplink.domain.links import Link
from erplink.domain.plan import Patch, doubtful_agreements
from erplink.domain.records import CRM
from erplink.sync.pairing import Pairing
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import Side

__all__ = ["doubtful_fields"]


def doubtful_fields(
    plan: RecordPlan, known: Mapping[str, Link], pairing: Pairing
) -> Mapping[str, set[str]]:
    """The fields of links of which nobody can tell any more what both sides agreed on.

    A version that moved says nothing where another field of the record moved, for that is why.
    """
    outcomes = [each for each in plan.outcomes.values() if each.unsure]
    if not outcomes:
        return {}
    unsure = {each.step for each in outcomes}
    held = [
        (Side.CRM if step.target.system == CRM else Side.ERP, plan.outcomes[step.id].stored)
        for step in plan.writes
        if isinstance(step, Patch) and step.id in unsure
        if step.target.system in (CRM, pairing.connection)
    ]
    return {
        name: fields
        for name, fields in doubtful_agreements(plan.plan, outcomes).items()
        if name in known and not any(pairing.moved(*each, known[name].base) for each in held)
    }
