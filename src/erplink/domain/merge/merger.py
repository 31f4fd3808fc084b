"""Merger: a mapping compiled once, that merges records one by one or by the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from operator import ne
from typing import Any

from attrs import field as attr
from attrs import frozen

from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed, Pin
from erplink.domain.connections import Ranking
from erplink.domain.mapping import FieldRule, ListMap
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.merge.decision import FieldDecision, Outcome
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.resolver import merge_field
from erplink.domain.merge.standing import LinkedField
from erplink.domain.policy import Policy, Rule
from erplink.domain.records import CRM, Mark
from erplink.domain.values import UNSET, Maybe, Value

__all__ = ["LinkedRecord", "Merger", "RecordMerge", "merge_record"]

Values = Mapping[str, Value]


def described(fields: Iterable[Field]) -> dict[str, Field]:
    """The field descriptions by key."""
    return {field.key: field for field in fields}


class Merger:
    """Merges the records of one mapping; made once, used for every record."""

    __slots__ = ("_fast", "mapping", "pairs", "policy", "system")

    def __init__(
        self,
        mapping: FieldMapping,
        actor_fields: Iterable[Field],
        entity_fields: Iterable[Field],
        policy: Policy | None = None,
    ) -> None:
        """Compile ``mapping``; without a policy its connection ranks last, after the CRM."""
        self.mapping = mapping
        self.system = mapping.connection
        self.policy = policy or _usual_policy(mapping.connection)
        erp, crm = described(actor_fields), described(entity_fields)
        self.pairs = tuple(
            FieldPair(rule, _list_map(mapping, rule, erp, crm), erp, crm)
            for rule in mapping.rules
            if rule.syncs
        )
        self._fast = _Fast(self)

    def merge(
        self,
        base: "Mapping[str, Agreed] | Values",
        crm: Values,
        erp: Values,
        *,
        crm_mark: Mark = None,
        erp_mark: Mark = None,
        pins: Mapping[str, Pin] | None = None,
    ) -> "RecordMerge":
        """Merge one pair of records; ``base`` as in :meth:`page`, empty for the first link."""
        record = LinkedRecord(self, erp, self.agreements(base), mark=erp_mark, pins=pins or {})
        return merge_record(crm, [record], self.policy, crm_mark=crm_mark)

    def page(
        self, bases: Sequence[Values], crms: Sequence[Values], erps: Sequence[Values]
    ) -> Iterator[tuple[int, "RecordMerge"]]:
        """Merge a page of record pairs; gives the index and the merge of those that moved.

        A base is what both sides last agreed on, in the ERP's words and by the ERP's keys;
        where the two sides' words may differ, give :class:`Agreed` values by the rules' keys.
        """
        if not len(bases) == len(crms) == len(erps):
            message = f"a page has three equal sides, not {len(bases)}, {len(crms)}, {len(erps)}"
            raise ValueError(message)
        if not self._fast.applies:
            yield from self._slow_page(bases, crms, erps)
            return
        # One comparison per side tells the records that did not move; nothing is built for them.
        touched = set(compress(count(), map(ne, bases, crms)))
        touched.update(compress(count(), map(ne, bases, erps)))
        fast = self._fast.merge
        for index in sorted(touched):
            merged = fast(bases[index], crms[index], erps[index])
            if merged is not None:
                yield index, merged

    def _slow_page(
        self, bases: Sequence[Values], crms: Sequence[Values], erps: Sequence[Values]
    ) -> Iterator[tuple[int, "RecordMerge"]]:
        for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True)):
            merged = self.merge(base, crm, erp)
            if merged.has_news:
                yield index, merged

    def agreements(self, base: "Mapping[str, Agreed] | Values") -> Mapping[str, Agreed]:
        """``base`` as agreements by the keys of the rules."""
        agreed: dict[str, Agreed] = {}
        for pair in self.pairs:
            held: Any = base.get(pair.key, UNSET)
            if isinstance(held, Agreed):
                agreed[pair.key] = held
                continue
            value: Any = pair.erp.read(base) if held is UNSET else held  # type: ignore[arg-type]
            if value is not UNSET:
                agreed[pair.key] = Agreed(pair.as_read(value), value)
        return agreed


def _usual_policy(connection: str) -> Policy:
    return Policy(Ranking((CRM, connection)))


def _list_map(
    mapping: FieldMapping, rule: FieldRule, erp: Mapping[str, Field], crm: Mapping[str, Field]
) -> ListMap | None:
    one, other = erp.get(rule.key), crm.get(rule.crm_key)
    if one is None or other is None or not (one.list_name and other.list_name):
        return None
    return mapping.list_map(one.list_name, other.list_name)


class _Fast:
    """The short way through a page whose fields are plain: equal names, nothing to convert.

    It decides only what cannot be decided otherwise: one side moved, both moved to the same, or
    both moved apart under the rule of rank. For anything else the record takes the long way.
    """

    __slots__ = ("applies", "merger", "rows")

    def __init__(self, merger: Merger) -> None:
        self.merger = merger
        self.applies = all(
            pair.plain_type is not None and pair.crm.keys == pair.erp.keys for pair in merger.pairs
        )
        crm_wins = merger.policy.ranking.highest((CRM, merger.system)) == CRM
        self.rows = [
            (
                pair.key,
                pair.plain_type,
                pair.may_to_crm,
                pair.may_to_erp,
                pair.rule == Rule.RANK and pair.may_to_crm and pair.may_to_erp,
                crm_wins,
            )
            for pair in merger.pairs
        ]

    def merge(self, base: Values, crm: Values, erp: Values) -> "RecordMerge | None":
        """The merge of one touched record, or None where nothing follows from what moved."""
        to_crm: dict[str, Value] = {}
        to_erp: dict[str, Value] = {}
        agreed = False
        try:
            for key, plain, may_to_crm, may_to_erp, ranked, crm_wins in self.rows:
                was, mine, theirs = base[key], crm[key], erp[key]
                if mine == was and theirs == was:
                    continue
                if not (
                    _is_plain(was, plain) and _is_plain(mine, plain) and _is_plain(theirs, plain)
                ):
                    return self._the_long_way(base, crm, erp)
                if mine == theirs:
                    agreed = True
                elif mine == was:
                    if may_to_crm:
                        to_crm[key] = theirs
                elif theirs == was:
                    if may_to_erp:
                        to_erp[key] = mine
                elif not ranked:
                    return self._the_long_way(base, crm, erp)
                elif crm_wins:
                    to_erp[key] = mine
                else:
                    to_crm[key] = theirs
        except KeyError:
            return self._the_long_way(base, crm, erp)
        if not (to_crm or to_erp or agreed):
            return None
        return RecordMerge.quick(self.merger, (base, crm, erp), to_crm, to_erp)

    def _the_long_way(self, base: Values, crm: Values, erp: Values) -> "RecordMerge | None":
        merged = self.merger.merge(base, crm, erp)
        return merged if merged.has_news else None


def _is_plain(value: Any, plain: Any) -> bool:
    # Text beyond ASCII may be composed differently and still be the same; empty text may be None.
    if type(value) is not plain:
        return False
    return plain is not str or (value.isascii() and value != "")


@frozen
class LinkedRecord:
    """One linked ERP's part in the merge of a record."""

    merger: Merger
    values: Values
    base: Mapping[str, Agreed] = FrozenDict()
    mark: Mark = attr(default=None, kw_only=True)
    pins: Mapping[str, Pin] = attr(factory=FrozenDict, kw_only=True)


