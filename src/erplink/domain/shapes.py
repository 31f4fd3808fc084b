"""Shape: which keys a table of a document may have, and how each is read and written.

A shape reads plain data as JSON and TOML give it, and says everything that is wrong at once, a
line each: where it stands, what is expected there, and the likely spelling of an unknown key.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from typing import Any, Generic, TypeVar

from attrs import NOTHING, AttrsInstance, Factory, fields_dict, frozen
from attrs import field as attr

from erplink.domain.encoding import INTEGER_BITS_MAX
from erplink.domain.frozen import FrozenDict
from erplink.domain.values import shorten
from erplink.errors import BadDocument, InputError, likely

__all__ = [
    "FAULTS_MAX",
    "NESTING_MAX",
    "Entry",
    "Shape",
    "check_plain",
    "choice",
    "flag",
    "names",
    "step",
    "table",
    "tables",
    "text",
    "whole",
]

NESTING_MAX = 48
"""The most tables and lists of a document that may stand in one another."""

FAULTS_MAX = 50
"""The most faults that one error lists; after that nobody looks for more."""

T = TypeVar("T", bound=AttrsInstance)


@frozen
class Entry:
    """How what stands under one key is read and written."""

    #: Takes the data and its path; raises InputError, with a line for each fault.
    read: Callable[[Any, str], Any]
    #: Takes the value and its path; raises InputError where there is no way to write it.
    write: Callable[[Any, str], Any]


@frozen
class Shape(Generic[T]):
    """How the values of one attrs class are written as tables and read back."""

    make: type[T]
    #: One for each attribute, in the order in which they are written.
    entries: Mapping[str, Entry]
    #: What is written even where it is as usual.
    always: frozenset[str] = frozenset()
    #: Keys that the table has beside those of the value, such as the number of its format.
    aside: Mapping[str, Entry] = FrozenDict()
    _all: Mapping[str, Entry] = attr(init=False, repr=False)
    #: By key, what an attribute is that nobody gave.
    _usual: Mapping[str, Any] = attr(init=False, repr=False)

    @_all.default
    def _all_entries(self) -> dict[str, Entry]:
        return {**self.aside, **self.entries}

    @_usual.default
    def _usual_values(self) -> dict[str, Any]:
        attributes = fields_dict(self.make)
        return {key: _made(attributes[key].default) for key in self.entries}

    def to_table(self, value: T, path: str = "") -> dict[str, Any]:
        """The table that tells of ``value``; what is as usual is left out."""
        return {
            key: entry.write(getattr(value, key), step(path, key))
            for key, entry in self.entries.items()
            if key in self.always or getattr(value, key) != self._usual[key]
        }

    def from_table(self, data: Any, path: str = "") -> T:
        """The value that ``data`` tells of; BadDocument has a line for all that is wrong."""
        where = path or "document"
        if not isinstance(data, Mapping):
            raise BadDocument(f"{where}: a table is expected, not {shorten(data)}")
        faults = [*islice(self._strangers(data, path), FAULTS_MAX), *self._missing(data, path)]
        found: dict[str, Any] = {}
        for key, entry in self._all.items():
            if key in data:
                try:
                    found[key] = entry.read(data[key], step(path, key))
                except BadDocument as error:
                    faults.append(str(error))
        if faults:
            raise BadDocument("\n".join(faults))
        try:
            return self.make(**{key: found[key] for key in self.entries if key in found})
        except InputError as error:
            raise BadDocument(f"{where}: {error}") from error

    def from_document(self, data: Any) -> T:
        """As :meth:`from_table`, for a whole document: it and what is said of it are bounded."""
        check_plain(data)
        try:
            return self.from_table(data)
        except BadDocument as error:
            lines = str(error).split("\n")
            if len(lines) < FAULTS_MAX:
                raise
            raise BadDocument("\n".join([*lines[:FAULTS_MAX], "and maybe more"])) from error

    def _strangers(self, data: Mapping[Any, Any], path: str) -> Iterator[str]:
        for key in data:
            if key not in self._all:
                hint = likely(str(key), self._all)
                yield f"{step(path, key)}: the key is unknown{hint}"

    def _missing(self, data: Mapping[Any, Any], path: str) -> Iterator[str]:
        for key in self._all:
            if key not in data and self._usual.get(key, NOTHING) is NOTHING:
                yield f"{step(path, key)}: is missing"


def _made(default: Any) -> Any:
    return default.factory() if isinstance(default, Factory) else default  # type: ignore[arg-type]


def step(path: str, key: object) -> str:
    """The path one step further on: to a key of a table, or to an item of a list."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    shown = key if isinstance(key, str) and key.isidentifier() else shorten(key)
    return f"{path}.{shown}" if path else str(shown)


