"""Drift: what a system changed about a kind of record, and whether a mapping can go on with it.

A mapping is suspended where it would do harm or nothing: where a field that it uses is gone, holds
another type of value, or does not take what it writes any longer. Whatever it can go on with is
told, and no more. What only a form shows, such as a label, is no part of a description.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Kind
from erplink.domain.fields import Access, Case, Field, FieldType, Rounding, Sort
from erplink.domain.mapping import Mapping
from erplink.domain.shapes import Shape, choice, flag, tables, text, whole
from erplink.errors import BadDocument
from erplink.sync.state import Side

__all__ = [
    "DESCRIPTION_CHARACTERS_MAX",
    "FIELDS_MAX",
    "Drift",
    "SchemaChange",
    "describe",
    "drift",
    "read",
]

FIELDS_MAX = 10_000
"""The most fields of a kind that is read."""

DESCRIPTION_CHARACTERS_MAX = 16 * 1024 * 1024
"""The longest text that is read as a description."""


# descriptions ------------------------------------------------------------------------------------

_FIELD: Final = Shape(
    Field,
    {
        "key": text(),
        "type": choice(FieldType),
        "list_name": text(),
        "max_length": whole(),
        "cuts": flag(),
        "decimals": whole(),
        "rounding": choice(Rounding),
        "access": choice(Access),
        "is_key": flag(),
        "trims": flag(),
        "case": choice(Case),
        "keeps_empty": flag(),
        "sort": choice(Sort),
    },
)

_KIND: Final = Shape(
    Kind,
    {
        "name": text(),
        "fields": tables(_FIELD, at_most=FIELDS_MAX),
        "parent": text(),
    },
    always=frozenset({"fields"}),
)


def describe(kind: Kind) -> str:
    """What a mapping may depend on of a kind, as a text: another one just where that changed.

    The order in which a system lists its fields is no part of it.
    """
    in_order = evolve(kind, fields=sorted(kind.fields, key=lambda field: field.key))
    return json.dumps(_KIND.to_table(in_order), separators=(",", ":"))


def read(description: str) -> Kind:
    """The kind that :func:`describe` told of, as far as it did."""
    if len(description) > DESCRIPTION_CHARACTERS_MAX:
        raise BadDocument(f"longer than {DESCRIPTION_CHARACTERS_MAX} characters")
    try:
        return _KIND.from_document(json.loads(description))
    except BadDocument:
        raise
    except (ValueError, RecursionError) as error:
        raise BadDocument(f"this is no description of a kind: {error}") from error


# changes -----------------------------------------------------------------------------------------


@frozen
class SchemaChange:
    """One thing that changed, and that a mapping has to do with."""

    #: The field it is about; empty for the kind itself.
    field: str
    #: One sentence for a person.
    text: str
    #: Whether the mapping cannot go on.
    suspends: bool = False

    def __str__(self) -> str:
        """The sentence."""
        return self.text


def _changes(changes: Iterable[SchemaChange]) -> tuple[SchemaChange, ...]:
    return tuple(changes)


@frozen
class Drift:
    """Everything that changed and that a mapping has to do with; false where nothing did."""

    changes: tuple[SchemaChange, ...] = attr(default=(), converter=_changes)

    @property
    def suspends(self) -> bool:
        """Whether the mapping cannot go on until a person has looked at it."""
        return any(change.suspends for change in self.changes)

    @property
    def reason(self) -> str:
        """Why the mapping cannot go on; empty where it can."""
        return " ".join(change.text for change in self.changes if change.suspends)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.changes)

    def __str__(self) -> str:
        """A line for each change."""
        return "\n".join(change.text for change in self.changes)


def drift(old: Kind, new: Kind | None, mapping: Mapping, side: Side) -> Drift:
    """What changed between two descriptions of a kind on one side of a mapping.

    Args:
        old: The kind as it was when the mapping was last known to fit.
        new: The kind as it is; None where the system has it no longer.
        mapping: The mapping; what it does not use is not looked at.
        side: The side that the kind is on.
    """
    owner = side.value.upper()
    if new is None:
        return Drift(
            [SchemaChange("", f"{owner} has no kind {old.name!r} any longer.", suspends=True)]
        )
    uses = _Uses.of(mapping, side)
    changes: list[SchemaChange] = [*_of_kind(owner, old, new)]
    for key in sorted(uses.read | uses.written | uses.shown):
        before, now = old.field(key), new.field(key)
        if before is not None:
            changes += _of_field(f"{owner} field {key!r}", before, now, uses)
    changes += _newly_mandatory(owner, old, new, uses)
    return Drift(changes)


@frozen
class _Uses:
    """What a mapping does with the fields of one side."""

    read: frozenset[str]
    written: frozenset[str]
    #: Only shown to people: nothing is lost where one is gone.
    shown: frozenset[str]

    @classmethod
    def of(cls, mapping: Mapping, side: Side) -> "_Uses":
        read: set[str] = set()
        written: set[str] = set()
        shown: set[str] = set()
        for rule in mapping.rules:
            keys, to_here, from_here = rule.erp, rule.direction.to_erp, rule.direction.to_crm
            if side is Side.CRM:
                keys, to_here, from_here = rule.crm, from_here, to_here
            shown.update(keys)
            if rule.syncs:
                # What is written is read, too: to see whether it moved.
                read.update(keys)
                written.update(keys if to_here else ())
        if side is Side.ERP:
            written.update(default.field for default in mapping.defaults)
        return cls(frozenset(read), frozenset(written), frozenset(shown))


def _of_kind(owner: str, old: Kind, new: Kind) -> Iterator[SchemaChange]:
    if old.parent != new.parent:
        before, now = (f"kind {each!r}" if each else "none" for each in (old.parent, new.parent))
        yield SchemaChange(
            "", f"The parents of {owner} kind {old.name!r} were of {before} and are of {now}."
        )


def _of_field(what: str, before: Field, now: Field | None, uses: _Uses) -> Iterator[SchemaChange]:
    key = before.key
    used = key in uses.read or key in uses.written
    if now is None:
        yield SchemaChange(key, f"{what} is gone.", suspends=used)
        return
    if used:
        yield from _of_type(what, before, now)
        yield from _of_list(what, before, now)
        yield from _of_form(what, before, now)
    if key in uses.written:
        yield from _of_access(what, before, now)


def _of_type(what: str, before: Field, now: Field) -> Iterator[SchemaChange]:
    if before.type is not now.type:
        told = f"{what} was of type {before.type.value} and is of type {now.type.value}."
        yield SchemaChange(now.key, told, suspends=True)


def _of_list(what: str, before: Field, now: Field) -> Iterator[SchemaChange]:
    if before.type is now.type and before.list_name != now.list_name:
        lists = f"{now.list_name!r} now, not from {before.list_name!r}"
        yield SchemaChange(now.key, f"{what} takes its items from {lists}.", suspends=True)


def _of_access(what: str, before: Field, now: Field) -> Iterator[SchemaChange]:
    if now.why_not_writable and not before.why_not_writable:
        told = f"{what} cannot be written any longer: {now.why_not_writable}."
        yield SchemaChange(now.key, told, suspends=True)
    elif before.access is not now.access and now.access is Access.WRITE_ONCE:
        told = f"{what} can only be written once now, when its record is made."
        yield SchemaChange(now.key, told, suspends=True)
    elif now.mandatory and not before.mandatory:
        yield SchemaChange(now.key, f"{what} must not be empty any longer.")


_FORM: Final = {
    "max_length": "stores texts of a different length",
    "cuts": "treats texts that are too long differently",
    "decimals": "stores a different number of digits",
    "rounding": "rounds differently",
    "trims": "treats blanks around a text differently",
    "case": "treats upper and lower case differently",
    "keeps_empty": "treats empty texts differently",
    "sort": "holds texts of a different sort",
}
"""What it means that an attribute changed that decides what the target stores of a value."""


def _of_form(what: str, before: Field, now: Field) -> Iterator[SchemaChange]:
    for name, told in _FORM.items():
        old, new = _told(getattr(before, name)), _told(getattr(now, name))
        if old != new:
            yield SchemaChange(now.key, f"{what} {told} ({old} before, {new} now).")


def _told(value: Any) -> str:
    if value is None:
        return "all"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(getattr(value, "value", value))


def _newly_mandatory(owner: str, old: Kind, new: Kind, uses: _Uses) -> Iterator[SchemaChange]:
    """Fields that a new record needs since now, and that the mapping never fills."""
    for field in new.fields:
        before = old.field(field.key)
        if field.mandatory and field.key not in uses.written and not (before and before.mandatory):
            told = f"{owner} field {field.key!r} must be filled in new records, and is not mapped."
            yield SchemaChange(field.key, told)