class RecordMerge:
    """What becomes of one record: a patch for each side, and a decision for each field."""

    __slots__ = ("_decisions", "_patches", "_sources")

    def __init__(self, decisions: Sequence[FieldDecision]) -> None:
        """Hold the decisions of the fields on which there is anything to say."""
        self._decisions: tuple[FieldDecision, ...] | None = tuple(decisions)
        self._patches: dict[str, dict[str, Value]] | None = None
        self._sources: tuple[Merger, tuple[Values, Values, Values]] | None = None

    @classmethod
    def quick(
        cls,
        merger: Merger,
        sides: tuple[Values, Values, Values],
        to_crm: dict[str, Value],
        to_erp: dict[str, Value],
    ) -> "RecordMerge":
        """Hold the patches; the decisions are told in full only when they are asked for."""
        merged = cls.__new__(cls)
        merged._decisions = None
        merged._patches = {CRM: to_crm, merger.system: to_erp}
        merged._sources = (merger, sides)
        return merged

    @property
    def decisions(self) -> tuple[FieldDecision, ...]:
        """The fields on which there is anything to say, with everything that follows."""
        if self._decisions is None:
            assert self._sources is not None  # noqa: S101 - quick() set it
            merger, (base, crm, erp) = self._sources
            self._decisions = merger.merge(base, crm, erp).decisions
        return self._decisions

    def patch(self, system: str) -> Mapping[str, Value]:
        """What must be written to ``system``, by its own field keys; empty for nothing."""
        if self._patches is None:
            self._patches = _patches(self.decisions)
        return self._patches.get(system, {})

    @property
    def has_news(self) -> bool:
        """Whether anything follows, be it only a question or a base that moves on."""
        if self._decisions is None:
            return True
        return any(each.outcome is not Outcome.KEEP for each in self._decisions)

    @property
    def questions(self) -> tuple[FieldDecision, ...]:
        """The fields that wait for a person."""
        return tuple(each for each in self.decisions if each.outcome is Outcome.ASK)

    def decision(self, field: str) -> FieldDecision | None:
        """The decision on the CRM's ``field``, if there was anything to decide."""
        return next((each for each in self.decisions if each.field == field), None)

    def __repr__(self) -> str:
        """The decisions, one after the other."""
        return f"RecordMerge({', '.join(map(repr, self.decisions))})"


