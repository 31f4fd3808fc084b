"""floor-decode: no hashes; every record decoded, and compared with its row in key order."""

from operator import itemgetter

import httpx
import msgspec
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from server import serving
from world import COLUMNS, database


def run(job: Job, clock: Clock) -> Outcome:
    """Fetch, decode, compare page by page."""
    assert job.state is not None
    decode, values = msgspec.json.decode, itemgetter(*COLUMNS)
    records = changed = 0
    with serving(job.data) as address, clock:
        state = database(job.state / "rows.db")
        stored = state.execute("SELECT * FROM customers ORDER BY key")
        with httpx.Client() as client:
            for page in fetched(client, address):
                rows = list(map(values, decode(page)["data"]))
                held = stored.fetchmany(len(rows))
                if rows != held:
                    changed += sum(one != other for one, other in zip(rows, held, strict=True))
                records += len(rows)
        state.close()
    return {"records": records, "changed": changed}
