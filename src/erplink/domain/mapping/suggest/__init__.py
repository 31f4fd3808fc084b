"""Suggestions: rules and pairs of list items that could be added to a mapping, and why."""

from erplink.domain.mapping.suggest.items import suggest_list_map
from erplink.domain.mapping.suggest.propose import (
    Suggestion,
    suggest,
    suggest_more,
    suggested_mapping,
)

__all__ = ["Suggestion", "suggest", "suggest_list_map", "suggest_more", "suggested_mapping"]
