"""floor-httpx: two requests to the ERP that bring nothing, over an open client."""

import httpx
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from server import serving
from world import T1


def run(job: Job, clock: Clock) -> Outcome:
    """Ask twice for every pass: once for either side."""
    with serving(job.data) as address, httpx.Client() as client, clock:
        for _ in range(job.n):
            for _side in range(2):
                list(fetched(client, address, T1))
    return {"passes": job.n}
