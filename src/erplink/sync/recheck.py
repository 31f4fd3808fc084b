"""Recheck: whether records still are what a plan that was made a while ago expects of them."""

from collections.abc import Mapping, Sequence

from erplink.connectors import Record
from erplink.domain.canonical import same
from erplink.domain.plan import Patch
from erplink.domain.records import Ref
from erplink.domain.values import UNSET
from erplink.sync.record_plan import RecordPlan
from erplink.sync.systems import Systems

__all__ = ["rechecked"]


def rechecked(
    plans: Sequence[RecordPlan], systems: Systems
) -> tuple[list[RecordPlan], list[RecordPlan]]:
    """The plans whose records hold what they were shown to hold, and those that went stale."""
    held = _held(plans, systems)
    fresh: list[RecordPlan] = []
    stale: list[RecordPlan] = []
    for plan in plans:
        patches = [step for step in plan.open_writes if isinstance(step, Patch)]
        as_shown = all(_is_as_shown(step, held.get(step.target), systems) for step in patches)
        (fresh if as_shown else stale).append(plan)
    return fresh, stale


def _held(plans: Sequence[RecordPlan], systems: Systems) -> dict[Ref, Record]:
    wanted: dict[tuple[str, str], dict[str, Ref]] = {}
    for plan in plans:
        for step in plan.open_writes:
            if isinstance(step, Patch):
                target = step.target
                wanted.setdefault((target.system, target.kind), {})[target.key] = target
    found: dict[Ref, Record] = {}
    for (system, kind), refs in wanted.items():
        fields = [field.key for field in systems.kind(system, kind).fields]
        records = systems.get(system, kind, list(refs), fields)
        found.update((refs[key], record) for key, record in records.items())
    return found


def _is_as_shown(step: Patch, record: Record | None, systems: Systems) -> bool:
    if record is None:
        return False
    kind = systems.kind(step.target.system, step.target.kind)
    fields: Mapping[str, object] = {field.key: field for field in kind.fields}
    return all(
        same(fields[change.field], change.old, record.value(change.field))  # type: ignore[arg-type]
        for change in step.changes
        if change.field in fields and change.old is not UNSET
    )
