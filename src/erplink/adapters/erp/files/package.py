"""Package: the archive that a workbook is, looked through before any library opens it.

What the archive says of itself is not believed: every part is unpacked here, in pieces, and the
bytes are counted as they come. Parts in XML are parsed as they come too, so that a document that
is no good, or that declares entities, is found before it can do harm.
"""

import copy
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final
from xml.parsers import expat

from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["Attributes", "Reader", "local_name", "part_names", "read_parts"]

Attributes = dict[str, str]

Reader = Callable[[str], Callable[[expat.XMLParserType], None] | None]
"""Takes the name of a part; gives what sets a parser's handlers, or None for no interest in it."""

_CHUNK: Final = 1 << 16
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_XML: Final = (".xml", ".rels", ".vml")
_ENCRYPTED: Final = 0x1
#: What a part in UTF-16 begins with, whatever a parser is told.
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
#: A small part may shrink a great deal without any harm.
_RATIO_FROM_BYTES: Final = 1 << 20
_BROKEN: Final = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # it is encrypted
    ValueError,
)
_OLD_FORMAT: Final = b"\xd0\xcf\x11\xe0"


def local_name(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def part_names(data: bytes, limits: FileLimits) -> tuple[str, ...]:
    """The names of all parts; FileTrouble where it is no archive, or one that nobody wrote."""
    names = tuple(info.filename for info in _entries(_archive(data), limits))
    if len({name.casefold() for name in names}) < len(names):
        raise _damaged("two parts have the same name")
    return names


def read_parts(data: bytes, limits: FileLimits, reader: Reader, *first: str) -> None:
    """Unpack every part within the limits, those named ``first`` before the others."""
    archive = _archive(data)
    entries = _entries(archive, limits)
    entries.sort(key=lambda info: info.filename.casefold() not in first)
    unpacked = 0
    for info in entries:
        try:
            unpacked += _read_part(archive, info, limits, reader, unpacked)
        except _BROKEN as error:
            raise _damaged(f"{info.filename}: {error}") from error


def _read_part(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    limits: FileLimits,
    reader: Reader,
    before: int,
) -> int:
    """Unpack one part, and give its real size."""
    parser = _parser(info.filename, reader)
    size = 0
    for piece in _pieces(archive, info, limits):
        if parser is not None and size == 0 and piece.startswith(_WIDE_MARKS):
            raise _damaged(f"{info.filename} is in an encoding that some readers take for another")
        size += len(piece)
        _check_size(before + size, size, info, limits)
        if parser is not None:
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by position
    if parser is not None:
        parser.Parse(b"", True)  # noqa: FBT003 - as above
    if size != info.file_size:
        raise _damaged(f"{info.filename} says that it is of another size")
    return size


def _archive(data: bytes) -> zipfile.ZipFile:
    if data.startswith(_OLD_FORMAT):
        message = "It is protected by a password, or of an old format; save it as .xlsx without."
        raise FileTrouble("not-a-workbook", message)
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        message = "It is not a workbook in the format .xlsx, or not a whole one."
        raise FileTrouble("not-a-workbook", message, str(error)) from error


def _entries(archive: zipfile.ZipFile, limits: FileLimits) -> list[zipfile.ZipInfo]:
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > limits.parts_max:
        raise _too_large(f"{len(entries)} parts; parts_max")
    for info in entries:
        if info.compress_type not in _METHODS or info.flag_bits & _ENCRYPTED:
            raise _damaged(f"{info.filename} is packed in a way that no workbook is")
    return entries


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: FileLimits) -> Iterator[bytes]:
    # Said to be larger than anything may be, a part is read to where it really ends.
    unbound = copy.copy(info)
    unbound.file_size = limits.unpacked_bytes_max + 2 * _CHUNK
    with archive.open(unbound) as part:
        while piece := part.read(_CHUNK):
            yield piece


def _check_size(unpacked: int, size: int, info: zipfile.ZipInfo, limits: FileLimits) -> None:
    if unpacked > limits.unpacked_bytes_max:
        raise _too_large(f"more than {limits.unpacked_bytes_max} bytes; unpacked_bytes_max")
    if size > _RATIO_FROM_BYTES and size > limits.ratio_max * max(info.compress_size, 1):
        name = info.filename
        raise _too_large(
            f"{name} unpacks to more than {limits.ratio_max} times its size; ratio_max"
        )


def _parser(name: str, reader: Reader) -> expat.XMLParserType | None:
    if not name.casefold().endswith(_XML):
        return None
    # Nothing but UTF-8, whatever the part says: all who read it must read the same.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    attach = reader(name)
    if attach is not None:
        attach(parser)
    return parser


def _refuse_doctype(*_: object) -> None:
    raise _damaged("a part declares a document type, which no workbook does")


def _damaged(technical: str) -> FileTrouble:
    message = "The workbook is damaged, or was made to do harm."
    return FileTrouble("not-a-workbook", message, technical)


def _too_large(technical: str) -> FileTrouble:
    message = "The workbook is larger than what is read of one."
    return FileTrouble("too-large", message, technical)
