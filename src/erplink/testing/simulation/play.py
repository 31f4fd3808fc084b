"""Play: has a story happen, lets everything come to rest, and judges what is left."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen

from erplink.domain.records import CRM
from erplink.sync.state import RunState
from erplink.testing.faults import Faults
from erplink.testing.simulation.evidence import Evidence, gather
from erplink.testing.simulation.laws import Violation, differences, judge
from erplink.testing.simulation.people import Type
from erplink.testing.simulation.setting import ERPS
from erplink.testing.simulation.story import Story
from erplink.testing.simulation.world import SECRET, World

__all__ = ["Played", "play"]

ROUNDS_MAX: Final = 20
"""How many rounds of passes it may take until nothing is left to do."""

_AN_HOUR_AND_MORE: Final = 3700.0


def _nobody(_: str) -> None:
    """Nobody listens."""


class _Teller:
    """Tells what has happened since it last told."""

    def __init__(self, world: World, tell: Callable[[str], object]) -> None:
        self._world, self._tell = world, tell
        self._entries = self._results = self._crashes = 0

    def up(self) -> None:
        """Tell the rest."""
        world = self._world
        for entry in world.chronicle.entries[self._entries :]:
            self._tell(f"          {entry.number}: {entry}")
        for result in world.results[self._results :]:
            run = result.run
            told = f"{run.connection}, {run.mode.value}: {run.state.value}"
            reasons = "; ".join(result.report.reasons)
            self._tell(f"          ({told}; {result.report}; {reasons} {run.reason})")
        if world.crashes > self._crashes:
            self._tell("          (the process died)")
        self._entries, self._results = len(world.chronicle.entries), len(world.results)
        self._crashes = world.crashes


@frozen(kw_only=True)
class Played:
    """A story that was played, and what came of it."""

    story: Story
    violations: tuple[Violation, ...]
    evidence: Evidence
    edits: int
    crashes: int
    passes: int
    conflicts: int
    questions: int
    faults: dict[str, int]


def play(story: Story, tell: Callable[[str], object] = _nobody) -> Played:
    """Play a story from the beginning to the end; ``tell`` hears all that happens."""
    if not story.setting.in_file:
        return _play(story, None, tell)
    with TemporaryDirectory(prefix="erplink-simulation-") as folder:
        return _play(story, Path(folder), tell)


def _play(story: Story, folder: Path | None, tell: Callable[[str], object]) -> Played:
    world = World(story.setting, folder)
    tell(f"seed {story.setting.seed}: {story.setting}")
    follow = _Teller(world, tell)
    try:
        for number, action in enumerate(story.actions, 1):
            tell(f"{number:4}. {action}")
            action.do(world)
            follow.up()
        tell("      faults stop, everybody goes home, and passes run")
        asked = _count_questions(world)
        restless = _come_to_rest(world)
        follow.up()
        isolation: tuple[str, ...] = ()
        if not restless:
            down = ERPS[story.setting.seed % len(ERPS)]
            tell(f"      {down} is down, and everybody in the CRM gets a new name")
            isolation = _down_alone(world, down)
            follow.up()
            tell("      it is there again")
            restless = _come_to_rest(world)
            follow.up()
        evidence = gather(world, restless=restless, secrets=(SECRET,), isolation=isolation)
    finally:
        world.end()
    return Played(
        story=story,
        violations=tuple(judge(evidence)),
        evidence=evidence,
        edits=sum(entry.author.name == "PERSON" for entry in evidence.entries),
        crashes=world.crashes,
        passes=len(world.results),
        conflicts=len(evidence.losses),
        questions=asked + len(evidence.questions),
        faults=world.fault_counts,
    )


def _count_questions(world: World) -> int:
    with world.store.look() as state:
        return sum(state.issues.count(name) for name in ERPS)


def _come_to_rest(world: World) -> int:
    """Mend everything and pass until nothing is written; how much still was at the last."""
    for system in world.systems:
        world.weather(system, Faults())
    world.wait(10)
    for name in ERPS:
        world.activate(name)
        world.command(lambda engine, name=name: engine.resume(name))  # type: ignore[misc]
    quiet, asked = 0, 0
    for number in range(ROUNDS_MAX):
        before = world.chronicle.requests
        world.wait(_AN_HOUR_AND_MORE)
        world.command(lambda engine, full=number % 2 == 1: engine.sync(full=full))  # type: ignore[misc]
        held = _approve(world)
        asked = world.chronicle.requests - before
        quiet = 0 if asked or held else quiet + 1
        if quiet > 2:  # noqa: PLR2004 - one incremental pass, one full one, and one after it
            return 0
    return asked


def _down_alone(world: World, down: str) -> tuple[str, ...]:
    """What does not come to the other connections while one of them is down."""
    world.weather(down, Faults(lost_before=1.0))
    for slot, (_, row) in enumerate(world.alive(CRM).items()):
        name = "a" if row.values.get("name") == "c" else "c"
        Type(CRM, slot, "name", name).do(world)
    for _ in range(2):
        world.command(lambda engine: engine.sync())
        _approve(world)
        world.wait(_AN_HOUR_AND_MORE)
    seen = gather(world)
    return tuple(
        f"{down} is down, and {difference}"
        for bond in seen.bonds
        if bond.active and bond.connection != down
        for difference in differences(seen, bond)
    )


def _approve(world: World) -> int:
    with world.store.look() as state:
        runs = [run for name in ERPS for run in state.runs.of(name)]
    held = [run.id for run in runs if run.state is RunState.HELD]
    for run in held:
        world.command(lambda engine, run=run: engine.approve(run, principal="somebody"))  # type: ignore[misc]
    return len(held)
