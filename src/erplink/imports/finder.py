"""Finder: tells which record of the CRM a row is about, and which rows are about the same one."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from erplink.connectors import Query, Record, all_changes, all_found
from erplink.domain.matching import (
    COMPANY_RULES,
    CONTACT_RULES,
    Certainty,
    Index,
    Matcher,
    MatchOutcome,
    MatchResult,
    MatchRule,
)
from erplink.domain.records import CRM
from erplink.domain.staging import MATCH_KEYS, MATCH_NONE, MATCH_RULES, ImportSettings
from erplink.domain.values import Value
from erplink.errors import BadValue
from erplink.sync.systems import Systems

__all__ = ["PARENT", "Finder", "Found"]

_ID = "id"


@frozen
class Found:
    """What there is for a row: one record, several, another row, or nothing."""

    #: The key of the record of the CRM.
    key: str = ""
    #: The position of the row of this import that is about the same record; 0 for none.
    row: int = 0
    #: The keys of the records among which a person has to choose.
    several: tuple[str, ...] = ()
    #: Why, in one sentence.
    sentence: str = ""


PARENT: Final = "parent"
"""The name by which match rules ask for the record that one belongs to."""


class Finder:
    """Finds the records of one kind of entity that rows are about; it learns of every row."""

    def __init__(
        self,
        systems: Systems,
        entity_kind: str,
        settings: ImportSettings,
        rules: Mapping[str, Sequence[MatchRule]],
        fields: Sequence[str],
    ) -> None:
        """Match by what ``settings`` say.

        Args:
            systems: The CRM is among them.
            entity_kind: Of which kind the records are.
            settings: Name the key.
            rules: The host's own rules, by kind of entity.
            fields: What the rows say anything about, by the entity's keys.

        Raises:
            BadValue: The rows have no field that they are to be matched by.
        """
        self._systems, self._kind = systems, entity_kind
        self._by_id = False
        #: The rows that records of the CRM belong to by now, by the record's key.
        self._takers: dict[str, int] = {}
        chosen = self._rules(settings.key_of(entity_kind), rules)
        usable = tuple(rule for rule in chosen if set(rule.fields) <= set(fields))
        needed = {_ID} if self._by_id else {key for rule in chosen for key in rule.fields}
        if needed and not usable and not (self._by_id and _ID in fields):
            missing = sorted(needed - set(fields))
            rule = "rows have no such field to be matched by: map it, or match by another key"
            raise BadValue(rule, value=", ".join(missing), record=entity_kind)
        self._matcher = Matcher(usable) if usable else None
        self._index: Index | None = None

    def _rules(self, key: str, rules: Mapping[str, Sequence[MatchRule]]) -> Sequence[MatchRule]:
        if key == MATCH_NONE:
            return ()
        if key == MATCH_RULES:
            usual = {"company": COMPANY_RULES, "contact": CONTACT_RULES}.get(self._kind, ())
            return rules.get(self._kind, usual)
        self._by_id = key == _ID
        return () if self._by_id else (MATCH_KEYS[self._kind][key],)

    def find(self, words: Mapping[str, Value]) -> Found:
        """What there is for a row, given what it says in the CRM's words."""
        if self._by_id:
            key = words.get(_ID)
            return Found(str(key), sentence="the same id") if key else Found()
        return Found() if self._matcher is None else _found(self._known().match(words))

    def taker(self, key: str) -> int:
        """The position of the row that a record of the CRM belongs to; 0 for none."""
        return self._takers.get(key, 0)

    def take(self, key: str, row: int) -> None:
        """From now on a record of the CRM belongs to a row."""
        self._takers.setdefault(key, row)
        if self._matcher is not None and key in self._known():
            self._known().link(key, str(row))

    def add(self, row: int, words: Mapping[str, Value]) -> None:
        """From now on there is a new record, which a row makes."""
        if self._matcher is not None:
            self._known().add(row, words)

    def _known(self) -> Index:
        if self._index is None and self._matcher is not None:
            self._index = self._matcher.index()
            needed = {key for rule in self._matcher.rules for key in rule.fields}
            known = {field.key for field in self._systems.kind(CRM, self._kind).fields}
            fields = sorted(needed & known)
            session = self._systems.session(CRM)
            searches = self._systems.claims(CRM, self._kind).search
            pages = (
                all_found(session, self._kind, Query(), fields)
                if searches
                else all_changes(session, self._kind, fields)
            )
            for page in pages:
                for record in page:
                    # One that moves while they are read comes twice.
                    if record.ref.key not in self._index:
                        self._index.add(record.ref.key, _with_parent(record))
        return self._index  # type: ignore[return-value] # only asked for where there are rules


def _with_parent(record: Record) -> Mapping[str, Value]:
    if record.parent is None:
        return record.fields
    return {PARENT: record.parent.key, **record.fields}


def _found(result: MatchResult) -> Found:
    """What a search comes to; candidates are records by their keys, and new ones by their rows."""
    if result.outcome is MatchOutcome.NONE or not result.candidates:
        return Found(sentence=result.sentence)
    first = result.candidates[0]
    if result.outcome is MatchOutcome.LINKED:
        return Found(row=int(first.linked_to), sentence=result.sentence)
    if result.outcome is MatchOutcome.MATCH and first.certainty is not Certainty.POSSIBLE:
        if isinstance(first.key, int):
            return Found(row=first.key, sentence=result.sentence)
        return Found(str(first.key), sentence=result.sentence)
    several = tuple(each.key for each in result.candidates if isinstance(each.key, str))
    return Found(several=several, sentence=result.sentence)
