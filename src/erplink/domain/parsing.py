"""Parsing: JSON and TOML texts of people and files become plain data, within limits."""

import json
import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

from erplink.domain.shapes import NESTING_MAX
from erplink.domain.values import shorten
from erplink.errors import BadDocument

__all__ = ["TEXT_LENGTH_MAX", "parse_json", "parse_toml", "within_limit"]

TEXT_LENGTH_MAX = 4_000_000
"""The longest document, in characters."""


def parse_json(document: str) -> Any:
    """The plain data of a JSON text; BadDocument says why it is none."""
    return _parsed("JSON", _read_json, document)


def parse_toml(document: str) -> Any:
    """The plain data of a TOML text; BadDocument says why it is none."""
    return _parsed("TOML", tomllib.loads, document)


def _read_json(document: str) -> Any:
    return json.loads(document, object_pairs_hook=_without_twins)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twins = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        raise BadDocument(f"the key {shorten(twins[0])} stands twice in one table")
    return found


def _parsed(language: str, parse: Callable[[str], Any], document: str) -> Any:
    within_limit(document)
    try:
        return parse(document)
    except BadDocument:
        raise
    except RecursionError as error:
        raise BadDocument(f"more than {NESTING_MAX} levels deep") from error
    except ValueError as error:
        raise BadDocument(f"this is no {language}: {error}") from error


def within_limit(document: str) -> str:
    """The text, unless it is longer than a document may be."""
    if len(document) > TEXT_LENGTH_MAX:
        rule = f"a document has at most {TEXT_LENGTH_MAX} characters"
        raise BadDocument(f"{rule}, not {len(document)}")
    return document
