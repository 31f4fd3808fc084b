"""Draft: what would be written for one row, with what its settings give besides."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve, frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.merge import FieldDecision, FieldWrite, Outcome
from erplink.domain.plan import Change, Create, Patch, Place, Plan
from erplink.domain.records import CRM
from erplink.domain.staging import Cell, Problem
from erplink.domain.values import UNSET, Value, is_empty
from erplink.imports.items import StandIn

__all__ = ["Draft", "decision_of", "with_given"]

_SETTINGS: Final = "the settings"


@frozen
class Draft:
    """What would be written for one row."""

    plan: Plan
    write: Create | Patch | None
    decisions: tuple[FieldDecision, ...]
    problems: tuple[Problem, ...]
    #: What is shown in place of what is written, by field.
    shown: Mapping[str, Value]

    def cells(self, held: Mapping[str, Value]) -> list[Cell]:
        """The fields that would be written, as they are shown."""
        if self.write is None:
            return []
        values = self.write.values if isinstance(self.write, Create) else self.write.patch
        return [
            Cell(field, held.get(field, UNSET), self.shown.get(field, value))
            for field, value in values.items()
            if field in self.shown or not (is_empty(value) and is_empty(held.get(field)))
        ]


def with_given(
    write: Create | Patch | None,
    given: Mapping[str, StandIn],
    place: Place,
    held: Mapping[str, Value],
) -> Create | Patch | None:
    """The write, with what is given besides; an own one where there was none."""
    values = {key: each.value for key, each in given.items()}
    why = "the row says nothing that can be written"
    changes = [
        Change(key, held.get(key, UNSET), value, _SETTINGS, why) for key, value in values.items()
    ]
    if isinstance(write, Create):
        # What is empty is not sent: its system may have a default of its own.
        said = {key: value for key, value in write.values.items() if not is_empty(value)}
        return evolve(write, values={**values, **said}, changes=[*write.changes, *changes])
    if not values:
        return write
    if write is None:
        return Patch(place.target, values, place.version, changes)  # type: ignore[arg-type] # it is there
    return evolve(write, patch={**values, **write.patch}, changes=[*write.changes, *changes])


def decision_of(field: str, given: StandIn, held: Mapping[str, Value]) -> FieldDecision:
    """What is given besides, as the history will tell it."""
    old = held.get(field, UNSET)
    write = FieldWrite(CRM, field, FrozenDict({field: given.value}), old, given.value)
    reason = "the settings of the import give it"
    return FieldDecision(
        field, Outcome.WRITE, _SETTINGS, reason, value=given.value, writes=(write,)
    )
