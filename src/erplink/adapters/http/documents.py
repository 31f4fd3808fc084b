"""JSON: read without losing a digit, written without one, and what is at a path of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring_ascii
from math import isfinite
from typing import Any, NoReturn, TypeAlias

from erplink.domain.secret import Secret
from erplink.domain.values import shorten
from erplink.errors import BadDocument, BadValue

__all__ = ["EXPONENT_MAX", "Path", "at_path", "encode_json", "json_records", "json_value"]

EXPONENT_MAX = 400
"""No number of a document is beyond 10 to this power; binary floats end at 308."""


Path: TypeAlias = str | Sequence[str]
"""The keys that lead to a part of a document; ``()`` is all of it."""


def json_value(document: bytes) -> Any:
    """What ``document`` says; numbers with a fraction are Decimals, never floats."""
    try:
        # json would let halves of UTF-16 pairs pass, which no store and no screen takes.
        text = document.decode(json.detect_encoding(document))
        return json.loads(text, parse_float=decimal_of, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadDocument(why_unreadable(error)) from None


def json_records(document: bytes, path: Path = ("data",)) -> list[dict[str, Any]]:
    """The records in the list at ``path`` of ``document``; ``()`` where it is the whole of it."""
    path = as_path(path)
    found = at_path(json_value(document), path)
    if not isinstance(found, list):
        raise BadDocument(no_list(path, found))
    for position, record in enumerate(found):
        if not isinstance(record, dict):
            raise BadDocument(f"item {position} of {spell(path)} is no object: {shorten(record)}")
    return found


def at_path(value: Any, path: Path) -> Any:
    """What is in ``value`` under the keys of ``path``, one after the other."""
    path = as_path(path)
    for depth, key in enumerate(path):
        if not isinstance(value, dict) or key not in value:
            raise BadDocument(no_key(path[: depth + 1], value))
        value = value[key]
    return value


def as_path(path: Path) -> tuple[str, ...]:
    """A path of keys; a single key may be given as it is, whatever dots it has."""
    return (path,) if isinstance(path, str) else tuple(path)


def no_key(path: Sequence[str], found: object) -> str:
    """A sentence for a key that is not there."""
    if not isinstance(found, dict):
        return f"{spell(path[:-1])} is no object: {shorten(found)}"
    return f"there is no {spell(path)}, only {shorten(list(found))}"


def no_list(path: Sequence[str], found: object) -> str:
    """A sentence for something else where a list should be."""
    return f"{spell(path)} is no list: {shorten(found)}"


def spell(path: Sequence[str]) -> str:
    """A path as a text: ``'d.results'``."""
    return repr(".".join(path)) if path else "the document"


def why_unreadable(error: Exception) -> str:
    """A sentence that says what is wrong and where, without the document itself."""
    match error:
        case json.JSONDecodeError():
            return f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        case UnicodeDecodeError():
            return f"no JSON: byte {error.start} is no {error.encoding}"
        case RecursionError():
            return "no JSON that can be read: nested too deeply"
        case _:
            return f"no JSON that can be read: {error}"


def decimal_of(text: str) -> Decimal:
    """The number that ``text`` writes; ValueError where it is beyond all bounds."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = None
    if number is None or abs(number.adjusted()) > EXPONENT_MAX:
        raise ValueError(f"a number beyond all bounds, {shorten(text)}")
    return number


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would read and JSON does not have."""
    raise ValueError(f"{name} is no number")


def encode_json(value: Any) -> tuple[bytes, tuple[Secret, ...]]:
    """Write ``value`` as JSON with every digit of its Decimals, and say what secrets went in."""
    # The quick way fails at the first Decimal or Secret.
    with suppress(TypeError, ValueError, RecursionError):
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode(), ()
    secrets: list[Secret] = []
    try:
        text = "".join(_written(value, secrets))
    except RecursionError:
        raise BadValue("a document is not nested in itself", value="it") from None
    return text.encode(), tuple(secrets)


def _written(value: object, secrets: list[Secret]) -> Iterator[str]:
    """The pieces of the text that writes ``value``."""
    match value:
        case Mapping():
            yield from _object(value, secrets)
        case list() | tuple():
            yield from _array(value, secrets)
        case Secret():
            secrets.append(value)
            yield encode_basestring_ascii(value.reveal())
        case str():
            yield encode_basestring_ascii(value)
        case None | bool():
            yield {None: "null", True: "true", False: "false"}[value]
        case int():
            yield int.__repr__(value)
        case Decimal() if value.is_finite():
            yield str(value)
        case float() if isfinite(value):
            yield float.__repr__(value)
        case _:
            raise BadValue("JSON has no writing for this", value=shorten(value))


def _object(value: Mapping[Any, object], secrets: list[Secret]) -> Iterator[str]:
    yield "{"
    for position, (key, member) in enumerate(value.items()):
        yield f"{',' if position else ''}{encode_basestring_ascii(_key(key))}:"
        yield from _written(member, secrets)
    yield "}"


def _array(value: Sequence[object], secrets: list[Secret]) -> Iterator[str]:
    yield "["
    for position, item in enumerate(value):
        if position:
            yield ","
        yield from _written(item, secrets)
    yield "]"


def _key(key: object) -> str:
    """A member's name, as json would write it."""
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, int | float):
        return json.dumps(key)
    raise BadValue("the keys of a document are texts", value=shorten(key))
