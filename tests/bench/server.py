"""The ERP of the benchmarks: a process of its own that serves a world over HTTP.

``python server.py FOLDER DELAY`` prints its port. Its pages lie ready; only what is written is
decoded. ``GET /customers?modified_since=T0`` gives what changed after it, and without it all there
is; ``POST /customers/$read`` gives records by their keys; ``PUT /customers/KEY`` lays values over a
record, and answers what it holds then; ``GET /written`` tells how much was written, and what.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

from world import PAGE, T0, T1, Row, World, checksum, envelope_end, number_of, packed

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_ROOM: Final = 1 << 16


class Erp:
    """What the server knows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._changed = world.changes().erp
        self._written: dict[str, Row] = {}
        slices = [packed(row) for row in self._changed.values()]
        parts = [slices[start : start + PAGE] for start in range(0, len(slices), PAGE)]
        self._delta = [_page(part, number + 1, len(parts)) for number, part in enumerate(parts)]
        self._nothing = b'{"data":[' + envelope_end("null", T1)

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        """The body of the answer to a request."""
        path, _, query = target.partition("?")
        match method, path:
            case "GET", "/customers":
                return self._feed(dict(part.split("=", 1) for part in query.split("&") if part))
            case "POST", "/customers/$read":
                rows = b",".join(packed(self._row(key)) for key in json.loads(body)["keys"])
                return b'{"data":[%b]}' % rows
            case "PUT", _:
                return self._put(path.rpartition("/")[2], json.loads(body))
            case "GET", "/written":
                rows = list(self._written.values())
                return json.dumps({"count": len(rows), "checksum": checksum(rows)}).encode()
        return b'{"error":"there is no such thing"}'

    def _feed(self, query: dict[str, str]) -> bytes:
        since, number = query.get("modified_since", ""), int(query.get("cursor", 0))
        since = since.replace("%3A", ":")
        if not since:
            return self._world.page(number)
        return self._delta[number] if since == T0 else self._nothing

    def _row(self, key: str) -> Row:
        known = self._written.get(key) or self._changed.get(key)
        return known or self._world.row(number_of(key))

    def _put(self, key: str, values: Row) -> bytes:
        row = self._written[key] = {**self._row(key), **values, "last_modified": T1}
        return packed(row)


def _page(slices: Sequence[bytes], following: int, pages: int) -> bytes:
    more = f'"{following}"' if following < pages else "null"
    return b'{"data":[' + b",".join(slices) + envelope_end(more, T1)


def _serve(taken: socket.socket, erp: Erp, delay: float) -> None:
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    held = b""
    while True:
        while _HEAD_END not in held:
            arrived = taken.recv(_ROOM)
            if not arrived:
                return
            held += arrived
        head, _, held = held.partition(_HEAD_END)
        _, found, rest = head.lower().partition(_LENGTH)
        size = int(rest.partition(b"\r\n")[0]) if found else 0
        while len(held) < size:
            held += taken.recv(_ROOM)
        body, held = held[:size], held[size:]
        method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
        if delay:
            time.sleep(delay)
        answer = erp.answer(method, target, body)
        taken.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(answer)
        )
        taken.sendall(answer)


def main(folder: str, delay: str) -> None:
    """Serve a world until the process is ended."""
    erp = Erp(World(Path(folder)))
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        taken, _ = listening.accept()
        Thread(target=_serve, args=(taken, erp, float(delay)), daemon=True).start()


def serving(data: Path, delay: float = 0) -> AbstractContextManager[str]:
    """The address of an ERP in a process of its own that serves the world of a workload."""
    return serving_world(data / "world", delay)


@contextmanager
def serving_world(folder: Path, delay: float = 0) -> Iterator[str]:
    """The same for the folder of a world itself; answers wait for ``delay`` seconds."""
    command = [sys.executable, str(Path(__file__)), str(folder), str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def written(address: str) -> dict[str, int]:
    """How many records were written to the ERP at an address, and what they hold."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port))) as asking:
        asking.sendall(b"GET /written HTTP/1.1\r\n\r\n")
        held = b""
        while not held.endswith(b"}"):
            held += asking.recv(_ROOM)
    told: dict[str, int] = json.loads(held.partition(_HEAD_END)[2])
    return told


if __name__ == "__main__":
    main(*sys.argv[1:])
