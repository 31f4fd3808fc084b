"""Recover: finds out what became of writes of which no answer is known, by reading back.

It comes before anything else is decided about a record: what the base does not know of our own
write looks like somebody's edit.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from erplink.connectors import Kind, Record
from erplink.domain.canonical import same
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.plan import Create, Delete, Patch, StepOutcome, StepResult, read_back
from erplink.domain.values import Value
from erplink.errors import PluginError, SessionError
from erplink.sync.record_plan import RecordPlan, Write
from erplink.sync.state import Issue, IssueKind
from erplink.sync.systems import Systems

__all__ = ["AGAIN", "recovered", "undecidable"]

MAYBE = "it may have been "
"""How the reason begins where nobody but a person can tell."""

AGAIN = "again"
"""A person's answer: it was not made, and is to be made again; any other is its key."""


def recovered(
    plan: RecordPlan, systems: Systems, answers: Mapping[str, Value] = FrozenDict()
) -> RecordPlan:
    """The plan with what could be found out about its open writes; never raises.

    A creation that cannot be told apart becomes a question of the plan, and stays open until
    ``answers`` has the key of what was made, or says that it is to be made again.
    """
    found = {
        step.id: _found(step, systems, answers.get(_question(plan, step)))
        for step in plan.open_writes
    }
    return evolve(plan, outcomes={**plan.outcomes, **found})


def _question(plan: RecordPlan, step: Write) -> str:
    """The name of the question whether a creation was done."""
    return f"{plan.record} {step.id}?"


def undecidable(plan: RecordPlan, now: datetime) -> tuple[Issue, ...]:
    """What a person is asked about the creations of ``plan`` that cannot be told apart."""
    return tuple(
        Issue(
            id=_question(plan, step),
            kind=IssueKind.CREATION,
            record=plan.record,
            feed=plan.feed,
            key=plan.key,
            text=f"was {step.system}/{step.kind} made for {plan.record}? "
            f"{plan.outcomes[step.id].reason}",
            options={AGAIN: "it was not made: make it, or else give the key of what was made"},
            asked_at=now,
        )
        for step in plan.open_writes
        if isinstance(step, Create) and plan.outcomes[step.id].reason.startswith(MAYBE)
    )


def _found(step: Write, systems: Systems, answer: Value) -> StepOutcome:
    try:
        match step:
            case Create() if answer is not None:
                return _told(step, systems, str(answer))
            case Create():
                return _made(step, systems)
            case Delete():
                return _removed(step, systems)
            case Patch():
                return _written(step, systems)
    except (SessionError, PluginError) as error:
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=f"not read back yet: {error}")


def _made(step: Create, systems: Systems) -> StepOutcome:
    """What a creation came to: found, surely not made, or not to be told."""
    claims = systems.claims(step.system, step.kind)
    if not claims.find_created:
        if claims.idempotent_create:
            reason = "it may have been made; making it again makes no second one"
            return StepOutcome(step.id, StepResult.UNAVAILABLE, reason=reason)
        reason = f"{MAYBE}made, and its system cannot tell"
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=reason)
    natural: dict[str, Value] = {
        key: step.values[key] for key in claims.natural_key if key in step.values
    }
    if len(natural) < len(claims.natural_key):
        natural = {}
    session = systems.session(step.system)
    made = session.find_created(step.kind, step.key, natural)
    if not made:
        return StepOutcome(step.id, StepResult.UNAVAILABLE, reason="it was not made")
    if len(made) > 1:
        keys = ", ".join(record.ref.key for record in made)
        reason = f"{MAYBE}made as any of {keys}"
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=reason)
    return _as_made(step, made[0], systems, "read back")


def _told(step: Create, systems: Systems, answer: str) -> StepOutcome:
    """What a person says that a creation came to."""
    if answer == AGAIN:
        reason = "a person says that it was not made"
        return StepOutcome(step.id, StepResult.UNAVAILABLE, reason=reason)
    found = systems.get(step.system, step.kind, [answer], list(step.values)).get(answer)
    if found is None:
        reason = f"{MAYBE}made, but not as {answer!r}: there is no such record"
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=reason)
    return _as_made(step, found, systems, "a person says that it was made")


def _as_made(step: Create, record: Record, systems: Systems, reason: str) -> StepOutcome:
    fields = _fields(systems.kind(step.system, step.kind))
    # What differs by now was edited since: remembered is what was sent, so that it is news.
    stored = {
        key: record.fields[key] if same(fields[key], value, record.value(key)) else value
        for key, value in step.values.items()
    }
    return StepOutcome(
        step.id, StepResult.CONFIRMED, stored, record.version, record.ref.key, reason
    )


def _removed(step: Delete, systems: Systems) -> StepOutcome:
    if _record(step, systems) is None:
        return StepOutcome(step.id, StepResult.CONFIRMED, reason="read back")
    return StepOutcome(step.id, StepResult.UNAVAILABLE, reason="it is still there")


def _written(step: Patch, systems: Systems) -> StepOutcome:
    record = _record(step, systems)
    if record is None:
        return StepOutcome(step.id, StepResult.STALE, reason="the record is gone")
    fields = _fields(systems.kind(step.target.system, step.target.kind))
    return read_back(step, record.fields, fields, record.version)


def _record(step: Patch | Delete, systems: Systems) -> Record | None:
    target = step.target
    kind = systems.kind(target.system, target.kind)
    wanted = list(step.patch) if isinstance(step, Patch) else []
    asked = wanted or [field.key for field in kind.fields][:1]
    return systems.get(target.system, target.kind, [target.key], asked).get(target.key)


def _fields(kind: Kind) -> Mapping[str, Field]:
    return {field.key: field for field in kind.fields}