def check_plain(data: Any) -> None:
    """Refuse what nests too deep, and what could not be written, before anything looks at it."""
    to_see: list[tuple[str, int, Any]] = [("", 0, data)]
    while to_see:
        path, depth, item = to_see.pop()
        if depth > NESTING_MAX:
            raise BadDocument(f"{path}: more than {NESTING_MAX} levels deep")
        for key, inner in _inside(item):
            to_see.append((step(path, key), depth + 1, inner))
            _check_scalar(key, path or "document")
        _check_scalar(item, path)


def _inside(item: Any) -> Iterable[tuple[object, Any]]:
    if isinstance(item, Mapping):
        return item.items()
    return enumerate(item) if isinstance(item, list | tuple) else ()


def _check_scalar(item: object, path: str) -> None:
    if isinstance(item, str) and _SURROGATE.search(item):
        raise BadDocument(f"{path}: half a character (a lone surrogate) in {shorten(item)}")
    if isinstance(item, int) and item.bit_length() > INTEGER_BITS_MAX:
        raise BadDocument(f"{path}: a whole number has at most {INTEGER_BITS_MAX} bits")


_SURROGATE = re.compile("[\ud800-\udfff]")


def text() -> Entry:
    """A text."""
    return Entry(_of_type(str, "a text"), lambda value, _: str(value))


def whole() -> Entry:
    """A whole number."""
    return Entry(_of_type(int, "a whole number"), lambda value, _: int(value))


def flag() -> Entry:
    """True or false."""
    return Entry(_of_type(bool, "true or false"), lambda value, _: bool(value))


def _of_type(kind: type, expected: str) -> Callable[[Any, str], Any]:
    def read(data: Any, path: str) -> Any:
        # Not isinstance(), for a boolean is an int to Python and not to a reader.
        if type(data) is not kind:
            raise BadDocument(f"{path}: {expected} is expected, not {shorten(data)}")
        return data

    return read


def names() -> Entry:
    """A name, or a list of several; one alone is written without the list."""
    a_text = _of_type(str, "a text or a list of texts")

    def read(data: Any, path: str) -> tuple[str, ...]:
        if isinstance(data, list | tuple):
            return tuple(a_text(name, step(path, at)) for at, name in enumerate(data))
        return (a_text(data, path),)

    def write(value: tuple[str, ...], _: str) -> str | list[str]:
        return value[0] if len(value) == 1 else list(value)

    return Entry(read, write)


def choice(kind: type[Enum]) -> Entry:
    """One of the values of ``kind``."""
    known = {member.value: member for member in kind}

    def read(data: Any, path: str) -> Enum:
        if isinstance(data, str) and data in known:
            return known[data]
        hint = likely(data, known) if isinstance(data, str) else f"; known: {', '.join(known)}"
        raise BadDocument(f"{path}: {shorten(data)} is unknown{hint}")

    return Entry(read, lambda member, _: member.value)


def table(shape: Shape[Any]) -> Entry:
    """A table of ``shape``."""
    return Entry(shape.from_table, shape.to_table)


def tables(shape: Shape[Any], *, at_most: int) -> Entry:
    """A list of tables of ``shape``, at most so many."""

    def read(data: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(data, list | tuple):
            raise BadDocument(f"{path}: a list of tables is expected, not {shorten(data)}")
        within_limit(data, path)
        found, faults = [], []
        for at, item in enumerate(data):
            try:
                found.append(shape.from_table(item, step(path, at)))
            except BadDocument as error:
                faults.append(str(error))
            if len(faults) == FAULTS_MAX:
                break
        if faults:
            raise BadDocument("\n".join(faults))
        return tuple(found)

    def write(value: tuple[Any, ...], path: str) -> list[Any]:
        within_limit(value, path)
        return [shape.to_table(each, step(path, at)) for at, each in enumerate(value)]

    def within_limit(items: Sequence[Any], path: str) -> None:
        if len(items) > at_most:
            raise BadDocument(f"{path}: at most {at_most} are expected, not {len(items)}")

    return Entry(read, write)
