"""Operators: what somebody does who runs erplink."""

from attrs import evolve, frozen

from erplink.domain.links import LinkStatus, Pin
from erplink.domain.values import Value
from erplink.sync.engine import Engine
from erplink.sync.state import IssueKind, RunState
from erplink.testing.faults import Faults
from erplink.testing.simulation.setting import ACTOR, ERPS
from erplink.testing.simulation.world import World

__all__ = [
    "Activate",
    "Answer",
    "Decide",
    "Pause",
    "PinField",
    "Remap",
    "Replay",
    "Suspend",
    "Wait",
    "Weather",
]


@frozen
class Wait:
    """Time passes."""

    seconds: float

    def do(self, world: World) -> None:
        """Have it happen."""
        world.wait(self.seconds)

    def __str__(self) -> str:
        """One line for a story."""
        return f"{self.seconds:g} seconds pass"


@frozen
class Weather:
    """The way to a system becomes better or worse."""

    system: str
    faults: Faults

    def do(self, world: World) -> None:
        """Have it happen."""
        world.weather(self.system, self.faults)

    def __str__(self) -> str:
        """One line for a story."""
        return f"the way to {self.system} is now {self.faults}"


@frozen
class Pause:
    """A connection is paused, or goes on."""

    connection: str
    resume: bool

    def do(self, world: World) -> None:
        """Have it happen."""
        if self.resume:
            world.command(lambda engine: engine.resume(self.connection))
        else:
            world.command(lambda engine: engine.pause(self.connection, "a person wanted it"))

    def __str__(self) -> str:
        """One line for a story."""
        return f"{self.connection} {'goes on' if self.resume else 'is paused'}"


@frozen
class Activate:
    """A connection is switched on or off."""

    connection: str
    active: bool

    def do(self, world: World) -> None:
        """Have it happen."""
        world.activate(self.connection, active=self.active)

    def __str__(self) -> str:
        """One line for a story."""
        return f"{self.connection} is switched {'on' if self.active else 'off'}"


@frozen
class PinField:
    """A field of a link is pinned to one side, or released."""

    slot: int
    field: str
    pin: Pin | None

    def do(self, world: World) -> None:
        """Have it happen."""
        link = world.pick_link(self.slot)
        if link is not None:
            pinned = link.pinned(self.field, self.pin)
            with world.store.begin() as state:
                state.links.change(pinned, expects=link.version)

    def __str__(self) -> str:
        """One line for a story."""
        told = "released" if self.pin is None else f"pinned to the {self.pin.value}"
        return f"{self.field} of link {self.slot} is {told}"


@frozen
class Suspend:
    """A link is left out of passes, or takes part in them again."""

    slot: int
    resume: bool

    def do(self, world: World) -> None:
        """Have it happen."""
        link = world.pick_link(self.slot)
        if link is None or (link.status is LinkStatus.SUSPENDED) is not self.resume:
            return
        now = world.clock.now()
        after = link.resumed(now) if self.resume else link.suspended("a person wanted it", now)
        with world.store.begin() as state:
            state.links.change(after, expects=link.version)

    def __str__(self) -> str:
        """One line for a story."""
        return f"link {self.slot} is {'resumed' if self.resume else 'suspended'}"


@frozen
class Remap:
    """A field of a connection goes another way from now on."""

    connection: str
    field: str
    direction: str

    def do(self, world: World) -> None:
        """Have it happen."""
        with world.store.begin() as state:
            mapping = state.mappings.get(self.connection, ACTOR)
            if mapping is not None:
                rule = evolve(mapping.rule(self.field), direction=self.direction)
                state.mappings.put(mapping.with_rule(rule))
        ways = world.ways[self.connection]
        ways[self.field] += ((len(world.chronicle.entries), self.direction),)

    def __str__(self) -> str:
        """One line for a story."""
        return f"{self.field} of {self.connection} goes {self.direction} from now on"


@frozen
class Answer:
    """A person answers one of the open questions."""

    slot: int
    #: Which of the answers there are; beyond them, a value of the person's own.
    option: int
    value: Value = "b"

    def do(self, world: World) -> None:
        """Have it happen."""
        with world.store.look() as state:
            issues = [issue for name in ERPS for issue in state.issues.of(name)]
        if not issues:
            return
        issue = issues[self.slot % len(issues)]
        options = sorted(issue.options)
        chosen: Value = self.value
        if issue.kind is not IssueKind.FIELD or self.option < len(options):
            chosen = options[self.option % len(options)] if options else self.value
        world.command(lambda engine: engine.answer(issue.id, chosen, principal="somebody"))

    def __str__(self) -> str:
        """One line for a story."""
        return f"somebody answers question {self.slot} with answer {self.option}"


@frozen
class Decide:
    """A person approves or discards a plan that was held."""

    approve: bool

    def do(self, world: World) -> None:
        """Have it happen."""
        with world.store.look() as state:
            runs = [run for name in ERPS for run in state.runs.of(name)]
        held = [run.id for run in runs if run.state is RunState.HELD]
        if held:
            world.command(lambda engine: self._decide(engine, held[0]))

    def _decide(self, engine: Engine, run: str) -> object:
        if self.approve:
            return engine.approve(run, principal="somebody")
        engine.discard(run, principal="somebody")
        return None

    def __str__(self) -> str:
        """One line for a story."""
        return f"somebody {'approves' if self.approve else 'discards'} the plan that is held"


@frozen
class Replay:
    """A person has the parked records of a connection tried again."""

    connection: str

    def do(self, world: World) -> None:
        """Have it happen."""
        world.command(lambda engine: engine.replay(self.connection))

    def __str__(self) -> str:
        """One line for a story."""
        return f"what is parked for {self.connection} is tried again"
