"""The contract between erplink and the authors of connectors."""

from erplink.connectors.budget import RateBudget, TokenBudget
from erplink.connectors.capabilities import Capabilities, KindCapabilities, RateLimit
from erplink.connectors.clock import Clock
from erplink.connectors.context import Context
from erplink.connectors.crm import Crm, crm_name, open_crm
from erplink.connectors.diagnosis import Diagnosis, Health
from erplink.connectors.discovery import Discovers
from erplink.connectors.edit import (
    Deleted,
    DeletionResult,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    EditUnknown,
    Removal,
    Saved,
)
from erplink.connectors.guard import GuardedSession
from erplink.connectors.hookspecs import Announcement, Event, hookimpl
from erplink.connectors.lifecycle import HearsOfConnections
from erplink.connectors.limits import Limits
from erplink.connectors.opening import (
    config_form,
    diagnose,
    discover,
    open_session,
    tell_deleted,
    tell_saved,
)
from erplink.connectors.page import Page, RawRecords, Record
from erplink.connectors.protocol import (
    Configuration,
    Connector,
    Kind,
    ListAdder,
    Session,
    add_item,
)
from erplink.connectors.query import AllOf, AnyOf, Condition, Criterion, Operator, Query, matches
from erplink.connectors.reading import all_changes, all_found
from erplink.connectors.redaction import Redactor, redacting_logger
from erplink.connectors.registry import Registry
from erplink.connectors.relay import RelaySession

__all__ = [
    "AllOf",
    "Announcement",
    "AnyOf",
    "Capabilities",
    "Clock",
    "Condition",
    "Configuration",
    "Connector",
    "Context",
    "Criterion",
    "Crm",
    "Deleted",
    "DeletionResult",
    "Diagnosis",
    "Discovers",
    "Edit",
    "EditRefused",
    "EditResult",
    "EditStale",
    "EditUnknown",
    "Event",
    "GuardedSession",
    "Health",
    "HearsOfConnections",
    "Kind",
    "KindCapabilities",
    "Limits",
    "ListAdder",
    "Operator",
    "Page",
    "Query",
    "RateBudget",
    "RateLimit",
    "RawRecords",
    "Record",
    "Redactor",
    "Registry",
    "RelaySession",
    "Removal",
    "Saved",
    "Session",
    "TokenBudget",
    "add_item",
    "all_changes",
    "all_found",
    "config_form",
    "crm_name",
    "diagnose",
    "discover",
    "hookimpl",
    "matches",
    "open_crm",
    "open_session",
    "redacting_logger",
    "tell_deleted",
    "tell_saved",
]
