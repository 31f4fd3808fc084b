"""Finder: tells which record of the CRM a row is about, and which rows are about the same one."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from erplink.connectors import Query, Record, all_changes, all_found
from erplink.domain.matching import (
    COMPANY_RULES,
    CONTACT_RULES,
    Certainty,
    Index,
    KeyIndex,
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
        #: What it looks at, by the entity's keys.
        self.fields = tuple(sorted({key for rule in usable for key in rule.fields}))
        if self._by_id:
            self.fields = (_ID,)
        self._known_so_far: _ByKeys | _ByAll | None = None

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
        known = self._known()
        return Found() if known is None else known.find(words)

    def taker(self, key: str) -> int:
        """The position of the row that a record of the CRM belongs to; 0 for none."""
        return self._takers.get(key, 0)

    def take(self, key: str, row: int) -> None:
        """From now on a record of the CRM belongs to a row."""
        self._takers.setdefault(key, row)
        if (known := self._known()) is not None:
            known.take(key, row)

    def add(self, row: int, words: Mapping[str, Value]) -> None:
        """From now on there is a new record, which a row makes."""
        if (known := self._known()) is not None:
            known.add(row, {key: words[key] for key in self.fields if key in words})

    def _known(self) -> "_ByKeys | _ByAll | None":
        if self._known_so_far is None and self._matcher is not None:
            index = self._matcher.key_index()
            known = _ByAll(self._matcher) if index is None else _ByKeys(self._matcher, index, self)
            self._known_so_far = known
            seen: set[str] = set()
            for page in self._pages():
                for record in page:
                    # One that moves while they are read comes twice.
                    if record.ref.key not in seen:
                        seen.add(record.ref.key)
                        known.index.add(record.ref.key, _with_parent(record))
        return self._known_so_far

    def _pages(self) -> Iterable[Iterable[Record]]:
        session, fields = self._systems.session(CRM), self._crm_fields
        if self._systems.claims(CRM, self._kind).search:
            return all_found(session, self._kind, Query(), fields)
        return all_changes(session, self._kind, fields)

    @property
    def _crm_fields(self) -> Sequence[str]:
        known = {field.key for field in self._systems.kind(CRM, self._kind).fields}
        return [key for key in self.fields if key in known]

    def values_of(self, keys: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
        """What records of the CRM hold of the fields that are looked at, by key."""
        records = self._systems.get(CRM, self._kind, keys, self._crm_fields)
        return {key: _with_parent(record) for key, record in records.items()}


class _ByAll:
    """Looks at all of each candidate, for rules of which one may speak against another."""

    def __init__(self, matcher: Matcher) -> None:
        self.index: Index = matcher.index()

    def find(self, words: Mapping[str, Value]) -> Found:
        return _found(self.index.match(words))

    def take(self, key: str, row: int) -> None:
        if key in self.index:
            self.index.link(key, str(row))

    def add(self, row: int, words: Mapping[str, Value]) -> None:
        self.index.add(row, words)


class _ByKeys:
    """Looks at keys alone, and at the rest of a candidate only where there are several."""

    def __init__(self, matcher: Matcher, index: KeyIndex, finder: Finder) -> None:
        self._matcher, self.index, self._finder = matcher, index, finder
        self._new: dict[int, Mapping[str, Value]] = {}

    def find(self, words: Mapping[str, Value]) -> Found:
        found = self.index.find(words)
        if len(found) != 1:
            return _found(self._among(found).match(words)) if found else Found()
        (only,) = found
        if isinstance(only, int):
            return Found(row=only)
        key = str(only)
        row = self._finder.taker(key)
        return Found(row=row) if row else Found(key)

    def take(self, key: str, row: int) -> None:
        """The finder knows who has taken what."""

    def add(self, row: int, words: Mapping[str, Value]) -> None:
        self._new[row] = words
        self.index.add(row, words)

    def _among(self, found: Sequence[Hashable]) -> Index:
        held = self._finder.values_of([key for key in found if isinstance(key, str)])
        values: dict[Hashable, Mapping[str, Value]] = {
            key: self._new[key] for key in found if isinstance(key, int)
        }
        values.update(held)
        takers = {key: self._finder.taker(key) for key in held}
        linked: dict[Hashable, str] = {key: str(row) for key, row in takers.items() if row}
        return self._matcher.index(
            [(key, values[key]) for key in found if key in values], linked=linked
        )


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
