"""Replacing: new content for a file, as a whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from erplink.adapters.erp.files.content import Signature, signature_of
from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["TEMPORARY_SUFFIX", "remove_leftovers", "replace_file"]

TEMPORARY_SUFFIX = ".erplink-tmp"
"""The end of the name of a file that is to replace another one."""


def replace_file(path: Path, data: bytes, expected: Signature) -> bool:
    """Put ``data`` in place of the file; False, with nothing done, where it is another by now.

    Whoever reads the file finds the old content or the new one, also when the machine stops.
    """
    try:
        handle, name = tempfile.mkstemp(TEMPORARY_SUFFIX, f".{path.name}.", path.parent)
    except OSError as error:
        raise _refusal(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _take_over_rights(path, temporary)
        if signature_of(path) != expected:
            return False
        temporary.replace(path)
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    _settle(path.parent)
    return True


def _take_over_rights(path: Path, temporary: Path) -> None:
    status = path.stat()
    with suppress(OSError, AttributeError):  # only some users may, and not on every system
        os.chown(temporary, status.st_uid, status.st_gid)
    temporary.chmod(status.st_mode & 0o7777)


def _settle(folder: Path) -> None:
    """Have the new name survive a power cut, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_leftovers(path: Path) -> None:
    """Remove what writers of ``path`` left that did not come to their end; its lock must be held.

    Nothing else is touched: the names are this module's own, and end as no one else's do.
    """
    prefix = f".{path.name}."
    with suppress(OSError):
        for each in path.parent.iterdir():
            if each.name.startswith(prefix) and each.name.endswith(TEMPORARY_SUFFIX):
                each.unlink(missing_ok=True)


def _refusal(path: Path, error: OSError) -> FileTrouble:
    if isinstance(error, PermissionError):
        message = f"{path.name} may not be replaced; it needs other rights, or is open somewhere."
        return FileTrouble("not-writable", message, str(error.strerror))
    message = f"{path.name} could not be replaced, and is as it was."
    return FileTrouble("not-written", message, str(error.strerror), passing=True)
