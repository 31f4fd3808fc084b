"""Merger: a mapping compiled once, that merges records one by one or by the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from operator import ne
from typing import Any

from erplink.domain.connections import Ranking
from erplink.domain.fields import Field
from erplink.domain.links import Agreed, Pin
from erplink.domain.mapping import FieldRule, ListMap
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.merge.decision import FieldDecision, Option
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.record import LinkedRecord, RecordMerge, Values, merge_record
from erplink.domain.merge.resolver import answer_field
from erplink.domain.merge.short_way import Move, ShortWay
from erplink.domain.merge.standing import LinkedField
from erplink.domain.policy import Policy
from erplink.domain.records import CRM, Mark
from erplink.domain.values import UNSET, Value

__all__ = ["Merger"]


def described(fields: Iterable[Field]) -> dict[str, Field]:
    """The field descriptions by key."""
    return {field.key: field for field in fields}


class Merger:
    """Merges the records of one mapping; made once, used for every record."""

    __slots__ = ("_short_way", "mapping", "pairs", "policy", "system")

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
        for pair in self.pairs:
            self.policy.check(pair.rule)
        self._short_way = ShortWay(self.system, self.pairs, self.policy, self.merge)

    def merge(
        self,
        base: Mapping[str, Agreed] | Values,
        crm: Values,
        erp: Values,
        *,
        crm_mark: Mark = None,
        erp_mark: Mark = None,
        pins: Mapping[str, Pin] | None = None,
    ) -> RecordMerge:
        """Merge one pair of records; ``base`` as in :meth:`page`, empty for the first link."""
        link = self.linked(erp, base, mark=erp_mark, pins=pins)
        return merge_record(crm, [link], self.policy, crm_mark=crm_mark)

    def linked(
        self,
        erp: Values,
        base: Mapping[str, Agreed] | Values,
        *,
        mark: Mark = None,
        pins: Mapping[str, Pin] | None = None,
    ) -> LinkedRecord:
        """The ERP's record as :func:`merge_record` takes it, for an entity with several links."""
        agreed = self.agreements(base)
        return LinkedRecord(self.system, self.pairs, erp, agreed, mark=mark, pins=pins or {})

    def answer(self, decision: FieldDecision, value: Value) -> Option:
        """What follows for a question of :meth:`merge` once a person gives ``value`` as right."""
        crm, erp = decision.sides
        pair = next(pair for pair in self.pairs if pair.crm_key == decision.field)
        agreed = None if crm.base is UNSET or erp.base is UNSET else Agreed(crm.base, erp.base)
        side = LinkedField(self.system, pair, erp.value, agreed)
        return answer_field(crm.value, [side], self.policy, value)

    def page(
        self, bases: Sequence[Values], crms: Sequence[Values], erps: Sequence[Values]
    ) -> Iterator[tuple[int, RecordMerge]]:
        """Merge a page of record pairs; gives the index and the merge of those that moved.

        A base is what both sides last agreed on, in the ERP's words and by the ERP's keys;
        where the two sides' words may differ, give :class:`Agreed` values by the rules' keys.
        """
        if not len(bases) == len(crms) == len(erps):
            message = f"a page has three equal sides, not {len(bases)}, {len(crms)}, {len(erps)}"
            raise ValueError(message)
        if not self._short_way.applies:
            yield from self._slow_page(bases, crms, erps)
            return
        # One comparison per side tells the records that did not move; nothing is built for them.
        touched = set(compress(count(), map(ne, bases, crms)))
        touched.update(compress(count(), map(ne, bases, erps)))
        merge = self._short_way.merge
        for index in sorted(touched):
            merged = merge(bases[index], crms[index], erps[index])
            if merged is not None:
                yield index, merged

    def moves(
        self, base: Mapping[str, Agreed], crm: Values, erp: Values
    ) -> tuple[Move, ...] | None:
        """What follows for a plain record without a conflict; None where it has to be merged."""
        return self._short_way.moves(base, crm, erp) if self._short_way.applies else None

    def _slow_page(
        self, bases: Sequence[Values], crms: Sequence[Values], erps: Sequence[Values]
    ) -> Iterator[tuple[int, RecordMerge]]:
        for index, (base, crm, erp) in enumerate(zip(bases, crms, erps, strict=True)):
            merged = self.merge(base, crm, erp)
            if merged.has_news:
                yield index, merged

    def agreements(self, base: Mapping[str, Agreed] | Values) -> Mapping[str, Agreed]:
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
