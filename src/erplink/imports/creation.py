"""Creation: the plan for a new record, straight from what a row gives it.

A new record holds nothing that a row could be merged with: the row alone has moved in every field.
So nothing has to be decided, and what a merge and a plan at length would come to is written down.
"""

from collections.abc import Iterable

from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed
from erplink.domain.merge import (
    Agreement,
    Chosen,
    FieldDecision,
    FieldWrite,
    Outcome,
    SideView,
)
from erplink.domain.plan import Advance, Change, Create, MakeLink, NewRecord, Plan, Promise, Step
from erplink.domain.records import CRM, ActorRef
from erplink.domain.staging import StagedRow
from erplink.domain.values import UNSET
from erplink.imports.outline import Given
from erplink.sync.pairing import Pairing

__all__ = ["plan_of_creation"]

_ALONE = frozenset({CRM})


def plan_of_creation(
    pairing: Pairing, row: StagedRow, new: NewRecord, given: Iterable[Given], *, link: bool
) -> tuple[Plan, Create, tuple[FieldDecision, ...]]:
    """What makes a new record of a row, its one write, and why each of its fields is written."""
    system, why = pairing.connection, f"only {pairing.connection} moved"
    written = list(given)
    create = Create(
        new.system,
        new.kind,
        {each.crm: each.told for each in written},
        new.key,
        new.parent,
        [Change(each.crm, UNSET, each.told, Chosen.ONE_SIDE, why) for each in written],
    )
    decisions = tuple(_decision(each, system, why) for each in written)
    steps: list[Step] = [create]
    if link:
        made = MakeLink(create.id, ActorRef(system, row.actor_kind, row.key))
        promises = _promises(pairing, row, written, frozenset({create.id}))
        steps.append(made)
        if promises:
            steps.append(Advance(made.id.removeprefix("link "), promises))
    return Plan(steps), create, decisions


def _decision(each: Given, system: str, why: str) -> FieldDecision:
    pair = each.pair
    patch = FrozenDict({each.crm: each.told})
    agreed = Agreed(each.told, each.value)
    return FieldDecision(
        each.crm,
        Outcome.WRITE,
        Chosen.ONE_SIDE,
        why,
        value=each.told,
        winner=system,
        writes=(FieldWrite(CRM, each.crm, patch, UNSET, each.told),),
        agreements=(Agreement(system, pair.key, agreed, pair.crm.keys, pair.erp.keys, _ALONE),),
        sides=(
            SideView(CRM, UNSET, UNSET, moved=False),
            SideView(system, each.value, UNSET, moved=True),
        ),
    )


def _promises(
    pairing: Pairing, row: StagedRow, written: Iterable[Given], needs: frozenset[str]
) -> list[Promise]:
    """What the link remembers: what is written, and that of the rest the CRM has nothing."""
    made = {each.pair.key: Agreed(each.told, each.value) for each in written}
    pairs = {pair.key: pair for pair in pairing.merger.pairs}
    for key, pair in pairs.items():
        value = pair.erp.read(row.values)
        if key not in made and value is not UNSET:
            made[key] = Agreed(None, value)
    return [
        Promise(key, agreed, pairs[key].crm.keys, pairs[key].erp.keys, needs)
        for key, agreed in made.items()
    ]
