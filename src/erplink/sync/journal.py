"""Journal: makes plans durable before they are sent, and what came of them afterwards.

Two transactions stand around every batch of writes. The first claims the records, and proves that
their links are still what the plans were made from. The second remembers the whole outcome at
once: links with their base, history, questions, fingerprints, and what has to be looked at again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from erplink.domain.history import RecordChange, field_changes
from erplink.domain.links import Agreed, Link
from erplink.domain.plan import (
    Advance,
    Create,
    Delete,
    MakeLink,
    Patch,
    RecordResult,
    RemoveLink,
    Step,
    StepOutcome,
    StepResult,
    confirmed_agreements,
)
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import AlreadyLinked, BadValue
from erplink.sync.apart import bring_together, keep_apart
from erplink.sync.doubt import doubtful_fields
from erplink.sync.holding import Holding
from erplink.sync.plain_plan import AnyPlan, PlainPlan
from erplink.sync.record_plan import RecordPlan, Write
from erplink.sync.recover import undecidable
from erplink.sync.retry import Behaviour, Failure, after
from erplink.sync.settled import Settled
from erplink.sync.settlement import Settlement
from erplink.sync.state import GONE, FeedName, Intent, Pending, Run, Side
from erplink.sync.store import Transaction
from erplink.sync.workbench import Workbench

__all__ = ["Journal"]

_DECIDE_AGAIN = Behaviour.DECIDE_AGAIN

_WORST = (
    StepResult.UNKNOWN,
    StepResult.REFUSED,
    StepResult.STALE,
    StepResult.UNAVAILABLE,
    StepResult.SKIPPED,
)


class Journal:
    """Claims and settles the plans of one run."""

    def __init__(self, bench: Workbench, run: Run, holding: Holding) -> None:
        """Write for ``run``, which holds its lease with ``holding``."""
        self._store, self._clock, self._random = bench.store, bench.clock, bench.random
        self._run, self._holding, self._also = run, holding, bench.also
        self._pairing = bench.pairing

    # before the calls -----------------------------------------------------------------------------

    def claim(self, plans: Sequence[AnyPlan]) -> tuple[list[AnyPlan], list[Settled]]:
        """The plans that may be sent now, and those that have to be decided again."""
        with self._store.begin() as state:
            self._holding.prove(state)
            free, again = self._taken(state, plans)
            # Looked at only now: whoever had one of the records before has settled it by then.
            fresh, outdated = self._fresh(state, free)
            given_back = [name for each in outdated for name in each.plan.names]
            state.intents.remove(given_back, run=self._run.id)
            again += outdated
            for each in again:
                if each.again:
                    self._put_off(state, each.plan, _DECIDE_AGAIN, each.reason)
        return fresh, again

    def _taken(
        self, state: Transaction, plans: Sequence[AnyPlan]
    ) -> tuple[list[AnyPlan], list[Settled]]:
        """The plans whose records nobody else writes or ties, which are ours from now on."""
        mine: dict[str, str] = {}
        first: list[AnyPlan] = []
        busy: list[Settled] = []
        for plan in plans:
            shared = [name for name in plan.names if name in mine]
            if shared:
                busy.append(_busy(plan, shared[0]))
            else:
                mine.update(dict.fromkeys(plan.names, plan.record))
                first.append(plan)
        taken = state.intents.add([each for plan in first for each in self.intents(plan)])
        lost = {mine[name]: name for name in taken}
        given_back = [name for name in mine if mine[name] in lost and name not in taken]
        state.intents.remove(given_back, run=self._run.id)
        busy += [_busy(plan, lost[plan.record]) for plan in first if plan.record in lost]
        return [plan for plan in first if plan.record not in lost], busy

    def intents(self, plan: AnyPlan) -> list[Intent]:
        """The intent of this run to carry out ``plan``, and what keeps others off what it ties."""
        lease, now = self._holding.lease, self._clock.now()
        return [
            Intent(
                record=name,
                run=self._run.id,
                connection=self._run.connection,
                # What only keeps others off has no plan of its own to be recovered.
                actor_kind=self._run.actor_kind if name == plan.record else "",
                lease=lease.key,
                fence=lease.fence,
                document=plan.to_json() if name == plan.record else "",
                at=now,
            )
            for name in plan.names
        ]

    def take_over(self, state: Transaction, intent: Intent) -> RecordPlan | None:
        """The plan of another run's intent, which is this run's now; None where it is gone."""
        plan = RecordPlan.from_json(intent.document)
        taken = [state.intents.replace(each, run=intent.run) for each in self.intents(plan)]
        return plan if taken[0] else None

    def _fresh(
        self, state: Transaction, plans: Sequence[AnyPlan]
    ) -> tuple[list[AnyPlan], list[Settled]]:
        known, ties = _versions(state, plans), _ties(state, plans)
        fresh: list[AnyPlan] = []
        again: list[Settled] = []
        for plan in plans:
            why = _outdated(plan, known, ties)
            if why:
                again.append(_again(plan, why))
            else:
                fresh.append(plan)
        return fresh, again

    # after the calls ------------------------------------------------------------------------------

    def settle(self, plans: Sequence[AnyPlan]) -> list[Settled]:
        """Remember what became of ``plans``; those with an unknown write keep their intent."""
        try:
            return self._settle(plans)
        except AlreadyLinked:
            # Somebody linked one of the records meanwhile; looked at again, that is seen.
            return self._settle(plans)

    def _settle(self, plans: Sequence[AnyPlan]) -> list[Settled]:
        now = self._clock.now()
        with self._store.begin() as state:
            self._holding.prove(state)
            known = _links(state, plans)
            pending = _pending(state, plans)
            sheet = Settlement()
            settled = [self._one(state, plan, known, pending, sheet, now) for plan in plans]
            sheet.put(state)
            over = [
                name for each in settled if not each.plan.open_writes for name in each.plan.names
            ]
            state.intents.remove(over, run=self._run.id)
            self._also(state, settled)
        return settled

    def _one(
        self,
        state: Transaction,
        plan: AnyPlan,
        known: Mapping[str, Link],
        pending: "Mapping[tuple[FeedName, str], Pending]",
        sheet: Settlement,
        now: datetime,
    ) -> Settled:
        before = pending.get((plan.feed, plan.key))
        if isinstance(plan, PlainPlan):
            return self._plain(plan, known, before, sheet, now)
        if plan.open_writes:
            return self._unknown(state, plan, before, now)
        outcomes = _with_links(plan)
        self._keep_links(state, plan, outcomes, known, sheet, now)
        history = self._history(plan, outcomes, now)
        sheet.tell(history)
        sheet.ask(plan.names, [evolve(issue, asked_at=now) for issue in plan.issues])
        self._mark_siblings(state, plan, now)
        return evolve(self._result(state, plan, before, sheet), changes=_names_of(history))

    def _plain(
        self,
        plan: PlainPlan,
        known: Mapping[str, Link],
        before: Pending | None,
        sheet: Settlement,
        now: datetime,
    ) -> Settled:
        """Remember a plain plan, all of which is done."""
        link = known.get(plan.link_name)
        if link is not None:
            # Each of its fields moved away from what was agreed on, and so the link moves on.
            sheet.move_on(link.advance(plan.agreements()), link.version)
            sheet.looks.forget(link)
        history = plan.history(self._run.id, self._run.principal, now)
        sheet.tell(history)
        sheet.ask(plan.names, ())
        sheet.looks.note(plan)
        if before is not None:
            sheet.close(plan)
        result = RecordResult.UPDATED if plan.outcomes else RecordResult.UNCHANGED
        return Settled(plan, result, changes=_names_of(history))

    def _mark_siblings(self, state: Transaction, plan: RecordPlan, now: datetime) -> None:
        """Have the other links of an entity looked at again, once one of them came or went.

        What was asked about the entity was withdrawn with the plan, and may be to be asked again.
        """
        entities: dict[str, list[str]] = {}
        for step in plan.plan.steps:
            if isinstance(step, RemoveLink):
                kind, keys = _entities_of(step.link)
                entities.setdefault(kind, []).extend(keys)
            elif isinstance(step, MakeLink) and isinstance(step.entity, EntityRef):
                entities.setdefault(step.entity.kind, []).append(step.entity.key)
        marks = [
            Pending(
                feed=FeedName(link.connection, link.actor.kind, Side.CRM),
                key=link.entity.key,
                lane=self._run.lane,
                due=now,
                since=now,
                reason="another link of it came or went",
            )
            for kind, keys in entities.items()
            for links in state.links.of_entities(kind, keys).values()
            for link in links
            if link.connection != plan.feed.connection
        ]
        state.pending.mark(marks)

    def _unknown(
        self, state: Transaction, plan: RecordPlan, before: Pending | None, now: datetime
    ) -> Settled:
        state.intents.replace(self.intents(plan)[0], run=self._run.id)
        state.issues.put(undecidable(plan, now))
        step = plan.open_writes[0]
        reason = plan.outcomes[step.id].reason if step.id in plan.outcomes else "not sent"
        failure = Failure(Behaviour.READ_BACK, reason)
        self.put_off(state, plan.feed, plan.key, failure, before=before, evidence=plan.evidence)
        return Settled(plan, RecordResult.FAILED, reason)

    def _result(
        self, state: Transaction, plan: RecordPlan, before: Pending | None, sheet: Settlement
    ) -> Settled:
        failed = _worst(plan)
        if plan.personal and failed is not None:
            return Settled(plan, RecordResult.FAILED, failed.reason)  # whoever made it is told
        if failed is None and not plan.plan.problems:
            sheet.looks.note(plan)
            if before is not None:
                sheet.close(plan)
            return Settled(plan, _done(plan))
        if failed is None:
            problem = BadValue("; ".join(plan.plan.problems), value="")
            failure = evolve(Failure.of(problem), reason=problem.rule)
        else:
            failure = Failure.of(failed)
        now_pending = self.put_off(
            state, plan.feed, plan.key, failure, before=before, evidence=plan.evidence
        )
        if failed is not None and failed.result is StepResult.STALE:
            return _again(plan, failed.reason)
        if failed is None and plan.writes:
            return Settled(plan, _done(plan))
        result = RecordResult.PARKED if now_pending.parked else RecordResult.FAILED
        return Settled(plan, result, failure.reason)

    def put_off(
        self,
        state: Transaction,
        feed: FeedName,
        key: str,
        failure: Failure,
        *,
        before: Pending | None,
        evidence: str = "",
    ) -> Pending:
        """Have a record looked at again, as its failure asks for."""
        now = self._clock.now()
        known = before or Pending(
            feed=feed, key=key, lane=self._run.lane, due=now, since=now, marked=0
        )
        later = after(known, failure, now, random=self._random, evidence=evidence)
        if GONE in (evidence, later.evidence):
            later = evolve(later, evidence=evidence)
        state.pending.put([later])
        return later

    def _put_off(
        self, state: Transaction, plan: AnyPlan, behaviour: Behaviour, reason: str
    ) -> None:
        before = state.pending.of(plan.feed, [plan.key]).get(plan.key)
        failure = Failure(behaviour, reason)
        self.put_off(state, plan.feed, plan.key, failure, before=before, evidence=plan.evidence)

    def _keep_links(
        self,
        state: Transaction,
        plan: RecordPlan,
        outcomes: Sequence[StepOutcome],
        known: Mapping[str, Link],
        sheet: Settlement,
        now: datetime,
    ) -> None:
        agreements = confirmed_agreements(plan.plan, outcomes)
        doubtful = doubtful_fields(plan, known, self._pairing)
        done = _worst(plan) is None
        wrote = any(each.result is StepResult.CONFIRMED for each in plan.outcomes.values())
        for step in plan.plan.steps:
            if isinstance(step, RemoveLink) and done and step.link in known:
                _drop(state, known[step.link], step, now)
                if plan.personal:
                    keep_apart(state, known[step.link], self._run.principal, now)
        for step in plan.plan.steps:
            if isinstance(step, Advance) and step.link in known:
                link = known[step.link]
                moved = link.advance(agreements.get(step.link, {}))
                moved = moved.forgetting(doubtful.get(step.link, ()))
                if moved is not link:
                    sheet.move_on(moved, link.version)
                if wrote or moved is not link:
                    sheet.looks.forget(link)
            elif isinstance(step, MakeLink) and (done or not plan.personal):
                made = _make(state, plan, step, agreements)
                if made is not None:
                    sheet.looks.forget(made)

    def _history(
        self, plan: RecordPlan, outcomes: Sequence[StepOutcome], now: datetime
    ) -> list[RecordChange]:
        steps = {step.id: step for step in plan.writes}
        held: dict[str, Mapping[str, Value]] = {}
        records: dict[str, tuple[ActorRef | EntityRef, bool, str | None]] = {}
        for outcome in outcomes:
            step = steps.get(outcome.step)
            if outcome.result is not StepResult.CONFIRMED or not isinstance(step, Create | Patch):
                continue
            held[_system(step)] = outcome.stored
            made = isinstance(step, Create)
            records[_system(step)] = _written(step, outcome.key), made, outcome.version
        changes = [
            change for decision in plan.decisions for change in field_changes(decision, held)
        ]
        return [
            RecordChange(
                _link_of(plan, system),
                record,
                self._run.id,
                self._run.principal,
                now,
                [change for change in changes if change.system == system],
                made,
                version,
            )
            for system, (record, made, version) in records.items()
        ]


def _names_of(history: Iterable[RecordChange]) -> tuple[str, ...]:
    return tuple(f"{each.system}.{each.field}" for record in history for each in record.changes)


def _busy(plan: AnyPlan, name: str) -> Settled:
    return _again(plan, f"somebody else is writing {name}")


def _again(plan: AnyPlan, reason: str) -> Settled:
    """What is told of a plan that came too late; a person's is not decided anew by anybody."""
    return Settled(plan, RecordResult.FAILED, reason, again=not plan.personal)


