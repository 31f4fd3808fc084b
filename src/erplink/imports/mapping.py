"""The mapping of an import: what travels to the CRM, by the rules that its settings choose."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from erplink.connectors import Kind
from erplink.domain.canonical import canonical
from erplink.domain.fields import FieldType
from erplink.domain.mapping import Direction, FieldRule
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.policy import Rule
from erplink.domain.staging import ImportSettings, OnDuplicate, OnManyValues
from erplink.errors import BadName, BadValue

__all__ = ["check_given", "import_mapping"]

_MANY: Final[Mapping[OnManyValues, str]] = {
    OnManyValues.ADD: Rule.UNION,
    OnManyValues.REPLACE: Rule.ERP,
    OnManyValues.KEEP: Rule.FILL,
}


def import_mapping(mapping: FieldMapping, entity: Kind, settings: ImportSettings) -> FieldMapping:
    """``mapping`` as an import goes by it: towards the CRM only, and nothing is asked."""
    many = {each.key for each in entity.fields if each.type is FieldType.TEXTS}
    rules = [
        evolve(rule, direction=Direction.TO_CRM, rule=_rule(rule, many, settings))
        for rule in mapping.rules
        if rule.syncs and rule.direction.to_crm
    ]
    return evolve(mapping, rules=rules)


def check_given(settings: ImportSettings, entity: Kind) -> None:
    """Refuse settings that give new records a field which there is not."""
    fields = {field.key: field for field in entity.fields}
    for key, value in settings.new_values(entity.name).items():
        if key not in fields:
            raise BadName.among(f"field of {entity.name} that the settings fill", key, fields)
        if reason := fields[key].why_not_writable:
            raise BadValue(reason, value=key, record=entity.name)
        canonical(fields[key], value)


def _rule(rule: FieldRule, many: set[str], settings: ImportSettings) -> str:
    if rule.crm_key in many:
        return _MANY[settings.many_values]
    return Rule.ERP if settings.on_duplicate is OnDuplicate.REPLACE else Rule.FILL
