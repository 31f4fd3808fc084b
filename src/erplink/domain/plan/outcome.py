"""Outcomes and reports: what was done, in closed sets of results whose totals add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import field as attr
from attrs import frozen

from erplink.domain.canonical import same
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed
from erplink.domain.plan.plan import Plan
from erplink.domain.plan.steps import Advance, Patch, Promise
from erplink.domain.records import CRM
from erplink.domain.values import UNSET, Value
from erplink.errors import BadPlan

__all__ = [
    "RecordOutcome",
    "RecordResult",
    "Report",
    "StepOutcome",
    "StepResult",
    "confirmed_agreements",
    "doubtful_agreements",
    "read_back",
]


class StepResult(Enum):
    """How a step ended; every attempt is exactly one of these."""

    #: The system said yes.
    CONFIRMED = "confirmed"
    #: The system said no; the same would be refused again.
    REFUSED = "refused"
    #: The record moved since the plan was made; it must be read and decided again.
    STALE = "stale"
    #: The system surely did not act; the step may be tried again later.
    UNAVAILABLE = "unavailable"
    #: The system may have acted; read back before anything else.
    UNKNOWN = "unknown"
    #: Not tried, because something it waits for did not succeed.
    SKIPPED = "skipped"


def _values(values: Mapping[str, Value]) -> FrozenDict[str, Value]:
    return FrozenDict(values)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen
class StepOutcome:
    """What became of one step."""

    step: str
    result: StepResult
    #: What the system holds now, as it told it, by its own field keys.
    stored: FrozenDict[str, Value] = attr(factory=FrozenDict, converter=_values)
    version: str | None = None
    #: The key of the record, where the step created one.
    key: str = ""
    reason: str = ""
    #: What the system calls its refusal, where it names it.
    code: str = ""
    #: The fields that may have held what was sent, and do not any more.
    unsure: tuple[str, ...] = attr(default=(), converter=_names)


def read_back(
    step: Patch, held: Mapping[str, Value], fields: Mapping[str, Field], version: str | None = None
) -> StepOutcome:
    """Resolve a patch whose answer was lost, from what the record is found to hold.

    This must come before anything else is decided about the record: what the base does not know
    of our own write looks like somebody's edit.
    """
    missed = [
        key
        for key, value in step.patch.items()
        if not same(fields[key], value, held.get(key, UNSET))
    ]
    moved = step.expects is not None and version is not None and version != step.expects
    old = {change.field: change.old for change in step.changes}
    unsure = [
        key
        for key in missed
        if moved and key in old and same(fields[key], old[key], held.get(key, UNSET))
    ]
    if unsure:
        # Never written, or written and typed back since: the values are the same in both cases.
        reason = f"the record moved, and may have held what was sent for {', '.join(unsure)}"
        return StepOutcome(step.id, StepResult.STALE, held, version, reason=reason, unsure=unsure)
    if missed:
        reason = f"the record does not hold what was sent for {', '.join(missed)}"
        return StepOutcome(step.id, StepResult.UNAVAILABLE, version=version, reason=reason)
    stored = {key: held[key] for key in step.patch}
    return StepOutcome(step.id, StepResult.CONFIRMED, stored, version, reason="read back")


def confirmed_agreements(
    plan: Plan, outcomes: Iterable[StepOutcome]
) -> dict[str, dict[str, Agreed]]:
    """What each link may remember now: per field, and only what was confirmed.

    Where a system told what it stored, that is what is remembered for it, not what it was sent.
    """
    confirmed = {each.step: each for each in outcomes if each.result is StepResult.CONFIRMED}
    agreements: dict[str, dict[str, Agreed]] = {}
    for step in plan.steps:
        if isinstance(step, Advance) and _link_exists(plan, step, confirmed):
            kept = {
                promise.field: _as_stored(promise, confirmed)
                for promise in step.promises
                if promise.needs <= confirmed.keys()
            }
            if kept:
                agreements[step.link] = kept
    return agreements


def doubtful_agreements(plan: Plan, outcomes: Iterable[StepOutcome]) -> dict[str, set[str]]:
    """The fields of each link of which nobody can tell any more what both sides agreed on."""
    unsure = {each.step: set(each.unsure) for each in outcomes if each.unsure}
    doubtful: dict[str, set[str]] = {}
    for step in plan.steps:
        if not isinstance(step, Advance):
            continue
        for promise in step.promises:
            for need in promise.needs & unsure.keys():
                keys = promise.crm_keys if _writes_to_crm(need) else promise.erp_keys
                if unsure[need] & set(keys):
                    doubtful.setdefault(step.link, set()).add(promise.field)
    return doubtful


def _link_exists(plan: Plan, step: Advance, confirmed: Mapping[str, StepOutcome]) -> bool:
    made_by = f"link {step.link}"
    return made_by in confirmed or all(each.id != made_by for each in plan.steps)


def _as_stored(promise: Promise, confirmed: Mapping[str, StepOutcome]) -> Agreed:
    agreed = promise.agreed
    for need in promise.needs:
        stored = confirmed[need].stored
        if _writes_to_crm(need):
            agreed = Agreed(_told(stored, promise.crm_keys, agreed.crm), agreed.erp)
        else:
            agreed = Agreed(agreed.crm, _told(stored, promise.erp_keys, agreed.erp))
    return agreed


def _writes_to_crm(step: str) -> bool:
    return step.startswith((f"create {CRM}/", f"patch {CRM}/"))


def _told(stored: Mapping[str, Value], keys: tuple[str, ...], sent: Value) -> Value:
    if not all(key in stored for key in keys):
        return sent
    return stored[keys[0]] if len(keys) == 1 else tuple(stored[key] for key in keys)  # type: ignore[misc]


class RecordResult(Enum):
    """What became of a record that was read; every record is exactly one of these."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    #: Left alone on purpose, with a reason.
    SKIPPED = "skipped"
    #: Refused twice for the same reason; it waits for a person or for new data.
    PARKED = "parked"
    FAILED = "failed"

    @property
    def needs_reason(self) -> bool:
        """Whether a record may only end like this with a reason."""
        return self in (RecordResult.SKIPPED, RecordResult.PARKED, RecordResult.FAILED)


