"""Content: the bytes of a file at one moment, read whole or not at all."""

import os
import stat
import time
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import Clock

__all__ = ["Content", "Signature", "digest_of", "read_content", "signature_of"]

Signature: TypeAlias = tuple[int, int, int]
"""When a file changed in nanoseconds, its size, and which file it is: cheap to ask for."""

_PAUSE_SECONDS = 0.05
_DIGEST_BYTES = 16
_TICK_NANOSECONDS = 2_000_000_000


@frozen
class Content:
    """What was in a file, and how to tell whether it still is."""

    path: Path
    data: bytes = attr(repr=False)
    signature: Signature
    digest: str

    @property
    def is_settled(self) -> bool:
        """Whether a change of the file from now on will show in its signature.

        A file may change twice in one tick of the clock that stamps it, and that clock is the
        machine's, whatever clock a session was given.
        """
        return self.signature[0] + _TICK_NANOSECONDS < time.time_ns()


def digest_of(data: bytes) -> str:
    """A text that is the same for the same bytes."""
    return blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def signature_of(path: Path) -> Signature:
    """The signature of the file as it is now; FileTrouble where there is none."""
    try:
        return _signature(path.stat())
    except OSError as error:
        raise _unreadable(path, error) from error


def _signature(status: os.stat_result) -> Signature:
    return status.st_mtime_ns, status.st_size, status.st_ino


def read_content(path: Path, limits: FileLimits, clock: Clock) -> Content:
    """Read a file; again where it changes meanwhile, and FileTrouble where it goes on changing."""
    for attempt in range(limits.attempts_max):
        if attempt:
            clock.sleep(_PAUSE_SECONDS * attempt)
        try:
            content = _read_once(path, limits)
        except OSError as error:
            raise _unreadable(path, error) from error
        if content is not None:
            return content
    message = f"{path.name} is being changed by somebody; it is read again later."
    raise FileTrouble("changing", message, passing=True)


def _read_once(path: Path, limits: FileLimits) -> Content | None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
        message = f"{path.name} is not an ordinary file."
        raise FileTrouble("not-readable", message, str(path))
    if status.st_size > limits.file_bytes_max:
        message = f"{path.name} is larger than the {limits.file_bytes_max} bytes that are read."
        raise FileTrouble("too-large", message, f"{status.st_size} bytes; file_bytes_max")
    with path.open("rb") as file:
        data = file.read(limits.file_bytes_max + 1)
        after = _signature(os.fstat(file.fileno()))
    before = _signature(status)
    # Its name may lead to another file by now, where somebody replaced it.
    if before != after or after != _signature(path.stat()) or len(data) != status.st_size:
        return None
    return Content(path, data, after, digest_of(data))


def _unreadable(path: Path, error: OSError) -> FileTrouble:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        message = f"There is no file {path.name}; check the path, and whether its drive is there."
        return FileTrouble("no-file", message, str(path), passing=True)
    if isinstance(error, PermissionError):
        message = f"{path.name} may not be read; it needs other rights."
        return FileTrouble("not-readable", message, str(path))
    message = f"{path.name} cannot be read at the moment."
    return FileTrouble("not-readable", message, f"{path}: {error.strerror}", passing=True)
