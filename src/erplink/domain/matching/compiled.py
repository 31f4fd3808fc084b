"""CompiledRules: what a matcher makes of its rules once, so that no record pays for it."""

from collections.abc import Iterable
from itertools import groupby

from erplink.domain.matching.comparing import Comparison
from erplink.domain.matching.evidence import Thresholds
from erplink.domain.matching.normalisers import Normalisers
from erplink.domain.matching.parts import Features
from erplink.domain.matching.reading import reader
from erplink.domain.matching.result import Attempt, Tried
from erplink.domain.matching.rules import MatchRule, Similarity
from erplink.errors import BadValue

__all__ = ["CompiledRules"]


class CompiledRules:
    """Rules in the order in which they are tried, and how records are read for them."""

    __slots__ = (
        "absent", "comparisons", "not_needed", "nothing", "read_candidate", "read_record", "rules",
        "thresholds", "tiers", "too_common",
    )  # fmt: skip

    def __init__(
        self,
        rules: Iterable[MatchRule],
        normalisers: Normalisers,
        similarity: Similarity | None,
        thresholds: Thresholds,
    ) -> None:
        self.rules = _checked(tuple(sorted(rules, key=lambda rule: rule.priority)))
        self.thresholds = thresholds
        features = Features(normalisers)
        self.comparisons = tuple(
            Comparison(rule, features, similarity, _implied_by(self.rules, at))
            for at, rule in enumerate(self.rules)
        )
        self.read_record = reader(tuple(features.record))
        self.read_candidate = reader(tuple(features.candidate))
        by_priority = groupby(range(len(self.rules)), key=lambda at: self.rules[at].priority)
        #: The places of the rules that are tried together.
        self.tiers = tuple(tuple(tier) for _, tier in by_priority)
        # Most attempts come to nothing, and always to the same: they are made once.
        self.absent = self._attempts(Tried.NO_KEY)
        self.nothing = self._attempts(Tried.NOTHING)
        self.too_common = self._attempts(Tried.TOO_COMMON)
        self.not_needed = self._attempts(Tried.NOT_NEEDED)

    def _attempts(self, tried: Tried) -> tuple[Attempt, ...]:
        return tuple(Attempt(rule.name, tried) for rule in self.rules)


def _checked(rules: tuple[MatchRule, ...]) -> tuple[MatchRule, ...]:
    if not rules:
        raise BadValue("a matcher needs a rule", value="()")
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise BadValue("two match rules have one name", value=repr(rule.name))
        seen.add(rule.name)
    return rules


def _implied_by(rules: tuple[MatchRule, ...], at: int) -> frozenset[int]:
    mine = rules[at].pairs
    # Of two rules about the same fields, the one that is tried first speaks for both.
    return frozenset(
        other
        for other, rule in enumerate(rules)
        if mine < rule.pairs or (mine == rule.pairs and other < at)
    )
