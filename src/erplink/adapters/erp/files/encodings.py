"""Encoding: how a text file writes its letters; found or given, and never guessed."""

import codecs
from typing import Final

from attrs import frozen

from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.errors import BadValue

__all__ = ["Encoding", "encoding_of"]

#: The longer marks come first: one of them begins with another.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Longer than a name in the internet, which some encodings are for.
_PROBE: Final = "=+-@\\\"',;|~{}\t\r\nAZaz09&" * 4
_WIDE: Final = ("utf-16", "utf-32")


@frozen
class Encoding:
    """A codec, and the mark with which the file begins."""

    name: str
    mark: bytes = b""

    def decode(self, data: bytes) -> str:
        """The text; FileTrouble where a byte of it has no meaning."""
        try:
            text = data[len(self.mark) :].decode(self.name)
        except UnicodeDecodeError as error:
            message = f"The file is not written in {self.name}; name the encoding it is written in."
            raise FileTrouble("wrong-encoding", message, f"byte {error.start}") from error
        if "\0" in text:
            message = "The file is not a text, or is written in another encoding; name it."
            raise FileTrouble("ambiguous-encoding", message, "there are null characters in it")
        return text

    def encode(self, text: str) -> bytes:
        """The bytes that write the text; UnicodeEncodeError where a letter has none."""
        return self.mark + text.encode(self.name)

    def why_not_fitting(self, text: str) -> str:
        """The reason why the text cannot be written; empty where it can."""
        if "\0" in text:
            return "a text file holds no null character"
        try:
            text.encode(self.name)
        except UnicodeEncodeError as error:
            return f"{error.object[error.start]!r} cannot be written in {self.name}"
        return ""


def encoding_of(data: bytes, given: str = "") -> Encoding:
    """The encoding that is given, or else the only one that the bytes leave open."""
    mark, marked = next((each for each in _MARKS if data.startswith(each[0])), (b"", ""))
    if given:
        return _given(given, mark, marked)
    if mark:
        return Encoding(marked, mark)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = (
            "The letters of the file can be read in several ways; name its encoding, "
            "for instance cp1252."
        )
        raise FileTrouble("ambiguous-encoding", message, f"byte {error.start}") from error
    return Encoding("utf-8")


def _given(name: str, mark: bytes, marked: str) -> Encoding:
    try:
        codec = codecs.lookup(name).name.replace("_", "-")
        sound = _is_plain(codec)
    except (LookupError, UnicodeError):
        sound, codec = False, name
    if not sound:
        rule = "it is not an encoding of texts; utf-8, utf-16 and cp1252 are some"
        raise BadValue(rule, value=repr(name), field="encoding")
    if codec in _WIDE and marked.startswith(codec):
        codec = marked  # the file says which end comes first
    elif codec in _WIDE:
        message = f"The file does not say which {codec} it is; name {codec}-le or {codec}-be."
        raise FileTrouble("ambiguous-encoding", message)
    codec = "utf-8" if codec == "utf-8-sig" else codec
    return Encoding(codec, mark if codec == marked else b"")


def _is_plain(codec: str) -> bool:
    """Whether signs mean themselves, which they do not in utf-7 or in escapes."""
    narrow = _PROBE.encode(codec)
    if codec.startswith(_WIDE):
        return True
    return narrow.removeprefix(codecs.BOM_UTF8) == _PROBE.encode("ascii")
