"""Evidence: what speaks for and against a candidate, and the score that follows from it."""

from collections.abc import Hashable, Iterable
from enum import Enum
from typing import Final

from attrs import field as attr
from attrs import frozen

from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["LOWERED_TO", "Candidate", "Certainty", "Evidence", "Finding", "Thresholds", "score_of"]

LOWERED_TO: Final = 0.5
"""What a contradiction that lowers the score leaves of it."""

_SCORE_DIGITS: Final = 4


class Finding(Enum):
    """What a rule found when it compared a record with a candidate."""

    AGREES = "agrees"
    RESEMBLES = "resembles"
    CONTRADICTS = "contradicts"
    #: It contradicts, and no agreement can outweigh that.
    VETOES = "vetoes"

    @property
    def speaks_for(self) -> bool:
        """Whether it makes it more likely that the two are one."""
        return self in (Finding.AGREES, Finding.RESEMBLES)


class Certainty(Enum):
    """How far a score can be relied on, by the thresholds of the matcher."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@frozen
class Thresholds:
    """Which scores are certain and which are likely, and when one candidate leads clearly."""

    certain: float = 0.9
    likely: float = 0.6
    #: The best of several is the match where its doubt, 1 less its score, is at most this part of
    #: the next one's; 0 leaves every choice among several to a person.
    lead: float = 0.5

    def __attrs_post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if not 0 <= self.likely <= self.certain <= 1:
            rule = "thresholds are between 0 and 1, and likely is not above certain"
            raise BadValue(rule, value=shorten((self.certain, self.likely)))
        if not 0 <= self.lead < 1:
            raise BadValue("a lead is at least 0 and below 1", value=shorten(self.lead))

    def certainty(self, score: float) -> Certainty:
        """How far ``score`` can be relied on."""
        if score >= self.certain:
            return Certainty.CERTAIN
        return Certainty.LIKELY if score >= self.likely else Certainty.POSSIBLE

    def leads(self, best: float, other: float) -> bool:
        """Whether a candidate that scores ``best`` leads clearly over one that scores ``other``."""
        doubt, others_doubt = 1 - best, 1 - other
        return doubt < others_doubt and doubt <= self.lead * others_doubt


@frozen
class Evidence:
    """What one rule found, with the values on both sides as they are written there."""

    rule: str
    finding: Finding
    #: What it is worth: the rule's weight, times the similarity where it only resembles.
    weight: float
    #: The values by which it was found, one per part of the rule.
    record: tuple[str, ...]
    candidate: tuple[str, ...]
    similarity: float = 1.0

    def __str__(self) -> str:
        """One line: the rule, what it found, the values and what they are worth."""
        mine, theirs = (
            " + ".join(map(shorten, self.record)),
            " + ".join(map(shorten, self.candidate)),
        )
        if self.finding is Finding.AGREES:
            worth = f"{self.weight:.2f}"
        elif self.finding is Finding.RESEMBLES:
            worth = f"{self.weight:.2f}, {self.similarity:.0%} alike"
        else:
            worth = "a veto" if self.finding is Finding.VETOES else f"score times {LOWERED_TO:g}"
        return f"{self.rule} {self.finding.value}: {mine} and {theirs} ({worth})"


def score_of(evidence: Iterable[Evidence]) -> float:
    """The score that follows from all ``evidence`` together.

    Each agreement leaves a doubt, 1 less its weight; the doubt that is left in the end is the
    product of them all. A contradiction lowers the score that is reached; a veto takes all of it.
    """
    doubt, kept = 1.0, 1.0
    for each in evidence:
        if each.finding.speaks_for:
            doubt *= 1 - each.weight
        elif each.finding is Finding.VETOES:
            return 0.0
        else:
            kept *= LOWERED_TO
    return round((1 - doubt) * kept, _SCORE_DIGITS)


@frozen
class Candidate:
    """A candidate that shares a key with the record, and how much speaks for it."""

    key: Hashable
    score: float
    certainty: Certainty
    evidence: tuple[Evidence, ...] = attr(repr=lambda evidence: f"{len(evidence)} findings")
    #: What it is linked to already; empty where it is free.
    linked_to: str = ""

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The names of the rules that speak for it."""
        return tuple(each.rule for each in self.evidence if each.finding.speaks_for)

    @property
    def contradicting(self) -> tuple[str, ...]:
        """The names of the rules that speak against it."""
        return tuple(each.rule for each in self.evidence if not each.finding.speaks_for)

    @property
    def vetoed(self) -> bool:
        """Whether something speaks against it that nothing can outweigh."""
        return any(each.finding is Finding.VETOES for each in self.evidence)

    def explain(self) -> list[str]:
        """Its score and everything it follows from, line by line."""
        linked = f", already linked to {self.linked_to}" if self.linked_to else ""
        certainty = "vetoed" if self.vetoed else self.certainty.value
        head = f"{shorten(self.key)} scores {self.score:.2f}, {certainty}{linked}"
        return [head, *(f"  {each}" for each in self.evidence)]