# links --------------------------------------------------------------------------------------------


def _names(plan: AnyPlan) -> Iterable[tuple[str, int | None]]:
    if isinstance(plan, PlainPlan):
        yield plan.link_name, plan.link.version
        return
    for step in plan.plan.steps:
        if isinstance(step, Advance | RemoveLink):
            yield step.link, step.expects


def _entities_of(link: str) -> tuple[str, list[str]]:
    """The kind of the entity that a link is named after, and the keys that it may have.

    A key may hold any character, so that it cannot be told which "=" of the name ends it.
    """
    kind, _, rest = link.removeprefix(f"{CRM}/").partition("/")
    parts = rest.split("=")
    return kind, ["=".join(parts[:end]) for end in range(1, len(parts))]


def _named(plans: Sequence[AnyPlan]) -> Mapping[str, list[str]]:
    """The keys of the entities that the plans' links may be of, by kind."""
    wanted: dict[str, set[str]] = {}
    for name in {name for plan in plans for name, _ in _names(plan)}:
        kind, keys_of_name = _entities_of(name)
        wanted.setdefault(kind, set()).update(keys_of_name)
    return {kind: sorted(keys) for kind, keys in wanted.items()}


def _links(state: Transaction, plans: Sequence[AnyPlan]) -> dict[str, Link]:
    """The links that the plans change, by name, and maybe others."""
    plain = [plan for plan in plans if isinstance(plan, PlainPlan)]
    versions = _versions(state, plain)
    # What a plain plan was made from is not read again where it is as it was.
    same = [plan for plan in plain if versions.get(plan.link_name) == plan.link.version]
    found = {plan.link_name: plan.link for plan in same}
    rest = [plan for plan in plans if not (isinstance(plan, PlainPlan) and plan.link_name in found)]
    for kind, keys in _named(rest).items():
        for links in state.links.of_entities(kind, keys).values():
            found.update((link.key, link) for link in links)
    return found