@frozen
class RecordOutcome:
    """What became of one record that was read."""

    record: str
    result: RecordResult
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse to leave a record aside without a reason."""
        if self.result.needs_reason and not self.reason:
            raise BadPlan(f"{self.record}: {self.result.value} without a reason")


def _counts(counts: Mapping[RecordResult, int]) -> FrozenDict[RecordResult, int]:
    return FrozenDict({result: counts.get(result, 0) for result in RecordResult})


def _numbers(numbers: Mapping[str, int]) -> FrozenDict[str, int]:
    return FrozenDict(numbers)


@frozen
class Report:
    """The totals of a pass: every record that was read is counted once, and all of them are."""

    read: int
    counts: FrozenDict[RecordResult, int] = attr(factory=dict, converter=_counts)
    #: How often each reason was given for a record that was skipped, parked or failed.
    reasons: FrozenDict[str, int] = attr(factory=FrozenDict, converter=_numbers)
    #: Questions left open; their records are counted above like any other.
    questions: int = 0
    #: How often each field was changed, as ``system.field``.
    changes: FrozenDict[str, int] = attr(factory=FrozenDict, converter=_numbers)

    def __attrs_post_init__(self) -> None:
        """Refuse totals that do not add up."""
        total = sum(self.counts.values())
        if total != self.read:
            counted = ", ".join(f"{count} {result.value}" for result, count in self.counts.items())
            raise BadPlan(f"{self.read} records read, but {total} accounted for: {counted}")
        with_reason = sum(self.counts[result] for result in RecordResult if result.needs_reason)
        if sum(self.reasons.values()) != with_reason:
            told = sum(self.reasons.values())
            raise BadPlan(f"{with_reason} records were left aside, but {told} reasons are told")

    @classmethod
    def of(cls, outcomes: Iterable[RecordOutcome], *, read: int, questions: int = 0) -> "Report":
        """Count ``outcomes``; BadPlan if they are not one for each of the ``read`` records."""
        known = list(outcomes)
        reasons = Counter(each.reason for each in known if each.result.needs_reason)
        return cls(read, Counter(each.result for each in known), reasons, questions)

    def __getitem__(self, result: RecordResult) -> int:
        """How many records ended with ``result``."""
        return self.counts[result]

    def __add__(self, other: "Report") -> "Report":
        """The totals of both."""
        return Report(
            self.read + other.read,
            {result: self[result] + other[result] for result in RecordResult},
            Counter(self.reasons) + Counter(other.reasons),
            self.questions + other.questions,
            Counter(self.changes) + Counter(other.changes),
        )

    def __str__(self) -> str:
        """One line: what was read, and what became of it."""
        told = ", ".join(
            f"{count} {result.value}" for result, count in self.counts.items() if count
        )
        questions = f"; {self.questions} questions open" if self.questions else ""
        return f"{self.read} read: {told or 'nothing'}{questions}"
