"""floor-httpx: stored rows looked up by the page, compared, and written over where they differ."""

import json
from operator import itemgetter

import httpx
import msgspec
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from server import serving
from world import COLUMNS, T0, UPSERT, checksum, database

QUERY = "SELECT * FROM customers WHERE key IN (SELECT value FROM json_each(?))"


def run(job: Job, clock: Clock) -> Outcome:
    """Fetch, decode, look up, write, and remember up to when."""
    assert job.state is not None
    decode, values = msgspec.json.decode, itemgetter(*COLUMNS)
    changed: list[str] = []
    with serving(job.data) as address:
        with clock:
            state = database(job.state / "rows.db")
            state.execute("BEGIN")
            seen = ""
            with httpx.Client() as client:
                for page in fetched(client, address, T0):
                    rows = list(map(values, decode(page)["data"]))
                    held = {row[0]: row for row in state.execute(QUERY, (_keys(rows),))}
                    fresh = [row for row in rows if held.get(row[0]) != row]
                    state.executemany(UPSERT, fresh)
                    changed += [row[0] for row in fresh]
                    seen = max(seen, *(row[1] for row in rows))
            state.execute("CREATE TABLE mark (seen TEXT)")
            state.execute("INSERT INTO mark VALUES (?)", (seen,))
            state.execute("COMMIT")
        held_now = state.execute(QUERY, (json.dumps(changed),))
        told = [dict(zip(COLUMNS, row, strict=True)) for row in held_now]
        state.close()
    for row in told:
        row["active"] = bool(row["active"])
    return {"changed": len(changed), "checksum": checksum(told)}


def _keys(rows: list[tuple[str, ...]]) -> str:
    return json.dumps([row[0] for row in rows])
