"""Comparing: one match rule, compiled: the keys it makes of a record, and what it finds in two."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from erplink.domain.matching.evidence import Evidence, Finding
from erplink.domain.matching.parts import Alike, Features, Side
from erplink.domain.matching.reading import Keys
from erplink.domain.matching.rules import Contradiction, MatchRule, Similarity
from erplink.errors import BadValue

__all__ = ["Comparison"]

_AGAINST: Final = {Contradiction.LOWERS: Finding.CONTRADICTS, Contradiction.VETOES: Finding.VETOES}


class Comparison:
    """One rule at work."""

    __slots__ = ("_alike", "_parts", "implied_by", "rule")

    def __init__(
        self,
        rule: MatchRule,
        features: Features,
        similarity: Similarity | None,
        implied_by: frozenset[int],
    ) -> None:
        self.rule = rule
        self._parts = tuple(features.place(part) for part in rule.parts)
        self._alike = _alike(rule, features, similarity)
        #: The rules that look at the same fields or more: beside them it tells nothing new.
        self.implied_by = implied_by

    @property
    def only_alike(self) -> bool:
        """Whether what shares a key must be compared before it counts as found."""
        return self._alike is not None

    def keys_of_record(self, keys: Keys) -> Sequence[object]:
        """The keys to look a record up by; none where it lacks a part."""
        if self._alike is not None and not keys[self._alike.part.record_at]:
            return ()
        return _combined([keys[part.record_at] for part in self._parts])

    def keys_of_candidate(self, keys: Keys) -> Sequence[object]:
        """The keys to find a candidate by."""
        return _combined([keys[part.candidate_at] for part in self._parts])

    def compare(self, mine: Side, theirs: Side) -> Evidence | None:
        """What speaks for or against the two being one; None where nothing does."""
        written = []
        for part in self._parts:
            key = part.shared(mine.keys, theirs.keys)
            if not key:
                return self._against(mine, theirs) if self.rule.contradicts else None
            written.append(part.written(mine, theirs, (key, key)))
        if self._alike is None:
            return self._evidence(Finding.AGREES, written)
        found = self._alike.best(mine.keys, theirs.keys)
        if found is None:
            return None
        similarity, pair = found
        written.append(self._alike.part.written(mine, theirs, pair))
        return self._evidence(Finding.RESEMBLES, written, similarity)

    def _against(self, mine: Side, theirs: Side) -> Evidence | None:
        (part,) = self._parts  # a rule that contradicts has one
        pair = part.apart(mine.keys, theirs.keys)
        if pair is None:
            return None
        return self._evidence(_AGAINST[self.rule.contradiction], [part.written(mine, theirs, pair)])

    def _evidence(
        self, finding: Finding, written: Iterable[tuple[str, str]], similarity: float = 1.0
    ) -> Evidence:
        record, candidate = zip(*written, strict=True)
        worth = self.rule.weight * similarity if finding.speaks_for else 0.0
        return Evidence(self.rule.name, finding, worth, record, candidate, similarity)


def _alike(rule: MatchRule, features: Features, similarity: Similarity | None) -> Alike | None:
    if rule.likeness is None:
        return None
    if similarity is None:
        need = "a rule that compares by likeness needs a similarity function"
        raise BadValue(need, value=repr(rule.name))
    return Alike(features.place(rule.likeness.part), similarity, rule.likeness.at_least)


def _combined(keys: list[tuple[str, ...]]) -> Sequence[object]:
    return keys[0] if len(keys) == 1 else list(product(*keys))
