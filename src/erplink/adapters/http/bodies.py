"""Body: takes in an answer's bytes and unpacks them, never more than it may."""

import zlib

__all__ = ["Body", "BodyBroken", "BodyTooLarge", "BodyUnreadable"]

_GZIP = zlib.MAX_WBITS | 16
_MAGIC = b"\x1f\x8b"


class BodyUnreadable(Exception):
    """The body is packed in a way that was not asked for."""


class BodyTooLarge(Exception):
    """The body, packed or unpacked, is more than may be taken in."""


class BodyBroken(Exception):
    """The packed bytes end early or were damaged."""


class Body:
    """Bytes fed in as they arrive; the limit holds for what arrives and for what comes of it."""

    def __init__(self, encoding: str, bytes_max: int) -> None:
        """Take the answer's Content-Encoding and the limit in."""
        self._gzip = encoding.strip().lower() in ("gzip", "x-gzip")
        if not self._gzip and encoding.strip().lower() not in ("", "identity"):
            raise BodyUnreadable(encoding)
        self._bytes_max = bytes_max
        self._arrived = 0
        self._size = 0
        self._parts: list[bytes] = []
        self._unpack = zlib.decompressobj(_GZIP)

    def feed(self, chunk: bytes) -> None:
        """Take in what arrived."""
        if self._gzip and not self._arrived and chunk and not _MAGIC.startswith(chunk[:2]):
            # Some servers say gzip, were not offered it, and rightly do not pack.
            self._gzip = False
        self._arrived += len(chunk)
        if self._gzip:
            self._feed_packed(chunk)
        else:
            self._keep(chunk)
        # Also where it unpacks to nothing: there is packed data without end and without content.
        if self._arrived > self._bytes_max:
            raise BodyTooLarge

    def _feed_packed(self, chunk: bytes) -> None:
        while chunk:
            if self._unpack.eof:
                if not _MAGIC.startswith(chunk[:2]):
                    return  # filling behind the end means nothing
                # A second pack behind the first belongs to the same body.
                self._unpack = zlib.decompressobj(_GZIP)
            try:
                # One byte more than there is room for shows that it is too much.
                part = self._unpack.decompress(chunk, self._bytes_max - self._size + 1)
            except zlib.error:
                raise BodyBroken from None
            self._keep(part)
            chunk = self._unpack.unconsumed_tail or self._unpack.unused_data

    def _keep(self, part: bytes) -> None:
        room = self._bytes_max - self._size
        self._parts.append(part[:room])
        self._size += len(part)
        if len(part) > room:
            raise BodyTooLarge

    def so_far(self) -> bytes:
        """What is there, whether or not it is all."""
        return b"".join(self._parts)

    def whole(self) -> bytes:
        """All of it, once all has arrived."""
        if self._gzip and self._arrived and not self._unpack.eof:
            raise BodyBroken
        return self.so_far()
