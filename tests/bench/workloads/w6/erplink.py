"""erplink: a pass of the engine over both sides."""

from clock import Clock
from contract import Job, Outcome
from server import serving, written
from systems import HostCrm, Synced
from world import World, checksum


def run(job: Job, clock: Clock, *, delay: float = 0) -> Outcome:
    """Open an engine on the state, and do a pass."""
    assert job.state is not None
    crm = HostCrm(World(job.data / "world"), edited=True)
    with serving(job.data, delay) as address:
        with clock:
            synced = Synced(job.state, address, crm)
            synced.sync()
        told = written(address)
    synced.check(len(crm.written) + told["count"])
    rows = [crm.rows[key] for key in crm.written]
    return {
        "to_crm": len(rows),
        "to_erp": told["count"],
        "crm": checksum(rows),
        "erp": told["checksum"],
    }
