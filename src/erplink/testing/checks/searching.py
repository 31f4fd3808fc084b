"""What is promised of searching: a query means the same to every connector."""

from collections.abc import Iterator, Sequence
from typing import Any

from erplink.connectors import AllOf, AnyOf, Condition, Operator, Query, Record, matches
from erplink.domain.fields import Field, FieldType
from erplink.domain.values import is_empty
from erplink.errors import Refused
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_blank_search_finds_every_record",
    "check_a_count_is_the_number_found",
    "check_a_text_is_found_wherever_it_stands",
    "check_children_are_found_under_their_parent",
    "check_criteria_combine",
    "check_every_operator_means_what_it_says",
]

_NOWHERE = "erplink: in no record at all"


@promise("search")
def check_a_blank_search_finds_every_record(trial: Trial) -> None:
    """A search for nothing in particular finds every record, on however many pages."""
    keys = trial.make_pages()
    told = trial.found(Query())
    trial.has_all(keys, told.records, "in a blank search")
    trial.has_all(keys, trial.found(Query("  ")).records, "in a search for white space")
    trial.spans_pages(keys, told)


@promise("search")
def check_a_text_is_found_wherever_it_stands(trial: Trial) -> None:
    """A search for a text finds the records that hold it, in either case, and no others."""
    records = _records(trial)
    fields = [field for field in _searchable(trial) if field.type is FieldType.TEXT]
    texts = [str(text) for field in fields if not is_empty(text := records[1].fields[field.key])]
    if not texts:
        raise NotTried(f"{trial.kind.name}: no searchable field holds a text")
    for text in (*texts, texts[0].upper(), texts[0][1:], _NOWHERE):
        _finds_what_matches(trial, records, Query(text))


@promise("search")
def check_every_operator_means_what_it_says(trial: Trial) -> None:
    """A condition finds the records that meet it, whatever its operator, and no others."""
    records = _records(trial)
    tried = [
        _finds_what_matches(trial, records, Query(criteria=condition))
        for field in _searchable(trial)
        for condition in _conditions(field, [record.fields[field.key] for record in records])
    ]
    if not any(tried):
        raise NotTried(f"{trial.kind.name}: every condition was declined")


@promise("search")
def check_criteria_combine(trial: Trial) -> None:
    """Criteria hold all together, or any of them, nested and beside a text."""
    records = _records(trial)
    field = _searchable(trial)[0]
    one, other = (
        Condition(field.key, Operator.EQUALS, (record.fields[field.key],)) for record in records[:2]
    )
    text = str(records[0].fields[field.key]) if field.type is FieldType.TEXT else ""
    queries = [
        Query(criteria=AnyOf([one, other])),
        Query(criteria=AllOf([one, other])),
        Query(criteria=AllOf([AnyOf([one, other]), one])),
        Query(text, AnyOf([one, other])),
    ]
    tried = [_finds_what_matches(trial, records, query) for query in queries]
    if not any(tried):
        raise NotTried(f"{trial.kind.name}: every combination was declined")


@promise("search")
def check_children_are_found_under_their_parent(trial: Trial) -> None:
    """A search under a parent finds the records under it, and none from elsewhere."""
    here, there = trial.make_parent(), trial.make_parent()
    key, other = trial.make(parent=here), trial.make(parent=there)

    told = trial.found(Query(parent=trial.parent_of(here))).records

    trial.has_all([key], told, "under its parent")
    ensure(other not in told, f"{other!r} is found under {here!r}, and is under {there!r}")


@promise("search", "count")
def check_a_count_is_the_number_found(trial: Trial) -> None:
    """The count of a query is the number of records that it finds."""
    records = _records(trial)
    text = next((str(value) for value in records[0].fields.values() if value), _NOWHERE)
    for query in (Query(), Query(text), Query(_NOWHERE)):
        found = len(trial.found(query).records)
        count = trial.session.count(trial.kind.name, query)
        ensure(found == count, f"{found} records are found, and {count} counted, by {query}")


def _searchable(trial: Trial) -> Sequence[Field]:
    fields = [field for field in trial.tried if field.key in trial.kind.searchable]
    if not fields:
        raise NotTried(f"{trial.kind.name}: none of the tried fields is searchable")
    return fields


def _records(trial: Trial) -> list[Record]:
    """Four records, of which the last has as little in it as it may."""
    keys = trial.some(4)
    if trial.harness.seed is not None or trial.claims.create:
        values = trial.sample()
        least = {field.key: values[field.key] for field in trial.tried if field.mandatory}
        keys[-1] = trial.make(least)
    return [trial.read_whole(key) for key in keys]


def _finds_what_matches(trial: Trial, records: Sequence[Record], query: Query) -> bool:
    """Whether the search was done, for a system may decline what it cannot search for."""
    try:
        told = trial.found(query).records
    except Refused:
        return False
    fields = {field.key: field for field in trial.kind.fields}
    for record in records:
        right = matches(query, record.fields, fields, trial.kind.searchable, record.parent)
        found = record.ref.key in told
        ensure(right == found, f"{_found(found)} {record.ref} by {query}: {dict(record.fields)}")
    return True


def _found(found: bool) -> str:
    return "wrongly finds" if found else "no record was found for"


def _conditions(field: Field, values: Sequence[Any]) -> Iterator[Condition]:
    held = [value for value in values if not is_empty(value)]
    yield Condition(field.key, Operator.EMPTY)
    yield Condition(field.key, Operator.NOT_EMPTY)
    if not held:
        return
    one, other = held[0], held[-1]
    if field.type is FieldType.TEXTS:
        one, other = one[0], other[-1]
    yield Condition(field.key, Operator.EQUALS, (one,))
    yield Condition(field.key, Operator.NOT_EQUALS, (one,))
    yield Condition(field.key, Operator.IN, (one, other))
    if field.type in (FieldType.TEXT, FieldType.TEXTS):
        yield Condition(field.key, Operator.CONTAINS, (one[1:-1] or one,))
        yield Condition(field.key, Operator.STARTS_WITH, (one[:-1] or one,))
        yield Condition(field.key, Operator.ENDS_WITH, (one[1:] or one,))
    elif field.type not in (FieldType.LIST, FieldType.CHECKBOX):
        # Texts are left out: every system has an order of its own for them.
        low, high = sorted((one, other))
        yield Condition(field.key, Operator.GREATER, (low,))
        yield Condition(field.key, Operator.LESS, (high,))
        yield Condition(field.key, Operator.BETWEEN, (low, high))