def _patches(decisions: Iterable[FieldDecision]) -> dict[str, dict[str, Value]]:
    patches: dict[str, dict[str, Value]] = {}
    for decision in decisions:
        for write in decision.writes:
            patches.setdefault(write.system, {}).update(write.patch)
    return patches


def merge_record(
    crm: Values, links: Iterable[LinkedRecord], policy: Policy, *, crm_mark: Mark = None
) -> RecordMerge:
    """Merge a CRM record with the records of any number of linked ERPs."""
    fields: dict[tuple[str, ...], list[LinkedField]] = {}
    for link in links:
        for pair in link.merger.pairs:
            fields.setdefault(pair.crm.keys, []).append(_linked_field(link, pair))
    decisions: list[FieldDecision] = []
    written: set[str] = set()
    for sides in fields.values():
        value = sides[0].pair.crm.read(crm)
        if _is_quiet(value, sides):
            continue
        decision = merge_field(value, sides, policy, crm_mark=crm_mark)
        if decision is None:
            continue
        touched = {key for write in decision.writes if write.system == CRM for key in write.patch}
        # Where links cut one CRM field in different parts, the other cut follows in the next pass.
        if not touched & written:
            decisions.append(decision)
            written |= touched
    return RecordMerge(decisions)


def _linked_field(link: LinkedRecord, pair: FieldPair) -> LinkedField:
    return LinkedField(
        link.merger.system,
        pair,
        pair.erp.read(link.values),
        link.base.get(pair.key),
        link.mark,
        link.pins.get(pair.key),
    )


def _is_quiet(crm: Maybe, sides: Iterable[LinkedField]) -> bool:
    return all(
        side.agreed is not None and side.value == side.agreed.erp and crm == side.agreed.crm
        for side in sides
    )
