"""Documents: transforms and their parameters as plain data, ready for JSON or TOML.

A transform is ``{"use": its name, ...parameters}``. Texts, whole numbers, True and False stand for
themselves, tuples are lists, tables are dicts; other values say what they are:
``{"decimal": "1.50"}``, ``{"date": "2026-01-31"}``, ``{"moment": "2026-01-31T12:00:00+00:00"}``.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.frozen import FrozenDict
from erplink.domain.transforms.compose import NESTING_MAX
from erplink.domain.transforms.transform import Transform
from erplink.domain.values import shorten
from erplink.errors import BadDocument

__all__ = ["DEPTH_MAX", "USE", "decoded", "encoded"]

USE: Final = "use"
"""The key under which a transform's data names it."""

DEPTH_MAX = 4 * NESTING_MAX
"""How deep lists and dicts may stand inside each other: what nested transforms and tables need."""

_TAGGED: Final = (Decimal, date)  # a moment is a date to Python
_TAGS: Final = frozenset({"decimal", "date", "moment"})


def encoded(value: object, depth: int = 1) -> Any:
    """The plain data for a transform or for what a parameter holds."""
    _bound(depth)
    if isinstance(value, _TAGGED):
        return encode_value(value)
    return value if isinstance(value, str | int) else _encoded_inside(value, depth)


def _encoded_inside(value: object, depth: int) -> Any:
    match value:
        case Transform():
            return {USE: value.name, **_encoded_items(value.params, depth)}
        case tuple():
            return [encoded(part, depth + 1) for part in value]
        case Mapping() if _can_be_dict(value):
            return _encoded_items(value, depth)
        case Mapping():
            return [[encoded(one, depth + 2) for one in pair] for pair in value.items()]
        case _:
            raise BadDocument(f"{shorten(value)} cannot be written as plain data")


def _encoded_items(items: Mapping[str, object], depth: int) -> dict[str, Any]:
    return {key: encoded(value, depth + 1) for key, value in items.items()}


def _can_be_dict(table: Mapping[Any, object]) -> bool:
    # A table with such a key would be read as something else, and so is written as pairs.
    return all(isinstance(key, str) and key != USE and key not in _TAGS for key in table)


def decoded(data: object, make: Callable[[Mapping[str, Any]], Transform], depth: int = 1) -> Any:
    """What plain data stands for; ``make`` makes a transform of decoded data with a ``use``."""
    _bound(depth)
    match data:
        case None | bool() | int() | str() | Decimal() | date():
            return data  # TOML has days and moments of its own, and may be read with decimals
        case list() | tuple():
            return tuple(decoded(part, make, depth + 1) for part in data)
        case Mapping() if len(data) == 1 and next(iter(data)) in _TAGS:
            return decode_value(data)
        case Mapping():
            items = {key: decoded(value, make, depth + 1) for key, value in data.items()}
            return make(items) if USE in items else FrozenDict(items)
        case _:
            raise BadDocument(f"{shorten(data)} is no plain data")


def _bound(depth: int) -> None:
    if depth > DEPTH_MAX:
        raise BadDocument(f"data of transforms nest at most {DEPTH_MAX} deep")
