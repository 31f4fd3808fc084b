"""RecordMerge: what becomes of a CRM record and the records of the ERPs it is linked to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed, Pin
from erplink.domain.merge.decision import FieldDecision, Option, Outcome
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.resolver import answer_field, merge_field
from erplink.domain.merge.standing import LinkedField
from erplink.domain.policy import Policy
from erplink.domain.records import CRM, Mark
from erplink.domain.values import Maybe, Value

__all__ = ["LinkedRecord", "RecordMerge", "Values", "answer_record", "merge_record"]

Values: TypeAlias = Mapping[str, Value]
"""A record's values by field key; a key that is missing was not said."""


@frozen
class LinkedRecord:
    """One linked ERP's part in the merge of a record."""

    system: str
    pairs: tuple[FieldPair, ...]
    values: Values
    base: Mapping[str, Agreed] = FrozenDict()
    mark: Mark = attr(default=None, kw_only=True)
    pins: Mapping[str, Pin] = attr(factory=FrozenDict, kw_only=True)


class RecordMerge:
    """What becomes of one record: a patch for each side, and a decision for each field."""

    __slots__ = ("_decide", "_decisions", "_patches")

    def __init__(
        self,
        decisions: Sequence[FieldDecision] | None,
        *,
        patches: dict[str, dict[str, Value]] | None = None,
        decide: "Callable[[], RecordMerge] | None" = None,
    ) -> None:
        """Hold the decisions; or the patches, and how to tell the decisions when asked."""
        self._decisions = decisions
        self._patches = patches
        self._decide = decide

    @property
    def decisions(self) -> Sequence[FieldDecision]:
        """The fields on which there is anything to say, with everything that follows."""
        if self._decisions is None:
            self._decisions = self._decide().decisions if self._decide else ()
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
    fields: dict[tuple[str, ...], list[tuple[LinkedRecord, FieldPair]]] = {}
    for link in links:
        for pair in link.pairs:
            fields.setdefault(pair.crm.keys, []).append((link, pair))
    decisions: list[FieldDecision] = []
    written: set[str] = set()
    for linked in fields.values():
        value = linked[0][1].crm.read(crm)
        # Nothing is built for a field that nobody moved.
        if all(_is_quiet(value, *each) for each in linked):
            continue
        sides = [_linked_field(*each) for each in linked]
        decision = merge_field(value, sides, policy, crm_mark=crm_mark)
        if decision is None:
            continue
        touched = {key for write in decision.writes if write.system == CRM for key in write.patch}
        # Where links cut one CRM field in different parts, the other cut follows in the next pass.
        if not touched & written:
            decisions.append(decision)
            written |= touched
    return RecordMerge(tuple(decisions))


def answer_record(
    crm: Values, links: Iterable[LinkedRecord], policy: Policy, field: str, answer: Value
) -> Option:
    """What follows for one field of a record once a person says what is right, in CRM words."""
    sides = [
        _linked_field(link, pair) for link in links for pair in link.pairs if pair.crm_key == field
    ]
    return answer_field(sides[0].pair.crm.read(crm), sides, policy, answer)


def _linked_field(link: LinkedRecord, pair: FieldPair) -> LinkedField:
    return LinkedField(
        link.system,
        pair,
        pair.erp.read(link.values),
        link.base.get(pair.key),
        link.mark,
        link.pins.get(pair.key),
    )


def _is_quiet(crm: Maybe, link: LinkedRecord, pair: FieldPair) -> bool:
    agreed = link.base.get(pair.key)
    if agreed is None or crm != agreed.crm:
        return False
    return pair.erp.read(link.values) == agreed.erp
