"""Apply: sends the writes of many records' plans, in batches, and notes what became of each.

Nothing is decided here, and nothing is remembered: every plan comes back with the outcomes of its
steps. A system that is found to be down is not asked again for the same batch of plans.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from attrs import evolve, frozen

from erplink.connectors import (
    Deleted,
    DeletionResult,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    Removal,
    Saved,
)
from erplink.domain.plan import Advance, Create, Delete, Patch, StepOutcome, StepResult
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.errors import (
    ConfigurationLost,
    PluginError,
    Refused,
    SessionError,
    Stale,
    Unauthorised,
    Unavailable,
)
from erplink.sync.plain_plan import AnyPlan
from erplink.sync.record_plan import RecordPlan, Write
from erplink.sync.systems import Systems

__all__ = ["Applier", "edit_of", "keys_of_the_made"]

Outcomes = dict[str, StepOutcome]


@frozen
class _Batch:
    """Writes of one sort to one kind of one system."""

    system: str
    kind: str
    removes: bool
    steps: tuple[Write, ...]


class Applier:
    """Sends writes; made once for a pass."""

    def __init__(
        self, systems: Systems, still_ours: Callable[[], None], *, concurrency: int = 1
    ) -> None:
        """Send writes to ``systems``.

        Args:
            systems: Where the records are.
            still_ours: Raises where the lease is lost, and with it the right to write.
            concurrency: How many batches may be on their way at once, to a system that allows it.
        """
        self._systems, self._still_ours, self._concurrency = systems, still_ours, concurrency
        self._down: dict[str, StepOutcome] = {}
        #: By step: the steps that must have succeeded before it.
        self._first: dict[str, tuple[str, ...]] = {}
        #: The last error of each system that concerns more than one record.
        self.troubles: dict[str, SessionError | PluginError] = {}

    def apply(self, plans: Sequence[AnyPlan]) -> list[AnyPlan]:
        """Carry out ``plans``; each comes back with what became of its writes."""
        self._down.clear()
        # Of a plain plan nothing waits: each of its fields is written on one side only.
        wholes = [plan for plan in plans if isinstance(plan, RecordPlan)]
        self._first = {each: first for plan in wholes for each, first in _goes_first(plan)}
        waiting = {step.id: step for plan in plans for step in plan.open_writes}
        known = (outcome for plan in plans for outcome in plan.outcomes.values())
        done: Outcomes = {each.step: each for each in known if each.step not in waiting}
        while waiting:
            # A circle would be a fault of the plan: better a loud end than none.
            possible = [step for step in waiting.values() if not self._waits(step, done)]
            ready = possible or list(waiting.values())
            for step in ready:
                del waiting[step.id]
            self._send(ready, done)
        return [plan.with_outcomes(done) for plan in plans]

    def _send(self, steps: Iterable[Write], done: Outcomes) -> None:
        possible: list[Write] = []
        for step in steps:
            failed = self._failed_first(step, done)
            if failed:
                reason = f"it waits for {failed}"
                done[step.id] = StepOutcome(step.id, StepResult.SKIPPED, reason=reason)
            else:
                possible.append(step)
        created = keys_of_the_made(done.values())
        for group in _by_system(possible):
            batches = list(self._batches(group))
            for outcomes in self._all_of(batches, created):
                done.update((each.step, each) for each in outcomes)

    def _waits(self, step: Write, done: Outcomes) -> bool:
        return any(first not in done for first in self._first.get(step.id, ()))

    def _failed_first(self, step: Write, done: Outcomes) -> str:
        firsts = self._first.get(step.id, ())
        failed = (each for each in firsts if done[each].result is not StepResult.CONFIRMED)
        return next(failed, "")

    def _batches(self, steps: Sequence[Write]) -> Iterator[_Batch]:
        ordered = sorted(steps, key=_sort)
        for (system, kind, removes), group in groupby(ordered, key=_sort):
            members = tuple(group)
            most = self._batch_max(system, kind)
            for start in range(0, len(members), most):
                yield _Batch(system, kind, removes, members[start : start + most])

    def _batch_max(self, system: str, kind: str) -> int:
        try:
            return self._systems.claims(system, kind).batch_max
        except (SessionError, PluginError):
            return 1000  # it cannot be opened: sending will say so

    def _all_of(
        self, batches: Sequence[_Batch], created: dict[str, str]
    ) -> Iterable[list[StepOutcome]]:
        if len(batches) > 1 and self._concurrency > 1 and self._threads(batches[0].system):
            with ThreadPoolExecutor(min(self._concurrency, len(batches))) as pool:
                return list(pool.map(lambda batch: self._one(batch, created), batches))
        return [self._one(batch, created) for batch in batches]

    def _threads(self, system: str) -> bool:
        try:
            return self._systems.session(system).capabilities.threads
        except (SessionError, PluginError):
            return False

    def _one(self, batch: _Batch, created: dict[str, str]) -> list[StepOutcome]:
        if batch.system in self._down:
            down = self._down[batch.system]
            return [evolve(down, step=step.id) for step in batch.steps]
        self._still_ours()
        try:
            results = self._call(batch, created)
        except (SessionError, PluginError) as error:
            outcome = self._failed(batch.system, error)
            return [evolve(outcome, step=step.id) for step in batch.steps]
        return [_outcome(step, result) for step, result in zip(batch.steps, results, strict=True)]

    def _call(
        self, batch: _Batch, created: dict[str, str]
    ) -> Sequence[EditResult | DeletionResult]:
        session = self._systems.session(batch.system)
        if batch.removes:
            removals = [
                Removal(step.target.key, step.expects)
                for step in batch.steps
                if isinstance(step, Delete)
            ]
            return session.delete(batch.kind, removals)
        edits = [edit_of(step, created) for step in batch.steps if not isinstance(step, Delete)]
        return session.save(batch.kind, edits)

    def _failed(self, system: str, error: SessionError | PluginError) -> StepOutcome:
        reason = str(error)
        match error:
            case Unavailable() | ConfigurationLost() | Unauthorised():
                self.troubles[system] = error
                outcome = StepOutcome("", StepResult.UNAVAILABLE, reason=reason)
                self._down[system] = outcome
                return outcome
            case Stale():
                return StepOutcome("", StepResult.STALE, reason=reason)
            case Refused():
                return StepOutcome("", StepResult.REFUSED, reason=reason, code=error.code)
            case PluginError():
                self.troubles[system] = error
        return StepOutcome("", StepResult.UNKNOWN, reason=reason)


def _by_system(steps: Sequence[Write]) -> Iterator[list[Write]]:
    ordered = sorted(steps, key=lambda step: _sort(step)[0])
    for _, group in groupby(ordered, key=lambda step: _sort(step)[0]):
        yield list(group)


def _sort(step: Write) -> tuple[str, str, bool]:
    if isinstance(step, Create):
        return step.system, step.kind, False
    return step.target.system, step.target.kind, isinstance(step, Delete)


def _goes_first(plan: RecordPlan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What waits for which other writes of its plan, by the ids of the steps.

    What a person decided is written to the ERP first: it is the farther one, and says no oftener,
    and then nothing was written at all.
    """
    for step in plan.open_writes:
        if isinstance(step, Create) and isinstance(step.parent, str):
            yield step.id, (step.parent,)
        elif plan.personal and _sort(step)[0] == CRM:
            first = tuple(each.id for each in plan.open_writes if _sort(each)[0] != CRM)
            yield step.id, first
        elif isinstance(step, Patch) and not plan.personal:
            yield step.id, _through_the_crm(plan, step)


