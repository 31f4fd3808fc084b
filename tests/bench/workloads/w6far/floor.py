"""floor: the floor of W6, with its PUTs over 16 raw sockets at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
from clock import Clock
from contract import Job, Outcome
from floors import RawHttp, fetched
from server import serving
from w6.floor_httpx import Puts, synced, told
from world import T0

from w6far import DELAY

_CONNECTIONS: Final = 16


def run(job: Job, clock: Clock) -> Outcome:
    """Do the pass."""
    assert job.state is not None
    with serving(job.data, DELAY) as address:

        def put_some(puts: Puts) -> None:
            client = RawHttp(address)
            for key, body in puts:
                client.put(f"/customers/{key}", body)
            client.close()

        def put(puts: Puts) -> None:
            with ThreadPoolExecutor(_CONNECTIONS) as pool:
                list(pool.map(put_some, (puts[at::_CONNECTIONS] for at in range(_CONNECTIONS))))

        with clock, httpx.Client() as client:
            keys = synced(job.state, fetched(client, address, T0), put)
        return told(job.state, keys, address)
