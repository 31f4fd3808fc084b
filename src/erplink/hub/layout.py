"""Layout: reads both sides of a mapping, and lays out which records may be counterparts."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Sized
from typing import Final

from attrs import evolve

from erplink.connectors import Page, Query, Record, all_changes, all_found
from erplink.domain.matching import (
    Candidate,
    Certainty,
    Index,
    Matcher,
    MatchOutcome,
    MatchReason,
    MatchResult,
    MatchRule,
)
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import shorten
from erplink.errors import BadValue
from erplink.hub.matchdesk import DeskRow, MatchDesk, Proposal, Verdict
from erplink.hub.reading import Reader
from erplink.sync.pairing import Pairing
from erplink.sync.state import Side
from erplink.sync.unlinked import match_rules

__all__ = ["ROWS_MAX", "lay_out"]

ROWS_MAX: Final = 200_000
"""The most records of one side that a desk has room for."""

_SURE: Final = (Verdict.CERTAIN, Verdict.LIKELY)

_PARENT: Final = "parent"
"""The field by which match rules compare under which record both are."""


def lay_out(
    reader: Reader,
    connection: str,
    actor_kind: str,
    rules: Matcher | Sequence[MatchRule] | None,
) -> MatchDesk:
    """Match every entity without a link with the actors of a connection."""
    pairing = reader.pairing(connection, actor_kind)
    layout = _Layout(reader, pairing, rules)
    results, labels = layout.matched()
    rows = _contested([layout.row(key, labels[key], found) for key, found in results.items()])
    judged: dict[Hashable, MatchResult] = {
        row.entity.key: _as_judged(row, results[row.entity.key]) for row in rows
    }
    return MatchDesk(connection=connection, actor_kind=actor_kind, rows=rows, results=judged)


def _as_judged(row: DeskRow, found: MatchResult) -> MatchResult:
    """What was found, as it is measured: one whose actor others claim too is left to a person."""
    contested = row.verdict not in _SURE and found.outcome is MatchOutcome.MATCH
    return evolve(found, reason=MatchReason.SEVERAL_CANDIDATES) if contested else found


class _Layout:
    """Reads both sides and matches them."""

    def __init__(
        self, reader: Reader, pairing: Pairing, rules: Matcher | Sequence[MatchRule] | None
    ) -> None:
        self.reader, self.pairing = reader, pairing
        self.parents = reader.parents(pairing)
        self.matcher = rules if isinstance(rules, Matcher) else self._compiled(rules)

    def _compiled(self, rules: Sequence[MatchRule] | None) -> Matcher:
        mapping = self.pairing.mapping
        if rules is None:
            rules = match_rules(self.reader.wiring.tuning.options, mapping.entity_kind)
        mapped = {key for pair in self.pairing.merger.pairs for key in pair.crm.keys}
        usable = [each for each in rules if set(each.fields) <= mapped | self._parent_field()]
        if not usable:
            known = ", ".join(sorted(mapped)) or "none"
            raise BadValue(
                f"no match rule looks only at fields that are mapped ({known}): give rules that do",
                value=f"{mapping.actor_kind} of {mapping.connection}",
            )
        return Matcher(usable)

    def _parent_field(self) -> set[str]:
        return {_PARENT} if self.parents is not None else set()

    def matched(self) -> tuple[dict[str, MatchResult], dict[str, str]]:
        """What was found for every entity without a link, and what it is called."""
        index = self._index()
        results: dict[str, MatchResult] = {}
        labels: dict[str, str] = {}
        for page in self._pages(Side.CRM):
            records = list(page)
            linked = self._links(Side.CRM, [each.ref.key for each in records])
            for record in records:
                key = record.ref.key
                if key not in linked and key not in results:
                    results[key] = index.match(self._words(Side.CRM, record, {}))
                    labels[key] = self._label(record)
            _check_room(results)
        return results, labels

    def _index(self) -> Index:
        index = self.matcher.index()
        known: set[str] = set()
        for page in self._pages(Side.ERP):
            records = [each for each in page if each.ref.key not in known]
            links = self._links(Side.ERP, [each.ref.key for each in records])
            above = self._entities_above(records)
            for record in records:
                known.add(record.ref.key)
                link = links.get(record.ref.key)
                words = self._words(Side.ERP, record, above)
                index.add(record.ref.key, words, linked_to=link or "")
            _check_room(known)
        return index

    def _pages(self, side: Side) -> Iterator[Page]:
        pairing, systems = self.pairing, self.reader.systems
        system, kind, fields = pairing.system(side), pairing.kind(side).name, pairing.fields(side)
        session = systems.session(system)
        if systems.claims(system, kind).search:
            return all_found(session, kind, Query(), fields)
        return all_changes(session, kind, fields)

    def _links(self, side: Side, keys: Sequence[str]) -> dict[str, str]:
        """To what records are linked, by their keys."""
        mapping = self.pairing.mapping
        with self.reader.wiring.store.look() as state:
            if side is Side.CRM:
                links = state.links.by_entity(mapping.connection, mapping.entity_kind, keys)
                return {key: str(link.actor) for key, link in links.items()}
            links = state.links.by_actor(mapping.connection, mapping.actor_kind, keys)
            return {key: str(link.entity) for key, link in links.items()}

    def _entities_above(self, records: Iterable[Record]) -> dict[str, str]:
        """The entities that the parents of actors are linked to, by the parents' keys."""
        keys = sorted({each.parent.key for each in records if each.parent is not None})
        if self.parents is None or not keys:
            return {}
        mapping = self.parents.mapping
        with self.reader.wiring.store.look() as state:
            links = state.links.by_actor(mapping.connection, mapping.actor_kind, keys)
        return {key: str(link.entity) for key, link in links.items()}

    def _words(self, side: Side, record: Record, above: Mapping[str, str]) -> Mapping[str, object]:
        """A record in the CRM's words, with the entity that it is under."""
        if side is Side.CRM:
            parent = "" if record.parent is None else str(record.parent)
            return {**record.fields, _PARENT: parent} if self.parents else record.fields
        words: dict[str, object] = dict(self.pairing.in_crm_words(record.fields))
        if record.parent is not None and record.parent.key in above:
            words[_PARENT] = above[record.parent.key]
        return words

    def _label(self, record: Record) -> str:
        """What a person knows an entity by: the fields in which one searches, as far as mapped."""
        kind = self.pairing.entity
        keys = [key for key in kind.searchable if record.fields.get(key)]
        usual = keys or [key for key in record.fields if record.fields[key]]
        return " · ".join(str(record.fields[key]) for key in usual[:3]) or record.ref.key

    def row(self, key: str, label: str, found: MatchResult) -> DeskRow:
        """What is shown of one entity."""
        mapping = self.pairing.mapping
        return DeskRow(
            entity=EntityRef.of(mapping.entity_kind, key),
            label=label,
            verdict=_verdict(found),
            reason=found.sentence,
            proposals=[self._proposal(each) for each in found.candidates],
        )

    def _proposal(self, candidate: Candidate) -> Proposal:
        mapping = self.pairing.mapping
        actor = ActorRef(mapping.connection, mapping.actor_kind, str(candidate.key))
        reasons = tuple(str(each) for each in candidate.evidence)
        return Proposal(actor, candidate.score, reasons, candidate.linked_to)


