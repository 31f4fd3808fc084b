"""Documents as the store keeps them.

Plain data become compact JSON of ASCII letters alone, which every database takes, whatever the
texts in it hold. A text that somebody else wrote becomes bytes, and is given back to the letter.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from erplink.errors import BadDocument

__all__ = ["from_bytes", "from_json", "to_bytes", "to_json"]

_write: Final[Callable[[Any], str]] = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def to_json(data: Any) -> str:
    """The JSON text of plain data."""
    try:
        return _write(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadDocument(f"this is no plain data: {error}") from error


def from_json(text: str) -> Any:
    """The plain data of a JSON text."""
    return json.loads(text)


def to_bytes(text: str) -> bytes:
    """The bytes of any text, half characters too."""
    return text.encode("utf-8", "surrogatepass")


def from_bytes(stored: bytes) -> str:
    """The text that bytes were made of."""
    return stored.decode("utf-8", "surrogatepass")
