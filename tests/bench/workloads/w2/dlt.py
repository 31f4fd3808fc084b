"""dlt: its REST source into SQLite."""

import json
import sqlite3
from pathlib import Path

from clock import Clock
from contract import Job, Outcome
from pipeline import pipeline, source
from server import serving
from world import FIELDS, T0, World, checksum


def run(job: Job, clock: Clock) -> Outcome:
    """Run the pipeline that loaded the base once more, for what changed."""
    assert job.state is not None
    flow = pipeline(job.state)
    with serving(job.data) as address, clock:
        flow.run(source(address, T0))
    changed = sorted(World(job.data / "world").changes().erp)
    return {"changed": len(changed), "checksum": checksum(_rows(job.state, changed))}


def _rows(folder: Path, keys: list[str]) -> list[dict[str, object]]:
    with sqlite3.connect(folder / "rows.db") as state:
        state.row_factory = sqlite3.Row
        columns = ", ".join(("key", *FIELDS))
        query = f"SELECT {columns} FROM customers WHERE key IN (SELECT value FROM json_each(?))"
        rows = [dict(row) for row in state.execute(query, (json.dumps(keys),))]
    state.close()
    return [{**row, "active": bool(row["active"])} for row in rows]
