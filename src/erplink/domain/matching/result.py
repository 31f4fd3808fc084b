"""MatchResult: a match, several, none or already linked; each with its reason."""

from enum import Enum

from attrs import frozen

from erplink.domain.matching.evidence import Candidate, Certainty
from erplink.domain.values import shorten

__all__ = ["Attempt", "MatchOutcome", "MatchReason", "MatchResult", "Tried"]


class MatchOutcome(Enum):
    """What a search for a record's counterpart comes to; always exactly one of these."""

    MATCH = "match"
    #: A person must choose, or search further.
    AMBIGUOUS = "ambiguous"
    NONE = "none"
    #: There is a counterpart, but it is linked to another record.
    LINKED = "linked"


class MatchReason(Enum):
    """Why a search came to its outcome; every outcome has one of these."""

    ONE_CANDIDATE = "one candidate"
    BEST_CANDIDATE = "one candidate leads clearly"
    SEVERAL_CANDIDATES = "several candidates"
    #: More share the key than can be compared, so nothing was told by it.
    TOO_COMMON = "the key is too common"
    ALREADY_LINKED = "the candidate is already linked"
    NO_KEY = "the record has none of the keys"
    NO_CANDIDATE = "no candidate"
    #: What agrees in one key contradicts in a stronger one.
    CONTRADICTED = "the candidate is contradicted"

    @property
    def outcome(self) -> MatchOutcome:
        """The outcome that it is a reason for."""
        match self:
            case MatchReason.ONE_CANDIDATE | MatchReason.BEST_CANDIDATE:
                return MatchOutcome.MATCH
            case MatchReason.SEVERAL_CANDIDATES | MatchReason.TOO_COMMON:
                return MatchOutcome.AMBIGUOUS
            case MatchReason.ALREADY_LINKED:
                return MatchOutcome.LINKED
            case _:
                return MatchOutcome.NONE


class Tried(Enum):
    """What became of one rule in a search."""

    FOUND = "found"
    NOTHING = "no candidate has it"
    NO_KEY = "the record does not have it"
    TOO_COMMON = "too many candidates have it"
    NOT_NEEDED = "not needed"


@frozen
class Attempt:
    """One rule in a search: whether it was tried, and how many candidates it found."""

    rule: str
    tried: Tried
    found: int = 0

    def __str__(self) -> str:
        """One line."""
        if self.tried is Tried.FOUND:
            return f"{self.rule}: {_counted(self.found)}"
        return f"{self.rule}: {self.tried.value}"


@frozen
class MatchResult:
    """What a search came to, why, and everything it rests on."""

    reason: MatchReason
    #: The candidates that were found by the rules that decided, the best first.
    candidates: tuple[Candidate, ...] = ()
    #: What every rule found, in the order of their priority.
    attempts: tuple[Attempt, ...] = ()
    #: Candidates that agree in one key and are vetoed by another.
    set_aside: tuple[Candidate, ...] = ()

    @property
    def outcome(self) -> MatchOutcome:
        """Match, ambiguous, none or linked."""
        return self.reason.outcome

    @property
    def candidate(self) -> Candidate | None:
        """The one counterpart, of a match or of one that is already linked; else None."""
        if self.outcome in (MatchOutcome.MATCH, MatchOutcome.LINKED):
            return self.candidates[0]
        return None

    @property
    def certainty(self) -> Certainty | None:
        """How far a match can be relied on; None where there is none."""
        return self.candidates[0].certainty if self.outcome is MatchOutcome.MATCH else None

    @property
    def sentence(self) -> str:
        """The reason in one sentence for a person."""
        return self._found(self.candidates[0]) if self.candidates else self._not_found()

    def _found(self, first: Candidate) -> str:
        match self.reason:
            case MatchReason.ALREADY_LINKED:
                return f"{_agrees(first)}, and is already linked to {first.linked_to}"
            case MatchReason.SEVERAL_CANDIDATES:
                return self._several()
            case MatchReason.BEST_CANDIDATE:
                return f"{_agrees(first)}, and leads clearly among {len(self.candidates)}"
        return _agrees(first)

    def _not_found(self) -> str:
        match self.reason:
            case MatchReason.NO_KEY:
                return f"the record has no {_either(self._rules(Tried.NO_KEY))}"
            case MatchReason.TOO_COMMON:
                return f"too many share its {_either(self._rules(Tried.TOO_COMMON))}"
            case MatchReason.CONTRADICTED:
                return _agrees(self.set_aside[0])
        return f"no candidate shares its {_either(self._rules(Tried.NOTHING))}"

    def explain(self) -> str:
        """How the search went, rule by rule, and what every candidate scores for what."""
        lines = [f"{self.outcome.value}: {self.sentence}"]
        lines += [f"{at}. {attempt}" for at, attempt in enumerate(self.attempts, 1)]
        for candidate in (*self.candidates, *self.set_aside):
            lines += candidate.explain()
        return "\n".join(lines)

    def _rules(self, tried: Tried) -> tuple[str, ...]:
        return tuple(each.rule for each in self.attempts if each.tried is tried)

    def _several(self) -> str:
        linked = sum(bool(each.linked_to) for each in self.candidates)
        taken = f"; {linked} already linked" if linked else ""
        rules = dict.fromkeys(rule for each in self.candidates for rule in each.agreeing)
        return f"{_counted(len(self.candidates))} agree in {_either(tuple(rules))}{taken}"


def _counted(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count} candidates"


def _agrees(candidate: Candidate) -> str:
    agreeing, contradicting = map(" and ".join, (candidate.agreeing, candidate.contradicting))
    against = f", but contradicts in {contradicting}" if contradicting else ""
    return f"{shorten(candidate.key)} agrees in {agreeing}{against}"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