def _through_the_crm(plan: RecordPlan, step: Patch) -> tuple[str, ...]:
    """The write to the CRM that one to an ERP waits for, where both are to hold the same then.

    What an ERP held although the CRM never did would look like an edit that somebody made there.
    """
    agreed = [
        promise.needs
        for each in plan.plan.steps
        if isinstance(each, Advance)
        for promise in each.promises
        if step.id in promise.needs
    ]
    crm = (each.id for each in plan.open_writes if _sort(each)[0] == CRM and each is not step)
    return tuple(each for each in crm if any(each in needs for needs in agreed))


def keys_of_the_made(outcomes: Iterable[StepOutcome]) -> dict[str, str]:
    """The keys of the records that creations made, by step."""
    return {outcome.step: outcome.key for outcome in outcomes if outcome.key}


def edit_of(step: Create | Patch, created: Mapping[str, str]) -> Edit:
    """What a system is sent for a step; ``created`` has the key of a parent that was made first."""
    if isinstance(step, Create):
        parent = step.parent
        if isinstance(parent, str):
            system, _, rest = parent.removeprefix("create ").partition("/")
            kind, key = rest.partition(" ")[0], created[parent]
            made = EntityRef.of(kind, key) if system == CRM else ActorRef(system, kind, key)
            return Edit(step.values, idempotency_key=step.key, parent=made)
        return Edit(step.values, idempotency_key=step.key, parent=parent)
    return Edit(step.patch, step.target.key, expects=step.expects, idempotency_key=step.id)


def _outcome(step: Write, result: EditResult | DeletionResult) -> StepOutcome:
    match result:
        case Saved(record):
            key = record.ref.key if isinstance(step, Create) else ""
            return StepOutcome(step.id, StepResult.CONFIRMED, record.fields, record.version, key)
        case Deleted():
            return StepOutcome(step.id, StepResult.CONFIRMED)
        case EditRefused(reason, field, code):
            told = f"{field}: {reason}" if field else reason
            return StepOutcome(step.id, StepResult.REFUSED, reason=told, code=code)
        case EditStale() if isinstance(step, Create):
            reason = "it was made by an earlier creation, and is gone since"
            return StepOutcome(step.id, StepResult.REFUSED, reason=reason)
        case EditStale():
            reason = "the record moved since it was read"
            return StepOutcome(step.id, StepResult.STALE, reason=reason)
    return StepOutcome(step.id, StepResult.UNKNOWN, reason=result.reason)
