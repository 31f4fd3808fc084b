"""One run of one implementation in a process of its own, as ``run.py`` orders it.

What a workload needs is made in such a process, too: a process's peak of memory begins with that
of the one that started it, so ``run.py`` itself stays small.
"""

import json
import sys
from pathlib import Path
from typing import Any

import contract
from clock import Clock
from contract import Job


def prepare(folder: Path, workload: str, n: int) -> str:
    """Make what ``n`` records of a workload need, and tell where it is."""
    return str(contract.workloads(folder)[workload].prepare(n))


def run(folder: Path, workload: str, name: str, job: Job) -> dict[str, Any]:
    """Run the implementation ``name`` of a workload once, and tell what was measured."""
    known = contract.workloads(folder)[workload]
    module = contract.runnable(folder, known, known.implementation(name))
    clock = Clock()
    outcome = module.run(job, clock)
    return {
        "seconds": clock.seconds,
        "cpu_seconds": clock.cpu_seconds,
        "peak_mb": clock.peak_mb,
        "growth_mb": clock.growth_mb,
        "outcome": outcome,
    }


def obey(order: dict[str, Any]) -> Any:
    """Carry out one order."""
    folder, workload, n = Path(order["workloads"]), order["workload"], order["n"]
    if "implementation" not in order:
        return prepare(folder, workload, n)
    state = order["state"]
    job = Job(n, Path(order["data"]), Path(state) if state else None)
    return run(folder, workload, order["implementation"], job)


if __name__ == "__main__":
    answer = obey(json.loads(sys.argv[1]))
    # An implementation may have printed something; the answer is the last line.
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
