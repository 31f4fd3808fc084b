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
        Ranking,
        Rule,
        plan_merge,
    )
    from erplink.errors import ErplinkError
else:
    __getattr__, __dir__ = on_demand(
        __name__, "erplink.errors", "erplink.domain", "erplink.connectors"
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
    "ListMap",
    "Mapping",
    "Merger",
    "Outcome",
    "Pin",
    "Place",
    "Plan",
    "Policy",
    "Ranking",
    "Registry",
    "Rule",
    "plan_merge",
]

__version__ = "0.1.0.dev0"
