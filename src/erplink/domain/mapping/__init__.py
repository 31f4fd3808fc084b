"""How an ERP's records correspond to the CRM's: rules, lists, defaults and their problems."""

from erplink.domain.mapping.changes import Change, changes
from erplink.domain.mapping.document import (
    mapping_from_data,
    mapping_from_json,
    mapping_from_toml,
    mapping_to_data,
    mapping_to_json,
    mapping_to_toml,
)
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
from erplink.domain.mapping.problems import Lists, Problem, ProblemCode, Severity, problems
from erplink.domain.mapping.rules import Direction, FieldRule
from erplink.domain.mapping.suggest import (
    Suggestion,
    suggest,
    suggest_list_map,
    suggested_mapping,
)

__all__ = [
    "Change",
    "DefaultValue",
    "Direction",
    "FieldRule",
    "How",
    "ListMap",
    "ListPair",
    "Lists",
    "Mapping",
    "OnDelete",
    "OnUnlinked",
    "Problem",
    "ProblemCode",
    "Reaction",
    "Severity",
    "Suggestion",
    "Unlinked",
    "changes",
    "mapping_from_data",
    "mapping_from_json",
    "mapping_from_toml",
    "mapping_to_data",
    "mapping_to_json",
    "mapping_to_toml",
    "problems",
    "suggest",
    "suggest_list_map",
    "suggested_mapping",
]
