"""What the floors and the naive implementations of W2, W3 and W6 share: fetching pages."""

import socket
from collections.abc import Iterator
from typing import Any, Final

import httpx
from world import PAGE

_CURSOR: Final = b'"next_cursor":'


def next_cursor(page: bytes) -> str | None:
    """Where the next page is, read off the end of a page without decoding the rest of it."""
    found = page[page.rfind(_CURSOR) + len(_CURSOR) : -1]
    return None if found == b"null" else found.strip(b'"').decode()


def fetched(client: httpx.Client, address: str, since: str | None = None) -> Iterator[bytes]:
    """The pages of the ERP over httpx, one after the other."""
    cursor: str | None = None
    while True:
        asked: dict[str, str | int] = {"limit": PAGE}
        if since:
            asked["modified_since"] = since
        if cursor:
            asked["cursor"] = cursor
        answer = client.get(f"http://{address}/customers", params=asked)
        answer.raise_for_status()
        page = answer.content
        yield page
        cursor = next_cursor(page)
        if cursor is None:
            return


def naively(address: str, since: str | None = None) -> Iterator[list[dict[str, Any]]]:
    """The pages of the ERP as one fetches them at first, decoded."""
    import requests

    cursor: str | None = None
    while True:
        asked = {"limit": PAGE, "modified_since": since, "cursor": cursor}
        told = requests.get(f"http://{address}/customers", params=asked, timeout=60).json()
        yield told["data"]
        cursor = told["next_cursor"]
        if cursor is None:
            return


class RawHttp:
    """The cheapest client there is: one socket, one request after the other."""

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def put(self, path: str, body: bytes) -> None:
        """Write, and wait for the answer."""
        head = f"PUT {path} HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        held = b""
        while b"\r\n\r\n" not in held:
            held += self._socket.recv(65536)
        head_of_answer, _, rest = held.partition(b"\r\n\r\n")
        size = int(head_of_answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(rest) < size:
            rest += self._socket.recv(65536)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
