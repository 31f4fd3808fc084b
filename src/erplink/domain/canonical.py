"""Canonical forms: what a target would store, and when it holds two values for the same one.

Equality belongs to the target. ``canonical(field, value)`` is what the target keeps of ``value``;
``same(field, a, b)`` says whether it could tell the two apart. Both follow from the field's own
description, so no rule about equality stands anywhere else.
"""

import unicodedata
from collections.abc import Callable, Hashable
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any, Final

from erplink.domain.fields import Access, Case, Field, FieldType
from erplink.domain.keys import folded_key, key_of_sort
from erplink.domain.secret import Secret
from erplink.domain.values import UNSET, Maybe, Value, in_utc, is_empty, shorten
from erplink.errors import BadValue

__all__ = ["DIGITS_MAX", "canonical", "comparison_key", "same", "sameness"]

DIGITS_MAX = 60
"""The most digits a number may have before or after its point."""

_ARITHMETIC: Final = Context(prec=2 * DIGITS_MAX + 1)
_MICROSECOND_DIGITS: Final = 6


def canonical(field: Field, value: object, *, record: str = "") -> Value:
    """What the target of ``field`` stores for ``value``; BadValue names what does not fit."""
    try:
        stored: Value = _STORED[field.type](field, value)
        if stored is None and field.access is Access.MANDATORY:
            _refuse("the field is mandatory", value)
    except BadValue as error:
        raise error.at(field=field.key, record=record) from None
    return stored


def same(field: Field, one: Maybe, other: Maybe) -> bool:
    """Whether the target of ``field`` could not tell the two values apart."""
    if one is UNSET or other is UNSET:
        return one is other
    return one == other or comparison_key(field, one) == comparison_key(field, other)


def sameness(field: Field) -> Callable[[Maybe, Maybe], bool]:
    """:func:`same` for one field, made once for a loop."""
    return lambda one, other: same(field, one, other)


def comparison_key(field: Field, value: Maybe) -> Hashable:
    """A key that two values share just when :func:`same` holds; never raises.

    A value that does not fit its field is only the same as an equal one: it must stay
    visible as a difference until somebody mends it.
    """
    if value is UNSET:
        return UNSET
    try:
        stored: Value = _STORED[field.type](field, value)
    except BadValue:
        return ("does not fit", type(value).__name__, repr(value))
    if isinstance(stored, str) and field.case is Case.IGNORE:
        return folded_key(stored) if field.trims else _fold(stored)
    if field.type is FieldType.TEXTS and isinstance(stored, tuple):
        key_of = key_of_sort(field.sort)
        return frozenset(key_of(str(text)) for text in stored)
    return stored


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _refuse(rule: str, value: object) -> None:
    raise BadValue(rule, value=shorten(value))


def _text(field: Field, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadValue("a text is expected", value=shorten(value))
    text = unicodedata.normalize("NFC", _CASES[field.case](value))
    if field.trims:
        text = text.strip()
    if field.max_length and len(text) > field.max_length:
        if not field.cuts:
            rule = f"longer than {field.max_length} characters"
            raise BadValue(rule, value=shorten(value))
        text = _cut(text, field)
    return text if text or field.keeps_empty else None


def _cut(text: str, field: Field) -> str:
    # Composing again after the cut cannot lengthen it; trimming again keeps the form stable.
    cut = unicodedata.normalize("NFC", text[: field.max_length])
    return cut.rstrip() if field.trims else cut


_CASES: Final[dict[Case, Callable[[str], str]]] = {
    Case.KEEP: str,
    Case.IGNORE: str,
    Case.UPPER: str.upper,
    Case.LOWER: str.lower,
}


def _integer(_field: Field, value: object) -> int | None:
    if isinstance(value, Decimal) and value.is_finite():
        _bounded(value)
        if value == value.to_integral_value():
            return int(value)
    elif value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise BadValue("a whole number is expected", value=shorten(value))


def _decimal(field: Field, value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue("a decimal number is expected", value=shorten(value))
    number = Decimal(value)
    if not number.is_finite():
        raise BadValue("numbers must be finite", value=shorten(value))
    _bounded(number)
    if field.decimals is not None:
        step = Decimal(1).scaleb(-field.decimals)
        number = number.quantize(step, rounding=field.rounding.value, context=_ARITHMETIC)
    return number or abs(number)  # no -0


def _bounded(number: Decimal) -> None:
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    if number.adjusted() > DIGITS_MAX or (isinstance(exponent, int) and -exponent > DIGITS_MAX):
        raise BadValue(f"more than {DIGITS_MAX} digits", value=shorten(number))
    if len(digits) > 2 * DIGITS_MAX:
        raise BadValue(f"more than {2 * DIGITS_MAX} digits", value=shorten(number))


def _checkbox(_field: Field, value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise BadValue("True or False is expected", value=shorten(value))


def _date(_field: Field, value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise BadValue("a date is expected", value=shorten(value))


def _datetime(field: Field, value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise BadValue("an aware moment is expected", value=shorten(value))
    moment = in_utc(value)
    if field.decimals is None or field.decimals >= _MICROSECOND_DIGITS:
        return moment
    step = 10 ** (_MICROSECOND_DIGITS - field.decimals)
    return moment.replace(microsecond=moment.microsecond // step * step)


def _list_key(_field: Field, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return unicodedata.normalize("NFC", value) if value else None
    raise BadValue("the key of a list item is expected", value=shorten(value))


def _texts(field: Field, value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, tuple):
        raise BadValue("a tuple of texts is expected", value=shorten(value))
    key_of = key_of_sort(field.sort)
    kept: dict[str, str] = {}
    for part in value:
        text = _text(field, part)
        if text:
            kept.setdefault(key_of(text), text)
    return tuple(kept.values()) or None


def _password(_field: Field, value: object) -> Any:
    if value is None or isinstance(value, Secret):
        return value
    raise BadValue("a Secret is expected", value="(not shown)")


def _label(_field: Field, value: object) -> None:
    if not is_empty(value):
        raise BadValue("a label holds no value", value=shorten(value))


_STORED: Final[dict[FieldType, Callable[[Field, object], Any]]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.CHECKBOX: _checkbox,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.LIST: _list_key,
    FieldType.TEXTS: _texts,
    FieldType.PASSWORD: _password,
    FieldType.LABEL: _label,
}
