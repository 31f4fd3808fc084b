"""Committing: carries out what a person decided about records, and says clearly how it ended."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen

from erplink.domain.links import Link
from erplink.domain.plan import MakeLink, RecordResult, StepOutcome, StepResult
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import (
    AlreadyLinked,
    NotNow,
    Refused,
    SessionError,
    Stale,
    Unavailable,
    Unknown,
)
from erplink.hub.wiring import Wiring
from erplink.sync import Lane, PassResult
from erplink.sync.record_plan import RecordPlan
from erplink.sync.settled import Settled

__all__ = ["Committed", "carry_out", "carry_out_all", "is_done"]

_DONE = frozenset({RecordResult.CREATED, RecordResult.UPDATED, RecordResult.UNCHANGED})


@frozen
class Committed:
    """What was done: in which run, so that history can tell of it and undo can take it back."""

    run: str
    #: The link as it is now; None where one was taken away.
    link: Link | None
    #: The fields that were written, as ``system.field``.
    written: tuple[str, ...] = ()


def carry_out(wiring: Wiring, plan: RecordPlan, user: str) -> Committed:
    """Carry out one plan of a person's; an error says what went wrong and what to do.

    AlreadyLinked where somebody else tied one of the records meanwhile, Stale where it moved since
    it was shown, Refused where a system said no, Unavailable where one could not be reached,
    Unknown where it is being found out what became of a write. In none of these a link was made.
    """
    result = _commit(wiring, [plan], user, Lane.INTERACTIVE)
    (settled,) = result.settled
    if is_done(settled):
        link = _links(wiring, [settled.plan.whole()]).get(plan.record)
        return Committed(result.run.id, link, settled.changes)
    raise _error(wiring, settled)


def carry_out_all(wiring: Wiring, plans: Sequence[RecordPlan], user: str) -> PassResult:
    """Carry out many plans of a person's; the result has what became of each, and raises none."""
    return _commit(wiring, plans, user, Lane.BULK)


def _commit(wiring: Wiring, plans: Sequence[RecordPlan], user: str, lane: Lane) -> PassResult:
    feed = plans[0].feed
    return wiring.engine.commit(
        plans,
        connection=feed.connection,
        actor_kind=feed.actor_kind,
        lane=lane,
        principal=user,
    )


def _error(wiring: Wiring, settled: Settled) -> Exception:
    """Why one plan came to nothing, as an error that says what to do."""
    written = _written(settled)
    outcomes = settled.plan.outcomes.values()
    failed = {each.result: each for each in outcomes if each.result is not StepResult.CONFIRMED}
    for result, make in _ERRORS.items():
        if result in failed:
            return make(f"{_about(failed[result])}; {written}")
    # In this order: whoever is no longer writing has linked them by now.
    plan = settled.plan.whole()
    writing, tied = _being_written(wiring, plan), _tied(wiring, plan)
    if tied:
        return AlreadyLinked(tied)
    if writing:
        return NotNow(f"somebody else is writing {writing}: look at it again")
    if settled.result is RecordResult.SKIPPED:
        return Stale(f"{settled.plan.record}: {settled.reason}: look at it again")
    return NotNow(f"{settled.plan.record}: {settled.reason}: look at it again")


def _written(settled: Settled) -> str:
    done = [each.step for each in settled.plan.outcomes.values() if _is_done(each)]
    return f"written: {', '.join(done)}; nothing was linked" if done else "nothing was written"


def _is_done(outcome: StepOutcome) -> bool:
    return outcome.result is StepResult.CONFIRMED


def _about(outcome: StepOutcome) -> str:
    return f"{outcome.step}: {outcome.reason}"


def _unknown(text: str) -> SessionError:
    return Unknown(f"{text}; the next pass finds out, and goes through with it")


_ERRORS: Final[Mapping[StepResult, Callable[[str], SessionError]]] = {
    StepResult.UNKNOWN: _unknown,
    StepResult.REFUSED: Refused,
    StepResult.STALE: Stale,
    StepResult.UNAVAILABLE: Unavailable,
}


def _being_written(wiring: Wiring, plan: RecordPlan) -> str:
    """One of the records that somebody else is writing or linking just now."""
    with wiring.store.look() as state:
        return next(iter(state.intents.of(plan.names)), "")


def _tied(wiring: Wiring, plan: RecordPlan) -> str:
    """To what one of the records is linked already that the plan would link."""
    for step in plan.plan.steps:
        if isinstance(step, MakeLink):
            for ref in (step.entity, step.actor):
                link = None if isinstance(ref, str) else _link_of(wiring, plan, ref)
                if link is not None:
                    return f"{ref} is linked already: {link.key}"
    return ""


def _link_of(wiring: Wiring, plan: RecordPlan, ref: ActorRef | EntityRef) -> Link | None:
    with wiring.store.look() as state:
        if isinstance(ref, EntityRef):
            found = state.links.by_entity(plan.feed.connection, ref.kind, [ref.key])
        else:
            found = state.links.by_actor(plan.feed.connection, ref.kind, [ref.key])
    return found.get(ref.key)


def _links(wiring: Wiring, plans: Sequence[RecordPlan]) -> dict[str, Link]:
    """The links that entities have now, by the entity's name."""
    found: dict[str, Link] = {}
    with wiring.store.look() as state:
        for plan in plans:
            _, kind, _ = plan.record.split("/", 2)
            links = state.links.by_entity(plan.feed.connection, kind, [plan.key])
            found.update((plan.record, link) for link in links.values())
    return found


def is_done(settled: Settled) -> bool:
    """Whether a plan was carried out."""
    return settled.result in _DONE
