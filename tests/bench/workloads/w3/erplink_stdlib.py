"""erplink-stdlib: the same without the extra [speed]."""

from clock import Clock
from contract import Job, Outcome
from systems import without_speed

from w3 import erplink


def run(job: Job, clock: Clock) -> Outcome:
    """Do the same where neither msgspec nor xxhash can be imported."""
    without_speed()
    return erplink.run(job, clock)
