"""ModelWriter: edits and removals through the ORM, so that all of the host's own code runs.

Each record is made or loaded as an object, validated with ``full_clean()`` and saved: signals fire,
``save()`` methods run, and what the host forbids is a refusal that names the field.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen
from django.db import models, transaction
from django.utils import timezone

from erplink.adapters.crm.django.assembly import ModelKind, Several
from erplink.adapters.crm.django.columns import Column
from erplink.adapters.crm.django.faults import REFUSALS, refusal
from erplink.adapters.crm.django.reader import ModelReader
from erplink.connectors import (
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
from erplink.domain.canonical import canonical, text_key
from erplink.domain.fields import Access, Field, FieldType
from erplink.domain.records import CRM, Entity
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["ModelWriter"]


@frozen
class _Written:
    """An edit that was done; the record is read back when all are."""

    key: str


_Outcome = _Written | EditRefused | EditStale


class ModelWriter:
    """Saves edits of one kind and removes its records."""

    def __init__(self, kind: ModelKind, using: str) -> None:
        """Write to ``kind`` in the database called ``using``."""
        self._kind, self._using = kind, using
        self._columns = {column.key: column for column in kind.columns}
        self._several = {each.key: each for each in kind.several}
        self._reader = ModelReader(kind, using, kind.fields)

    # saving --------------------------------------------------------------------------------------

    def save(self, edits: Sequence[Edit]) -> list[EditResult]:
        """Do each edit, and answer each in its place; all in one transaction."""
        with transaction.atomic(using=self._using):
            objects = self._locked(edit.key for edit in edits if edit.key is not None)
            held = self._reader.by_key(objects)
            outcomes = []
            for edit in edits:
                outcome = self._one(edit, objects, held)
                outcomes.append(outcome)
                if edit.key is not None and isinstance(outcome, _Written):
                    held.pop(edit.key, None)  # it is read again, if it is edited again
            keys = [each.key for each in outcomes if isinstance(each, _Written)]
            stored = self._reader.by_key(keys)
        return [_answer(outcome, stored) for outcome in outcomes]

    def _locked(self, keys: Iterable[str]) -> dict[str, models.Model]:
        """The objects with these keys, which nobody else changes until the end."""
        column = self._kind.key
        raw = [self._kind.raw_key(column, key) for key in dict.fromkeys(keys)]
        manager = self._kind.model._base_manager.using(self._using)  # noqa: SLF001 - Django's own way
        rows = manager.filter(pk__in=[each for each in raw if each is not None]).order_by("pk")
        found = {}
        for row in rows.select_for_update() if raw else ():
            key = self._kind.key_text(column, row.pk)
            if key is not None:
                found[key] = row
        return found

    def _one(
        self, edit: Edit, objects: Mapping[str, models.Model], held: dict[str, Entity]
    ) -> _Outcome:
        try:
            with transaction.atomic(using=self._using):
                if edit.key is None:
                    return self._create(edit)
                if edit.key not in held and edit.key in objects:
                    held |= self._reader.by_key([edit.key])
                record = held.get(edit.key)
                if record is None or edit.expects not in (None, record.version):
                    return EditStale(record)
                return self._change(edit, edit.key, objects[edit.key], record)
        except BadValue as error:
            return EditRefused(error.rule, error.field)
        except REFUSALS as error:
            # Two creations under one idempotency key at once: the other one was first.
            made = self._made(edit) if edit.creates else None
            return made or refusal(self._kind, error)

    def _create(self, edit: Edit) -> _Outcome:
        made = self._made(edit)
        if made is not None:
            return made
        patch = self._patch(edit)
        for key, field in self._kind.fields.items():
            if field.mandatory and patch.get(key) is None:
                raise BadValue("the field is mandatory", value="None", field=key)
        new = self._kind.model()
        self._put_parent(new, edit)
        if self._kind.request is not None and edit.idempotency_key:
            setattr(new, self._kind.request.path, edit.idempotency_key)
        self._put(new, patch)
        self._keep(new)
        self._put_several(new, patch)
        told = self._kind.key_text(self._kind.key, new.pk)
        if told is None:
            raise BadValue("the new record has a key that cannot be told", value="…")
        return _Written(told)

    def _made(self, edit: Edit) -> _Outcome | None:
        """What the same creation made before."""
        request = self._kind.request
        if request is None or not edit.idempotency_key:
            return None
        rows = self._reader.select().filter(**{request.path: edit.idempotency_key})
        row = rows.first()
        if row is None:
            return None
        key = self._reader.key(row)
        if key is None or self._reader.is_gone(row):
            return EditRefused("what this creation made is gone by now", code="gone")
        return _Written(key)

    def _change(self, edit: Edit, key: str, row: models.Model, record: Entity) -> _Outcome:
        patch = {
            name: value
            for name, value in self._patch(edit).items()
            if record.fields.get(name) != value
        }
        if not patch:
            return _Written(key)
        row.refresh_from_db(using=self._using)
        self._put(row, patch)
        version = self._kind.version
        if version is not None:
            setattr(row, version.path, (getattr(row, version.path) or 0) + 1)
        self._keep(row)
        self._put_several(row, patch)
        return _Written(key)

    def _keep(self, row: models.Model) -> None:
        row.full_clean()
        row.save(using=self._using)

    # values --------------------------------------------------------------------------------------

    def _patch(self, edit: Edit) -> dict[str, Value]:
        """What is to be stored, by field; BadValue names the one that cannot be."""
        fields = self._kind.fields
        return {key: _stored(fields, key, value, edit) for key, value in edit.patch.items()}

    def _put(self, row: models.Model, patch: Mapping[str, Value]) -> None:
        for key, value in patch.items():
            column = self._columns.get(key)
            if column is not None:
                setattr(row, column.path, _raw(column, value))

    def _put_parent(self, row: models.Model, edit: Edit) -> None:
        if edit.parent is None:
            return
        column, above = self._kind.parent, edit.parent
        if column is None:
            raise BadValue("such records have no parents", value=str(above))
        raw = self._kind.raw_key(column, above.key)
        if raw is None or (above.system, above.kind) != (CRM, self._kind.said.parent):
            raise BadValue("there can be no such parent", value=str(above))
        setattr(row, column.path, raw)

    def _put_several(self, row: models.Model, patch: Mapping[str, Value]) -> None:
        for key, value in patch.items():
            several = self._several.get(key)
            if several is not None:
                texts = value if isinstance(value, tuple) else ()
                self._put_texts(row, several, [str(text) for text in texts])

    def _put_texts(self, row: models.Model, several: Several, texts: Sequence[str]) -> None:
        """Have the record hold these texts and no others; what stays is left alone."""
        key_of = text_key(several.field)
        wanted = {key_of(text): text for text in texts}
        manager = several.model._base_manager.using(self._using)  # noqa: SLF001 - Django's own way
        for each in manager.filter(**{several.parent.attname: row.pk}, **several.fixed):
            text = getattr(each, several.value)
            if wanted.get(key_of(text)) == text:
                del wanted[key_of(text)]
            else:
                each.delete(using=self._using)
        for text in wanted.values():
            new = several.model(**{several.parent.attname: row.pk, several.value: text})
            for name, value in several.fixed.items():
                setattr(new, name, value)
            self._keep(new)

    # removing ------------------------------------------------------------------------------------

    def remove(self, removals: Sequence[Removal]) -> list[DeletionResult]:
        """Do each removal, and answer each in its place; all in one transaction."""
        with transaction.atomic(using=self._using):
            objects = self._locked(removal.key for removal in removals)
            held = self._reader.by_key(objects)
            return [self._removed(removal, objects, held) for removal in removals]

    def _removed(
        self, removal: Removal, objects: Mapping[str, models.Model], held: dict[str, Entity]
    ) -> DeletionResult:
        record = held.get(removal.key)
        if record is None:
            return Deleted(removal.key)
        if removal.expects not in (None, record.version):
            return EditStale(record)
        row = objects[removal.key]
        try:
            with transaction.atomic(using=self._using):
                if self._kind.stone is None:
                    row.delete(using=self._using)
                else:
                    self._bury(row, self._kind.stone)
        except (models.ProtectedError, models.RestrictedError) as error:
            return EditRefused(str(error.args[0]), code="protected")
        except REFUSALS as error:
            return refusal(self._kind, error)
        held.pop(removal.key)
        return Deleted(removal.key)

    def _bury(self, row: models.Model, stone: Column) -> None:
        gone: Any = timezone.now()
        match stone.field.type:
            case FieldType.CHECKBOX:
                gone = not self._kind.said.active
            case FieldType.INTEGER:
                gone = int(not self._kind.said.active)
            case FieldType.DATE:
                gone = timezone.localdate(gone)
            case _:
                gone = stone.codec.keep(gone)
        setattr(row, stone.path, gone)
        if self._kind.version is not None:
            version = self._kind.version.path
            setattr(row, version, (getattr(row, version) or 0) + 1)
        row.save(using=self._using)


def _answer(outcome: _Outcome, stored: Mapping[str, Entity]) -> EditResult:
    if not isinstance(outcome, _Written):
        return outcome
    if outcome.key not in stored:
        return EditUnknown(f"{outcome.key!r} was written and cannot be read back")
    return Saved(stored[outcome.key])


def _stored(fields: Mapping[str, Field], key: str, value: Value, edit: Edit) -> Value:
    if key not in fields:
        raise BadValue("there is no such field", value=shorten(key), field=key)
    field = fields[key]
    if field.why_not_writable:
        raise BadValue(field.why_not_writable, value=shorten(key), field=key)
    if field.access is Access.WRITE_ONCE and not edit.creates:
        raise BadValue("the field is written once only", value=shorten(key), field=key)
    return canonical(field, value)


def _raw(column: Column, value: Value) -> Any:
    try:
        return column.stored(value)
    except BadValue as error:
        raise error.at(field=column.key) from None
