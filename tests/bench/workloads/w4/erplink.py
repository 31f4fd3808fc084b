"""erplink: everything staged, previewed and run."""

from clock import Clock
from contract import Job, Outcome
from imports import Imported, held
from lines import LinesSession


def run(job: Job, clock: Clock) -> Outcome:
    """Import the source into the CRM, and tell what was shown and what came of it."""
    assert job.state is not None
    with clock:
        imported = Imported(job.state, LinesSession(job.data), link=False)
        result = imported.run()
    cells = imported.cells()
    imported.close()
    told = {"new": result.created, "updated": result.updated, "same": result.skipped}
    return {**told, "cells": cells, **held(job.state / "crm.db")}
