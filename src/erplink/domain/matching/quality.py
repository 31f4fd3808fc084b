"""Quality: how good matching is, measured on pairs that the host has labelled itself."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from attrs import astuple, frozen

from erplink.domain.matching.result import MatchOutcome, MatchResult
from erplink.domain.values import shorten
from erplink.errors import BadName

__all__ = ["LabelledPair", "Quality", "assess", "score_for"]

LabelledPair: TypeAlias = tuple[Hashable, Hashable | None]
"""A record and its true counterpart, or None for a record that has none.

A record that has several true counterparts, because the candidates have duplicates, stands in
several pairs; either is right.
"""


@frozen
class Quality:
    """How often a matcher was right; the counts add up to the labelled records."""

    #: Matched with the true counterpart.
    right: int = 0
    #: Matched with another than the true counterpart.
    mistaken: int = 0
    #: Matched, though there is no counterpart.
    invented: int = 0
    #: Not matched, though there is a counterpart.
    missed: int = 0
    #: Not matched, and there is no counterpart.
    rightly_none: int = 0
    #: Left to a person, and there is a counterpart.
    asked: int = 0
    #: Left to a person, though there is no counterpart.
    asked_in_vain: int = 0

    @property
    def records(self) -> int:
        """How many labelled records there are."""
        return sum(astuple(self))

    @property
    def precision(self) -> float | None:
        """The part of the matches that are right; None where nothing was matched."""
        return _part(self.right, self.right + self.mistaken + self.invented)

    @property
    def recall(self) -> float | None:
        """The part of the counterparts that were matched; None where there is none to match."""
        return _part(self.right, self.right + self.mistaken + self.missed + self.asked)

    @property
    def asked_rate(self) -> float | None:
        """The part of the records that are left to a person; None where there is no record."""
        return _part(self.asked + self.asked_in_vain, self.records)

    def __str__(self) -> str:
        """One line: the three rates, and how many records they are measured on."""
        return (
            f"precision {_shown(self.precision)}, recall {_shown(self.recall)},"
            f" asked {_shown(self.asked_rate)}, of {self.records} records"
        )


def _part(count: int, whole: int) -> float | None:
    return count / whole if whole else None


def _shown(rate: float | None) -> str:
    return "unknown" if rate is None else f"{rate:.1%}"


def assess(
    results: Mapping[Hashable, MatchResult],
    pairs: Iterable[LabelledPair],
    *,
    at_least: float = 0.0,
) -> Quality:
    """Compare ``results``, by record, with the labelled ``pairs``.

    Args:
        results: What the matcher said of each record; those without a label are not looked at.
        pairs: What is true of each labelled record.
        at_least: Matches that score less count as left to a person.
    """
    counts: Counter[str] = Counter()
    for record, true in _by_record(pairs).items():
        counts[_verdict(_result(results, record), true, at_least)] += 1
    return Quality(**counts)


def _verdict(result: MatchResult, true: Collection[Hashable], at_least: float) -> str:
    score = result.candidates[0].score if result.candidates else 0.0
    if result.outcome is MatchOutcome.NONE:
        return "missed" if true else "rightly_none"
    if result.outcome is not MatchOutcome.MATCH or score < at_least:
        return "asked" if true else "asked_in_vain"
    if not true:
        return "invented"
    return "right" if result.candidates[0].key in true else "mistaken"


def score_for(
    precision: float, results: Mapping[Hashable, MatchResult], pairs: Iterable[LabelledPair]
) -> float | None:
    """The lowest score from which on matches have this ``precision``; None if none have it.

    What a host takes for its thresholds: one precision for certain, a lower one for likely.
    """
    scored = []
    for record, true in _by_record(pairs).items():
        result = _result(results, record)
        if result.outcome is MatchOutcome.MATCH:
            best = result.candidates[0]
            scored.append((best.score, best.key in true))
    scored.sort(key=itemgetter(0), reverse=True)
    lowest, right, matched = None, 0, 0
    for score, of_one_score in groupby(scored, key=itemgetter(0)):
        verdicts = [is_right for _, is_right in of_one_score]
        right, matched = right + sum(verdicts), matched + len(verdicts)
        if right / matched >= precision:
            lowest = score
    return lowest


def _by_record(pairs: Iterable[LabelledPair]) -> dict[Hashable, set[Hashable]]:
    labelled: dict[Hashable, set[Hashable]] = {}
    for record, candidate in pairs:
        true = labelled.setdefault(record, set())
        if candidate is not None:
            true.add(candidate)
    return labelled


def _result(results: Mapping[Hashable, MatchResult], record: Hashable) -> MatchResult:
    if record not in results:
        raise BadName(f"there is no result for the labelled record {shorten(record)}")
    return results[record]
