"""Engine: carries out passes and commands; all its state is in the store."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Clock, Event
from erplink.domain.connections import Connection, Ranking
from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Link
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.plan import Report
from erplink.domain.policy import CustomRule, Policy
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import BadName, LostLease, NotNow, PluginError, SessionError, Unauthorised
from erplink.sync.holding import Holding
from erplink.sync.pairing import Pairing
from erplink.sync.passes import Pass, PassResult, Preview, Records
from erplink.sync.pauses import Pause, pause_of, put_pause
from erplink.sync.reconcile import View
from erplink.sync.reports import report_to_json
from erplink.sync.state import FeedName, HeldPlan, Lane, Pending, Run, RunMode, RunState, Side
from erplink.sync.store import Store, Transaction
from erplink.sync.systems import Opener, Systems
from erplink.sync.views import from_crm, from_erp
from erplink.sync.workbench import Options, Workbench

__all__ = ["ENGINE", "Engine", "Judgement"]

ENGINE: Final = "the engine"
"""On whose behalf a pass is done that nobody asked for."""

_PAGE: Final = 1000


def _no_event(_: Event) -> None:
    """Nobody listens."""


@frozen(kw_only=True)
class Judgement:
    """What conflicts are judged by besides the ranking."""

    clock_tolerance: timedelta = timedelta(seconds=5)
    #: The host's own rules, by the name that mappings use.
    rules: Mapping[str, CustomRule] = attr(factory=dict)


@frozen
class _Job:
    """One pass to do."""

    mapping: FieldMapping
    mode: RunMode
    lane: Lane
    principal: str
    lease: str


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
        self._store, self._opener, self._clock = store, opener, clock
        self._options, self._judgement = options or Options(), judgement or Judgement()
        self._observe = observe
        self._luck = luck or Random(os.urandom(16))  # noqa: S311 - it guards no secret
        self._name = f"{self._luck.getrandbits(64):016x}"
        self._cancelled: set[str] = set()
        self._pairings: dict[tuple[str, str], Pairing] = {}

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
    ) -> list[PassResult]:
        """Do a pass for every kind of one connection, or of all, the highest ranked first.

        What is wrong with one connection is in its result, and stops none of the others.
        """
        mode = RunMode.FULL if full else RunMode.CHANGES
        return [
            self.sync_kind(name, mapping.actor_kind, mode=mode, lane=lane, principal=principal)
            for name in self._served(connection)
            for mapping in self.mappings(name)
        ]

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
        mapping = self._mapping(connection, actor_kind)
        lease = f"pass/{connection}/{actor_kind}"
        return self._run(_Job(mapping, mode, lane, principal, lease))

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
        mapping = self._mapping(link.connection, link.actor.kind)
        job = _Job(mapping, RunMode.RECORDS, Lane.INTERACTIVE, principal, f"now/{link.entity}")
        records = [(Side.CRM, (link.entity.key,))]
        return [self._run(job, records=records, answers=answers)]

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
        for other in self._served(None):
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
        for mapping in self.mappings(connection):
            lease = f"pass/{connection}/{mapping.actor_kind}"
            job = _Job(mapping, mode, Lane.BULK, principal, lease)
            records = self._linked_keys(mapping, side, chosen)
            results.append(self._run(job, records=records, view=view))
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
        mapping = self._mapping(connection, actor_kind)
        mode = RunMode.FULL if full else RunMode.CHANGES
        job = _Job(mapping, mode, Lane.INTERACTIVE, ENGINE, "")
        with Systems(self._opener, read_only=True) as systems:
            run, holding = self._new_run(job), Holding.none(self._clock)
            return Pass(self._bench(mapping, systems, {}), run, holding).preview(records)

    def apply(self, preview: Preview, *, principal: str = ENGINE) -> PassResult:
        """Carry out exactly what was shown; what moved since is refused record by record."""
        run = self._new_run(
            _Job(
                self._mapping(preview.connection, preview.actor_kind),
                RunMode.RECORDS,
                Lane.INTERACTIVE,
                principal,
                "",
            )
        )
        held = [HeldPlan(record=each.record, document=each.to_json()) for each in preview.plans]
        with self._store.begin() as state:
            state.held.put(run.id, held)
            state.runs.put(evolve(run, state=RunState.HELD, reason="it is about to be applied"))
        return self.approve(run.id, principal=principal)

    def approve(self, run: str, *, principal: str = ENGINE) -> PassResult:
        """Carry out the plan of a held run."""
        held = self._held(run)
        mapping = self._mapping(held.connection, held.actor_kind)
        lease = f"pass/{held.connection}/{held.actor_kind}"
        job = _Job(mapping, held.mode, Lane.INTERACTIVE, principal, lease)
        with self._leased(lease) as holding, Systems(self._opener) as systems:
            again = evolve(self._new_run(job), id=held.id)
            work = Pass(self._bench(mapping, systems, {}), again, holding)
            return self._finished(work.carry_out(run))

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
        with self._store.look() as state:
            known = state.runs.get(run)
        if known is None:
            raise BadName(f"there is no run {run!r}")
        if known.state is not RunState.HELD:
            raise NotNow(f"the run {run} is {known.state.value}, not held")
        return known

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
            put_pause(state, connection, Pause(reason))
        self._observe(Event("connection paused", {"connection": connection, "reason": reason}))

    def resume(self, connection: str) -> None:
        """Go on with a connection."""
        with self._store.begin() as state:
            put_pause(state, connection, None)
        self._observe(Event("connection resumed", {"connection": connection}))

    def cancel(self, run: str) -> None:
        """Stop a run of this engine at the next page; what it did stays done."""
        self._cancelled.add(run)

    # answers --------------------------------------------------------------------------------------

    def answer(self, issue: str, answer: Value, *, principal: str = ENGINE) -> list[PassResult]:
        """Answer a question: a system, a value, or one of the options; what follows is done now."""
        with self._store.look() as state:
            asked = state.issues.get(issue)
        if asked is None:
            raise BadName(f"there is no question {issue!r}")
        mapping = self._mapping(asked.feed.connection, asked.feed.actor_kind)
        job = _Job(mapping, RunMode.RECORDS, Lane.INTERACTIVE, principal, f"now/{asked.record}")
        records = [(asked.feed.side, (asked.key,))]
        return [self._run(job, records=records, answers={issue: answer})]

    # one pass -------------------------------------------------------------------------------------

    def _run(
        self,
        job: _Job,
        *,
        records: Records | None = None,
        view: View | None = None,
        answers: Mapping[str, Value] | None = None,
    ) -> PassResult:
        run = self._new_run(job)
        try:
            with self._leased(job.lease) as holding, Systems(self._opener) as systems:
                self._started(run)
                bench = self._bench(job.mapping, systems, answers or {}, run.id)
                return self._finished(Pass(bench, run, holding, view=view).run(records))
        except (SessionError, PluginError) as error:
            # It could not even begin: a system did not let itself be opened or described.
            failed = PassResult(
                run=evolve(
                    run, state=RunState.FAILED, reason=str(error), finished=self._clock.now()
                ),
                report=Report(0),
                trouble=error,
                system=job.mapping.connection,
            )
            return self._finished(failed)

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

    def _new_run(self, job: _Job) -> Run:
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

    def _started(self, run: Run) -> None:
        with self._store.begin() as state:
            state.runs.put(run)
        self._observe(Event("run started", _told(run)))

    def _finished(self, result: PassResult) -> PassResult:
        run = evolve(result.run, report=report_to_json(result.report))
        result = evolve(result, run=run)
        with self._store.begin() as state:
            _drop_older_held(state, run)
            state.runs.put(run)
            if isinstance(result.trouble, Unauthorised) and result.system != CRM:
                put_pause(state, result.system, Pause(str(result.trouble)))
        self._cancelled.discard(run.id)
        self._observe(Event("run ended", {**_told(run), "report": str(result.report)}))
        return result

    # what there is --------------------------------------------------------------------------------

    def _bench(
        self,
        mapping: FieldMapping,
        systems: Systems,
        answers: Mapping[str, Value],
        run: str = "",
    ) -> Workbench:
        ranking = self.ranking()
        known: dict[tuple[str, str], Pairing | None] = {}

        def pairing_of(link: Link) -> Pairing | None:
            place = link.connection, link.actor.kind
            if place not in known:
                known[place] = self._other_pairing(*place, systems, ranking)
            return known[place]

        pairing = self._pairing(mapping, systems, ranking)
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
            cancelled=lambda: run in self._cancelled,
        )

    def _pairing(self, mapping: FieldMapping, systems: Systems, ranking: Ranking) -> Pairing:
        policy = Policy(ranking, self._judgement.clock_tolerance, FrozenDict(self._judgement.rules))
        actor = systems.kind(mapping.connection, mapping.actor_kind)
        entity = systems.kind(CRM, mapping.entity_kind)
        place = mapping.connection, mapping.actor_kind
        known = self._pairings.get(place)
        # Compiled once: every pass needs it, and what it is made of seldom changes.
        if known is None or not known.is_of(mapping, actor, entity, policy):
            known = self._pairings[place] = Pairing.of(mapping, actor, entity, policy)
        return known

    def _other_pairing(
        self, connection: str, actor_kind: str, systems: Systems, ranking: Ranking
    ) -> Pairing | None:
        """The pairing of another kind, or of another connection that is served; else None."""
        with self._store.look() as state:
            known, mapping = state.connections.get(connection), None
            if known is not None and known.active and pause_of(state, connection) is None:
                mapping = state.mappings.get(connection, actor_kind)
        if mapping is None or not mapping.enabled:
            return None
        try:
            return self._pairing(mapping, systems, ranking)
        except (SessionError, PluginError):
            return None  # its own pass will tell

    def ranking(self) -> Ranking:
        """The order of the systems; a connection that is not ranked stands at the end."""
        with self._store.look() as state:
            order = state.settings.get("ranking") or [CRM]
            names = [each.id for each in state.connections.all()]
        ranking = Ranking(order)
        for name in names:
            if name not in ranking.order:
                ranking = ranking.with_last(name)
        return ranking

    def _served(self, connection: str | None) -> list[str]:
        """The connections that are active and not paused, the highest ranked first."""
        if connection is not None:
            self._check_served(connection)
            return [connection]
        ranking = self.ranking()
        with self._store.look() as state:
            names = [
                each.id
                for each in state.connections.all()
                if each.active and pause_of(state, each.id) is None
            ]
        return sorted(names, key=ranking.position)

    def _check_served(self, connection: str) -> Connection:
        with self._store.look() as state:
            known, pause = state.connections.get(connection), pause_of(state, connection)
            names = [each.id for each in state.connections.all()]
        if known is None:
            raise BadName.among("connection", connection, names)
        if not known.active:
            raise NotNow(f"the connection {known.name!r} is not active")
        if pause is not None:
            raise NotNow(f"the connection {known.name!r} is paused: {pause.reason}")
        return known

    def mappings(self, connection: str) -> list[FieldMapping]:
        """The enabled mappings of a connection, parents before children where that is known."""
        with self._store.look() as state:
            mappings = [each for each in state.mappings.of(connection) if each.enabled]
        return sorted(mappings, key=lambda each: (_depth(each), each.actor_kind))

    def _mapping(self, connection: str, actor_kind: str) -> FieldMapping:
        self._check_served(connection)
        with self._store.look() as state:
            mapping = state.mappings.get(connection, actor_kind)
            known = [each.actor_kind for each in state.mappings.of(connection)]
        if mapping is None:
            raise BadName.among(f"mapping of {connection}", actor_kind, known)
        if not mapping.enabled:
            raise NotNow(f"{actor_kind!r} of {connection} is not synced")
        return mapping

    def _links_of(self, record: ActorRef | EntityRef) -> list[Link]:
        with self._store.look() as state:
            if isinstance(record, EntityRef):
                found = state.links.of_entities(record.kind, [record.key]).get(record.key, ())
                return sorted(found, key=lambda link: self._place(link, state))
            by_key = state.links.by_actor(record.system, record.kind, [record.key])
            return list(by_key.values())

    def _place(self, link: Link, state: Transaction) -> tuple[bool, str]:
        known = state.connections.get(link.connection)
        served = known is not None and known.active and pause_of(state, link.connection) is None
        return not served, link.connection


def _depth(mapping: FieldMapping) -> int:
    """Companies come before their contacts, and those before what belongs to them."""
    order = ("company", "contact", "project", "sale")
    return order.index(mapping.entity_kind) if mapping.entity_kind in order else len(order)


def _drop_older_held(state: Transaction, run: Run) -> None:
    """A newer plan for the same records takes the place of one that still waits."""
    if run.mode not in (RunMode.CHANGES, RunMode.FULL):
        return
    for older in state.runs.held(run.connection):
        if older.actor_kind == run.actor_kind and older.id != run.id:
            state.held.remove(older.id)
            reason = f"a newer plan took its place: {run.id}"
            state.runs.put(evolve(older, state=RunState.DISCARDED, reason=reason))


def _told(run: Run) -> dict[str, str]:
    return {
        "run": run.id,
        "connection": run.connection,
        "kind": run.actor_kind,
        "mode": run.mode.value,
        "state": run.state.value,
        "reason": run.reason,
    }