def _versions(state: Transaction, plans: Sequence[AnyPlan]) -> dict[str, int]:
    """The versions of the links that the plans change, by name, and maybe of others."""
    found: dict[str, int] = {}
    for kind, keys in _named(plans).items():
        found.update(state.links.versions(kind, keys))
    return found


def _ties(state: Transaction, plans: Sequence[AnyPlan]) -> dict[tuple[str, str], str]:
    """The links that the records have already which the plans link, by connection and record."""
    wanted: dict[tuple[str, str, bool], set[str]] = {}
    for plan in plans:
        for ref in _to_be_linked(plan):
            place = plan.feed.connection, ref.kind, isinstance(ref, EntityRef)
            wanted.setdefault(place, set()).add(ref.key)
    found: dict[tuple[str, str], str] = {}
    for (connection, kind, crm), keys in wanted.items():
        ask = state.links.by_entity if crm else state.links.by_actor
        for link in ask(connection, kind, sorted(keys)).values():
            found[connection, str(link.entity if crm else link.actor)] = link.key
    return found


def _to_be_linked(plan: AnyPlan) -> Iterator[ActorRef | EntityRef]:
    for step in _ties_of(plan):
        if isinstance(step, MakeLink):
            yield from (each for each in (step.entity, step.actor) if not isinstance(each, str))


