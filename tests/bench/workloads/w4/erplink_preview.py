"""erplink-preview: what the import would do, and a page of it, from rows that are staged."""

from clock import Clock
from contract import Job, Outcome
from imports import Imported, held
from lines import LinesSession


def run(job: Job, clock: Clock) -> Outcome:
    """Stage off the clock, preview on it, and have it done off the clock again."""
    assert job.state is not None
    imported = Imported(job.state, LinesSession(job.data), link=False)
    imported.importer.add()
    with clock:
        imported.importer.preview()
        imported.importer.rows(skip=job.n // 2)
    result = imported.importer.run()
    cells = imported.cells()
    imported.close()
    told = {"new": result.created, "updated": result.updated, "same": result.skipped}
    return {**told, "cells": cells, **held(job.state / "crm.db")}
