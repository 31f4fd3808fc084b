"""What the runs of a workload come to: medians, ratios, targets, and who disagrees."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final, TypeAlias

from contract import Implementation, Outcome, Workload

Json: TypeAlias = dict[str, Any]

_HEAD: Final = (
    f"{'':16}{'seconds':>10}{'CPU s':>9}{'records/s':>13}{'peak MB':>10}{'growth MB':>11}"
    "  measured n"
)


@dataclass
class Runs:
    """The runs of one implementation."""

    implementation: Implementation
    #: How many records each run measured.
    measured_n: int
    #: What must have come out.
    expected: Outcome
    #: What each run measured, as the child tells it.
    each: list[Json] = field(default_factory=list)
    #: Why there are no further runs; empty where all went well.
    error: str = ""

    @property
    def seconds(self) -> float:
        """The median of a run's seconds."""
        seconds: list[float] = [run["seconds"] for run in self.each]
        return median(seconds)

    @property
    def cpu_seconds(self) -> float:
        """The median of the seconds that a run's process worked."""
        seconds: list[float] = [run["cpu_seconds"] for run in self.each]
        return median(seconds)

    def scaled(self, n: int, *, cpu: bool = False) -> float:
        """The same for ``n`` records, where fewer were measured."""
        return (self.cpu_seconds if cpu else self.seconds) * n / self.measured_n

    def complaints(self) -> Iterator[str]:
        """What went wrong, a sentence each."""
        if self.error:
            yield f"{self.implementation.name} failed: {self.error}"
        for outcome in {str(run["outcome"]): run["outcome"] for run in self.each}.values():
            if outcome != self.expected:
                yield f"{self.implementation.name} came to {outcome}, not to {self.expected}"


def summary(
    workload: Workload, n: int, all_runs: Sequence[Runs], missing: Sequence[Implementation]
) -> Json:
    """Everything there is to tell, as ``--json`` prints it."""
    measured = [runs for runs in all_runs if runs.each]
    ours = next((_told(runs, n) for runs in measured if runs.implementation.kind == "erplink"), {})
    ratios = _ratios(measured, n)
    complaints = [complaint for runs in all_runs for complaint in runs.complaints()]
    return {
        "workload": workload.name,
        "sentence": workload.sentence,
        "n": n,
        "runs": max((len(runs.each) for runs in measured), default=0),
        "erplink_seconds": ours.get("seconds"),
        "records_per_second": ours.get("records_per_second"),
        "peak_mb": ours.get("peak_mb"),
        "growth_mb": ours.get("growth_mb"),
        "ratios": ratios,
        "cpu_ratios": _ratios(measured, n, cpu=True),
        "targets": _targets(workload, ratios),
        "implementations": {runs.implementation.name: _told(runs, n) for runs in measured},
        "not_installed": [each.name for each in missing],
        "agree": not complaints,
        "complaints": complaints,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def table(told: Json) -> str:
    """The same for a person."""
    rows = [
        f"{told['workload']}: {told['sentence']}",
        f"n = {told['n']:,}; medians of {told['runs']} interleaved runs, Python {told['python']}",
        "",
        _HEAD,
    ]
    rows += [_row(name, each, told["n"]) for name, each in told["implementations"].items()]
    rows += [f"{name:16}not installed" for name in told["not_installed"]]
    rows += ["", *_ratio_rows(told)]
    rows += ["", *(_target_row(target) for target in told["targets"]), *told["complaints"]]
    return "\n".join(rows)


def _told(runs: Runs, n: int) -> Json:
    seconds = runs.scaled(n)
    return {
        "kind": runs.implementation.kind,
        "sentence": runs.implementation.sentence,
        "versions": runs.implementation.versions,
        "seconds": round(seconds, 6),
        "cpu_seconds": round(runs.scaled(n, cpu=True), 6),
        "records_per_second": round(n / seconds),
        "measured_n": runs.measured_n,
        "measured_seconds": [round(run["seconds"], 6) for run in runs.each],
        "peak_mb": round(median(run["peak_mb"] for run in runs.each), 1),
        "growth_mb": round(median(run["growth_mb"] for run in runs.each), 1),
        "outcome": runs.each[0]["outcome"],
    }


def _ratios(measured: Sequence[Runs], n: int, *, cpu: bool = False) -> dict[str, float]:
    """How every erplink, or else the first of all, stands to the others; above 1 is slower."""
    if not measured:
        return {}
    first = next((runs for runs in measured if runs.implementation.kind == "erplink"), measured[0])
    ratios: dict[str, float] = {}
    for ours in measured:
        if ours is not first and ours.implementation.kind != "erplink":
            continue
        for other in measured:
            if other is ours or (ours is not first and other.implementation.kind == "erplink"):
                continue
            pair = (ours, other) if other.implementation.kind == "floor" else (other, ours)
            name = "/".join(runs.implementation.name for runs in pair)
            ratios[name] = round(pair[0].scaled(n, cpu=cpu) / pair[1].scaled(n, cpu=cpu), 3)
    return ratios


def _targets(workload: Workload, ratios: Mapping[str, float]) -> list[Json]:
    return [
        {
            "target": str(target),
            "ratio": target.ratio,
            "at_most": target.at_most,
            "at_least": target.at_least,
            "value": ratios.get(target.ratio),
            "met": target.met(ratios[target.ratio]) if target.ratio in ratios else None,
        }
        for target in workload.targets
    ]


def _ratio_rows(told: Json) -> Iterator[str]:
    for ratio, value in told["ratios"].items():
        yield f"{ratio:32}{value:8.2f}  (CPU {told['cpu_ratios'][ratio]:.2f})"


def _row(name: str, each: Json, n: int) -> str:
    note = "" if each["measured_n"] == n else ", scaled to n"
    return (
        f"{name:16}{each['seconds']:10.3f}{each['cpu_seconds']:9.3f}"
        f"{each['records_per_second']:13,}"
        f"{each['peak_mb']:10,.0f}{each['growth_mb']:11,.1f}  {each['measured_n']:,}{note}"
    )


def _target_row(target: Json) -> str:
    words = {None: "not measured", True: "met", False: "MISSED"}
    return f"target: {target['target']}: {words[target['met']]}"
