"""Archive: a workbook with the content of some of its parts changed."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

__all__ = ["with_parts"]


def with_parts(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The archive, each part of which is what ``change`` makes of its name and content."""
    made = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return made.getvalue()
