"""jsonpatch: a patch from the base to each side."""

from typing import Any

import jsonpatch
from clock import Clock
from contract import Job, Outcome

from w5.differences import run_with


def run(job: Job, clock: Clock) -> Outcome:
    """Merge all pages with patches."""
    return run_with(difference, job, clock)


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The new values by field."""
    return {step["path"][1:]: step["value"] for step in jsonpatch.make_patch(old, new)}
