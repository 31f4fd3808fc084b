"""What would be done, as a value; and what was done, in results that add up."""

from erplink.domain.plan.build import plan_link, plan_merge
from erplink.domain.plan.document import (
    decision_from_data,
    decision_to_data,
    fingerprint,
    plan_from_data,
    plan_from_json,
    plan_to_data,
    plan_to_json,
)
from erplink.domain.plan.outcome import (
    RecordOutcome,
    RecordResult,
    Report,
    StepOutcome,
    StepResult,
    confirmed_agreements,
    doubtful_agreements,
    read_back,
)
from erplink.domain.plan.plan import Plan
from erplink.domain.plan.question import NewRecord, Place, Question
from erplink.domain.plan.steps import (
    Advance,
    Change,
    Create,
    Delete,
    MakeLink,
    Patch,
    Promise,
    RemoveLink,
    Step,
    Target,
)

__all__ = [
    "Advance",
    "Change",
    "Create",
    "Delete",
    "MakeLink",
    "NewRecord",
    "Patch",
    "Place",
    "Plan",
    "Promise",
    "Question",
    "RecordOutcome",
    "RecordResult",
    "RemoveLink",
    "Report",
    "Step",
    "StepOutcome",
    "StepResult",
    "Target",
    "confirmed_agreements",
    "decision_from_data",
    "decision_to_data",
    "doubtful_agreements",
    "fingerprint",
    "plan_from_data",
    "plan_from_json",
    "plan_link",
    "plan_merge",
    "plan_to_data",
    "plan_to_json",
    "read_back",
]
