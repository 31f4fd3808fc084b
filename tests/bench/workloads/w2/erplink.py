"""erplink: an incremental pass of the engine."""

from clock import Clock
from contract import Job, Outcome
from server import serving
from systems import HostCrm, Synced
from world import World, checksum

from erplink.domain.plan import RecordResult


def run(job: Job, clock: Clock) -> Outcome:
    """Open an engine on the state, and do a pass."""
    assert job.state is not None
    crm = HostCrm(World(job.data / "world"))
    with serving(job.data) as address:
        with clock:
            synced = Synced(job.state, address, crm)
            report = synced.sync().report
        synced.check(len(crm.written))
    rows = [crm.rows[key] for key in crm.written]
    return {"changed": report[RecordResult.UPDATED], "checksum": checksum(rows)}
