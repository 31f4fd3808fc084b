"""Staging: what a staged import is made of: its settings, its rows, and what is shown of them."""

from erplink.domain.staging.rows import (
    Action,
    Cell,
    Fate,
    Problem,
    Severity,
    StagedRow,
    Verdict,
)
from erplink.domain.staging.settings import (
    Consent,
    ImportSettings,
    ListWish,
    OnAlone,
    OnDuplicate,
    OnManyValues,
    OnUnknownItem,
    settings_from_data,
    settings_from_toml,
    settings_to_data,
    settings_to_toml,
)

__all__ = [
    "Action",
    "Cell",
    "Consent",
    "Fate",
    "ImportSettings",
    "ListWish",
    "OnAlone",
    "OnDuplicate",
    "OnManyValues",
    "OnUnknownItem",
    "Problem",
    "Severity",
    "StagedRow",
    "Verdict",
    "settings_from_data",
    "settings_from_toml",
    "settings_to_data",
    "settings_to_toml",
]
