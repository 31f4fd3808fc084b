"""Recover: finds out what became of writes of which no answer is known, by reading back.

It comes before anything else is decided about a record: what the base does not know of our own
write looks like somebody's edit.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from attrs import evolve

from erplink.connectors import EditUnknown, Kind, Record, Saved
from erplink.domain.canonical import same
from erplink.domain.fields import Field
from erplink.domain.plan import Create, Delete, Patch, StepOutcome, StepResult, read_back
from erplink.domain.records import Ref
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue, PluginError, SessionError
from erplink.sync.apply import edit_of, keys_of_the_made
from erplink.sync.record_plan import RecordPlan, Write
from erplink.sync.state import Issue, IssueKind
from erplink.sync.systems import Systems

__all__ = ["AGAIN", "recovered", "undecidable"]

MAYBE: Final = "it may have been "
"""How the reason begins where nobody but a person can tell."""

AGAIN: Final = "again"
"""The answer that a record was not made; any other is the key of the one that was."""

_NO_ANSWERS: Final[Mapping[str, Value]] = {}

IsLinked: TypeAlias = Callable[[Ref], bool]
"""Whether a record has a link already, and so is not what an open creation made."""


def _is_not(_: Ref) -> bool:
    return False


def recovered(
    plan: RecordPlan,
    systems: Systems,
    answers: Mapping[str, Value] = _NO_ANSWERS,
    *,
    is_linked: IsLinked = _is_not,
) -> RecordPlan:
    """The plan with what could be found out about its open writes.

    A creation that cannot be told apart becomes a question of the plan, and stays open until a
    person told; answers are by the id of the question. What is not answered never raises; an
    answer is refused with BadValue where it is not the key of any record.
    """
    found: dict[str, StepOutcome] = {}
    for step in plan.open_writes:
        answer = answers.get(_question(plan, step))
        if answer is not None and isinstance(step, Create):
            found[step.id] = _as_told(step, str(answer), systems, is_linked)
        else:
            found[step.id] = _found(step, plan, systems, is_linked)
    return evolve(plan, outcomes={**plan.outcomes, **found})


def undecidable(plan: RecordPlan, now: datetime) -> tuple[Issue, ...]:
    """What a person is asked about the creations of ``plan`` that cannot be told apart."""
    return tuple(
        Issue(
            id=_question(plan, step),
            kind=IssueKind.CREATION,
            record=plan.record,
            feed=plan.feed,
            key=plan.key,
            text=f"which {step.kind} of {step.system} was made for {plan.record}, if any? "
            f"{plan.outcomes[step.id].reason}; answer with its key",
            options={AGAIN: "it was not: make it"},
            asked_at=now,
        )
        for step in plan.open_writes
        if isinstance(step, Create) and plan.outcomes[step.id].reason.startswith(MAYBE)
    )


def _question(plan: RecordPlan, step: Write) -> str:
    return f"{plan.record} {step.id}?"


def _as_told(step: Create, answer: str, systems: Systems, is_linked: IsLinked) -> StepOutcome:
    """What a creation came to, as a person told."""
    if answer == AGAIN:
        return StepOutcome(step.id, StepResult.UNAVAILABLE, reason="it was not made")
    fields = [field.key for field in systems.kind(step.system, step.kind).fields]
    made = systems.get(step.system, step.kind, [answer], fields).get(answer)
    if made is None:
        raise BadValue(
            f"{step.system} has no {step.kind} with this key: name the one that was made, "
            f"or answer {AGAIN!r}",
            value=shorten(answer),
        )
    if is_linked(made.ref):
        rule = f"this {step.kind} of {step.system} is linked already: unlink it first"
        raise BadValue(rule, value=shorten(answer))
    return _is(step, made, systems)


def _found(step: Write, plan: RecordPlan, systems: Systems, is_linked: IsLinked) -> StepOutcome:
    try:
        if isinstance(step, Create):
            return _made(step, plan, systems, is_linked)
        return _removed(step, systems) if isinstance(step, Delete) else _written(step, systems)
    except (SessionError, PluginError) as error:
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=f"not read back yet: {error}")


def _made(step: Create, plan: RecordPlan, systems: Systems, is_linked: IsLinked) -> StepOutcome:
    """What a creation came to: found, surely not made, or not to be told."""
    claims = systems.claims(step.system, step.kind)
    created = keys_of_the_made(plan.outcomes.values())
    if isinstance(step.parent, str) and step.parent not in created:
        reason = "it was not made, for its parent was not"
        return StepOutcome(step.id, StepResult.UNAVAILABLE, reason=reason)
    if not claims.find_created:
        if claims.idempotent_create:
            return _made_again(step, created, systems)
        reason = f"{MAYBE}made, and its system cannot tell"
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=reason)
    natural: dict[str, Value] = {
        key: step.values[key] for key in claims.natural_key if key in step.values
    }
    if len(natural) < len(claims.natural_key):
        natural = {}
    found = systems.session(step.system).find_created(step.kind, step.key, natural)
    made = [record for record in found if not is_linked(record.ref)]
    if not made:
        return StepOutcome(step.id, StepResult.UNAVAILABLE, reason="it was not made")
    if len(made) > 1:
        keys = ", ".join(record.ref.key for record in made)
        reason = f"{MAYBE}made as any of {keys}"
        return StepOutcome(step.id, StepResult.UNKNOWN, reason=reason)
    return _is(step, made[0], systems)


def _made_again(step: Create, created: Mapping[str, str], systems: Systems) -> StepOutcome:
    """What comes of the same creation sent again, of which its system makes no second record."""
    match systems.session(step.system).save(step.kind, [edit_of(step, created)]):
        case [Saved(record)]:
            return _is(step, record, systems)
        case [EditUnknown(reason)]:
            return StepOutcome(step.id, StepResult.UNKNOWN, reason=f"not read back yet: {reason}")
    return StepOutcome(step.id, StepResult.UNAVAILABLE, reason="it was not made")


def _is(step: Create, record: Record, systems: Systems) -> StepOutcome:
    """What is remembered of a creation that made this record."""
    fields = _fields(systems.kind(step.system, step.kind))
    # What differs by now was edited since: remembered is what was sent, so that it is news.
    stored = {
        key: record.fields[key] if same(fields[key], value, record.value(key)) else value
        for key, value in step.values.items()
    }
    return StepOutcome(
        step.id, StepResult.CONFIRMED, stored, record.version, record.ref.key, "read back"
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
    # Of a record that was changed, all of it: what else moved tells whether it was written.
    fields = [field.key for field in kind.fields]
    asked = fields if isinstance(step, Patch) else fields[:1]
    return systems.get(target.system, target.kind, [target.key], asked).get(target.key)


def _fields(kind: Kind) -> Mapping[str, Field]:
    return {field.key: field for field in kind.fields}
