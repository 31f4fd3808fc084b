"""Files: rows of a file without a connection, whose columns are assigned to fields of the CRM."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Kind, Session
from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping import FieldRule, ListMap
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.errors import BadName, BadValue
from erplink.imports.parts import Part

__all__ = ["FileColumns", "columns_of", "file_part", "file_settings", "only_kind"]

_TYPES: Final[Mapping[FieldType, str]] = {
    FieldType.INTEGER: "integer",
    FieldType.DECIMAL: "decimal",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
    FieldType.CHECKBOX: "checkbox",
    FieldType.TEXTS: "texts comma",
}


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen(kw_only=True)
class FileColumns:
    """The columns of a file, and the fields that they may be assigned to."""

    #: All columns, as the header names them.
    columns: tuple[str, ...] = attr(converter=_names)
    #: The field of the CRM that is suggested for a column, by column.
    suggested: Mapping[str, str]
    #: The fields of the CRM that a new record must have.
    required: tuple[str, ...] = attr(converter=_names)
    #: The fields of the CRM that a column may be assigned to.
    fields: tuple[str, ...] = attr(converter=_names)


def only_kind(session: Session) -> Kind:
    """The kind of the rows of a file; BadValue where it has several sheets to choose from."""
    kinds = session.kinds()
    if len(kinds) != 1:
        named = ", ".join(kind.title or kind.name for kind in kinds)
        raise BadValue("name the sheet that holds the rows", value=named, field="sheets")
    return kinds[0]


def columns_of(kind: Kind, entity: Kind) -> FileColumns:
    """What there is to be assigned, and what is suggested."""
    writable = [field for field in entity.fields if not field.why_not_writable]
    plain = [Field(field.key) for field in writable]
    texts = [Field(field.key) for field in kind.fields]
    mapping = FieldMapping("file", kind.name, entity.name)
    suggested = {each.rule.key: each.rule.crm_key for each in mapping.suggest(texts, plain)}
    return FileColumns(
        columns=[field.key for field in kind.fields],
        suggested=suggested,
        required=[field.key for field in writable if field.mandatory],
        fields=[field.key for field in writable],
    )


def file_settings(
    configuration: Mapping[str, Any], kind: Kind, entity: Kind, columns: Mapping[str, str]
) -> dict[str, Any]:
    """The configuration by which every assigned column is read as what its field holds."""
    fields = {field.key: field for field in entity.fields}
    known = [field.key for field in kind.fields]
    for column, key in columns.items():
        if column not in known:
            raise BadName.among("column of the file", column, known)
        if key not in fields:
            raise BadName.among(f"field of {entity.name}", key, fields)
        if reason := fields[key].why_not_writable:
            raise BadValue(reason, value=key, record=entity.name)
    if len(set(columns.values())) < len(columns):
        doubled = sorted(key for key in columns.values() if [*columns.values()].count(key) > 1)
        raise BadValue("a field is assigned one column", value=doubled[0], field=entity.name)
    types = dict.fromkeys(known, "ignore")
    types |= {column: _TYPES.get(fields[key].type, "text") for column, key in columns.items()}
    kinds = {kind.name: {"types": types, "parent": "none", "modified": "none"}}
    return {**configuration, "kinds": json.dumps(kinds)}


def file_part(
    name: str, kind: Kind, entity: Kind, columns: Mapping[str, str], lists: Mapping[str, Any]
) -> Part:
    """The rows of the file as one kind of an import; ``lists`` has the items of the CRM's lists.

    Items are known by their texts, or by their keys.
    """
    fields = {field.key: field for field in entity.fields}
    rules: list[FieldRule] = []
    maps: list[ListMap] = []
    described = {field.key: field for field in kind.fields}
    for column, key in columns.items():
        rules.append(FieldRule(column, key, show_in_search=not rules))
        listed = fields[key].list_name
        if listed:
            described[column] = evolve(
                described[column], type=FieldType.LIST, list_name=column, max_length=0
            )
            maps.append(ListMap(column, listed, _by_text(lists.get(listed, {}))))
    actor = evolve(kind, fields=[described[column] for column in columns], parent="")
    mapping = FieldMapping(name, kind.name, entity.name, rules=rules, lists=maps)
    return Part(actor, mapping, linked=False)


def _by_text(items: Mapping[str, str]) -> dict[str, str]:
    """The keys of the items by their texts; of several with one text, the first."""
    found: dict[str, str] = {}
    for key, text in items.items():
        found.setdefault(text, key)
    return found
