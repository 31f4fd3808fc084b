"""Creation: what a record that is yet to be made needs, and the name of its making."""

from collections.abc import Mapping

from erplink.connectors import Kind
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.plan import Create, NewRecord, Plan, Step, Target
from erplink.domain.records import CRM, Ref
from erplink.domain.values import Value, is_empty

__all__ = ["creation_key", "missing_values", "new_record", "with_defaults"]


def creation_key(
    source: Ref, system: str, kind: str, *, instead_of: str = "", within: str = ""
) -> str:
    """The idempotency key of the creation that makes the counterpart of ``source``.

    It is the same whenever that is planned, and by whomever; another one where an earlier
    counterpart is gone, for its creation must not be taken for this one; and another one within
    each import, for what one made may have been taken back before the next.
    """
    again = f" instead of {instead_of}" if instead_of else ""
    where = f" within {within}" if within else ""
    return f"{source} > {system}/{kind}{again}{where}"


def new_record(
    source: Ref,
    system: str,
    kind: str,
    parent: Target | None = None,
    *,
    instead_of: str = "",
    within: str = "",
) -> NewRecord:
    """The counterpart of ``source`` that is to be made in ``system``."""
    key = creation_key(source, system, kind, instead_of=instead_of, within=within)
    return NewRecord(system, kind, key, parent)


def with_defaults(plan: Plan, mapping: FieldMapping) -> Plan:
    """The plan whose new actors have the mapping's default values where nothing else is said."""
    defaults = {each.field: each.value for each in mapping.defaults if not is_empty(each.value)}
    if not defaults:
        return plan
    return Plan((_filled(step, defaults) for step in plan.steps), plan.questions, plan.problems)


def _filled(step: Step, defaults: Mapping[str, Value]) -> Step:
    if not isinstance(step, Create) or step.system == CRM:
        return step
    values = {key: value for key, value in step.values.items() if not is_empty(value)}
    return Create(
        step.system, step.kind, {**defaults, **values}, step.key, step.parent, step.changes
    )


def missing_values(plan: Plan, kinds: Mapping[tuple[str, str], Kind]) -> tuple[str, ...]:
    """The fields that a new record of the plan must have and does not have."""
    return tuple(
        f"{step.system}.{field.key}"
        for step in plan.steps
        if isinstance(step, Create)
        for field in kinds[step.system, step.kind].fields
        if field.mandatory and is_empty(step.values.get(field.key))
    )
