"""KeyIndex: the narrow way to a counterpart, by keys alone, for candidates by the million."""

from collections.abc import Hashable, Sequence
from typing import TypeAlias

from erplink.domain.matching.compiled import CompiledRules
from erplink.domain.matching.index import CANDIDATES_MAX
from erplink.domain.matching.reading import Values

__all__ = ["KeyIndex"]

_Bucket: TypeAlias = dict[object, Hashable | list[Hashable]]


class KeyIndex:
    """Candidates by their keys, and nothing else of them; made by :meth:`Matcher.key_index`.

    It tells which candidates a search comes down to. A single one is the counterpart, for every
    rule is worth enough by itself; among several, an :class:`Index` of these few decides as one of
    all candidates would.
    """

    __slots__ = ("_buckets", "_compiled")

    def __init__(self, compiled: CompiledRules) -> None:
        """Start empty."""
        self._compiled = compiled
        self._buckets: list[_Bucket] = [{} for _ in compiled.comparisons]

    @staticmethod
    def fits(compiled: CompiledRules) -> bool:
        """Whether keys alone tell the counterpart: nothing contradicts, or need only be alike."""
        return all(
            not comparison.only_alike
            and not comparison.rule.contradicts
            and comparison.rule.weight >= compiled.thresholds.likely
            for comparison in compiled.comparisons
        )

    def add(self, key: Hashable, values: Values) -> None:
        """Add a candidate that is not there yet."""
        keys = self._compiled.read_candidate(values)
        for comparison, bucket in zip(self._compiled.comparisons, self._buckets, strict=True):
            for each in comparison.keys_of_candidate(keys):
                known = bucket.setdefault(each, key)
                if isinstance(known, list):
                    known.append(key)
                elif known is not key:
                    bucket[each] = [known, key]

    def find(self, record: Values) -> Sequence[Hashable]:
        """The candidates that ``record`` may be; then those of keys that are too common to tell.

        Of the latter there are just enough to be too many for an :class:`Index`, too.
        """
        compiled = self._compiled
        keys = compiled.read_record(record)
        common: dict[Hashable, None] = {}
        for tier in compiled.tiers:
            found: dict[Hashable, None] = {}
            for rule in tier:
                mine = compiled.comparisons[rule].keys_of_record(keys)
                held, usual = _gathered(self._buckets[rule], mine)
                common.update(dict.fromkeys(held[usual:]))
                found.update(dict.fromkeys(held[:usual]))
            if found:
                return (*found, *(each for each in common if each not in found))
        return tuple(common)


def _gathered(bucket: _Bucket, keys: Sequence[object]) -> tuple[list[Hashable], int]:
    """What has one of ``keys``, and how many of those are not of a key that is too common."""
    usual: dict[Hashable, None] = {}
    common: list[Hashable] = []
    for key in keys:
        held = bucket.get(key)
        if not isinstance(held, list):
            if held is not None:
                usual[held] = None
        elif len(held) > CANDIDATES_MAX:
            common += held[: CANDIDATES_MAX + 1]
        else:
            usual.update(dict.fromkeys(held))
    if len(usual) > CANDIDATES_MAX:
        return [*usual, *common], 0
    return [*usual, *common], len(usual)
