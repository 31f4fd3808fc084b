"""Sync: passes, previews and the engine's switch, for those who see what is synced."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from threading import Event as Signal

from erplink.domain.plan import Plan
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import BadValue, NotNow
from erplink.hub.operations import Group, command, query
from erplink.hub.planned import Planned
from erplink.sync import Engine, Lane, PassResult, Pending, Run, Scheduler, Side
from erplink.sync.record_plan import RecordPlan
from erplink.sync.status import ConnectionStatus

__all__ = ["Sync"]

_PAGE = 1000


class Sync(Group):
    """Syncing through the connections that the user sees."""

    # now ------------------------------------------------------------------------------------------

    @command
    def now(self, connection: str | None = None, *, full: bool = False) -> Sequence[PassResult]:
        """Sync one connection, or all that the user sees, the highest ranked first.

        With ``full``, everything is looked at, and not only what changed. What is wrong with one
        connection is in its result, and stops none of the others.
        """
        names = self._served() if connection is None else [connection]
        user = self._desk.user
        return self._shown(
            result
            for name in names
            for result in self._engine.sync(name, full=full, lane=Lane.INTERACTIVE, principal=user)
        )

    @command
    def record(self, record: ActorRef | EntityRef) -> Sequence[PassResult]:
        """Sync one record with all that it is linked to, beside any pass."""
        actor = self._linked_actor(record)
        return self._shown(self._engine.sync_record(actor, principal=self._desk.user))

    def _linked_actor(self, record: ActorRef | EntityRef) -> ActorRef:
        """The actor of a link that the user sees, if possible of a connection that is served."""
        if isinstance(record, ActorRef):
            return record
        with self._desk.wiring.store.look() as state:
            found = state.links.of_entities(record.kind, [record.key]).get(record.key, ())
        links = self._desk.sight.links(found)
        links.sort(key=lambda link: not self._engine.roster.is_served(link.connection))
        if not links:
            raise NotNow(f"{record} is not linked")
        return links[0].actor

    # plans ----------------------------------------------------------------------------------------

    @query
    def plan(
        self,
        connection: str,
        actor_kind: str,
        *,
        full: bool = False,
        actors: Sequence[str] | None = None,
        entities: Sequence[str] | None = None,
    ) -> Planned:
        """What a pass would do now, for all that changed or for the records with these keys.

        Provably nothing is written.
        """
        given = [(Side.ERP, actors), (Side.CRM, entities)]
        chosen = [(side, keys) for side, keys in given if keys is not None]
        preview = self._engine.plan(connection, actor_kind, full=full, records=chosen or None)
        return Planned(preview, self._desk.sight.mask)

    @command
    def apply(self, planned: Planned) -> PassResult:
        """Carry out exactly what was planned; what moved since is refused record by record."""
        return self._told(self._engine.apply(planned.whole, principal=self._desk.user))

    @query
    def held(self, connection: str | None = None) -> Sequence[Run]:
        """The runs that tripped a guard rail and wait for a person, the newest first."""
        names = self._desk.sight.connections() if connection is None else [connection]
        with self._desk.wiring.store.look() as state:
            runs = [run for name in names for run in state.runs.held(name)]
        newest_first = sorted(runs, key=lambda run: run.started, reverse=True)
        return list(map(self._desk.sight.mask.run, newest_first))

    @query
    def held_plan(self, run: str) -> Plan:
        """What a held run would do."""
        plans, after = list[Plan](), 0
        while True:
            with self._desk.wiring.store.look() as state:
                page = state.held.of(run, after=after, most=_PAGE)
            plans += [RecordPlan.from_json(each.document).plan for _, each in page]
            if len(page) < _PAGE:
                return self._desk.sight.mask.plan(Plan.joined(plans))
            after = page[-1][0]

    @command
    def approve(self, run: str) -> PassResult:
        """Carry out the plan of a held run."""
        return self._told(self._engine.approve(run, principal=self._desk.user))

    @command
    def discard(self, run: str) -> None:
        """Decide against the plan of a held run; the next pass decides anew."""
        self._engine.discard(run, principal=self._desk.user)

    # repairs --------------------------------------------------------------------------------------

    @command
    def resync_from_crm(
        self,
        connection: str,
        *,
        keep_filled: bool = False,
        entities: Iterable[str] | None = None,
        actors: Iterable[str] | None = None,
    ) -> Sequence[PassResult]:
        """Repair: what the linked records of the CRM say goes to the ERP, whenever it was said.

        For the entities with these keys and those of the actors with these keys, or for all. With
        ``keep_filled``, an empty value of the CRM overwrites nothing.
        """
        chosen = None if entities is None else set(entities)
        if actors is not None:
            chosen = (chosen or set()) | self._entities_of(connection, list(actors))
        return self._shown(
            self._engine.resync_from_crm(
                connection, keep_filled=keep_filled, entities=chosen, principal=self._desk.user
            )
        )

    def _entities_of(self, connection: str, actors: Sequence[str]) -> set[str]:
        with self._desk.wiring.store.look() as state:
            return {
                link.entity.key
                for mapping in state.mappings.of(connection)
                for link in state.links.by_actor(connection, mapping.actor_kind, actors).values()
            }

    @command
    def resync_from_erp(
        self, connection: str, *, actors: Iterable[str] | None = None
    ) -> Sequence[PassResult]:
        """Repair: what the linked actors say goes to the CRM, and from there to all other ERPs.

        For the actors with these keys, or for all.
        """
        seen = self._desk.sight.connections()
        results = self._engine.resync_from_erp(connection, actors=actors, principal=self._desk.user)
        return self._shown(each for each in results if each.run.connection in seen)

    # records that wait ----------------------------------------------------------------------------

    @command
    def notify(self, connection: str, actor_kind: str, side: Side, keys: Iterable[str]) -> None:
        """Have records looked at soon: a webhook or a signal says no more than that."""
        self._engine.notify(connection, actor_kind, Side(side), keys)

    @command
    def replay(self, connection: str, parked: Sequence[Pending] | None = None) -> int:
        """Try parked records again, all of a connection or some; how many there were."""
        if parked is not None and any(each.feed.connection != connection for each in parked):
            raise BadValue("the records are of another connection", value=repr(connection))
        return self._engine.replay(connection, parked)

    @command
    def cancel(self, run: str) -> None:
        """Stop a run of this process at its next page; what it did stays done."""
        self._engine.cancel(run)

    # on and off -----------------------------------------------------------------------------------

    @command
    def pause(self, connection: str, reason: str) -> None:
        """Do nothing for a connection until it is resumed; what changes meanwhile is found then."""
        if not reason.strip():
            raise BadValue("a pause has a reason", value=repr(reason))
        self._engine.pause(connection, reason)

    @command
    def resume(self, connection: str) -> None:
        """Go on with a connection."""
        self._engine.resume(connection)

    @command
    def switch_on(self) -> None:
        """Have connections served by themselves, in all processes that serve."""
        self._scheduler.switch_on()

    @command
    def switch_off(self, reason: str = "it was switched off") -> None:
        """Have nothing served but what a person asks for, until it is switched on again."""
        self._scheduler.switch_off(reason)

    @query
    def switched_off(self) -> str:
        """Why nothing is served by itself; empty where it is."""
        return self._scheduler.switched_off

    @command
    def interval(self, connection: str, every: timedelta | None) -> None:
        """Have a connection looked at as often as that; None for as often as the others."""
        self._scheduler.set_interval(connection, every)

    @command
    def start(self) -> None:
        """Serve all connections in a thread of this process, until it is stopped."""
        self._scheduler.start()

    @command
    def stop(self) -> None:
        """Stop serving in this process; passes that run end at their next page."""
        self._scheduler.stop()

    @command
    def run_due(self) -> Sequence[PassResult]:
        """Do all that is due now, for a host with a scheduler of its own."""
        seen = self._desk.sight.connections()
        return self._shown(e for e in self._scheduler.run_due() if e.run.connection in seen)

    @command
    def run_forever(self, stop: Signal | None = None) -> None:
        """Serve in this thread until ``stop`` is set, for a process that does nothing else."""
        self._scheduler.run_forever(stop)

    # looking --------------------------------------------------------------------------------------

    @query
    def status(self) -> Sequence[ConnectionStatus]:
        """How every connection is doing, the highest ranked first."""
        seen, mask = self._desk.sight.connections(), self._desk.sight.mask
        return [mask.status(each) for each in self._engine.status() if each.connection in seen]

    @query
    def runs(self, connection: str, *, most: int = 100) -> Sequence[Run]:
        """What was run for a connection, the newest first."""
        with self._desk.wiring.store.look() as state:
            runs = state.runs.of(connection, most=most)
        return list(map(self._desk.sight.mask.run, runs))

    # parts ----------------------------------------------------------------------------------------

    @property
    def _engine(self) -> Engine:
        return self._desk.wiring.engine

    @property
    def _scheduler(self) -> Scheduler:
        return self._desk.wiring.scheduler

    @property
    def _told(self) -> Callable[[PassResult], PassResult]:
        return self._desk.sight.mask.result

    def _shown(self, results: Iterable[PassResult]) -> list[PassResult]:
        done = list(results)
        return list(map(self._told, done))

    def _served(self) -> list[str]:
        seen = self._desk.sight.connections()
        return [name for name in self._engine.roster.served() if name in seen]
