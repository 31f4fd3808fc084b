"""naive: a query for each record, a comparison field by field, an update and a commit."""

import json

from clock import Clock
from contract import Job, Outcome
from floors import naively
from server import serving
from world import COLUMNS, T0, UPSERT, checksum, database

from w2.floor_httpx import QUERY


def run(job: Job, clock: Clock) -> Outcome:
    """Take the records over one by one."""
    assert job.state is not None
    changed: list[str] = []
    with serving(job.data) as address:
        with clock:
            state = database(job.state / "rows.db")
            for page in naively(address, T0):
                for row in page:
                    found = state.execute("SELECT * FROM customers WHERE key = ?", (row["key"],))
                    held = dict(zip(COLUMNS, found.fetchone(), strict=True))
                    if any(row[key] != held[key] for key in COLUMNS):
                        state.execute(UPSERT, tuple(row[key] for key in COLUMNS))
                        changed.append(row["key"])
        held_now = state.execute(QUERY, (json.dumps(changed),))
        told = [dict(zip(COLUMNS, row, strict=True)) for row in held_now]
        state.close()
    for each in told:
        each["active"] = bool(each["active"])
    return {"changed": len(changed), "checksum": checksum(told)}
