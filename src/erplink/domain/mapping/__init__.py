"""How an ERP's records correspond to the CRM's: rules, lists, defaults, and what is wrong with them."""

from erplink.domain.mapping.lists import ListMap, ListPair
from erplink.domain.mapping.mapping import DefaultValue, How, Mapping, OnDelete, Reaction
from erplink.domain.mapping.rules import Direction, FieldRule

__all__ = [
    "DefaultValue",
    "Direction",
    "FieldRule",
    "How",
    "ListMap",
    "ListPair",
    "Mapping",
    "OnDelete",
    "Reaction",
]