def _ties_of(plan: AnyPlan) -> Sequence[Step]:
    """The steps that may make or take a link; a plain plan has none."""
    return () if isinstance(plan, PlainPlan) else plan.plan.steps


def _outdated(plan: AnyPlan, known: Mapping[str, int], ties: Mapping[tuple[str, str], str]) -> str:
    steps = _ties_of(plan)
    removed = {step.link for step in steps if isinstance(step, RemoveLink)}
    for ref in _to_be_linked(plan):
        if ties.get((plan.feed.connection, str(ref)), "") not in {"", *removed}:
            return f"{ref} was linked meanwhile"
    made = {step.id.removeprefix("link ") for step in steps if isinstance(step, MakeLink)}
    for name, expects in _names(plan):
        if name in made:
            continue
        if name not in known:
            return "its link is not there any more"
        if expects is not None and known[name] != expects:
            return "its link was changed meanwhile"
    return ""


def _with_links(plan: RecordPlan) -> list[StepOutcome]:
    """The outcomes of the plan, with those of the links whose records are there now."""
    outcomes = list(plan.outcomes.values())
    if plan.personal and plan.failed:
        return outcomes
    confirmed = {each.step for each in outcomes if each.result is StepResult.CONFIRMED}
    for step in plan.plan.steps:
        if isinstance(step, MakeLink):
            needs = {each for each in (step.entity, step.actor) if isinstance(each, str)}
            if needs <= confirmed:
                outcomes.append(StepOutcome(step.id, StepResult.CONFIRMED))
    return outcomes


