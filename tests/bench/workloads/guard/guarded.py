"""Guarded: the session that a host gets, which looks at everything that is delivered."""

from clock import Clock
from contract import Job, Outcome

from erplink.adapters.context import make_context
from erplink.adapters.erp.memory import MemoryConnector
from erplink.connectors import open_session
from guard.world import SYSTEM, read_all, world


def run(job: Job, clock: Clock) -> Outcome:
    """Open a session as a host does, and read everything."""
    connector = MemoryConnector(world(job.n))
    with open_session(connector, {}, make_context(SYSTEM, {})) as session:
        return read_all(session, clock)
