"""Engine: carries out passes and commands; all its state is in the store."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Final

from attrs import evolve

from erplink.connectors import Clock, Event, Kind
from erplink.domain.history import Explanation, explain
from erplink.domain.links import Link
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.policy import Policy
from erplink.domain.records import CRM, ActorRef, EntityRef, Ref
from erplink.domain.values import Value
from erplink.errors import BadName, LostLease, NotNow, StoreBusy
from erplink.sync.conductor import Batches, Bulk, Conductor, Job, Judgement
from erplink.sync.pairing import Pairing
from erplink.sync.passes import PassResult, Preview, Records
from erplink.sync.pauses import put_pause
from erplink.sync.reconcile import View
from erplink.sync.record_plan import RecordPlan
from erplink.sync.roster import Roster
from erplink.sync.state import (
    FeedName,
    HeldPlan,
    Issue,
    Lane,
    Pending,
    Run,
    RunMode,
    RunState,
    Side,
)
from erplink.sync.status import ConnectionStatus, status_of
from erplink.sync.store import Store
from erplink.sync.systems import Opener, Systems
from erplink.sync.undo import Undo, plan_undo
from erplink.sync.views import from_crm, from_erp
from erplink.sync.workbench import Also, Options, Watcher

__all__ = ["ENGINE", "Engine"]

ENGINE: Final = "the engine"
"""On whose behalf a pass is done that nobody asked for."""

_PAGE: Final = 1000


def _no_event(_: Event) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


class Engine:
    """Keeps the linked records of one tenant in step; threads may share it."""

    def __init__(
        self,
        store: Store,
        opener: Opener,
        clock: Clock,
        *,
        options: Options | None = None,
        judgement: Judgement | None = None,
        observe: Callable[[Event], None] = _no_event,
        luck: Random | None = None,
    ) -> None:
        """Work on the connections in ``store``.

        Args:
            store: Where everything is kept.
            opener: Opens a session to a connection by its id, or to the CRM.
            clock: Tells the time.
            options: How passes are done.
            judgement: What conflicts are judged by.
            observe: Hears of everything that happens.
            luck: Scatters what should not happen all at once, and names runs.
        """
        self._store, self._opener, self._clock, self._observe = store, opener, clock, observe
        self.roster = Roster(store)
        self._conductor = Conductor(
            store,
            opener,
            clock,
            options or Options(),
            judgement or Judgement(),
            observe,
            luck,
        )

    @property
    def store(self) -> Store:
        """Where everything is kept."""
        return self._store

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self._clock

    # sync -----------------------------------------------------------------------------------------

    def sync(
        self,
        connection: str | None = None,
        *,
        full: bool = False,
        lane: Lane = Lane.SCHEDULED,
        principal: str = ENGINE,
        watch: Watcher | None = None,
    ) -> list[PassResult]:
        """Do a pass for every kind of one connection, or of all, the highest ranked first.

        What is wrong with one connection is in its result, and stops none of the others. Whoever
        watches hears after every page how far the pass has come.
        """
        mode = RunMode.FULL if full else RunMode.CHANGES
        jobs = [
            Job(mapping, mode, lane, principal, f"pass/{name}/{mapping.actor_kind}")
            for name in self.roster.served(connection)
            for mapping in self.roster.mappings(name)
        ]
        return [self._run_if_free(job, watch) for job in jobs]

    def _run_if_free(self, job: Job, watch: Watcher | None) -> PassResult:
        try:
            return self._conductor.run(job, watch=watch)
        except (NotNow, StoreBusy, LostLease) as error:
            return self._conductor.failed(self._conductor.new_run(job), error)

    def sync_kind(
        self,
        connection: str,
        actor_kind: str,
        *,
        mode: RunMode = RunMode.CHANGES,
        lane: Lane = Lane.SCHEDULED,
        principal: str = ENGINE,
    ) -> PassResult:
        """Do a pass for one kind of one connection."""
        mapping = self.roster.mapping(connection, actor_kind)
        return self.do_pass(mapping, mode, lane=lane, principal=principal)

    def do_pass(
        self,
        mapping: FieldMapping,
        mode: RunMode,
        *,
        lane: Lane = Lane.SCHEDULED,
        principal: str = ENGINE,
        gives_way: Callable[[], bool] = _never,
    ) -> PassResult:
        """Do a pass of a mapping; of the records that are due and no others, where ``mode`` is so.

        Where something is more urgent, as ``gives_way`` tells, a pass over changes ends at the
        next page, and goes on from there the next time.
        """
        lease = f"pass/{mapping.connection}/{mapping.actor_kind}"
        job = Job(mapping, mode, lane, principal, lease)
        if mode is RunMode.RECORDS:
            return self._conductor.run(job, records=self._due_keys(mapping))
        return self._conductor.run(job, gives_way=gives_way if mode is RunMode.CHANGES else _never)

    def _due_keys(self, mapping: FieldMapping) -> list[tuple[Side, Sequence[str]]]:
        now = self._clock.now()
        with self._store.look() as state:
            feeds = [FeedName(mapping.connection, mapping.actor_kind, side) for side in Side]
            return [
                (feed.side, [each.key for each in state.pending.due(feed, now)]) for feed in feeds
            ]

    def sync_record(
        self,
        record: ActorRef | EntityRef,
        *,
        principal: str = ENGINE,
        answers: Mapping[str, Value] | None = None,
    ) -> list[PassResult]:
        """Look at one record and all that it is linked to, now, beside any pass."""
        links = self._links_of(record)
        if not links:
            raise NotNow(f"{record} is not linked")
        link = links[0]
        mapping = self.roster.mapping(link.connection, link.actor.kind)
        job = Job(mapping, RunMode.RECORDS, Lane.INTERACTIVE, principal, f"now/{link.entity}")
        records = [(Side.CRM, (link.entity.key,))]
        return [self._conductor.run(job, records=records, answers=answers)]

    def resync_from_crm(
        self,
        connection: str,
        *,
        keep_filled: bool = False,
        entities: Iterable[str] | None = None,
        principal: str = ENGINE,
    ) -> list[PassResult]:
        """Repair: whatever the linked records of the CRM say goes to the ERP, marks or no marks.

        With ``keep_filled``, an empty value of the CRM overwrites nothing.
        """
        view = from_crm(keep_filled=keep_filled)
        return self._repair(connection, RunMode.FROM_CRM, view, Side.CRM, entities, principal)

    def resync_from_erp(
        self,
        connection: str,
        *,
        actors: Iterable[str] | None = None,
        principal: str = ENGINE,
    ) -> list[PassResult]:
        """Repair: whatever the linked actors say goes to the CRM, and from there to all others."""
        view = from_erp()
        results = self._repair(connection, RunMode.FROM_ERP, view, Side.ERP, actors, principal)
        for other in self.roster.served():
            if other != connection:
                results += self.sync(other, principal=principal)
        return results

    def _repair(
        self,
        connection: str,
        mode: RunMode,
        view: View,
        side: Side,
        keys: Iterable[str] | None,
        principal: str,
    ) -> list[PassResult]:
        chosen = None if keys is None else list(keys)
        results = []
        for mapping in self.roster.mappings(connection):
            lease = f"pass/{connection}/{mapping.actor_kind}"
            job = Job(mapping, mode, Lane.BULK, principal, lease)
            records = self._linked_keys(mapping, side, chosen)
            results.append(self._conductor.run(job, records=records, view=view))
        return results

    def _linked_keys(
        self, mapping: FieldMapping, side: Side, chosen: Sequence[str] | None
    ) -> Iterator[tuple[Side, Sequence[str]]]:
        after = ""
        wanted = None if chosen is None else frozenset(chosen)
        while True:
            with self._store.look() as state:
                links = state.links.of(
                    mapping.connection, mapping.actor_kind, after=after, most=_PAGE
                )
            if not links:
                return
            after = links[-1].actor.key
            refs = [link.entity if side is Side.CRM else link.actor for link in links]
            keys = [ref.key for ref in refs if wanted is None or ref.key in wanted]
            if keys:
                yield side, keys

    # previews and held plans ----------------------------------------------------------------------

    def plan(
        self,
        connection: str,
        actor_kind: str,
        *,
        full: bool = False,
        records: Records | None = None,
    ) -> Preview:
        """What a pass would do now; provably nothing is written."""
        mapping = self.roster.mapping(connection, actor_kind)
        return self.plan_with(mapping, full=full, records=records)

    def plan_with(
        self, mapping: FieldMapping, *, full: bool = False, records: Records | None = None
    ) -> Preview:
        """As :meth:`plan`, with a mapping that is not kept yet, and whether it is served or not."""
        mode = RunMode.FULL if full else RunMode.CHANGES
        job = Job(mapping, mode, Lane.INTERACTIVE, ENGINE, "")
        return self._conductor.preview(job, records)

    def apply(self, preview: Preview, *, principal: str = ENGINE) -> PassResult:
        """Carry out exactly what was shown; what moved since is refused record by record."""
        mapping = self.roster.mapping(preview.connection, preview.actor_kind)
        if mapping.version != preview.version:
            raise NotNow("the mapping was changed since this was planned; plan it again")
        return self._apply(mapping, RunMode.RECORDS, preview.plans, principal)

    def commit(
        self,
        plans: Iterable[RecordPlan],
        *,
        connection: str,
        actor_kind: str,
        lane: Lane = Lane.INTERACTIVE,
        principal: str = ENGINE,
    ) -> PassResult:
        """Carry out plans that a person made, now and beside any pass.

        What became of each is in the result. What moved since it was shown is refused; of what
        somebody else links at the same time, one succeeds, and nothing is written for the other.
        """
        mapping, chosen = self.roster.mapping(connection, actor_kind), list(plans)
        name = chosen[0].record if len(chosen) == 1 else f"{connection}/{actor_kind}"
        job = Job(mapping, RunMode.RECORDS, lane, principal, f"now/{name}")
        return self._conductor.commit(job, chosen)

    def work_off(
        self,
        bulk: Bulk,
        batches: Batches,
        *,
        also: Also,
        cancelled: Callable[[], bool],
        watch: Watcher | None = None,
    ) -> PassResult:
        """Carry out plans that are made a batch at a time, in the bulk lane.

        Args:
            bulk: What it is about.
            batches: Makes the plans.
            also: Remembers something of its own with what became of them.
            cancelled: Whether to stop before the next batch.
            watch: Hears how far it is.
        """
        return self._conductor.work_off(bulk, batches, also=also, cancelled=cancelled, watch=watch)

    def compiled(self, mapping: FieldMapping, actor: Kind, entity: Kind) -> Pairing:
        """A mapping, stored or not, with the kinds it ties together, compiled."""
        return self._conductor.compiled(mapping, actor, entity)

    def pairing(self, connection: str, actor_kind: str, systems: Systems) -> Pairing:
        """A mapping with the kinds it ties together, as ``systems`` describe them, compiled."""
        return self._conductor.pairing(self.roster.mapping(connection, actor_kind), systems)

    def policy(self) -> Policy:
        """What conflicts are judged by now."""
        return self._conductor.policy()

    def reading(self) -> Systems:
        """Sessions for looking at records, that refuse to write; whoever asks closes them."""
        return Systems(self._opener, read_only=True)

    def _apply(
        self,
        mapping: FieldMapping,
        mode: RunMode,
        plans: Iterable[RecordPlan],
        principal: str,
    ) -> PassResult:
        run = self._conductor.new_run(Job(mapping, mode, Lane.INTERACTIVE, principal, ""))
        held = [HeldPlan(record=each.record, document=each.to_json()) for each in plans]
        with self._store.begin() as state:
            state.held.put(run.id, held)
            state.runs.put(evolve(run, state=RunState.HELD, reason="it is about to be applied"))
        return self.approve(run.id, principal=principal)

    # history and undo -----------------------------------------------------------------------------

    def explain(self, link: str, field: str, *, system: str = CRM) -> Explanation:
        """Why a field of one side of a link holds what it holds."""
        with self._store.look() as state:
            rows = state.history.of_link(link)
        return explain(rows, field, system=system)

    def plan_undo(
        self,
        run: str,
        *,
        fields: Iterable[str] | None = None,
        records: Collection[Ref] | None = None,
        going: Collection[Ref] = (),
    ) -> Undo:
        """What it takes to take a run back, or some of it; nothing is written.

        Args:
            run: The id of the run.
            fields: Only these fields.
            records: Only what was written to these records.
            going: What is removed in any case; it keeps nothing that it belongs to.
        """
        with Systems(self._opener, read_only=True) as systems:
            return plan_undo(run, systems, self._store, fields=fields, records=records, going=going)

    def undo(self, undo: Undo, *, principal: str = ENGINE) -> PassResult:
        """Take back what was shown; what moved since is refused record by record."""
        run = self._known_run(undo.run)
        mapping = self.roster.mapping(run.connection, run.actor_kind)
        return self._apply(mapping, RunMode.UNDO, undo.plans, principal)

    def _known_run(self, run: str) -> Run:
        with self._store.look() as state:
            known = state.runs.get(run)
        if known is None:
            raise BadName(f"there is no run {run!r}")
        return known

    def approve(self, run: str, *, principal: str = ENGINE) -> PassResult:
        """Carry out the plan of a held run."""
        held = self._held(run)
        mapping = self.roster.mapping(held.connection, held.actor_kind)
        lease = f"pass/{held.connection}/{held.actor_kind}"
        job = Job(mapping, held.mode, Lane.INTERACTIVE, principal, lease)
        return self._conductor.carry_out(job, run)

    def discard(self, run: str, *, principal: str = ENGINE) -> None:
        """Decide against the plan of a held run; the next pass decides anew."""
        held = self._held(run)
        reason = f"discarded by {principal}: {held.reason}"
        over = evolve(held, state=RunState.DISCARDED, reason=reason, finished=self._clock.now())
        with self._store.begin() as state:
            state.held.remove(run)
            state.runs.put(over)
        self._observe(Event("run discarded", {"run": run, "principal": principal}))

    def _held(self, run: str) -> Run:
        known = self._known_run(run)
        if known.state is not RunState.HELD:
            raise NotNow(f"the run {run} is {known.state.value}, not held")
        return known

    # status ---------------------------------------------------------------------------------------

    def status(self) -> list[ConnectionStatus]:
        """How every connection is doing, the highest ranked first."""
        order, now = self.roster.ranking().order, self._clock.now()
        with self._store.look() as state:
            told = [status_of(state, name, now) for name in order if name != CRM]
        return [each for each in told if each is not None]

    # marks ----------------------------------------------------------------------------------------

    def notify(
        self,
        connection: str,
        actor_kind: str,
        side: Side,
        keys: Iterable[str],
        *,
        lane: Lane = Lane.EVENT,
        reason: str = "something happened to it",
    ) -> None:
        """Have records looked at soon; a webhook or a host's signal says no more than that."""
        now = self._clock.now()
        feed = FeedName(connection, actor_kind, side)
        marks = [
            Pending(feed=feed, key=key, lane=lane, due=now, since=now, reason=reason)
            for key in keys
        ]
        with self._store.begin() as state:
            state.pending.mark(marks)

    def replay(self, connection: str, records: Iterable[Pending] | None = None) -> int:
        """Try parked records again, all of a connection or some; how many there were."""
        chosen = None if records is None else list(records)
        with self._store.begin() as state:
            return state.pending.replay(connection, self._clock.now(), chosen)

    # pause, resume, cancel ------------------------------------------------------------------------

    def pause(self, connection: str, reason: str) -> None:
        """Do nothing for a connection until it is resumed; what changes meanwhile is found then."""
        with self._store.begin() as state:
            put_pause(state, connection, reason)
        self._observe(Event("connection paused", {"connection": connection, "reason": reason}))

    def resume(self, connection: str) -> None:
        """Go on with a connection."""
        with self._store.begin() as state:
            put_pause(state, connection, "")
        self._observe(Event("connection resumed", {"connection": connection}))

    def cancel(self, run: str) -> None:
        """Stop a run of this engine at the next page; what it did stays done."""
        self._conductor.cancel(run)

    # answers --------------------------------------------------------------------------------------

    def answer(self, issue: str, answer: Value, *, principal: str = ENGINE) -> list[PassResult]:
        """Answer a question: a system, a value, or one of the options; what follows is done now."""
        return self.answer_all({issue: answer}, principal=principal)

    def answer_all(
        self, answers: Mapping[str, Value], *, principal: str = ENGINE
    ) -> list[PassResult]:
        """Answer many questions, each as in :meth:`answer`; one pass for each mapping."""
        asked: dict[tuple[str, str], list[Issue]] = {}
        with self._store.look() as state:
            for name in answers:
                issue = state.issues.get(name)
                if issue is None:
                    raise BadName(f"there is no question {name!r}")
                asked.setdefault((issue.feed.connection, issue.feed.actor_kind), []).append(issue)
        results = []
        for place, issues in asked.items():
            mapping = self.roster.mapping(*place)
            name = issues[0].record if len(issues) == 1 else "/".join(place)
            job = Job(mapping, RunMode.RECORDS, Lane.INTERACTIVE, principal, f"now/{name}")
            sides = {side: [each.key for each in issues if each.feed.side is side] for side in Side}
            records = [(side, list(dict.fromkeys(keys))) for side, keys in sides.items() if keys]
            results.append(self._conductor.run(job, records=records, answers=answers))
        return results

    def _links_of(self, record: ActorRef | EntityRef) -> list[Link]:
        """The links of a record; that of a connection that is served comes first."""
        with self._store.look() as state:
            if isinstance(record, EntityRef):
                found = state.links.of_entities(record.kind, [record.key]).get(record.key, ())
            else:
                by_key = state.links.by_actor(record.system, record.kind, [record.key])
                found = list(by_key.values())
        return sorted(found, key=lambda link: not self.roster.is_served(link.connection))
