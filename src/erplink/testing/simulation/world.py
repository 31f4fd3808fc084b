"""World: two ERPs, a CRM, a store and the engine, on one clock that only moves when told to."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from attrs import evolve

from erplink.adapters.erp.memory import Row
from erplink.adapters.stores import SqlStore, open_store
from erplink.connectors import Event, GuardedSession, Redactor, Session
from erplink.domain.connections import Connection
from erplink.domain.links import Agreed, Link
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.secret import Secret
from erplink.domain.values import Value
from erplink.errors import ErplinkError, LostLease, NotNow
from erplink.sync import Engine, Judgement
from erplink.sync.fingerprint import OUTDATED
from erplink.sync.passes import PassResult
from erplink.sync.state import FeedName, Side
from erplink.sync.workbench import Options
from erplink.testing.faults import Dice, Faults
from erplink.testing.simulation.chronicle import Chronicle, WatchedErp
from erplink.testing.simulation.indiscretion import IndiscreetSession
from erplink.testing.simulation.outside import Crash, Outside, OutsideSession, OutsideStore
from erplink.testing.simulation.setting import (
    ACTOR,
    ENTITY,
    ERPS,
    FIELDS,
    Setting,
    Telling,
    kinds,
)
from erplink.testing.virtual_clock import VirtualClock

__all__ = ["SECRET", "Tie", "World"]

SECRET: Final = "hunter-2-of-the-simulation"  # noqa: S105 - it guards nothing
"""The password of every connection, which is to be found nowhere."""

Tie = tuple[str, str, str]
"""An entity's key, a connection, and the key of the actor that the entity is linked to there."""

T = TypeVar("T")


