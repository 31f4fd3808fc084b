"""FieldDecision: what becomes of one field of one record, and why."""

from enum import Enum

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed
from erplink.domain.records import Mark
from erplink.domain.values import Maybe, Value, shorten

__all__ = [
    "PERSON",
    "Agreement",
    "Chosen",
    "FieldDecision",
    "FieldWrite",
    "Option",
    "Outcome",
    "SideView",
]

PERSON = "person"
"""Whose value it is when a person gave one that no side held."""


class Outcome(Enum):
    """What a decision comes to; every decision is exactly one of these."""

    #: A side must be written.
    WRITE = "write"
    #: The sides hold the same: nothing to write, but the base moves on.
    AGREED = "agreed"
    #: Every side keeps what it has, and the base stays.
    KEEP = "keep"
    #: A person decides; until then nothing of this field is written.
    ASK = "ask"
    #: A value has no writing on the other side; nothing of this field is written.
    PROBLEM = "problem"


class Chosen:
    """The names of what chose where no rule of a policy had to."""

    ONE_SIDE = "one side moved"
    AGREED = "both agree"
    DIRECTION = "direction"
    PIN = "pin"


@frozen
class FieldWrite:
    """What one side must be given, in its own words."""

    system: str
    #: The key of the rule that asks for it.
    field: str
    #: By the side's own field keys; several for a compound field.
    patch: FrozenDict[str, Value]
    old: Maybe
    new: Value


@frozen
class Agreement:
    """A base to remember for one link, once the writes it rests on are confirmed."""

    system: str
    #: The key of the rule.
    field: str
    agreed: Agreed
    #: The fields of either side that the agreement is about.
    crm_keys: tuple[str, ...]
    erp_keys: tuple[str, ...]
    #: The systems whose write must be confirmed first; empty where nothing had to be written.
    needs: frozenset[str] = frozenset()


@frozen
class SideView:
    """What one side held when the decision was made, in its own words."""

    system: str
    value: Maybe
    base: Maybe
    moved: bool
    mark: Mark = None


@frozen
class Option:
    """One answer to a question, with everything that follows from it."""

    system: str
    #: The value that would stand, in the CRM's words.
    value: Value
    writes: tuple[FieldWrite, ...] = ()
    agreements: tuple[Agreement, ...] = ()


@frozen(repr=False)
class FieldDecision:
    """What becomes of one field: the value, whose it is, which rule chose it, what follows."""

    #: The CRM's field, or its parts joined by ``+``.
    field: str
    outcome: Outcome
    #: The rule that chose; one of :class:`Chosen` where no rule of the policy had to.
    rule: str
    #: One sentence for a person.
    reason: str
    #: The value that stands, in the CRM's words; None also where none was chosen.
    value: Value = None
    winner: str | None = None
    writes: tuple[FieldWrite, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    #: The possible answers, where a person decides.
    options: tuple[Option, ...] = ()
    sides: tuple[SideView, ...] = attr(default=())
    #: What could not be written, a sentence each; the other sides are not held up by it.
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Field, outcome, winner and rule on one line."""
        whose = f" {self.winner}'s {shorten(self.value)}" if self.winner else ""
        return f"<{self.field}: {self.outcome.value}{whose} by {self.rule}>"
