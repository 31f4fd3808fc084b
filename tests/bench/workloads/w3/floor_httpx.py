"""floor-httpx: raw slices over httpx, each hashed and looked up in a set of hashes."""

from array import array

import httpx
import msgspec
import xxhash
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from server import serving
from world import database


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]


def run(job: Job, clock: Clock) -> Outcome:
    """Fetch, cut, hash, compare."""
    assert job.state is not None
    decode, digest = msgspec.json.Decoder(_Page).decode, xxhash.xxh3_64_intdigest
    same = changed = 0
    with serving(job.data) as address, clock:
        state = database(job.state / "hashes.db")
        known: set[int] = set()
        for (hashes,) in state.execute("SELECT hashes FROM pages"):
            known.update(array("Q", hashes))
        with httpx.Client() as client:
            for page in fetched(client, address):
                found = [digest(bytes(each)) for each in decode(page).data]
                fresh = 0 if known.issuperset(found) else sum(each not in known for each in found)
                same, changed = same + len(found) - fresh, changed + fresh
        state.close()
    return {"records": same + changed, "changed": changed}
