"""FileLock: one writer at a time, across processes; a crash lets go of it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import Clock

__all__ = ["LOCK_SUFFIX", "locked", "who_has_it_open"]

LOCK_SUFFIX = ".erplink-lock"
"""The end of the name of the file that is locked instead of the one that is replaced."""

_PAUSE_SECONDS = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try_to_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_to_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, limits: FileLimits, clock: Clock) -> Iterator[None]:
    """Keep other writers of ``path`` waiting while the block runs; FileTrouble after a while."""
    lock = path.with_name(f".{path.name}{LOCK_SUFFIX}")
    handle = _acquired(lock, limits, clock)
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for it looks again whether it is still the one.
        with suppress(OSError):
            lock.unlink()
        os.close(handle)


def _acquired(lock: Path, limits: FileLimits, clock: Clock) -> int:
    give_up_at = clock.monotonic() + limits.lock_seconds_max
    while (handle := _attempt(lock)) is None:
        if clock.monotonic() >= give_up_at:
            message = "Another program is writing to the file; it is tried again later."
            raise FileTrouble("locked", message, lock.name, passing=True)
        clock.sleep(_PAUSE_SECONDS)
    return handle


def _attempt(lock: Path) -> int | None:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        message = "The folder of the file may not be written to; it needs other rights."
        raise FileTrouble("not-writable", message, str(error.strerror)) from error
    try:
        _try_to_lock(handle)
        if os.path.samestat(os.fstat(handle), lock.stat()):
            return handle
    except OSError:
        pass  # somebody else has it, or has just removed it
    os.close(handle)
    return None


def who_has_it_open(path: Path) -> str:
    """The program in which a person has the file open, by the mark that it leaves beside it."""
    if path.with_name(f"~${path.name}").exists():
        return "Excel"
    return "LibreOffice" if path.with_name(f".~lock.{path.name}#").exists() else ""
