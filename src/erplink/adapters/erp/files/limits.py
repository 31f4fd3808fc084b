"""FileLimits: how much of a file is taken before it is refused; spreadsheets are hostile."""

from attrs import field as attr
from attrs import frozen
from attrs.validators import ge

__all__ = ["FileLimits"]

_MEBIBYTE = 1024 * 1024


def _at_least_one(default: int) -> int:
    made: int = attr(default=default, validator=ge(1))
    return made


@frozen(kw_only=True)
class FileLimits:
    """The most that is taken from a file, of everything that could be without end."""

    #: Bytes of one file as it lies on the disk.
    file_bytes_max: int = _at_least_one(100 * _MEBIBYTE)
    #: Bytes of all parts of a workbook together, unpacked.
    unpacked_bytes_max: int = _at_least_one(512 * _MEBIBYTE)
    #: How many times larger than packed a part of a workbook may be.
    ratio_max: int = _at_least_one(200)
    #: Parts of the archive that a workbook is.
    parts_max: int = _at_least_one(2_000)
    #: Sheets of a workbook, or files of a folder.
    sheets_max: int = _at_least_one(100)
    #: Rows of a sheet, the empty ones between others included.
    rows_max: int = _at_least_one(200_000)
    #: Columns of a sheet, the empty ones between others included.
    columns_max: int = _at_least_one(500)
    #: Rows times columns of a sheet, for they are laid out in memory.
    cells_max: int = _at_least_one(5_000_000)
    #: Characters of one cell; a workbook cannot hold more than these.
    cell_characters_max: int = _at_least_one(32_767)
    #: Characters of all cells of a workbook together; texts in it may be shared by many cells.
    text_characters_max: int = _at_least_one(200_000_000)
    #: Items of one list.
    list_items_max: int = _at_least_one(10_000)
    #: Characters of a structured setting.
    setting_characters_max: int = _at_least_one(100_000)
    #: Records on a page, and edits in one saving.
    page_records_max: int = _at_least_one(1_000)
    #: How often a file is read again that changes while it is read or written.
    attempts_max: int = _at_least_one(5)
    #: Seconds to wait for another writer.
    lock_seconds_max: float = 10.0
