"""MatchDesk: unlinked entities beside the actors that may be their counterparts, to be accepted.

It is a value: accepting and rejecting make another one, and nothing is written before
``hub.links.commit_desk()``.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from enum import StrEnum

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.matching import (
    LabelledPair,
    MatchResult,
    Quality,
    assess,
    score_for,
)
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import BadName, BadValue

__all__ = ["DeskRow", "MatchDesk", "Proposal", "Verdict"]


class Verdict(StrEnum):
    """How sure it is which actor is an entity's counterpart."""

    CERTAIN = "certain"
    LIKELY = "likely"
    #: Several may be it, or one that is merely possible, or that is linked already.
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@frozen
class Proposal:
    """An actor that may be the counterpart, how much speaks for it, and what."""

    actor: ActorRef
    score: float
    #: Everything that speaks for it or against it, a line each.
    reasons: tuple[str, ...]
    #: What it is linked to already; empty where it is free.
    linked_to: str = ""


def _proposals(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    return tuple(proposals)


@frozen(kw_only=True, repr=False)
class DeskRow:
    """One entity without a link, and what may be its counterpart."""

    entity: EntityRef
    #: What a person knows it by.
    label: str
    verdict: Verdict
    #: Why, in one sentence.
    reason: str
    #: The best first.
    proposals: tuple[Proposal, ...] = attr(default=(), converter=_proposals)
    #: The actor that was accepted.
    accepted: ActorRef | None = None

    @property
    def score(self) -> float:
        """How much speaks for the best proposal; 0 where there is none."""
        return self.proposals[0].score if self.proposals else 0.0

    def __repr__(self) -> str:
        """The entity, the verdict and its reason."""
        accepted = f", accepted: {self.accepted}" if self.accepted else ""
        return f"<{self.entity}: {self.verdict.value} ({self.score:.2f}), {self.reason}{accepted}>"


def _rows(rows: Iterable[DeskRow]) -> tuple[DeskRow, ...]:
    return tuple(rows)


def _results(results: Mapping[Hashable, MatchResult]) -> FrozenDict[Hashable, MatchResult]:
    return FrozenDict(results)


@frozen(kw_only=True, repr=False)
class MatchDesk:
    """All entities of a kind that are not linked, with what may be their counterparts."""

    connection: str
    actor_kind: str
    rows: tuple[DeskRow, ...] = attr(converter=_rows)
    #: What the matcher said of each entity, by its key.
    results: FrozenDict[Hashable, MatchResult] = attr(converter=_results, eq=False)

    def of(self, verdict: Verdict | str) -> tuple[DeskRow, ...]:
        """The rows with one verdict."""
        return tuple(each for each in self.rows if each.verdict is Verdict(verdict))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each verdict."""
        counted = Counter(each.verdict for each in self.rows)
        return {verdict.value: counted[verdict] for verdict in Verdict}

    @property
    def accepted(self) -> tuple[DeskRow, ...]:
        """The rows that a commit would link."""
        return tuple(each for each in self.rows if each.accepted is not None)

    def row(self, entity: EntityRef | str) -> DeskRow:
        """The row of an entity, by its reference or its key."""
        key = entity if isinstance(entity, str) else entity.key
        for each in self.rows:
            if each.entity.key == key:
                return each
        raise BadName.among("entity without a link", key, (each.entity.key for each in self.rows))

    def accept(self, entity: EntityRef | str, actor: ActorRef | str | None = None) -> "MatchDesk":
        """The desk with one row accepted: the best proposal, or another actor."""
        row = self.row(entity)
        if actor is None:
            if not row.proposals:
                raise BadValue("nothing is proposed for it: name an actor", value=str(row.entity))
            actor = row.proposals[0].actor
        chosen = self._actor(actor) if isinstance(actor, str) else actor
        self._check(row, chosen)
        return self._with({row.entity.key: chosen})

    def accept_all(
        self, *, at_least: float | None = None, verdict: Verdict | str = Verdict.CERTAIN
    ) -> "MatchDesk":
        """The desk with every row accepted that is sure enough.

        With ``at_least``, those are the certain and likely ones with that score; else those with
        the given verdict. An ambiguous row is accepted by itself alone.
        """
        wanted = [each for each in self.rows if _is_sure(each, at_least, Verdict(verdict))]
        return self._with({each.entity.key: each.proposals[0].actor for each in wanted})

    def reject(self, entity: EntityRef | str) -> "MatchDesk":
        """The desk with one row that is not linked after all."""
        return self._with({self.row(entity).entity.key: None})

    def quality(self, pairs: Iterable[LabelledPair], *, at_least: float = 0.0) -> Quality:
        """How good the matching is, measured on entities whose true counterparts are known.

        Args:
            pairs: The keys of an entity and of its actor, or None where it has none.
            at_least: Matches that score less count as left to a person.
        """
        return assess(self.results, pairs, at_least=at_least)

    def threshold(self, precision: float, pairs: Iterable[LabelledPair]) -> float | None:
        """The lowest score to accept from, for so many to be right; None where none is enough."""
        return score_for(precision, self.results, pairs)

    def _actor(self, key: str) -> ActorRef:
        return ActorRef(self.connection, self.actor_kind, key)

    def _check(self, row: DeskRow, actor: ActorRef) -> None:
        if (actor.system, actor.kind) != (self.connection, self.actor_kind):
            rule = f"this desk is about {self.connection}/{self.actor_kind}"
            raise BadValue(rule, value=str(actor))
        known = {each.actor: each for each in row.proposals}
        if actor in known and known[actor].linked_to:
            rule = f"it is linked already, to {known[actor].linked_to}"
            raise BadValue(rule, value=str(actor))
        for other in self.accepted:
            if other.accepted == actor and other.entity != row.entity:
                raise BadValue(f"it is accepted for {other.entity} already", value=str(actor))

    def _with(self, accepted: Mapping[str, ActorRef | None]) -> "MatchDesk":
        rows = (
            evolve(each, accepted=accepted[each.entity.key])
            if each.entity.key in accepted
            else each
            for each in self.rows
        )
        return evolve(self, rows=rows)

    def __repr__(self) -> str:
        """How many rows there are of each verdict, and how many are accepted."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items())
        place = f"{self.connection}/{self.actor_kind}"
        return f"MatchDesk({place}: {counts}; {len(self.accepted)} accepted)"


def _is_sure(row: DeskRow, at_least: float | None, verdict: Verdict) -> bool:
    if row.verdict not in (Verdict.CERTAIN, Verdict.LIKELY):
        return False
    return row.verdict is verdict if at_least is None else row.score >= at_least
