"""Question: what only a person can decide, with everything that follows from each answer."""

from collections.abc import Mapping

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.merge import FieldDecision, FieldWrite, Option
from erplink.domain.plan.steps import Advance, Change, Create, Patch, Promise, Step, Target
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import shorten
from erplink.errors import BadName, BadPlan

__all__ = ["NewRecord", "Place", "Question"]


@frozen
class NewRecord:
    """A record that is to be made: its system and kind, its creation key and its parent."""

    system: str
    kind: str
    #: The idempotency key of the creation.
    key: str
    parent: Target | None = None


@frozen
class Place:
    """Where the values of one side go: the record, and the link by which it takes part."""

    target: ActorRef | EntityRef | NewRecord
    #: The version of the record that the decision was made on.
    version: str | None = None
    #: The name of the link; empty for the CRM's side.
    link: str = ""
    #: The version of the link; None for one that is being made.
    link_version: int | None = None

    def step_id(self) -> str:
        """The id of the step that writes here."""
        return self.write({}, ()).id

    def write(self, patch: Mapping[str, object], changes: "tuple[Change, ...]") -> Create | Patch:
        """The one step that writes ``patch`` here."""
        if isinstance(self.target, NewRecord):
            new = self.target
            return Create(new.system, new.kind, patch, new.key, new.parent, changes)  # type: ignore[arg-type]
        return Patch(self.target, patch, self.version, changes)  # type: ignore[arg-type]


def _places(places: Mapping[str, Place]) -> FrozenDict[str, Place]:
    return FrozenDict(places)


@frozen(repr=False)
class Question:
    """One field of one record, on which the sides moved apart and no rule may choose."""

    record: str
    decision: FieldDecision
    #: By system.
    places: FrozenDict[str, Place] = attr(converter=_places)

    @property
    def id(self) -> str:
        """The question's name in its plan, and in every later plan that asks it again."""
        return f"{self.record}.{self.decision.field}"

    def option(self, system: str) -> Option:
        """The answer that lets ``system`` win."""
        for option in self.decision.options:
            if option.system == system:
                return option
        known = (option.system for option in self.decision.options)
        raise BadPlan(f"{self.id}: {BadName.among('answer', system, known)}")

    def steps_for(self, option: Option) -> tuple[Step, ...]:
        """The steps that follow from ``option``."""
        whose = f"a person chose {option.system}'s value"
        chosen = evolve(self.decision, reason=whose)
        return steps_of(chosen, option, self.places)

    def explain(self) -> list[str]:
        """The question and its possible answers, line by line."""
        lines = [f"question {self.id}: {self.decision.reason}"]
        sides = self.decision.sides
        lines += [f"  {s.system}: {shorten(s.value)} (agreed: {shorten(s.base)})" for s in sides]
        return lines

    def __repr__(self) -> str:
        """The id and the answers to choose from."""
        return f"Question({self.id}: {', '.join(o.system for o in self.decision.options)}?)"


def steps_of(
    decision: FieldDecision, follow: FieldDecision | Option, places: Mapping[str, Place]
) -> tuple[Step, ...]:
    """The steps that follow from a decision, or from the option chosen for it."""
    writes = tuple(_step(decision, write, places[write.system]) for write in follow.writes)
    advances = tuple(
        Advance(
            places[each.system].link,
            [
                Promise(
                    each.field,
                    each.agreed,
                    each.crm_keys,
                    each.erp_keys,
                    frozenset(places[system].step_id() for system in each.needs),
                )
            ],
            places[each.system].link_version,
        )
        for each in follow.agreements
    )
    return (*writes, *advances)


def _step(decision: FieldDecision, write: FieldWrite, place: Place) -> Step:
    change = Change(write.field, write.old, write.new, decision.rule, decision.reason)
    return place.write(write.patch, (change,))
