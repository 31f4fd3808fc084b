"""dlt: its REST source into an empty SQLite."""

import sqlite3
import tempfile
from pathlib import Path

from clock import Clock
from contract import Job, Outcome
from pipeline import pipeline, source
from server import serving

from w1.floor_httpx import of_table


def run(job: Job, clock: Clock) -> Outcome:
    """Run the pipeline for the first time."""
    with tempfile.TemporaryDirectory(dir=job.data) as scratch:
        flow = pipeline(Path(scratch))
        with serving(job.data) as address, clock:
            flow.run(source(address))
        state = sqlite3.connect(Path(scratch) / "rows.db")
        outcome = of_table(state)
        state.close()
    return outcome
