"""Slices: the records of a JSON document as their raw bytes, so that only some are decoded."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from json import JSONDecodeError, JSONDecoder, detect_encoding
from types import GenericAlias
from typing import Any, TypeAlias

from attrs import frozen

from erplink.adapters.http.documents import (
    Path,
    as_path,
    decimal_of,
    json_value,
    no_key,
    no_list,
    refuse_constant,
    why_unreadable,
)
from erplink.errors import BadDocument

__all__ = ["json_slices", "slices_engine"]

_BLANKS = frozenset(" \t\n\r")

_Sliced: TypeAlias = tuple[list[bytes], Any]


def json_slices(document: bytes, path: Path = ("data",)) -> _Sliced:
    """The raw bytes of each item of the list at ``path``, and the rest of the document decoded.

    In the rest an empty list stands where the items were. An item is as it was sent, without the
    blanks around it; ``json_value`` decodes it. With the extra ``[speed]`` msgspec finds the
    items, several times faster and with the same result; it may leave it to ``json_value`` to
    find that the text inside an item is no UTF-8.
    """
    engine = _engine()
    if engine is not None:
        # What msgspec cannot read, the scanner judges: so both refuse the same documents alike.
        with suppress(ValueError, RecursionError):
            return _by_engine(engine, document, as_path(path))
    return _by_scanning(document, as_path(path))


def slices_engine() -> str:
    """What :func:`json_slices` works with here: ``"msgspec"``, or ``"json"`` without it."""
    return "json" if _engine() is None else "msgspec"


@frozen
class _Engine:
    """What is needed of msgspec."""

    #: The members of an object, each still as raw bytes.
    members: Callable[[Any], dict[str, Any]]
    #: The items of an array, each still as raw bytes.
    items: Callable[[Any], list[Any]]


@cache
def _engine() -> _Engine | None:
    try:
        msgspec = import_module("msgspec")
    except ImportError:
        return None
    decoder = msgspec.json.Decoder
    # Written out, for a type checker cannot know what is imported here.
    members = decoder(GenericAlias(dict, (str, msgspec.Raw)))
    items = decoder(GenericAlias(list, (msgspec.Raw,)))
    return _Engine(members.decode, items.decode)


def _by_engine(engine: _Engine, value: Any, path: tuple[str, ...]) -> _Sliced:
    if not path:
        return [bytes(item) for item in engine.items(value)], []
    key, *deeper = path
    members = engine.members(value)
    if key not in members:
        raise ValueError(key)
    slices, inner = _by_engine(engine, members[key], tuple(deeper))
    rest = {name: inner if name == key else json_value(bytes(raw)) for name, raw in members.items()}
    return slices, rest


def _by_scanning(document: bytes, path: tuple[str, ...]) -> _Sliced:
    try:
        text = document.decode(detect_encoding(document))
        scan = _Scan(text)
        found, rest, end = scan.value(scan.skip(0), path)
        if end != len(text):
            raise JSONDecodeError("Extra data", text, end)
    except (ValueError, RecursionError) as error:
        raise BadDocument(why_unreadable(error)) from None
    if isinstance(found, str):
        raise BadDocument(found)
    return found, rest


_Found: TypeAlias = tuple[list[bytes] | str, Any, int]
"""The slices, or a sentence why there are none; the rest; and where the value ends."""


class _Scan:
    """Reads a JSON text with the standard library, and remembers where the items stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decode = JSONDecoder(
            parse_float=decimal_of, parse_constant=refuse_constant
        ).raw_decode
        # An item is only passed over, so its numbers need not be made.
        self._pass = JSONDecoder(
            parse_float=str, parse_int=str, parse_constant=refuse_constant
        ).raw_decode

    def skip(self, at: int) -> int:
        """Where the next thing begins that is no blank."""
        while self._text[at : at + 1] in _BLANKS:
            at += 1
        return at

    def value(self, at: int, path: tuple[str, ...], done: tuple[str, ...] = ()) -> _Found:
        """The value at ``at``, which should hold the items at ``path``."""
        opening = self._text[at : at + 1]
        if path and opening == "{":
            return self._object(at, path, done)
        if not path and opening == "[":
            slices, end = self._array(at)
            return slices, [], self.skip(end)
        value, end = self._decode(self._text, at)
        problem = no_key((*done, path[0]), value) if path else no_list(done, value)
        return problem, value, self.skip(end)

    def _object(self, at: int, path: tuple[str, ...], done: tuple[str, ...]) -> _Found:
        key, *deeper = path
        found: list[bytes] | str | None = None
        rest: dict[str, Any] = {}
        at = self.skip(at + 1)
        while self._text[at : at + 1] != "}":
            name, at = self._name(at)
            # A key that stands twice counts where it stands last, as everywhere in Python.
            if name == key:
                found, rest[name], at = self.value(at, tuple(deeper), (*done, key))
            else:
                rest[name], at = self._decode(self._text, at)
                at = self.skip(at)
            at = self._after(at, "}")
        return no_key((*done, key), rest) if found is None else found, rest, self.skip(at + 1)

    def _array(self, at: int) -> tuple[list[bytes], int]:
        slices = []
        at = self.skip(at + 1)
        while self._text[at : at + 1] != "]":
            _, end = self._pass(self._text, at)
            slices.append(self._text[at:end].encode())
            at = self._after(self.skip(end), "]")
        return slices, at + 1

    def _name(self, at: int) -> tuple[str, int]:
        """A member's name, and where its value begins."""
        if self._text[at : at + 1] != '"':
            message = "Expecting property name enclosed in double quotes"
            raise JSONDecodeError(message, self._text, at)
        name, end = self._decode(self._text, at)
        colon = self.skip(end)
        if self._text[colon : colon + 1] != ":":
            raise JSONDecodeError("Expecting ':' delimiter", self._text, colon)
        return name, self.skip(colon + 1)

    def _after(self, at: int, closing: str) -> int:
        """Where the next member or item begins, or the closing bracket stands."""
        if self._text[at : at + 1] == closing:
            return at
        if self._text[at : at + 1] != ",":
            raise JSONDecodeError("Expecting ',' delimiter", self._text, at)
        following = self.skip(at + 1)
        if self._text[following : following + 1] == closing:
            raise JSONDecodeError("Expecting value", self._text, following)
        return following
