"""Columns: which field and which codec a field of a model becomes."""

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen
from attrs import field as attr
from django.conf import settings
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone

from erplink.adapters.erp.sql.codecs import (
    CheckboxCodec,
    Codec,
    DecimalCodec,
    IntegerCodec,
    ListCodec,
    TextCodec,
    UuidCodec,
)
from erplink.adapters.erp.sql.moments import DateCodec, MomentCodec
from erplink.domain.fields import Access, Field, FieldType
from erplink.domain.values import Maybe
from erplink.errors import InputError

__all__ = ["Column", "FloatCodec", "ListItems", "column_of", "expression_of"]

_UUID_CHARACTERS: Final = 36


@frozen
class ListItems:
    """Where the items of a list come from: choices, or the records of a model."""

    choices: tuple[tuple[str, str], ...] = ()
    model: type[models.Model] | None = None


@frozen(eq=False)
class Column:
    """One field of a model, as erplink takes it."""

    #: What is selected: the name in a queryset.
    path: str
    field: Field
    codec: Codec
    #: The model's own field, which is written; None for what is only read.
    target: "models.Field[Any, Any] | None" = None
    #: The expression that ``path`` is the name of.
    expression: Any = None
    items: ListItems | None = None
    #: Whether an empty text is told as none.
    blank_is_none: bool = False

    @property
    def key(self) -> str:
        """The key of the field."""
        return self.field.key

    def stored(self, value: Any) -> Any:
        """What the model's field takes for a canonical value."""
        if value is None:
            return "" if self.blank_is_none else None
        return self.codec.keep(value)


@frozen
class FloatCodec:
    """Numbers that the model keeps as floating point numbers."""

    inner: DecimalCodec = attr(factory=lambda: DecimalCodec(floats=True))

    def tell(self, raw: Any) -> Maybe:
        """The number, in as few digits as tell it from every other."""
        return self.inner.tell(raw)

    def keep(self, value: Any) -> Any:
        """The number, where it has no more digits than that."""
        return float(self.inner.keep(value))

    def operand(self, key: Hashable) -> Any:
        """The number."""
        found = self.inner.operand(key)
        return None if found is None else float(found)


@frozen
class _LocalMoments:
    """Moments, as Django gives them: aware, or in the zone of the settings."""

    inner: MomentCodec

    def tell(self, raw: Any) -> Maybe:
        if isinstance(raw, datetime) and raw.tzinfo is not None and raw.tzinfo is not UTC:
            raw = raw.astimezone(UTC)
        return self.inner.tell(raw)

    def keep(self, value: Any) -> Any:
        return self.inner.keep(value)

    def operand(self, key: Hashable) -> Any:
        return self.inner.operand(key)


def _zone() -> ZoneInfo | None:
    """The zone of moments that have none; None where all are aware."""
    if settings.USE_TZ:
        return None
    zone = timezone.get_default_timezone()
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(str(settings.TIME_ZONE))


def column_of(model: type[models.Model], name: str, key: str, kind: str) -> Column:
    """The model's field ``name`` as the field ``key``."""
    found = model._meta.get_field(name)  # noqa: SLF001 - Django's own way to ask
    if not isinstance(found, models.Field) or found.many_to_many:
        raise InputError(f"{kind}.{key}: {name!r} is no field with one value; see DjangoValues")
    described, codec, items = _described(found, key, kind)
    blank = isinstance(codec, TextCodec) and codec.blank_for_none
    if isinstance(codec, ListCodec):
        blank = isinstance(codec.inner, TextCodec) and not found.null
    path = found.attname if isinstance(found, models.ForeignKey) else found.name
    text = str(found.help_text or "")
    described = evolve(described, tooltip=text, access=_access(found))
    return Column(path, described, codec, found, items=items, blank_is_none=blank)


def _access(field: "models.Field[Any, Any]") -> Access:
    if not field.editable or getattr(field, "generated", False):
        return Access.READ_ONLY
    if isinstance(field, models.AutoField):
        return Access.READ_ONLY
    if field.primary_key:
        return Access.WRITE_ONCE
    given = getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED or field.has_default()
    empty = field.blank or field.null or given
    return Access.NORMAL if empty else Access.MANDATORY


def expression_of(expression: Any, key: str, kind: str) -> Column:
    """An expression as the field ``key``, which is read and never written."""
    output = getattr(expression, "output_field", None)
    if not isinstance(output, models.Field):
        raise InputError(f"{kind}.{key}: give the expression an output_field")
    described, codec, items = _described(output, key, kind)
    described = evolve(described, access=Access.READ_ONLY)
    return Column(f"erplink_{key}", described, codec, expression=expression, items=items)


def _described(
    field: "models.Field[Any, Any]", key: str, kind: str
) -> tuple[Field, Codec, ListItems | None]:
    if isinstance(field, models.ForeignKey):
        return _reference(field, key, kind)
    described, codec = _plain(field, key, kind)
    choices = getattr(field, "flatchoices", None)
    if not choices:
        return described, codec, None
    items = tuple((str(value), str(text)) for value, text in choices if value not in (None, ""))
    listed = Field(key, FieldType.LIST, list_name=f"{kind}.{key}")
    known = frozenset(value for value, _ in items)
    return listed, ListCodec(codec, described.type, known), ListItems(items)


def _reference(
    field: "models.ForeignKey[Any, Any]", key: str, kind: str
) -> tuple[Field, Codec, ListItems | None]:
    target = field.target_field
    described, codec = _plain(target, key, kind)
    listed = Field(key, FieldType.LIST, list_name=f"{kind}.{key}")
    return listed, ListCodec(codec, described.type), ListItems(model=field.related_model)


def _plain(field: "models.Field[Any, Any]", key: str, kind: str) -> tuple[Field, Codec]:
    length = getattr(field, "max_length", None) or 0
    known: tuple[Field, Codec] | None
    match field:
        case models.UUIDField():
            known = Field(key, max_length=_UUID_CHARACTERS), UuidCodec()
        case models.CharField() | models.TextField():
            texts = TextCodec(blank_for_none=not field.null and not field.primary_key)
            keeps_empty = field.null or field.primary_key
            known = Field(key, max_length=length, keeps_empty=keeps_empty), texts
        case models.BooleanField():
            known = Field(key, FieldType.CHECKBOX), CheckboxCodec()
        case models.DecimalField():
            places, digits = field.decimal_places, field.max_digits
            whole = digits - places if digits is not None and places is not None else None
            known = Field(key, FieldType.DECIMAL, decimals=places), DecimalCodec(places, whole)
        case models.FloatField():
            known = Field(key, FieldType.DECIMAL), FloatCodec()
        case models.IntegerField():
            known = Field(key, FieldType.INTEGER), IntegerCodec()
        case models.DateTimeField():
            known = Field(key, FieldType.DATETIME), _LocalMoments(MomentCodec(_zone()))
        case models.DateField():
            known = Field(key, FieldType.DATE), DateCodec()
        case _:
            known = None
    if known is None:
        name = type(field).__name__
        raise InputError(f"{kind}.{key}: erplink has no values for a {name}")
    return known
