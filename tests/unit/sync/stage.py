"""Stage: a CRM, some ERPs, a store and an engine, whose every call can be overheard and bent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random

from attrs import evolve

from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.stores import open_store
from erplink.connectors import Capabilities, Kind
from erplink.domain.connections import Connection
from erplink.domain.fields import Access, Field
from erplink.domain.mapping import FieldRule, Mapping, OnUnlinked
from erplink.domain.plan import RecordResult, Report
from erplink.domain.policy import Policy
from erplink.domain.records import CRM
from erplink.sync.engine import Engine, Judgement
from erplink.sync.holding import LEASE_LENGTH
from erplink.sync.pairing import Pairing
from erplink.sync.passes import PassResult
from erplink.sync.state import Run, RunMode
from erplink.sync.status import status_of
from erplink.sync.systems import Systems
from erplink.sync.workbench import Options, Workbench
from erplink.testing import VirtualClock
from erplink.testing.wrapped import WrappedSession

FIELDS = (
    Field("number"),
    Field("name", access=Access.MANDATORY),
    Field("city"),
    Field("phone"),
)


CREATE = OnUnlinked("create", "create")


class Crash(BaseException):
    """The process is dead."""


class Doom:
    """Counts the points at which a process can die, and has it die at one of them."""

    def __init__(self, at: int = -1) -> None:
        self.at, self.count = at, 0

    def tick(self) -> None:
        self.count += 1
        if 0 <= self.at < self.count:
            raise Crash(self.at)


class DoomedStore:
    """A store whose process may die before, inside and after every transaction that writes."""

    def __init__(self, store, doom: Doom) -> None:
        self._store, self._doom = store, doom

    @contextmanager
    def begin(self) -> Iterator:
        self._doom.tick()
        with self._store.begin() as state:
            yield state
            self._doom.tick()
        self._doom.tick()

    def look(self):
        return self._store.look()


class OverheardSession(WrappedSession):
    """Hands everything on, through the hook that the stage has for it, if it has one."""

    def __init__(self, session, stage: "Stage", system: str, doom: Doom) -> None:
        super().__init__(session)
        self._stage, self._system, self._doom = stage, system, doom

    @property
    def capabilities(self) -> Capabilities:
        told, changed = self.session.capabilities, self._stage.claims.get(self._system)
        if not changed:
            return told
        own = {key: value for key, value in changed.items() if key == "threads"}
        rest = {key: value for key, value in changed.items() if key not in own}
        kinds = {name: evolve(claims, **rest) for name, claims in told.kinds.items()}
        return evolve(told, kinds=kinds, **own)

    def _hand_on(self, operation: str, *args):
        self._stage.calls.append((self._system, operation, args))
        do = partial(getattr(self.session, operation), *args)
        hook = self._stage.hooks.get((self._system, operation))
        self._doom.tick()
        answer = hook(do, *args) if hook else do()
        self._doom.tick()
        return answer

    def kinds(self):
        return self._hand_on("kinds")

    def get(self, kind, keys, fields):
        return self._hand_on("get", kind, keys, fields)

    def changes(self, kind, since, fields):
        return self._hand_on("changes", kind, since, fields)

    def save(self, kind, edits):
        return self._hand_on("save", kind, edits)

    def delete(self, kind, removals):
        return self._hand_on("delete", kind, removals)

    def find_created(self, kind, idempotency_key, natural_key):
        return self._hand_on("find_created", kind, idempotency_key, natural_key)

    def close(self):
        self._stage.closed.append(self._system)
        super().close()


class Stage:
    """Everything that one test needs; ``erps`` are the ids of the connections, by rank.

    Both kinds have further ``fields``, which are not mapped. With ``persons``, customers and
    companies have persons and contacts under them.
    """

    def __init__(
        self,
        *,
        erps=("erp",),
        page_max=1000,
        options: Options | None = None,
        judgement: Judgement | None = None,
        url="sqlite:///:memory:",
        make: Callable[..., MemoryErp] = MemoryErp,
        fields=(),
        persons=False,
        **mapping,
    ) -> None:
        self.clock = VirtualClock()
        self.store = open_store(url)
        self.options, self.judgement = options or Options(), judgement
        self.events, self.calls, self.closed = [], [], []
        #: Called instead of an operation of a system's sessions, with what would do it.
        self.hooks: dict[tuple[str, str], Callable] = {}
        #: What the sessions of a system claim otherwise than they would.
        self.claims: dict[str, dict] = {}
        fields = (*FIELDS, *fields)
        under = (Field("name", access=Access.MANDATORY),)
        customers = [Kind("customer", fields, ("name",))]
        kinds = [Kind("company", fields, ("name",))]
        if persons:
            customers.append(Kind("person", under, ("name",), parent="customer"))
            kinds.append(Kind("contact", under, ("name",), parent="company"))
        self.worlds = {
            erp: make(
                customers,
                page_max=page_max,
                natural_keys={"customer": ["number"]},
            )
            for erp in erps
        }
        self.worlds[CRM] = make(kinds, page_max=page_max, natural_keys={"company": ["number"]})
        self.crm, self.erp = self.worlds[CRM], self.worlds[erps[0]]
        self.mappings = {erp: self._mapping(erp, **mapping) for erp in erps}
        with self.store.begin() as state:
            for erp in erps:
                state.connections.put(Connection(erp, erp.upper(), "memory", active=True))
                state.mappings.put(self.mappings[erp])
                if persons:
                    state.mappings.put(self._mapping_of_persons(self.mappings[erp]))
            state.settings.put("ranking", [CRM, *erps])
        self.engine = self.new_engine()

    def _mapping(self, erp, *, rules=None, on_unlinked=CREATE, **more):
        given = {"phone": "ask", **(rules or {})}
        fields = [FieldRule(each.key, each.key, rule=given.get(each.key, "")) for each in FIELDS]
        return Mapping(erp, "customer", "company", rules=fields, on_unlinked=on_unlinked, **more)

    def _mapping_of_persons(self, of):
        rules, reactions = [FieldRule("name", "name")], {"on_unlinked": of.on_unlinked}
        reactions["on_delete"] = of.on_delete
        return Mapping(of.connection, "person", "contact", rules=rules, **reactions)

    def remap(self, erp="erp", **changes):
        """Change the mapping of an ERP, as an administrator does."""
        mapping = self.mappings[erp]
        self.mappings[erp] = evolve(mapping, version=mapping.version + 1, **changes)
        with self.store.begin() as state:
            state.mappings.put(self.mappings[erp])

    def new_engine(self, *, doom: Doom | None = None, luck: int = 1, **more) -> Engine:
        """Another engine on the same store and systems, as another process has it."""
        doom = doom or Doom()
        settings = {"options": self.options, "judgement": self.judgement, **more}
        return Engine(
            DoomedStore(self.store, doom),
            partial(self.open, doom=doom),
            self.clock,
            observe=self.events.append,
            luck=Random(luck),  # noqa: S311 - it guards no secret
            **settings,
        )

    def open(self, system, doom=None):
        self.calls.append((system, "open", ()))
        hook = self.hooks.get((system, "open"))
        do = partial(self.worlds[system].session, system)
        opened = hook(do) if hook else do()
        return OverheardSession(opened, self, system, doom or Doom())

    # what people do -----------------------------------------------------------------------------

    def customers(self, count, erp="erp"):
        """So many customers in an ERP, numbered from 0."""
        for number in range(count):
            values = {"number": f"N{number}", "name": f"name {number}", "city": "Oslo"}
            self.worlds[erp].put("customer", f"K{number}", values)

    def company(self, key):
        """What a company of the CRM holds."""
        return dict(self.crm.rows("company")[key].values)

    def customer(self, key, erp="erp"):
        return dict(self.worlds[erp].rows("customer")[key].values)

    def held(self, system):
        """The values of everything there is in a system, in no order that matters."""
        kind = "company" if system == CRM else "customer"
        rows = self.worlds[system].rows(kind).values()
        alive = [dict(row.values) for row in rows if not row.gone]
        return sorted(alive, key=lambda values: sorted(map(str, values.items())))

    def keys(self, system):
        """The keys of everything there ever was in a system."""
        return list(self.worlds[system].rows("company" if system == CRM else "customer"))

    # what the engine does -----------------------------------------------------------------------

    def sync(self, **more) -> list[PassResult]:
        return self.engine.sync(**more)

    def one(self, **more) -> PassResult:
        (result,) = self.sync(**more)
        return result

    def pause(self, seconds) -> None:
        self.clock.sleep(seconds)

    def expire(self) -> None:
        """Let so much time pass that no lease of anybody is held any more."""
        self.clock.sleep(LEASE_LENGTH.total_seconds() + 1)

    def settle(self, engine: Engine | None = None) -> list[PassResult]:
        """Do passes, with all the time they want, until two in a row write nothing."""
        engine, quiet = engine or self.engine, 0
        for _ in range(20):
            before = self.stamps()
            results = engine.sync()
            quiet = quiet + 1 if self.stamps() == before else 0
            if quiet > 1:
                return results
            self.pause(4000)
        raise AssertionError("it does not come to rest")

    def stamps(self):
        return {
            (system, kind.name): max(
                (row.stamp for row in world.rows(kind.name).values()), default=0
            )
            for system, world in self.worlds.items()
            for kind in world.kinds
        }

    def forget_calls(self) -> None:
        self.calls.clear()

    def asked(self, system, operation):
        """The arguments of every such call so far."""
        return [args for who, what, args in self.calls if (who, what) == (system, operation)]

    def writes(self):
        return [call for call in self.calls if call[1] in ("save", "delete")]

    def told(self, name):
        return [event for event in self.events if event.name == name]

    # what the store holds -----------------------------------------------------------------------

    def links(self, erp="erp"):
        with self.store.look() as state:
            return list(state.links.of(erp, "customer"))

    def link(self, key="K0", erp="erp"):
        with self.store.look() as state:
            return state.links.by_actor(erp, "customer", [key])[key]

    def issues(self, erp="erp"):
        with self.store.look() as state:
            return list(state.issues.of(erp))

    def intents(self, erp="erp"):
        with self.store.look() as state:
            return state.intents.count(erp)

    def parked(self, erp="erp"):
        with self.store.look() as state:
            return list(state.pending.parked(erp))

    def pending(self, name, *keys):
        with self.store.look() as state:
            return dict(state.pending.of(name, list(keys)))

    def feed(self, name):
        with self.store.look() as state:
            return state.feeds.get(name)

    def history(self, link):
        with self.store.look() as state:
            return list(state.history.of_link(link))

    def status(self, erp="erp"):
        with self.store.look() as state:
            return status_of(state, erp, self.clock.now())

    # the parts by themselves --------------------------------------------------------------------

    def bench(self, systems: Systems, **more) -> Workbench:
        mapping = self.mappings["erp"]
        actor, entity = systems.kind("erp", "customer"), systems.kind(CRM, "company")
        return Workbench(
            store=self.store,
            systems=systems,
            pairing=Pairing.of(mapping, actor, entity, Policy(self.engine.roster.ranking())),
            clock=self.clock,
            random=lambda: 0.5,
            options=self.options,
            **more,
        )

    def run(self, name="R1") -> Run:
        return Run(
            id=name,
            connection="erp",
            actor_kind="customer",
            mode=RunMode.CHANGES,
            principal="somebody",
            started=self.clock.now(),
        )


def counts(result: PassResult | Report) -> dict[str, int]:
    """What a report counted, without what it counted none of."""
    report = result.report if isinstance(result, PassResult) else result
    return {each.value: report[each] for each in RecordResult if report[each]}
