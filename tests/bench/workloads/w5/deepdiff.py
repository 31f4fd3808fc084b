"""DeepDiff: a difference from the base to each side."""

from typing import Any

from clock import Clock
from contract import Job, Outcome
from deepdiff import DeepDiff

from w5.differences import run_with


def run(job: Job, clock: Clock) -> Outcome:
    """Merge all pages with differences."""
    return run_with(difference, job, clock)


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The new values by field."""
    found = DeepDiff(old, new, view="tree")
    changes = (*found.get("values_changed", ()), *found.get("type_changes", ()))
    return {change.path(output_format="list")[0]: change.t2 for change in changes}
