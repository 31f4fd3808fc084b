"""Conductor: conducts one pass: its lease, its sessions, its entry among the runs, its end."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final, TypeAlias

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Clock, Event, Kind
from erplink.domain.connections import Ranking
from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Link
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.plan import Report
from erplink.domain.policy import CustomRule, Policy
from erplink.domain.records import CRM
from erplink.domain.values import Value
from erplink.errors import (
    InputError,
    LostLease,
    NotNow,
    PluginError,
    SessionError,
    StoreError,
    Unauthorised,
)
from erplink.sync.effort import Effort, Meter, effort_to_data
from erplink.sync.holding import Holding
from erplink.sync.pairing import Pairing
from erplink.sync.passes import Pass, PassResult, Preview, Records
from erplink.sync.pauses import put_pause
from erplink.sync.reconcile import View
from erplink.sync.record_plan import RecordPlan
from erplink.sync.reports import report_to_json
from erplink.sync.roster import Roster
from erplink.sync.schema import check_schema, fits
from erplink.sync.state import FeedName, Lane, Run, RunMode, RunState, Side
from erplink.sync.store import Store, Transaction
from erplink.sync.systems import Opener, Systems
from erplink.sync.workbench import Also, Observer, Options, Progress, Watcher, Workbench

__all__ = ["Batches", "Bulk", "Conductor", "Job", "Judgement"]

_RUNS_LOOKED_AT: Final = 20


Batches: TypeAlias = Callable[[Workbench], Iterable[Sequence[RecordPlan]]]
"""Makes plans a batch at a time, with what a pass works with."""


def _never() -> bool:
    return False


@frozen(kw_only=True)
class Judgement:
    """What conflicts are judged by besides the ranking."""

    clock_tolerance: timedelta = timedelta(seconds=5)
    #: The host's own rules, by the name that mappings use.
    rules: Mapping[str, CustomRule] = attr(factory=dict)


@frozen
class Job:
    """One pass to do."""

    mapping: FieldMapping
    mode: RunMode
    lane: Lane
    principal: str
    lease: str


@frozen(kw_only=True)
class Bulk:
    """Many plans to carry out, which are made a batch at a time."""

    #: Of the run; begun again under its name, it goes on with what was left open.
    name: str
    #: By which the plans are made; it need not be one that is stored.
    mapping: FieldMapping
    #: The kind of the records that they come from; their system is not asked.
    actor: Kind
    principal: str
    mode: RunMode = RunMode.IMPORT


class Conductor:
    """Conducts the passes of one engine; threads may share it."""

    def __init__(
        self,
        store: Store,
        opener: Opener,
        clock: Clock,
        options: Options,
        judgement: Judgement,
        observe: Observer,
        luck: Random | None,
    ) -> None:
        """Conduct passes with what an engine was given."""
        self._store, self._opener, self._clock = store, opener, clock
        self._options, self._judgement, self._observe = options, judgement, observe
        self._luck = luck or Random(os.urandom(16))  # noqa: S311 - it guards no secret
        self._name = f"{self._luck.getrandbits(64):016x}"
        self._roster = Roster(store)
        self._cancelled: set[str] = set()
        self._pairings: dict[tuple[str, str], Pairing] = {}

    # one pass -------------------------------------------------------------------------------------

    def run(
        self,
        job: Job,
        *,
        records: Records | None = None,
        view: View | None = None,
        answers: Mapping[str, Value] | None = None,
        gives_way: Callable[[], bool] = _never,
        watch: Watcher | None = None,
    ) -> PassResult:
        """Do the pass, and tell how it ended; NotNow where somebody else is at it."""
        run, meter = self.new_run(job), Meter(self._clock)
        with self._leased(job.lease) as holding, Systems(self._opener, meter=meter) as systems:
            lag = self._lag(job.mapping)
            self._started(run, alone=job.lease.startswith("pass/"))
            try:
                kinds = check_schema(self._store, systems, job.mapping, self._observe)
                bench = evolve(
                    self._bench(job.mapping, kinds, systems, answers or {}),
                    cancelled=lambda: run.id in self._cancelled or gives_way(),
                    progress=None if watch is None else partial(_progressed, watch, run),
                )
                result = Pass(bench, run, holding, view=view).run(records)
            except (SessionError, PluginError, InputError) as error:
                # It could not even begin: a system cannot be opened, or its kinds do not fit.
                result = self.failed(run, error)
            return self._finished(result, evolve(meter.effort, lag=lag), job.mapping)

    def failed(
        self, run: Run, error: SessionError | PluginError | InputError | StoreError
    ) -> PassResult:
        """What is told of a run that came to its end before it began."""
        over = evolve(run, state=RunState.FAILED, reason=str(error), finished=self._clock.now())
        trouble = error if isinstance(error, SessionError | PluginError) else None
        return PassResult(run=over, report=Report(0), trouble=trouble, system=run.connection)

    @contextmanager
    def _leased(self, lease: str) -> Iterator[Holding]:
        holding = Holding.acquire(self._store, lease, self._new_name(), self._clock)
        if holding is None:
            raise NotNow(f"{lease} is being worked on already")
        try:
            yield holding
        except LostLease:
            raise
        except BaseException:
            holding.release(self._store)
            raise
        else:
            holding.release(self._store)

    def _new_name(self) -> str:
        return f"{self._name}/{self._luck.getrandbits(32):08x}"

    def new_run(self, job: Job) -> Run:
        """A run of the job that begins now."""
        now = self._clock.now()
        return Run(
            id=f"{now:%Y%m%dT%H%M%S}-{self._luck.getrandbits(40):010x}",
            connection=job.mapping.connection,
            actor_kind=job.mapping.actor_kind,
            mode=job.mode,
            lane=job.lane,
            principal=job.principal,
            started=now,
        )

    def _started(self, run: Run, *, alone: bool) -> None:
        with self._store.begin() as state:
            if alone:
                _bury_the_dead(state, run)
            state.runs.put(run)
        self._observe(Event("run started", _told(run)))

    def _lag(self, mapping: FieldMapping) -> dict[str, float]:
        """For how many seconds each side has not been read to its end, if it ever was."""
        now = self._clock.now()
        with self._store.look() as state:
            feeds = [
                state.feeds.get(FeedName(mapping.connection, mapping.actor_kind, side))
                for side in Side
            ]
        return {
            feed.name.side.value: (now - feed.read_at).total_seconds()
            for feed in feeds
            if feed.read_at is not None
        }

    def _finished(
        self, result: PassResult, effort: Effort, mapping: FieldMapping | None = None
    ) -> PassResult:
        run = evolve(result.run, report=report_to_json(result.report, effort))
        with self._store.begin() as state:
            if mapping is not None and run.state is RunState.HELD:
                run = _unless_overtaken(state, run, mapping)
            result = evolve(result, run=run, effort=effort)
            _drop_older_held(state, run)
            state.runs.put(run)
            if isinstance(result.trouble, Unauthorised) and result.system != CRM:
                put_pause(state, result.system, str(result.trouble))
        self._cancelled.discard(run.id)
        self._observe(Event("run ended", {**_told(run), **_figures(result)}))
        return result

    # plans that are at hand ----------------------------------------------------------------------

    def preview(self, job: Job, records: Records | None = None) -> Preview:
        """What the pass would do; provably nothing is written."""
        with Systems(self._opener, read_only=True) as systems:
            run, holding = self.new_run(job), Holding.none(self._clock)
            bench = self._bench(job.mapping, self._kinds(job.mapping, systems), systems, {})
            return Pass(bench, run, holding).preview(records)

    def carry_out(self, job: Job, held: str) -> PassResult:
        """Carry out the plans that are stored for a held run."""
        mapping = job.mapping
        meter = Meter(self._clock)
        with self._leased(job.lease) as holding, Systems(self._opener, meter=meter) as systems:
            run = evolve(self.new_run(job), id=held)
            try:
                kinds = check_schema(self._store, systems, mapping, self._observe)
                bench = self._bench(mapping, kinds, systems, {})
                result = Pass(bench, run, holding).carry_out(held)
            except (SessionError, PluginError, InputError) as error:
                # It could not even begin, so that the plan waits as before.
                failed = self.failed(run, error)
                result = evolve(failed, run=evolve(failed.run, state=RunState.HELD))
            return self._finished(result, meter.effort)

    def commit(self, job: Job, plans: Sequence[RecordPlan]) -> PassResult:
        """Carry out plans that a person made."""
        meter = Meter(self._clock)
        with self._leased(job.lease) as holding, Systems(self._opener, meter=meter) as systems:
            kinds = check_schema(self._store, systems, job.mapping, self._observe)
            bench = self._bench(job.mapping, kinds, systems, {})
            run = self.new_run(job)
            self._started(run, alone=False)
            try:
                result = Pass(bench, run, holding).commit(plans)
            except (SessionError, PluginError) as error:
                self._finished(self.failed(run, error), meter.effort)
                raise
            return self._finished(result, meter.effort)

    def work_off(
        self,
        bulk: Bulk,
        batches: Batches,
        *,
        also: Also,
        cancelled: Callable[[], bool] = _never,
        watch: Watcher | None = None,
    ) -> PassResult:
        """Carry out plans as they are made."""
        meter, lease = Meter(self._clock), f"import/{bulk.name}"
        job = Job(bulk.mapping, bulk.mode, Lane.BULK, bulk.principal, lease)
        with self._leased(lease) as holding, Systems(self._opener, meter=meter) as systems:
            run = evolve(self.new_run(job), id=bulk.name)
            self._started(run, alone=False)
            try:
                kinds = bulk.actor, systems.kind(CRM, bulk.mapping.entity_kind)
                bench = evolve(
                    self._bench(bulk.mapping, kinds, systems, {}),
                    also=also,
                    cancelled=lambda: run.id in self._cancelled or cancelled(),
                    progress=None if watch is None else partial(_progressed, watch, run),
                )
                result = Pass(bench, run, holding).work_off(batches(bench))
            except (SessionError, PluginError, InputError) as error:
                result = self.failed(run, error)
            return self._finished(result, meter.effort)

    def compiled(self, mapping: FieldMapping, actor: Kind, entity: Kind) -> Pairing:
        """A mapping with the kinds given, compiled; by the rules of this engine."""
        return self._pairing(mapping, (actor, entity), self._roster.ranking())

    def pairing(self, mapping: FieldMapping, systems: Systems) -> Pairing:
        """A mapping with both of its kinds, compiled."""
        return self._pairing(mapping, self._kinds(mapping, systems), self._roster.ranking())

    def cancel(self, run: str) -> None:
        """Stop a run at its next page."""
        self._cancelled.add(run)

    # what there is --------------------------------------------------------------------------------

    def _bench(
        self,
        mapping: FieldMapping,
        kinds: tuple[Kind, Kind],
        systems: Systems,
        answers: Mapping[str, Value],
    ) -> Workbench:
        ranking = self._roster.ranking()
        known: dict[tuple[str, str], Pairing | None] = {}

        def pairing_of(link: Link) -> Pairing | None:
            place = link.connection, link.actor.kind
            if place not in known:
                known[place] = self._other_pairing(*place, systems, ranking)
            return known[place]

        pairing = self._pairing(mapping, kinds, ranking)
        parents = None
        if pairing.actor.parent:
            parents = self._other_pairing(
                mapping.connection, pairing.actor.parent, systems, ranking
            )
        return Workbench(
            store=self._store,
            systems=systems,
            pairing=pairing,
            clock=self._clock,
            random=self._luck.random,
            options=self._options,
            pairing_of=pairing_of,
            parents=parents,
            answers=answers,
            observe=self._observe,
        )

    def _kinds(self, mapping: FieldMapping, systems: Systems) -> tuple[Kind, Kind]:
        actor = systems.kind(mapping.connection, mapping.actor_kind)
        return actor, systems.kind(CRM, mapping.entity_kind)

    def _pairing(
        self, mapping: FieldMapping, kinds: tuple[Kind, Kind], ranking: Ranking
    ) -> Pairing:
        if mapping.connection not in ranking.order:
            # Rows of a file come from no connection: the CRM's word and theirs is all there is.
            ranking = Ranking((*ranking.order, mapping.connection))
        policy = self._policy(ranking)
        place = mapping.connection, mapping.actor_kind
        known = self._pairings.get(place)
        # Compiled once: every pass needs it, and what it is made of seldom changes.
        if known is None or not known.is_of(mapping, *kinds, policy):
            known = self._pairings[place] = Pairing.of(mapping, *kinds, policy)
        return known

    def policy(self) -> Policy:
        """What conflicts are judged by now."""
        return self._policy(self._roster.ranking())

    def _policy(self, ranking: Ranking) -> Policy:
        return Policy(ranking, self._judgement.clock_tolerance, FrozenDict(self._judgement.rules))

    def _other_pairing(
        self, connection: str, actor_kind: str, systems: Systems, ranking: Ranking
    ) -> Pairing | None:
        """The pairing of another kind, or of another connection that is served; else None."""
        with self._store.look() as state:
            mapping = state.mappings.get(connection, actor_kind)
        if mapping is None or not mapping.enabled or not self._roster.is_served(connection):
            return None
        try:
            if not fits(self._store, systems, mapping):
                return None
            return self._pairing(mapping, self._kinds(mapping, systems), ranking)
        except (SessionError, PluginError, InputError):
            return None  # its own pass will tell


def _unless_overtaken(state: Transaction, run: Run, mapping: FieldMapping) -> Run:
    """A plan by a mapping that somebody changed meanwhile does not wait to be carried out."""
    current = state.mappings.get(mapping.connection, mapping.actor_kind)
    if current is None or current.version == mapping.version:
        return run
    state.held.remove(run.id)
    return evolve(run, state=RunState.DISCARDED, reason="the mapping was changed meanwhile")


def _drop_older_held(state: Transaction, run: Run) -> None:
    """A newer plan for the same records takes the place of one that still waits."""
    if run.mode not in (RunMode.CHANGES, RunMode.FULL):
        return
    for older in state.runs.held(run.connection):
        if older.actor_kind == run.actor_kind and older.id != run.id:
            state.held.remove(older.id)
            reason = f"a newer plan took its place: {run.id}"
            state.runs.put(evolve(older, state=RunState.DISCARDED, reason=reason))


def _bury_the_dead(state: Transaction, run: Run) -> None:
    """Whoever holds the lease of a pass knows that no earlier run is still at it."""
    for older in state.runs.of(run.connection, most=_RUNS_LOOKED_AT):
        beside = older.mode is RunMode.RECORDS
        if older.state is RunState.RUNNING and older.actor_kind == run.actor_kind and not beside:
            reason = "its process came to an end before it did"
            state.runs.put(
                evolve(older, state=RunState.FAILED, reason=reason, finished=run.started)
            )


def _progressed(watch: Watcher, run: Run, done: int, total: int | None) -> None:
    watch(
        Progress(
            run=run.id,
            connection=run.connection,
            actor_kind=run.actor_kind,
            done=done,
            total=total,
        )
    )


def _figures(result: PassResult) -> dict[str, object]:
    report = result.report
    return {
        "started": result.run.started,
        "report": str(report),
        "read": report.read,
        "counts": {each.value: count for each, count in report.counts.items() if count},
        "questions": report.questions,
        "changes": dict(report.changes),
        **effort_to_data(result.effort),
    }


def _told(run: Run) -> dict[str, object]:
    return {
        "run": run.id,
        "at": run.finished or run.started,
        "connection": run.connection,
        "kind": run.actor_kind,
        "mode": run.mode.value,
        "lane": run.lane.name.lower(),
        "state": run.state.value,
        "reason": run.reason,
    }
