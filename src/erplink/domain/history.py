"""History: every field that was written, with all that was known when it was decided.

One row per record that was written, not one per field. The value that lost is kept, so that it can
be told why a field holds what it holds, and what it would take to put the old value back.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import eq
from typing import Any, TypeAlias

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.merge import PERSON, FieldDecision, FieldWrite, Option, SideView
from erplink.domain.policy import Rule
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import UNSET, Maybe, Value, shorten
from erplink.errors import BadValue

__all__ = [
    "CannotReverse",
    "Explanation",
    "FieldChange",
    "KeptBecauseEdited",
    "LostValue",
    "RecordChange",
    "Reversal",
    "Reversed",
    "answered",
    "explain",
    "field_changes",
    "reversal",
]

Same: TypeAlias = Callable[[Maybe, Maybe], bool]
"""Whether a side could not tell two values apart."""


@frozen
class LostValue:
    """A value that somebody entered on one side and that another one was chosen over."""

    system: str
    value: Maybe


def _sides(sides: Iterable[SideView]) -> tuple[SideView, ...]:
    return tuple(sides)


def _lost(lost: Iterable[LostValue]) -> tuple[LostValue, ...]:
    return tuple(lost)


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(keys)


@frozen(repr=False)
class FieldChange:
    """One field that was written on one side, and why."""

    #: The side that was written.
    system: str
    #: The field there, or its parts joined by ``+``.
    field: str
    #: The side's own field keys; several for a compound field.
    keys: tuple[str, ...] = attr(converter=_keys)
    #: What it held before, in its own words.
    old: Maybe
    #: What it holds now, as it told it.
    new: Value
    #: What it last agreed on; UNSET where it never did.
    base: Maybe = UNSET
    #: What every side held when it was decided, each in its own words.
    sides: tuple[SideView, ...] = attr(default=(), converter=_sides)
    #: The rule that chose.
    rule: str = ""
    #: Why it chose so, in one sentence for a person.
    reason: str = ""
    #: Whose value it is; None for one that no side held.
    winner: str | None = None
    #: What was entered elsewhere and lost.
    lost: tuple[LostValue, ...] = attr(default=(), converter=_lost)

    def __attrs_post_init__(self) -> None:
        """Refuse a change of nothing, or of a compound field in other parts than its own."""
        if not self.keys:
            raise BadValue("a change names its fields", value=shorten(self.field))
        if self.old is not UNSET:
            _by_key(self.keys, self.old)

    @property
    def before(self) -> FrozenDict[str, Value]:
        """What its keys held before; empty where that is not known."""
        return FrozenDict() if self.old is UNSET else _by_key(self.keys, self.old)

    def __repr__(self) -> str:
        """The side and field, old and new value, and the rule that chose."""
        what = f"{shorten(self.old)} -> {shorten(self.new)}"
        return f"<{self.system}.{self.field}: {what} by {self.rule}>"


def _by_key(keys: tuple[str, ...], value: Value) -> FrozenDict[str, Value]:
    if len(keys) == 1:
        return FrozenDict({keys[0]: value})
    parts: tuple[Any, ...] = (None,) * len(keys)
    if value is not None:
        if not isinstance(value, tuple) or len(value) != len(keys):
            rule = f"{len(keys)} parts are expected, for {', '.join(keys)}"
            raise BadValue(rule, value=shorten(value))
        parts = value
    return FrozenDict(dict(zip(keys, parts, strict=True)))


def _changes(changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    return tuple(changes)


@frozen(repr=False)
class RecordChange:
    """One record that was written once: which, by which run, on whose behalf, when, and what."""

    #: The name of the link the write went through.
    link: str
    record: ActorRef | EntityRef
    run: str
    #: On whose behalf.
    principal: str
    #: When it was confirmed; given by the caller, for the domain has no clock.
    at: datetime
    changes: tuple[FieldChange, ...] = attr(converter=_changes)
    #: Whether the write made the record.
    created: bool = False
    #: The version that the record had after the write; None where its system tells none.
    version: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be told later: when it was, or which side or field it was."""
        if self.at.utcoffset() is None:
            rule = "moments must be aware: give them a time zone"
            raise BadValue(rule, value=shorten(self.at), record=str(self.record))
        seen: set[str] = set()
        for change in self.changes:
            if change.system != self.record.system or change.field in seen:
                rule = "a record's changes are on its own side, one for each field"
                raise BadValue(rule, value=repr(change), record=str(self.record))
            seen.add(change.field)

    def change(self, field: str) -> FieldChange | None:
        """What was done to ``field``, if anything was."""
        return next((each for each in self.changes if each.field == field), None)

    def __repr__(self) -> str:
        """The record, when, and which fields."""
        fields = ", ".join(each.field for each in self.changes)
        return f"RecordChange({self.record} at {self.at.isoformat()}: {fields})"


