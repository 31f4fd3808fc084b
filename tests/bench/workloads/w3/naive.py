"""naive: a query for each record, and a comparison field by field."""

from clock import Clock
from contract import Job, Outcome
from floors import naively
from server import serving
from world import COLUMNS, database


def run(job: Job, clock: Clock) -> Outcome:
    """Look every record up by itself."""
    assert job.state is not None
    records = changed = 0
    with serving(job.data) as address, clock:
        state = database(job.state / "rows.db")
        for page in naively(address):
            for row in page:
                query = "SELECT * FROM customers WHERE key = ?"
                held = dict(
                    zip(COLUMNS, state.execute(query, (row["key"],)).fetchone(), strict=True)
                )
                changed += any(row[key] != held[key] for key in COLUMNS)
                records += 1
        state.close()
    return {"records": records, "changed": changed}
