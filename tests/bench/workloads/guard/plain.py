"""Plain: the session as the connector makes it."""

from clock import Clock
from contract import Job, Outcome

from guard.world import SYSTEM, read_all, world


def run(job: Job, clock: Clock) -> Outcome:
    """Take the session from the world itself, and read everything."""
    return read_all(world(job.n).session(SYSTEM), clock)
