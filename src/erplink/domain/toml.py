"""Write plain data as TOML; the standard library only reads it.

Where a thing is written depends on where it stands and not on its neighbours, so that a small
change of the data is a small change of the text:

* the document's own tables, and its lists of nothing but tables, are sections;
* whatever stands deeper is written on the line of its key, but for the items of a section's list:
  where they are tables, or too many for one line, each has a line.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from erplink.domain.values import shorten
from erplink.errors import BadDocument

__all__ = ["TOML_LINE_LENGTH_MAX", "TOML_NESTING_MAX", "write_toml"]

TOML_NESTING_MAX = 64
"""The most tables and lists that may stand in one another."""

TOML_LINE_LENGTH_MAX = 100
"""A list of plain things that would make a longer line is written one by line."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPECIAL = re.compile('[\x00-\x1f"\\\\\x7f]')
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT_ESCAPES: Final = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def write_toml(data: Mapping[str, Any]) -> str:
    """The TOML text of a table of texts, whole numbers, booleans, lists and tables.

    ``tomllib`` reads equal data from it. Anything else, such as None or a float, raises
    BadDocument naming its path.
    """
    lines = list(_lines(data))
    for name, value in data.items():
        if _has_sections(value):
            lines += _sections(name, value)
    return "\n".join(lines).lstrip("\n") + "\n" if lines else ""


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    """The document's own keys, before its first section."""
    for name, value in table.items():
        if not _has_sections(value):
            yield _pair(name, value, (name,))


def _has_sections(value: Any) -> bool:
    """Whether ``value`` of the document is written below a header instead of after its key."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _sections(name: str, value: Mapping[str, Any] | Sequence[Any]) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _section(f"[{_key(name, (name,))}]", value, (name,))
        return
    for index, table in enumerate(value):
        yield from _section(f"[[{_key(name, (name,))}]]", table, (name, index))


def _section(header: str, table: Mapping[str, Any], path: "_Path") -> Iterator[str]:
    yield ""
    yield header
    for name, value in table.items():
        yield _pair(name, value, (*path, name))


_Path = tuple[str | int, ...]


def _pair(name: str, value: Any, path: _Path) -> str:
    start = f"{_key(name, path)} = "
    if not isinstance(value, list | tuple):
        return start + _inline(value, path)
    items = [_inline(item, (*path, index)) for index, item in enumerate(value)]
    line = f"{start}[{', '.join(items)}]"
    one_by_line = any(isinstance(item, Mapping) for item in value)
    if not one_by_line and len(line) <= TOML_LINE_LENGTH_MAX:
        return line
    return "\n".join([f"{start}[", *(f"    {item}," for item in items), "]"])


def _inline(value: Any, path: _Path) -> str:
    if len(path) > TOML_NESTING_MAX:
        raise BadDocument(f"{_shown(path)}: more than {TOML_NESTING_MAX} levels deep")
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value, path)
        case int():
            return _number(value, path)
        case list() | tuple():
            items = (_inline(item, (*path, index)) for index, item in enumerate(value))
            return f"[{', '.join(items)}]"
        case Mapping():
            pairs = (
                f"{_key(name, (*path, name))} = {_inline(item, (*path, name))}"
                for name, item in value.items()
            )
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
    raise BadDocument(f"{_shown(path)}: TOML has no way to write {shorten(value)}")


def _number(number: int, path: _Path) -> str:
    try:
        return str(int(number))
    except ValueError as error:  # Python neither writes nor reads a number of so many digits
        raise BadDocument(f"{_shown(path)}: the number has too many digits") from error


def _key(name: Any, path: _Path) -> str:
    if not isinstance(name, str):
        raise BadDocument(f"{_shown(path)}: a key is a text, not {shorten(name)}")
    return name if _BARE_KEY.fullmatch(name) else _text(name, path)


def _text(text: str, path: _Path) -> str:
    if _SURROGATE.search(text):
        raise BadDocument(f"{_shown(path)}: half a character (a lone surrogate) in the text")
    return f'"{_SPECIAL.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04X}"


def _shown(path: _Path) -> str:
    """The path as it is shown to a person; a very deep one only by its beginning."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[:8])
    return "".join(steps).lstrip(".")
