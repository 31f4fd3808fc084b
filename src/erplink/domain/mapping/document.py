"""Mappings as documents: plain data, JSON or TOML, with a version, and back without loss.

Not by cattrs: to be strict it needs a hook for every scalar (left alone, it reads ``"no"`` as
True), and each message about keys, choices and values would still be written here. What is left
is :mod:`erplink.domain.shapes`, which is shorter.
"""

import json
from typing import Any, Final

from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.mapping.lists import ListMap, ListPair
from erplink.domain.mapping.mapping import (
    DefaultValue,
    How,
    Mapping,
    OnDelete,
    OnUnlinked,
    Reaction,
    Unlinked,
)
from erplink.domain.mapping.rules import Direction, FieldRule
from erplink.domain.parsing import parse_json, parse_toml, within_limit
from erplink.domain.shapes import (
    Entry,
    Shape,
    check_plain,
    choice,
    flag,
    names,
    table,
    tables,
    text,
    whole,
)
from erplink.domain.toml import write_toml
from erplink.domain.transforms import Transform, TransformCatalogue, standard_catalogue
from erplink.domain.values import UNSET, Value, shorten
from erplink.errors import BadDocument, InputError

__all__ = [
    "FORMAT",
    "LISTS_MAX",
    "LIST_PAIRS_MAX",
    "RULES_MAX",
    "mapping_from_data",
    "mapping_from_json",
    "mapping_from_toml",
    "mapping_to_data",
    "mapping_to_json",
    "mapping_to_toml",
]

FORMAT: Final = 1
"""The version of the document's format that is written, and the newest that is read."""

RULES_MAX = 2_000
"""The most rules, and the most defaults, of a mapping in a document."""

LISTS_MAX = 500
"""The most list maps of a mapping in a document."""

LIST_PAIRS_MAX = 20_000
"""The most pairs of one list map in a document."""


def mapping_to_data(
    mapping: Mapping, *, catalogue: TransformCatalogue | None = None
) -> dict[str, Any]:
    """The mapping as plain data: texts, whole numbers, booleans, and lists and dicts of them.

    A transform that ``catalogue`` could not make again raises BadDocument; without a catalogue,
    that of erplink's own transforms is meant.
    """
    data = {"format": FORMAT, **_shape(catalogue).to_table(mapping)}
    check_plain(data)
    return data


def mapping_from_data(data: Any, *, catalogue: TransformCatalogue | None = None) -> Mapping:
    """The mapping that plain data tell of; BadDocument lists everything that is wrong with them."""
    _refuse_newer(data)
    return _shape(catalogue).from_document(data)


def mapping_to_json(mapping: Mapping, *, catalogue: TransformCatalogue | None = None) -> str:
    """The mapping as a JSON text."""
    data = mapping_to_data(mapping, catalogue=catalogue)
    return within_limit(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def mapping_from_json(document: str, *, catalogue: TransformCatalogue | None = None) -> Mapping:
    """The mapping that a JSON text tells of."""
    return mapping_from_data(parse_json(document), catalogue=catalogue)


def mapping_to_toml(mapping: Mapping, *, catalogue: TransformCatalogue | None = None) -> str:
    """The mapping as a TOML text, laid out to be read and compared by people."""
    return within_limit(write_toml(mapping_to_data(mapping, catalogue=catalogue)))


def mapping_from_toml(document: str, *, catalogue: TransformCatalogue | None = None) -> Mapping:
    """The mapping that a TOML text tells of."""
    return mapping_from_data(parse_toml(document), catalogue=catalogue)


def _shape(catalogue: TransformCatalogue | None) -> Shape[Mapping]:
    rule = _rule_shape(catalogue or standard_catalogue())
    entries = {
        "connection": text(),
        "actor_kind": text(),
        "entity_kind": text(),
        "enabled": flag(),
        "version": whole(),
        "on_delete": table(_ON_DELETE),
        "on_unlinked": table(_ON_UNLINKED),
        "rules": tables(rule, at_most=RULES_MAX),
        "lists": tables(_LIST_MAP, at_most=LISTS_MAX),
        "defaults": tables(_DEFAULT, at_most=RULES_MAX),
    }
    beside = {"format": Entry(_read_format, whole().write)}
    return Shape(Mapping, entries, always=frozenset({"version"}), aside=beside)


def _rule_shape(catalogue: TransformCatalogue) -> Shape[FieldRule]:
    entries = {
        "erp": names(),
        "crm": names(),
        "direction": choice(Direction),
        "transform": _transform(catalogue),
        "rule": text(),
        "show_in_search": flag(),
        "show_in_tab": flag(),
        "rank": whole(),
        "mandatory": flag(),
    }
    return Shape(FieldRule, entries, always=frozenset({"direction"}))


def _read_default(data: Any, path: str) -> Value:
    value = decode_value(data, path=path)
    if value is UNSET:
        raise BadDocument(f"{path}: a default has a value; leave the key out for none")
    return value


def _write_default(value: Value, path: str) -> Any:
    return encode_value(value, path=path)


_PAIR: Final = Shape(ListPair, {"erp": text(), "crm": text(), "preferred": flag()})

_LIST_MAP: Final = Shape(
    ListMap,
    {"erp_list": text(), "crm_list": text(), "pairs": tables(_PAIR, at_most=LIST_PAIRS_MAX)},
)

_ON_DELETE: Final = Shape(
    OnDelete,
    {
        "in_erp": choice(Reaction),
        "in_crm": choice(Reaction),
        "only_created": flag(),
        "erp_archive": text(),
        "crm_archive": text(),
    },
)

_ON_UNLINKED: Final = Shape(OnUnlinked, {"in_erp": choice(Unlinked), "in_crm": choice(Unlinked)})

_DEFAULT: Final = Shape(
    DefaultValue,
    {
        "field": text(),
        "how": choice(How),
        "value": Entry(_read_default, _write_default),
        "mandatory": flag(),
    },
)


def _transform(catalogue: TransformCatalogue) -> Entry:
    def read(data: Any, path: str) -> Transform:
        try:
            return catalogue.from_data(data)
        except InputError as error:
            raise BadDocument(f"{path}: {error}") from error

    def write(transform: Transform, path: str) -> dict[str, Any]:
        try:
            return catalogue.to_data(transform)
        except InputError as error:
            raise BadDocument(f"{path}: {error}") from error

    return Entry(read, write)


def _refuse_newer(data: Any) -> None:
    # Said alone: whatever else looks wrong may be right in the newer format.
    number = data.get("format") if isinstance(data, dict) else None
    if isinstance(number, int) and number > FORMAT:
        rule = f"{number} is newer than {FORMAT}, the newest that this version of erplink reads"
        raise BadDocument(f"format: {rule}")


def _read_format(data: Any, path: str) -> int:
    if data == FORMAT and type(data) is int:
        return data
    raise BadDocument(f"{path}: {FORMAT} is expected, not {shorten(data)}")
