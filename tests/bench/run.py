"""The one benchmark entry: ``python tests/bench/run.py W5 --n 1000000 --json``; see README.md."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import contract
from contract import EXPECTED, RECORDS_MIN, STATE, Implementation, Workload
from report import Runs, summary, table

_CHILD: Final = Path(__file__).with_name("child.py")


class RunFailedError(Exception):
    """A run did not come to its end."""


class Bench:
    """Runs the implementations of one workload, each time in a process of its own."""

    def __init__(self, folder: Path, workload: Workload, timeout: float) -> None:
        self._folder = folder
        self._workload = workload
        self._timeout = timeout

    def measure(self, chosen: Iterable[Implementation], n: int, rounds: int) -> list[Runs]:
        """Run every one of ``chosen`` once, then every one again: A B C A B C, not A A B B."""
        all_runs: list[Runs] = []
        data: dict[int, Path] = {}
        for each in chosen:
            measured = each.measured(n)
            if measured not in data:
                data[measured] = Path(self._child({"n": measured}))
            expected = json.loads((data[measured] / EXPECTED).read_text())
            all_runs.append(Runs(each, measured, expected))
        for number in range(rounds):
            for runs in all_runs:
                self._once(runs, data[runs.measured_n])
                _progress(f"round {number + 1} of {rounds}: {runs.implementation.name}")
        return all_runs

    def _once(self, runs: Runs, data: Path) -> None:
        if runs.error:
            return
        order = {"n": runs.measured_n, "implementation": runs.implementation.name}
        try:
            with _own_state(data, runs.implementation.state) as state:
                runs.each.append(self._child({**order, "data": str(data), "state": state}))
        except RunFailedError as error:
            runs.error = str(error)

    def _child(self, order: dict[str, Any]) -> Any:
        whole = {"workloads": str(self._folder), "workload": self._workload.name, **order}
        try:
            done = subprocess.run(
                [sys.executable, str(_CHILD), json.dumps(whole)],
                capture_output=True,
                text=True,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RunFailedError(f"not done after {self._timeout:g} seconds") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no word of why"])[-1]
            raise RunFailedError(f"{last} (exit code {done.returncode})")
        return json.loads(done.stdout.splitlines()[-1])


def main(arguments: Sequence[str] | None = None) -> int:
    """List, or run and tell; 1 where an implementation failed or disagrees, else 0."""
    parser = _parser()
    options = parser.parse_args(arguments)
    known = contract.workloads(options.workloads)
    if options.list:
        sys.stdout.write(_listed(known.values()))
        return 0
    if options.workload not in known:
        parser.error(f"name a workload: {', '.join(known)}")
    workload = known[options.workload]
    try:
        chosen = _chosen(workload, options.impl)
    except KeyError as error:
        names = ", ".join(each.name for each in workload.implementations)
        parser.error(f"{workload.name} has no implementation {error}, but {names}")
    bench = Bench(options.workloads, workload, options.timeout)
    all_runs = bench.measure((each for each in chosen if each.installed), options.n, options.runs)
    told = summary(workload, options.n, all_runs, [each for each in chosen if not each.installed])
    sys.stdout.write((json.dumps(told, indent=2) if options.json else table(told)) + "\n")
    return 0 if told["agree"] else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure erplink beside floors and peers.")
    add = parser.add_argument
    add("workload", nargs="?", type=str.upper, help="W5, or another that --list names")
    add("--n", type=_records, default=100_000, help="how many records (%(default)s)")
    add("--runs", type=_runs, default=3, help="how many runs of each (%(default)s)")
    add("--impl", default="", metavar="A,B", help="only these implementations")
    add("--json", action="store_true", help="print one JSON object instead of a table")
    add("--list", action="store_true", help="print what there is, and run nothing")
    add("--timeout", type=float, default=900, help="seconds for one run (%(default)s)")
    add("--workloads", type=Path, default=contract.WORKLOADS, help="where the workloads are")
    return parser


def _records(text: str) -> int:
    if int(text) < RECORDS_MIN:
        raise argparse.ArgumentTypeError(f"at least {RECORDS_MIN}, or there is nothing to measure")
    return int(text)


def _runs(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def _chosen(workload: Workload, names: str) -> list[Implementation]:
    if not names:
        return list(workload.implementations)
    return [workload.implementation(name) for name in names.split(",")]


def _listed(known: Iterable[Workload]) -> str:
    lines: list[str] = []
    for workload in known:
        lines.append(f"{workload.name}: {workload.sentence}")
        for each in workload.implementations:
            note = "" if each.installed else " [not installed]"
            lines.append(f"  {each.name:14}{each.kind:9}{each.sentence}{note}")
        lines += [f"  target: {target}" for target in workload.targets]
    return "\n".join(lines) + "\n"


@contextmanager
def _own_state(data: Path, name: str) -> Iterator[str | None]:
    """A copy of the prepared state on the same disk, if there is any, gone after the run."""
    prepared = data / STATE / name
    if not prepared.exists():
        yield None
        return
    with tempfile.TemporaryDirectory(dir=data.parent) as scratch:
        yield str(shutil.copytree(prepared, Path(scratch) / STATE))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:70}")


if __name__ == "__main__":
    sys.exit(main())
