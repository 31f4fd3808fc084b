"""erplink: the pass of W6 with a far-away ERP."""

from clock import Clock
from contract import Job, Outcome
from w6 import erplink as near

from w6far import DELAY


def run(job: Job, clock: Clock) -> Outcome:
    """Do the same."""
    return near.run(job, clock, delay=DELAY)
