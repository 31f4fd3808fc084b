"""erplink: empty passes of an open engine."""

from clock import Clock
from contract import Job, Outcome
from server import serving
from systems import HostCrm, Synced
from world import World


def run(job: Job, clock: Clock) -> Outcome:
    """Let it take over what there is, then measure the passes in which nothing happens."""
    assert job.state is not None
    crm = HostCrm(World(job.data / "world"))
    with serving(job.data) as address:
        synced = Synced(job.state, address, crm)
        synced.sync()  # takes over what changed
        synced.sync()  # meets the echoes of what it wrote
        passes = 0
        with clock:
            for _ in range(job.n):
                passes += not synced.sync().report.read
    return {"passes": passes}
