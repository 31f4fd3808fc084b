"""What a workload and an implementation of it are, to the one entry that runs them all."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, Protocol, TypeAlias, cast

from clock import Clock

WORKLOADS: Final = Path(__file__).parent / "workloads"
EXPECTED: Final = "expected.json"
STATE: Final = "state"
RECORDS_MIN: Final = 1000

Kind: TypeAlias = Literal["erplink", "floor", "naive", "peer"]
Outcome: TypeAlias = dict[str, Any]
"""What came out of a run, as JSON holds it; all implementations of a workload agree on it."""


@dataclass(frozen=True)
class Implementation:
    """One way to do a workload's work; the module of its name beside the workload runs it."""

    name: str
    kind: Kind
    sentence: str
    #: What must be importable; without it the implementation is "not installed".
    needs: tuple[str, ...] = ()
    #: A slow one measures one n-th of the records; its seconds are scaled to all of them.
    one_in: int = 1
    #: Which of the folders in the state it begins with; all of the state if none is named.
    state: str = ""

    @property
    def module(self) -> str:
        """The name of the module that holds its ``run``."""
        return self.name.replace("-", "_")

    @property
    def installed(self) -> bool:
        """Whether all it needs can be imported."""
        return all(find_spec(need) for need in self.needs)

    @property
    def versions(self) -> dict[str, str]:
        """The versions of what it needs, by the names of the distributions."""
        homes = metadata.packages_distributions()
        names = [home for need in self.needs for home in homes.get(need, ())]
        return {name: metadata.version(name) for name in names}

    def measured(self, n: int) -> int:
        """How many records a run measures where the workload has ``n``: never a mere handful."""
        return max(n // self.one_in, RECORDS_MIN)


@dataclass(frozen=True)
class Target:
    """What a ratio is to be; a missed one is told, and is no failure: clocks are noisy."""

    ratio: str
    at_most: float | None = None
    at_least: float | None = None

    def met(self, value: float) -> bool:
        """Whether ``value`` is within the bounds."""
        enough = self.at_least is None or value >= self.at_least
        return enough and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        """The ratio and its bounds."""
        most = "" if self.at_most is None else f" at most {self.at_most:g}"
        least = "" if self.at_least is None else f" at least {self.at_least:g}"
        return f"{self.ratio}{most}{least}"


@dataclass(frozen=True)
class Workload:
    """A piece of work, and everything that does it."""

    name: str
    sentence: str
    #: Makes what ``n`` records need, once, and returns its folder. In there ``expected.json`` is
    #: the outcome; a folder ``state``, if any, is copied afresh for every run.
    prepare: Callable[[int], Path]
    implementations: tuple[Implementation, ...]
    targets: tuple[Target, ...] = ()

    @property
    def package(self) -> str:
        """The package that holds the workload and its implementations."""
        return self.name.lower()

    def implementation(self, name: str) -> Implementation:
        """The implementation called ``name``; KeyError where there is none."""
        return {each.name: each for each in self.implementations}[name]


@dataclass(frozen=True)
class Job:
    """What one run is given."""

    n: int
    #: What the workload prepared; to be read only.
    data: Path
    #: This run's own copy of the state; None where the workload has none.
    state: Path | None = None


class Runnable(Protocol):
    """The module of an implementation."""

    def run(self, job: Job, clock: Clock) -> Outcome:
        """Do the work, the clock running only while it is done, and tell what came out."""


def workloads(folder: Path) -> dict[str, Workload]:
    """The workloads in ``folder`` by name: one per package there, as its ``WORKLOAD``."""
    packages = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    found: list[Workload] = [_imported(folder, package).WORKLOAD for package in packages]
    return {workload.name: workload for workload in found}


def runnable(folder: Path, workload: Workload, implementation: Implementation) -> Runnable:
    """The module of one implementation, imported."""
    return cast("Runnable", _imported(folder, f"{workload.package}.{implementation.module}"))


def _imported(folder: Path, name: str) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(name)