class World:
    """Everything there is while a history is played."""

    def __init__(self, setting: Setting, folder: Path | None = None) -> None:
        """Begin as ``setting`` says; a store in a file lies in ``folder``."""
        self.setting, self.clock, self.chronicle = setting, VirtualClock(), Chronicle()
        self.systems = {name: self._system(name) for name in (CRM, *ERPS)}
        self.fault_counts: dict[str, int] = {}
        #: What was said, to anybody: events, reports, errors.
        self.said: list[str] = []
        self.results: list[PassResult] = []
        #: What the engine raised that no caller of it has to expect.
        self.raised: list[str] = []
        #: Calls to a system while a transaction was open.
        self.rude: list[str] = []
        self.crashes = 0
        self.ties: set[Tie] = set()
        #: Between which entries an operator had people overruled.
        self.overruled: list[tuple[int, int]] = []
        #: The connections in which an operator wanted what is filled to stay.
        self.kept_filled: set[str] = set()
        #: Which way every field went, by connection: from which entry on.
        self.ways: dict[str, dict[str, tuple[tuple[int, str], ...]]] = {
            name: {
                rule.crm_key: ((0, rule.direction.value),) for rule in setting.mapping(name).rules
            }
            for name in ERPS
        }
        self._url = "sqlite:///:memory:" if folder is None else f"sqlite:///{folder / 'store.db'}"
        self._incarnations = 0
        self.store: SqlStore = open_store(self._url, secrets="plain")
        self.outside = Outside()
        self.engine = self._new_engine(self.outside)
        self._found()

    def _system(self, name: str) -> WatchedErp:
        return WatchedErp(
            name=name,
            kinds=kinds(name),
            chronicle=self.chronicle,
            clock=self.clock,
            page_max=self.setting.page_max,
            idempotent=self.setting.idempotent,
            finds_created=self.setting.finds_created,
            telling=self.setting.telling.get(name, Telling.ALL),
            natural_keys={},
            lists={},
        )

    def _found(self) -> None:
        setting = self.setting
        values: dict[str, Value] = {"name": "a", "city": "a", "phone": "a"}
        base = {name: Agreed(values.get(name), values.get(name)) for name in FIELDS}
        with self.store.begin() as state:
            state.settings.put("ranking", list(setting.ranking))
            for name in ERPS:
                state.connections.put(Connection(name, name.title(), "simulated", active=True))
                state.mappings.put(setting.mapping(name))
            for _ in range(setting.linked):
                entity = EntityRef.of(ENTITY, self._made(CRM, values))
                for name in ERPS:
                    actor = ActorRef(name, ACTOR, self._made(name, values))
                    state.links.add(Link(entity, actor, base))
                    # Whatever makes a link notes that its records are there.
                    for side, ref in ((Side.CRM, entity), (Side.ERP, actor)):
                        feed = FeedName(name, ACTOR, side)
                        state.fingerprints.put(feed, [(ref.key, OUTDATED)])
        self.look_at_links()

    def _made(self, system: str, values: dict[str, Value]) -> str:
        erp = self.systems[system]
        kind = self.kind(system)
        return erp.put(kind, erp.next_key(kind), values)

    # the engine -----------------------------------------------------------------------------------

    def _new_engine(self, outside: Outside) -> Engine:
        self._incarnations += 1
        luck = Random(f"engine {self.setting.seed} {self._incarnations}")  # noqa: S311 - repeatable
        return Engine(
            OutsideStore(self.store, outside),
            lambda system: self._session(system, outside),
            self.clock,
            options=Options(
                rails=self.setting.rails,
                batch=self.setting.batch,
                plans_in_memory_max=self.setting.in_memory_max,
                concurrency=1,
                match_rules={ENTITY: ()},
            ),
            judgement=Judgement(),
            observe=self._hear,
            luck=luck,
        )

    def another_engine(self) -> Engine:
        """A second process on the same store, which never dies."""
        return self._new_engine(Outside())

    def _session(self, system: str, outside: Outside) -> Session:
        def opened() -> Session:
            return IndiscreetSession(self.systems[system].session(system), SECRET)

        guarded = GuardedSession(
            opened(),
            plugin="simulated",
            system=system,
            reopen=opened,
            redactor=Redactor([Secret(SECRET)]),
        )
        return OutsideSession(guarded, system, outside)

    def _hear(self, event: Event) -> None:
        self.said.append(f"{event.name} {dict(event.details)}")

    def command(
        self,
        do: Callable[[Engine], T],
        *,
        engine: Engine | None = None,
        dies_in: int | None = None,
        lapse: float = 0.0,
        meanwhile: Iterable[tuple[int, Callable[[], object]]] = (),
    ) -> T | None:
        """Give the engine a command; it may die of it, and is started again ``lapse`` later."""
        if engine is None:
            self.outside.dies_in, self.outside.meanwhile = dies_in, list(meanwhile)
        try:
            answer = do(engine or self.engine)
        except Crash:
            self._restart(lapse)
            return None
        except (NotNow, LostLease) as error:
            self.said.append(str(error))
            return None
        except ErplinkError as error:
            self.said.append(str(error))
            self.raised.append(f"{type(error).__name__}: {error}")
            return None
        finally:
            if engine is None:
                self.outside.dies_in, self.outside.meanwhile = None, []
            self.look_at_links()
        self._take_down(answer)
        return answer

    def _take_down(self, answer: object) -> None:
        found = answer if isinstance(answer, list) else [answer]
        for each in found:
            if isinstance(each, PassResult):
                self.results.append(each)
                self.said += [each.run.reason, each.run.report, str(each.trouble)]

    def _restart(self, lapse: float) -> None:
        self.crashes += 1
        self.clock.sleep(lapse)
        if self.setting.in_file:
            self.store.close()
            self.store = open_store(self._url, secrets="plain")
        self.rude += self.outside.rude
        self.outside = Outside()
        self.engine = self._new_engine(self.outside)

    def activate(self, connection: str, *, active: bool = True) -> None:
        """Switch a connection on or off."""
        with self.store.begin() as state:
            known = state.connections.get(connection)
            if known is not None:
                state.connections.put(evolve(known, active=active))

    # what is there --------------------------------------------------------------------------------

    @staticmethod
    def kind(system: str) -> str:
        """The kind of the records of a system."""
        return ENTITY if system == CRM else ACTOR

    def alive(self, system: str) -> dict[str, Row]:
        """The records there are in a system, by key, in the order of their keys."""
        rows = self.systems[system].rows(self.kind(system))
        return {key: rows[key] for key in sorted(rows) if not rows[key].gone}

    def pick(self, system: str, slot: int) -> str | None:
        """One of the records of a system; None where there is none."""
        keys = list(self.alive(system))
        return keys[slot % len(keys)] if keys else None

    def links(self) -> list[Link]:
        """All links, dead ones too."""
        with self.store.look() as state:
            return [link for name in ERPS for link in state.links.of(name, ACTOR)]

    def pick_link(self, slot: int) -> Link | None:
        """One of the living links."""
        living = [link for link in self.links() if link.status.value != "dead"]
        return living[slot % len(living)] if living else None

    def look_at_links(self) -> None:
        """Remember which records are linked now."""
        self.ties |= {
            (link.entity.key, link.connection, link.actor.key)
            for link in self.links()
            if link.status.value != "dead"
        }

    def weather(self, system: str, faults: Faults) -> None:
        """From now on the way to a system is as bad as ``faults`` say."""
        erp = self.systems[system]
        self.count_faults(system)
        erp.faults = faults
        erp.dice = Dice(faults)

    def count_faults(self, system: str) -> None:
        """Add up what went wrong so far on the way to a system."""
        for fault, count in self.systems[system].dice.counts.items():
            self.fault_counts[fault] = self.fault_counts.get(fault, 0) + count
        self.systems[system].dice.counts.clear()

    def wait(self, seconds: float) -> None:
        """Let time pass; what was begun earlier becomes visible."""
        self.clock.sleep(seconds)
        for system in self.systems:
            with suppress(KeyError):
                self.alive(system)

    def end(self) -> None:
        """Let go of the store."""
        self.rude += self.outside.rude
        for system in self.systems:
            self.count_faults(system)
        self.store.close()