def _check_room(records: Sized) -> None:
    if len(records) > ROWS_MAX:
        rule = f"a desk has room for {ROWS_MAX} records of a side: link the rest by passes"
        raise BadValue(rule, value=shorten(len(records)))


def _verdict(found: MatchResult) -> Verdict:
    if found.outcome is MatchOutcome.MATCH:
        sure = {Certainty.CERTAIN: Verdict.CERTAIN, Certainty.LIKELY: Verdict.LIKELY}
        certainty = found.candidates[0].certainty
        return sure.get(certainty, Verdict.AMBIGUOUS)
    return Verdict.NONE if found.outcome is MatchOutcome.NONE else Verdict.AMBIGUOUS


def _contested(rows: Sequence[DeskRow]) -> list[DeskRow]:
    """The rows, of which those that have the same best proposal are sure no longer."""
    claims = Counter(each.proposals[0].actor for each in rows if each.verdict in _SURE)
    return [
        _unsure(each, claims[each.proposals[0].actor] - 1)
        if each.verdict in _SURE and claims[each.proposals[0].actor] > 1
        else each
        for each in rows
    ]


def _unsure(row: DeskRow, others: int) -> DeskRow:
    who = "another one claims" if others == 1 else f"{others} others claim"
    reason = f"{row.reason}, which {who} too"
    return evolve(row, verdict=Verdict.AMBIGUOUS, reason=reason)
