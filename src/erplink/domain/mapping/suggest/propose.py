"""Suggestions: which ERP field seems to be which CRM field, with a score and the reasons."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping.lists import ListMap
from erplink.domain.mapping.mapping import Mapping as FieldMapping
from erplink.domain.mapping.problems import Items, Lists
from erplink.domain.mapping.rules import FieldRule
from erplink.domain.mapping.suggest.items import suggest_list_map
from erplink.domain.mapping.suggest.likeness import Named, likeness
from erplink.domain.mapping.suggest.ways import Way, way_between
from erplink.domain.mapping.suggest.words import words

__all__ = [
    "ACCEPTED_SCORE_MIN",
    "SCORE_MIN",
    "Suggestion",
    "suggest",
    "suggest_more",
    "suggested_mapping",
]

SCORE_MIN = 0.5
"""Nothing is suggested below this score."""

ACCEPTED_SCORE_MIN = 0.75
"""From this score on, a suggestion becomes part of a suggested mapping, unless told otherwise."""


@frozen
class Suggestion:
    """A rule that could be added to a mapping, and why."""

    rule: FieldRule
    #: From 0 to 1 and rounded: an order, and no probability.
    score: float
    #: A sentence each.
    reasons: tuple[str, ...]
    #: The map that the rule needs between the lists of two list fields; its pairs may be few.
    list_map: ListMap | None = None

    def __str__(self) -> str:
        """The rule, its score and its reasons on one line."""
        return f"{self.rule} ({self.score:.2f}): {' '.join(self.reasons)}"


def suggest(
    connection: str,
    actor_kind: str,
    actor_fields: Iterable[Field],
    entity_kind: str,
    entity_fields: Iterable[Field],
    *,
    lists: Lists | None = None,
) -> tuple[Suggestion, ...]:
    """Rules between fields that seem to be the same, best first; no field is in two of them.

    Keys and labels are compared by their words and by what these mean. Words that only say where
    a field is, those of the connection's id and of the two kinds, are left out. The items of
    ``lists`` are paired as by :func:`suggest_list_map`.
    """
    noise = frozenset(words(f"{connection} {actor_kind} {entity_kind}"))
    erp_fields = [Named(field, noise) for field in _by_key(actor_fields)]
    crm_fields = [Named(field, noise) for field in _by_key(entity_fields)]
    pairs = (_compared(erp, crm) for erp in erp_fields for crm in crm_fields)
    # Between equal scores the order of the fields decides, so that the same comes out every time.
    best_first = sorted(filter(None, pairs), key=lambda found: -found.score)
    return tuple(found.suggestion(lists or Lists()) for found in _one_to_one(best_first))


def _by_key(fields: Iterable[Field]) -> tuple[Field, ...]:
    # As everywhere else: of two descriptions of one field the last one counts.
    return tuple({field.key: field for field in fields}.values())


def suggested_mapping(
    connection: str,
    actor_kind: str,
    actor_fields: Iterable[Field],
    entity_kind: str,
    entity_fields: Iterable[Field],
    *,
    lists: Lists | None = None,
    score_min: float = ACCEPTED_SCORE_MIN,
) -> FieldMapping:
    """A mapping of the suggestions that score at least ``score_min``, in the order of the ERP."""
    fields = _by_key(actor_fields)
    found = suggest(connection, actor_kind, fields, entity_kind, entity_fields, lists=lists)
    taken = {each.rule.key: each for each in found if each.score >= score_min}
    in_order = [taken[field.key] for field in fields if field.key in taken]
    return FieldMapping(
        connection,
        actor_kind,
        entity_kind,
        rules=[each.rule for each in in_order],
        lists=dict.fromkeys(each.list_map for each in in_order if each.list_map is not None),
    )


def suggest_more(
    mapping: FieldMapping,
    actor_fields: Iterable[Field],
    entity_fields: Iterable[Field],
    *,
    lists: Lists | None = None,
) -> tuple[Suggestion, ...]:
    """Suggestions for the fields that ``mapping`` says nothing about yet.

    An ERP field that is mapped to nothing has been spoken of: it is not to be synced.
    """
    erp_keys = {key for rule in mapping.rules for key in rule.erp}
    crm_keys = {key for rule in mapping.rules if rule.syncs for key in rule.crm}
    found = suggest(
        mapping.connection,
        mapping.actor_kind,
        [field for field in actor_fields if field.key not in erp_keys],
        mapping.entity_kind,
        [field for field in entity_fields if field.key not in crm_keys],
        lists=lists,
    )
    return tuple(_without_known_list(mapping, each) for each in found)


def _without_known_list(mapping: FieldMapping, suggestion: Suggestion) -> Suggestion:
    wanted = suggestion.list_map
    if wanted is None or mapping.list_map(wanted.erp_list, wanted.crm_list) is None:
        return suggestion
    return evolve(suggestion, list_map=None)


@frozen
class _Found:
    """Two fields that seem to be the same."""

    erp: Field
    crm: Field
    way: Way
    score: float
    reasons: tuple[str, ...]

    def suggestion(self, lists: Lists) -> Suggestion:
        rule = FieldRule(
            self.erp.key, self.crm.key, self.way.direction, transform=self.way.transform
        )
        return Suggestion(rule, self.score, self.reasons, self._list_map(lists))

    def _list_map(self, lists: Lists) -> ListMap | None:
        if not self.erp.type is self.crm.type is FieldType.LIST:
            return None
        erp, crm = self.erp.list_name, self.crm.list_name
        pairs = suggest_list_map(_texts(lists.erp, erp), _texts(lists.crm, crm))
        return ListMap(erp, crm, pairs)


def _texts(lists: Items, name: str) -> Mapping[str, str]:
    """The items of a list with their texts; an item without one is its own."""
    items = lists.get(name, ())
    return items if isinstance(items, Mapping) else {item: item for item in items}


def _one_to_one(best_first: Iterable[_Found]) -> Iterator[_Found]:
    erp_taken, crm_taken = set[str](), set[str]()
    for found in best_first:
        if found.erp.key not in erp_taken and found.crm.key not in crm_taken:
            erp_taken.add(found.erp.key)
            crm_taken.add(found.crm.key)
            yield found


def _compared(erp: Named, crm: Named) -> _Found | None:
    way = way_between(erp.field, crm.field)
    if way is None:
        return None
    alike, reason = likeness(erp, crm)
    score = round(alike * way.worth, 2)
    if score < SCORE_MIN:
        return None
    return _Found(erp.field, crm.field, way, score, (reason, *way.reasons))
