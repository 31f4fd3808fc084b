"""From a merge to a plan: one write per record and side, and a base that waits for its writes."""

from collections.abc import Mapping

from erplink.domain.merge import RecordMerge
from erplink.domain.plan.plan import Plan
from erplink.domain.plan.question import NewRecord, Place, Question, steps_of
from erplink.domain.plan.steps import MakeLink, Step, Target
from erplink.domain.records import CRM

__all__ = ["plan_link", "plan_merge"]


def plan_merge(record: str, merged: RecordMerge, places: Mapping[str, Place]) -> Plan:
    """Plan what follows from the merge of ``record``, given the place of every side by system."""
    steps: list[Step] = []
    questions: list[Question] = []
    problems: list[str] = []
    for decision in merged.decisions:
        steps += steps_of(decision, decision, places)
        problems += [f"{record}: {problem}" for problem in decision.problems]
        if decision.options:
            questions.append(Question(record, decision, places))
    return Plan(steps, questions, problems)


def plan_link(record: str, merged: RecordMerge, crm: Place, erp: Place, connection: str) -> Plan:
    """Plan a first link between two records, either of which may be a new one.

    The link is made once every record of it exists; what the sides agree on is remembered then.
    """
    entity, actor = _target(crm), _target(erp)
    link = MakeLink(entity, actor)
    places = {CRM: crm, connection: Place(erp.target, erp.version, link.id.removeprefix("link "))}
    creations = [place.write({}, ()) for place in (crm, erp) if isinstance(place.target, NewRecord)]
    return plan_merge(record, merged, places) + Plan([*creations, link])


def _target(place: Place) -> Target:
    return place.step_id() if isinstance(place.target, NewRecord) else place.target
