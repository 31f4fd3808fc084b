"""Index: candidates to be found by any of their keys, and the search for a record's counterpart."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import TypeAlias

from erplink.domain.matching.compiled import CompiledRules
from erplink.domain.matching.evidence import Candidate, Evidence, score_of
from erplink.domain.matching.parts import Side
from erplink.domain.matching.reading import Values
from erplink.domain.matching.result import Attempt, MatchReason, MatchResult, Tried
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["CANDIDATES_MAX", "COMPARED_MAX", "Index"]

CANDIDATES_MAX = 100
"""The most candidates that a key may find; a key that more share tells nothing."""

COMPARED_MAX = 500
"""The most candidates that a record is compared with by likeness, for one rule."""

_Bucket: TypeAlias = dict[object, list[int]]


class Index:
    """Candidates, found by any of their keys; made by :meth:`Matcher.index`.

    It holds on to the values it was given and does not copy them. It changes by :meth:`add` and
    :meth:`link` alone, so that an import can add what it has just made.
    """

    __slots__ = ("_buckets", "_compiled", "_keys", "_linked", "_places", "_sides")

    def __init__(self, compiled: CompiledRules) -> None:
        """Start empty."""
        self._compiled = compiled
        self._buckets: list[_Bucket] = [{} for _ in compiled.comparisons]
        self._keys: list[Hashable] = []
        self._sides: list[Side] = []
        self._places: dict[Hashable, int] = {}
        self._linked: dict[int, str] = {}

    def __len__(self) -> int:
        """How many candidates there are."""
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        """Whether there is a candidate of this key."""
        return key in self._places

    def add(self, key: Hashable, values: Values, *, linked_to: str = "") -> None:
        """Add a candidate; ``linked_to`` says to what it is linked already."""
        if key in self._places:
            raise BadValue("two candidates have one key", value=shorten(key))
        at = self._places[key] = len(self._keys)
        keys = self._compiled.read_candidate(values)
        self._keys.append(key)
        self._sides.append(Side(values, keys))
        if linked_to:
            self._linked[at] = linked_to
        for comparison, bucket in zip(self._compiled.comparisons, self._buckets, strict=True):
            for each in comparison.keys_of_candidate(keys):
                bucket.setdefault(each, []).append(at)

    def link(self, key: Hashable, to: str) -> None:
        """Say that a candidate is linked from now on, so that no other record is given it."""
        if key not in self._places:
            raise BadValue("no candidate has this key", value=shorten(key))
        self._linked[self._places[key]] = to

    def match(self, record: Values) -> MatchResult:
        """Find the counterpart of ``record``; the first priority that finds anything decides."""
        compiled = self._compiled
        mine = Side(record, compiled.read_record(record))
        attempts: list[Attempt] = []
        set_aside: dict[int, Candidate] = {}
        for tier in compiled.tiers:
            found: dict[int, None] = {}
            attempts += [self._try(rule, mine, found) for rule in tier]
            candidates = self._judge_all(mine, found, set_aside)
            if candidates:
                reason = self._choose(candidates)
                attempts += compiled.not_needed[len(attempts) :]
                break
        else:
            candidates, reason = (), _why_none(attempts, set_aside)
        return MatchResult(reason, candidates, tuple(attempts), tuple(set_aside.values()))

    def _try(self, rule: int, mine: Side, found: dict[int, None]) -> Attempt:
        """Add to ``found`` what one rule finds."""
        comparison = self._compiled.comparisons[rule]
        keys = comparison.keys_of_record(mine.keys)
        if not keys:
            return self._compiled.absent[rule]
        most = COMPARED_MAX if comparison.only_alike else CANDIDATES_MAX
        places, too_common = _gathered(self._buckets[rule], keys, most)
        if comparison.only_alike:
            sides = self._sides
            places = [at for at in places if comparison.compare(mine, sides[at]) is not None]
        if len(places) > CANDIDATES_MAX:
            places, too_common = (), True
        if not places:
            return self._compiled.too_common[rule] if too_common else self._compiled.nothing[rule]
        found.update(dict.fromkeys(places))
        return Attempt(comparison.rule.name, Tried.FOUND, len(places))

    def _judge_all(
        self, mine: Side, found: Iterable[int], set_aside: dict[int, Candidate]
    ) -> tuple[Candidate, ...]:
        """What is left of the ``found`` ones, the best first; the vetoed ones are set aside."""
        judged = [(at, self._judge(mine, at)) for at in found if at not in set_aside]
        set_aside.update((at, candidate) for at, candidate in judged if candidate.vetoed)
        candidates = [candidate for _, candidate in judged if not candidate.vetoed]
        if len(candidates) > 1:
            candidates.sort(key=lambda each: each.score, reverse=True)
        return tuple(candidates)

    def _judge(self, mine: Side, at: int) -> Candidate:
        """Everything that speaks for or against one candidate, whichever rule found it."""
        theirs = self._sides[at]
        findings: dict[int, Evidence] = {}
        for rule, comparison in enumerate(self._compiled.comparisons):
            evidence = comparison.compare(mine, theirs)
            if evidence is not None:
                findings[rule] = evidence
        agreed = {rule for rule, each in findings.items() if each.finding.speaks_for}
        told = tuple(
            each
            for rule, each in findings.items()
            if rule not in agreed or not self._compiled.comparisons[rule].implied_by & agreed
        )
        score = score_of(told)
        certainty = self._compiled.thresholds.certainty(score)
        return Candidate(self._keys[at], score, certainty, told, self._linked.get(at, ""))

    def _choose(self, candidates: Sequence[Candidate]) -> MatchReason:
        """Whether the first candidate is the one."""
        first, *others = candidates
        alone = not others
        if alone or self._compiled.thresholds.leads(first.score, others[0].score):
            if first.linked_to:
                return MatchReason.ALREADY_LINKED
            return MatchReason.ONE_CANDIDATE if alone else MatchReason.BEST_CANDIDATE
        if all(each.linked_to for each in candidates):
            return MatchReason.ALREADY_LINKED
        return MatchReason.SEVERAL_CANDIDATES


def _gathered(bucket: _Bucket, keys: Sequence[object], most: int) -> tuple[Sequence[int], bool]:
    """The places found under ``keys``, and whether more than ``most`` share a key."""
    if len(keys) == 1:
        places = bucket.get(keys[0], ())
        return ((), True) if len(places) > most else (places, False)
    found: dict[int, None] = {}
    too_common = False
    for key in keys:
        places = bucket.get(key, ())
        if len(places) > most:
            too_common = True
        else:
            found.update(dict.fromkeys(places))
    return ((), True) if len(found) > most else (list(found), too_common)


def _why_none(attempts: Iterable[Attempt], set_aside: Collection[int]) -> MatchReason:
    tried = {attempt.tried for attempt in attempts}
    if Tried.TOO_COMMON in tried:
        # There may well be a counterpart; to say that there is none could make a duplicate.
        return MatchReason.TOO_COMMON
    if set_aside:
        return MatchReason.CONTRADICTED
    return MatchReason.NO_KEY if tried == {Tried.NO_KEY} else MatchReason.NO_CANDIDATE