def _make(
    state: Transaction,
    plan: RecordPlan,
    step: MakeLink,
    agreements: Mapping[str, Mapping[str, Agreed]],
) -> Link | None:
    entity, actor = _resolved(plan, step.entity), _resolved(plan, step.actor)
    if not isinstance(entity, EntityRef) or not isinstance(actor, ActorRef):
        return None
    created = ""
    if isinstance(step.entity, str):
        created = CRM
    elif isinstance(step.actor, str):
        created = actor.system
    base = agreements.get(step.id.removeprefix("link "), {})
    link = Link(entity, actor, base, created=created)
    there = state.links.by_entity(actor.system, entity.kind, [entity.key]).values()
    theirs = state.links.by_actor(actor.system, actor.kind, [actor.key]).values()
    if [*there, *theirs]:
        return None
    state.links.add(link)
    if plan.personal:
        bring_together(state, link)
    return link


def _resolved(plan: RecordPlan, target: object) -> object:
    if not isinstance(target, str):
        return target
    outcome = plan.outcomes.get(target)
    if outcome is None or outcome.result is not StepResult.CONFIRMED:
        return None
    step = next(step for step in plan.writes if step.id == target)
    return _written(step, outcome.key)


def _drop(state: Transaction, link: Link, step: RemoveLink, now: datetime) -> None:
    if step.dead:
        state.links.change(link.dead(step.reason, now), expects=link.version)
    else:
        state.links.remove(link)


# outcomes -----------------------------------------------------------------------------------------


def _system(step: Write) -> str:
    return step.system if isinstance(step, Create) else step.target.system


def _written(step: Write, key: str) -> ActorRef | EntityRef:
    if not isinstance(step, Create):
        return step.target
    if step.system == CRM:
        return EntityRef.of(step.kind, key)
    return ActorRef(step.system, step.kind, key)


def _link_of(plan: RecordPlan, system: str) -> str:
    """The name of the link that a write to ``system`` went through, as far as it is known."""
    names = [step.link for step in plan.plan.steps if isinstance(step, Advance)]
    for step in plan.plan.steps:
        if isinstance(step, MakeLink):
            entity, actor = _resolved(plan, step.entity), _resolved(plan, step.actor)
            if entity is not None and actor is not None:
                return f"{entity}={actor}"
    wanted = plan.feed.connection if system == CRM else system
    return next((name for name in names if f"={wanted}/" in name), plan.record)


def _worst(plan: RecordPlan) -> StepOutcome | None:
    results = {each.result: each for each in plan.outcomes.values()}
    return next((results[each] for each in _WORST if each in results), None)


def _done(plan: RecordPlan) -> RecordResult:
    kinds = {type(step) for step in plan.writes}
    for kind, result in (
        (Create, RecordResult.CREATED),
        (Delete, RecordResult.DELETED),
        (Patch, RecordResult.UPDATED),
    ):
        if kind in kinds:
            return result
    return RecordResult.UNCHANGED


def _pending(state: Transaction, plans: Sequence[AnyPlan]) -> dict[tuple[FeedName, str], Pending]:
    by_feed: dict[FeedName, list[str]] = {}
    for plan in plans:
        by_feed.setdefault(plan.feed, []).append(plan.key)
    return {
        (feed, key): pending
        for feed, keys in by_feed.items()
        for key, pending in state.pending.of(feed, keys).items()
    }
