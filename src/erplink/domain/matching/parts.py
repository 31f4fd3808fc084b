"""Parts: the fields that rules compare, with their place among the keys of either side."""

from itertools import product
from typing import NamedTuple

from erplink.domain.matching.normalisers import Normalisers
from erplink.domain.matching.reading import Feature, Keys, Values, written_as
from erplink.domain.matching.rules import KeyPart, Similarity
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["LIKENESS_LENGTH_MAX", "Alike", "Features", "Part", "Side"]

LIKENESS_LENGTH_MAX = 200
"""The most characters of a text that are compared by likeness."""


class Side(NamedTuple):
    """One of two records that are compared."""

    values: Values
    keys: Keys


class Part(NamedTuple):
    """One part of a rule: what it looks at on either side, and where the keys for it stand."""

    record: Feature
    candidate: Feature
    record_at: int
    candidate_at: int

    def shared(self, mine: Keys, theirs: Keys) -> str:
        """A key that both sides have; empty where they share none."""
        ours, others = mine[self.record_at], theirs[self.candidate_at]
        if not ours or not others:
            return ""
        if ours[0] == others[0]:
            return ours[0]
        return next((key for key in ours if key in others), "")

    def apart(self, mine: Keys, theirs: Keys) -> tuple[str, str] | None:
        """A key of either side, where both have keys and none is a part of one of the other."""
        pairs = list(product(mine[self.record_at], theirs[self.candidate_at]))
        if not pairs or any(one in other or other in one for one, other in pairs):
            return None
        return pairs[0]

    def written(self, mine: Side, theirs: Side, pair: tuple[str, str]) -> tuple[str, str]:
        """How the values with this pair of keys are written on either side."""
        (my_field, my_normaliser), (their_field, their_normaliser) = self.record, self.candidate
        return (
            written_as(mine.values.get(my_field), my_normaliser, pair[0]),
            written_as(theirs.values.get(their_field), their_normaliser, pair[1]),
        )


class Alike(NamedTuple):
    """A part that need only be alike."""

    part: Part
    similarity: Similarity
    at_least: float

    def best(self, mine: Keys, theirs: Keys) -> tuple[float, tuple[str, str]] | None:
        """The similarity of the keys that are most alike, and those keys; None if it is too low."""
        pairs = product(mine[self.part.record_at], theirs[self.part.candidate_at])
        found = max(((self._compare(*pair), pair) for pair in pairs), default=(0.0, ("", "")))
        return found if found[0] >= self.at_least else None

    def _compare(self, one: str, other: str) -> float:
        if one == other:
            return 1.0
        found = self.similarity(one[:LIKENESS_LENGTH_MAX], other[:LIKENESS_LENGTH_MAX])
        if not 0 <= found <= 1:
            raise BadValue("a similarity is between 0 and 1", value=shorten(found))
        return found


class Features:
    """What all rules of a matcher look at, on either side: each field and normaliser once."""

    __slots__ = ("candidate", "normalisers", "record")

    def __init__(self, normalisers: Normalisers) -> None:
        self.normalisers = normalisers
        self.record: dict[Feature, int] = {}
        self.candidate: dict[Feature, int] = {}

    def place(self, part: KeyPart) -> Part:
        """``part`` with its place among the keys of either side."""
        normalise = self.normalisers.named(part.normaliser)
        mine, theirs = ((field, normalise) for field in part.fields)
        return Part(
            mine,
            theirs,
            self.record.setdefault(mine, len(self.record)),
            self.candidate.setdefault(theirs, len(self.candidate)),
        )
