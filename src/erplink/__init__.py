"""Link CRM records to ERP records and keep them in step."""

from typing import TYPE_CHECKING

from erplink.doors import on_demand

if TYPE_CHECKING:
    from erplink.connectors import Registry
    from erplink.domain import (
        UNSET,
        ActorRef,
        Agreed,
        Direction,
        EntityRef,
        Field,
        FieldRule,
        FieldType,
        ListMap,
        Mapping,
        Merger,
        Outcome,
        Pin,
        Place,
        Plan,
        Policy,
        Principal,
        Ranking,
        Rule,
        plan_merge,
    )
    from erplink.errors import ErplinkError
    from erplink.hub import Hub
else:
    __getattr__, __dir__ = on_demand(
        __name__, "erplink.errors", "erplink.domain", "erplink.connectors", "erplink.hub"
    )

__all__ = [
    "UNSET",
    "ActorRef",
    "Agreed",
    "Direction",
    "EntityRef",
    "ErplinkError",
    "Field",
    "FieldRule",
    "FieldType",
    "Hub",
    "ListMap",
    "Mapping",
    "Merger",
    "Outcome",
    "Pin",
    "Place",
    "Plan",
    "Policy",
    "Principal",
    "Ranking",
    "Registry",
    "Rule",
    "plan_merge",
]

__version__ = "0.1.0.dev0"
