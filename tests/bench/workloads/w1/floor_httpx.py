"""floor-httpx: pages fetched, decoded and written to a table, and nothing else."""

import tempfile
from operator import itemgetter
from pathlib import Path

import httpx
import msgspec
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from imports import told
from server import serving
from world import COLUMNS, FIELDS, TABLE, UPSERT, database


def run(job: Job, clock: Clock) -> Outcome:
    """Fetch, decode and write, a transaction for all."""
    decode, values = msgspec.json.decode, itemgetter(*COLUMNS)
    with tempfile.TemporaryDirectory(dir=job.data) as scratch, serving(job.data) as address:
        with clock:
            state = database(Path(scratch) / "rows.db")
            state.execute(TABLE)
            state.execute("BEGIN")
            with httpx.Client() as client:
                for page in fetched(client, address):
                    state.executemany(UPSERT, map(values, decode(page)["data"]))
            state.execute("COMMIT")
        outcome = of_table(state)
        state.close()
    return outcome


def of_table(state: object) -> Outcome:
    """What the table of customers holds."""
    at = FIELDS.index("active")
    rows = state.execute(f"SELECT {', '.join(FIELDS)} FROM customers")  # type: ignore[attr-defined]
    numbers = [told((*row[:at], bool(row[at]), *row[at + 1 :])) for row in rows]
    return {"rows": len(numbers), "checksum": sum(numbers)}
