"""The dialect of SQLite: lists are JSON, and parameters are written as the statements have them."""

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["bound", "translated"]


def translated(sql: str) -> str:
    """A statement as SQLite writes it."""
    return re.sub(r"\bIN (:\w+)", r"IN (SELECT value FROM json_each(\1))", sql)


def bound(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as SQLite takes them."""
    return {
        name: json.dumps(value) if isinstance(value, list) else value
        for name, value in values.items()
    }
