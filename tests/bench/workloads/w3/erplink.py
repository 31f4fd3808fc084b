"""erplink: a full pass of the engine over both sides."""

from clock import Clock
from contract import Job, Outcome
from server import serving
from systems import HostCrm, Synced
from world import World

from erplink.domain.plan import RecordResult


def run(job: Job, clock: Clock) -> Outcome:
    """Open an engine on the state, and list everything."""
    assert job.state is not None
    crm = HostCrm(World(job.data / "world"))
    with serving(job.data) as address:
        with clock:
            synced = Synced(job.state, address, crm)
            report = synced.sync(full=True).report
        synced.check(0)
    unchanged = report[RecordResult.UNCHANGED]
    # Both sides were listed, and a pair is one record here.
    return {"records": report.read // 2, "changed": report.read - unchanged}