def field_changes(
    decision: FieldDecision,
    confirmed: Mapping[str, Mapping[str, Value]],
    *,
    option: Option | None = None,
) -> tuple[FieldChange, ...]:
    """The changes that came of ``decision``, one for each side whose write was confirmed.

    Args:
        decision: What was decided, and from what.
        confirmed: By system, what it told that it holds now, by its own field keys. What it did
            not tell is taken for stored as it was sent; a system that is missing was not written.
        option: The answer that a person chose, where the decision was left to one.
    """
    if option is not None:
        decision = answered(decision, option)
    bases = {side.system: side.base for side in decision.sides}
    lost = _lost_by(decision)
    return tuple(
        FieldChange(
            write.system,
            write.field,
            write.patch,
            write.old,
            _stored(write, confirmed[write.system]),
            bases.get(write.system, UNSET),
            decision.sides,
            decision.rule,
            decision.reason,
            decision.winner,
            lost,
        )
        for write in decision.writes
        if write.system in confirmed
    )


def answered(decision: FieldDecision, option: Option) -> FieldDecision:
    """The decision as it is once a person has chosen ``option``, for the history to tell."""
    whose = "a value of their own" if option.system == PERSON else f"{option.system}'s value"
    reason = f"a person chose {whose}"
    return evolve(decision, reason=reason, winner=option.system, writes=option.writes)


def _lost_by(decision: FieldDecision) -> tuple[LostValue, ...]:
    if decision.rule == Rule.UNION:
        return ()  # what every side added is in the union
    overwritten = {write.system for write in decision.writes} - {decision.winner}
    return tuple(
        LostValue(side.system, side.value)
        for side in decision.sides
        if side.moved and side.system in overwritten
    )


def _stored(write: FieldWrite, held: Mapping[str, Value]) -> Value:
    if not all(key in held for key in write.patch):
        return write.new
    parts: tuple[Any, ...] = tuple(held[key] for key in write.patch)
    return parts[0] if len(parts) == 1 else parts


@frozen
class Explanation:
    """Why a field holds what it holds."""

    system: str
    field: str
    #: The rows in which the field was written, the newest first.
    rows: tuple[RecordChange, ...] = ()
    #: What it holds now; UNSET where the caller did not say.
    current: Maybe = UNSET
    #: Whether it was changed by others since it was last written.
    edited: bool = False

    @property
    def change(self) -> FieldChange | None:
        """The newest change; None where nothing was ever written."""
        return self.rows[0].change(self.field) if self.rows else None

    def __str__(self) -> str:
        """A few lines: the value, what it was, who chose it, what was lost, who, when."""
        change = self.change
        if change is None:
            return f"{self.system}.{self.field}: no run ever wrote it"
        lines = [
            f"{self.rows[0].record}.{self.field}: {shorten(change.new)}",
            f"before: {shorten(change.old)}; last agreed on: {shorten(change.base)}",
            f"chosen by: {_whose(change)}{change.rule} ({change.reason})",
            *(f"lost: {each.system}'s {shorten(each.value)}" for each in change.lost),
            self._when(),
        ]
        if self.edited:
            lines.append(f"edited since: {shorten(self.current)}")
        return "\n".join(lines)

    def _when(self) -> str:
        row = self.rows[0]
        earlier = f"; {len(self.rows) - 1} earlier" if len(self.rows) > 1 else ""
        return (
            f"written: {row.at.isoformat(' ', 'seconds')} in {row.run} for {row.principal}{earlier}"
        )


def _whose(change: FieldChange) -> str:
    return f"{change.winner}'s value, by " if change.winner else ""


def explain(
    rows: Iterable[RecordChange],
    field: str,
    *,
    system: str = CRM,
    current: Maybe = UNSET,
    same: Same = eq,
) -> Explanation:
    """Say why ``field`` holds what it holds on one side of a link.

    Args:
        rows: The link's history, in any order; of rows of one moment, the first is the newest.
        field: The field of that side, or its parts joined by ``+``.
        system: The side; the CRM unless said otherwise.
        current: What the field holds now, where that is known.
        same: Whether the side could not tell two values apart, as ``sameness(field)`` makes it.
    """
    told = [row for row in rows if row.record.system == system and row.change(field)]
    told.sort(key=lambda row: row.at, reverse=True)
    why = Explanation(system, field, tuple(told), current)
    if why.change is None or current is UNSET:
        return why
    return evolve(why, edited=not same(current, why.change.new))


@frozen
class Reversed:
    """What puts the old value back, by the side's own field keys; empty if it is back already."""

    field: str
    patch: FrozenDict[str, Value]


@frozen
class KeptBecauseEdited:
    """A field that holds something else by now, which is not overwritten."""

    field: str
    written: Value
    current: Value


@frozen
class CannotReverse:
    """A field of which the old value, or what it holds now, is not known."""

    field: str
    reason: str


Reversal: TypeAlias = Reversed | KeptBecauseEdited | CannotReverse
"""What taking a change back comes to."""


def reversal(change: FieldChange, current: Maybe, *, same: Same = eq) -> Reversal:
    """What it takes to take ``change`` back, now that the field holds ``current``."""
    if change.old is UNSET:
        return CannotReverse(change.field, "what it held before is not known")
    if current is UNSET:
        return CannotReverse(change.field, "what it holds now is not known")
    if same(current, change.old):
        return Reversed(change.field, FrozenDict())
    if not same(current, change.new):
        return KeptBecauseEdited(change.field, change.new, current)
    return Reversed(change.field, change.before)
