"""Answers: whether what a session answered is an answer to what it was asked."""

from collections.abc import Sequence
from typing import Any, TypeVar

from attrs import evolve

from erplink.connectors.edit import (
    Deleted,
    DeletionResult,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    EditUnknown,
    Removal,
    Saved,
)
from erplink.connectors.inspection import Broken, KindInspector, taken, taken_items
from erplink.connectors.page import Record
from erplink.connectors.redaction import Redactor

__all__ = [
    "cleaned",
    "count_answered",
    "deletions_answered",
    "edits_answered",
    "items_answered",
    "key_answered",
    "records_answered",
]

R = TypeVar("R", bound=EditResult | DeletionResult)


def records_answered(
    answer: Any, keys: Sequence[str], inspector: KindInspector
) -> tuple[Record | None, ...]:
    """A record or None for each key, in its place."""
    records = _one_for_each(answer, len(keys), "records")
    inspector.records([record for record in records if record is not None])
    for key, record in zip(keys, records, strict=True):
        if record is not None and record.ref.key != key:
            raise Broken(f"{record.ref} stands where {key!r} was asked for")
    return records


def edits_answered(
    answer: Any, edits: Sequence[Edit], inspector: KindInspector
) -> tuple[EditResult, ...]:
    """An answer for each edit, in its place, about the record that was to be edited."""
    results = _one_for_each(answer, len(edits), "answers")
    for edit, result in zip(edits, results, strict=True):
        _check_type(result, (Saved, EditRefused, EditStale, EditUnknown))
        _check_record(result, edit.key, inspector)
    return results


def deletions_answered(
    answer: Any, removals: Sequence[Removal], inspector: KindInspector
) -> tuple[DeletionResult, ...]:
    """An answer for each removal, in its place, about the record that was to be removed."""
    results = _one_for_each(answer, len(removals), "answers")
    for removal, result in zip(removals, results, strict=True):
        _check_type(result, (Deleted, EditRefused, EditStale, EditUnknown))
        if type(result) is Deleted and result.key != removal.key:
            raise Broken(f"{result.key!r} answers the removal of {removal.key!r}")
        _check_record(result, removal.key, inspector)
    return results


def items_answered(answer: Any, most: int) -> dict[str, str]:
    """The items of a list."""
    items = taken_items(answer, most, "items of a list")
    if not all(type(text) is str for text in items.values()):
        raise Broken("the items of a list are texts")
    return items


def key_answered(answer: Any) -> str:
    """The key of one item of a list."""
    if type(answer) is not str or not answer:
        raise Broken("an item of a list has a key, which is a text")
    return answer


def count_answered(answer: Any) -> int:
    """How many there are."""
    if type(answer) is not int or answer < 0:
        raise Broken("a count is a whole number from 0")
    return answer


def cleaned(result: R, redactor: Redactor) -> R:
    """``result`` with every secret masked in what it says."""
    if isinstance(result, EditRefused):
        texts = {
            name: redactor.redact(getattr(result, name)) for name in ("reason", "field", "code")
        }
        return evolve(result, **texts)
    if isinstance(result, EditUnknown):
        return evolve(result, reason=redactor.redact(result.reason))
    return result


def _one_for_each(answer: Any, expected: int, what: str) -> tuple[Any, ...]:
    answers = taken(answer, expected, what)
    if len(answers) != expected:
        raise Broken(f"{expected} {what} are expected, one for each, and came {len(answers)}")
    return answers


def _check_type(result: Any, types: tuple[type, ...]) -> None:
    if type(result) not in types:
        raise Broken(f"{type(result).__name__} is none of the answers there are")
    texts: list[Any] = []
    if type(result) is EditRefused:
        texts = [result.reason, result.field, result.code]
    elif type(result) is EditUnknown:
        texts = [result.reason]
    if not all(type(text) is str for text in texts):
        raise Broken("an answer says why in texts")


def _check_record(result: Any, key: str | None, inspector: KindInspector) -> None:
    stale = type(result) is EditStale and result.current is not None
    if not stale and type(result) is not Saved:
        return
    record: Any = result.current if stale else result.record
    inspector.record(record)
    if key is not None and record.ref.key != key:
        raise Broken(f"{record.ref} answers what was asked of {key!r}")
