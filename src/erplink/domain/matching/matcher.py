"""Matcher: match rules compiled once, that make indexes of candidates."""

from collections.abc import Hashable, Iterable, Mapping

from erplink.domain.frozen import FrozenDict
from erplink.domain.matching.compiled import CompiledRules
from erplink.domain.matching.evidence import Thresholds
from erplink.domain.matching.index import Index
from erplink.domain.matching.key_index import KeyIndex
from erplink.domain.matching.normalisers import STANDARD_NORMALISERS, Normalisers
from erplink.domain.matching.reading import Values
from erplink.domain.matching.rules import MatchRule, Similarity

__all__ = ["Matcher"]


class Matcher:
    """Match rules, compiled; made once, used for any number of candidates and records."""

    __slots__ = ("_compiled",)

    def __init__(
        self,
        rules: Iterable[MatchRule],
        *,
        normalisers: Normalisers = STANDARD_NORMALISERS,
        similarity: Similarity | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        """Compile ``rules``; those that compare by likeness need a ``similarity``."""
        usual = thresholds or Thresholds()
        self._compiled = CompiledRules(rules, normalisers, similarity, usual)

    @property
    def rules(self) -> tuple[MatchRule, ...]:
        """The rules, in the order in which they are tried."""
        return self._compiled.rules

    @property
    def thresholds(self) -> Thresholds:
        """What makes a score certain or likely, and a candidate the best of several."""
        return self._compiled.thresholds

    def missing(self, fields: Iterable[str]) -> tuple[str, ...]:
        """The fields of a record that rules look at and that are not among ``fields``."""
        known = set(fields)
        wanted = dict.fromkeys(field for rule in self.rules for field in rule.fields)
        return tuple(field for field in wanted if field not in known)

    def index(
        self,
        candidates: Iterable[tuple[Hashable, Values]] = (),
        *,
        linked: Mapping[Hashable, str] = FrozenDict(),
    ) -> Index:
        """An index of ``candidates``, each under a key of its own.

        Args:
            candidates: Keys, which are handed back as they are, with the values by field.
            linked: By key, to what a candidate is linked already; those not in it are free.
        """
        index = Index(self._compiled)
        for key, values in candidates:
            index.add(key, values, linked_to=linked.get(key, ""))
        return index

    def key_index(self) -> KeyIndex | None:
        """An empty index of keys alone; None where keys alone do not tell a counterpart."""
        return KeyIndex(self._compiled) if KeyIndex.fits(self._compiled) else None
