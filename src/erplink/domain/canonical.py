"""Canonical forms: what a target would store, and when it holds two values for the same one.

Equality belongs to the target. ``canonical(field, value)`` is what the target keeps of ``value``;
``same(field, a, b)`` says whether it could tell the two apart. Both follow from the field's own
description, so no rule about equality stands anywhere else.
"""

import unicodedata
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any, Final

from erplink.domain.fields import Access, Case, Field, FieldType
from erplink.domain.keys import Normaliser, key_of_sort
from erplink.domain.secret import Secret
from erplink.domain.values import UNSET, Maybe, Value, in_utc, is_empty, shorten
from erplink.errors import BadValue

__all__ = ["DIGITS_MAX", "canonical", "comparison_key", "same", "sameness", "text_key"]

DIGITS_MAX = 60
"""The most digits a number may have before or after its point; zeros at either end are none."""

#: One digit more than a number may have, for rounding may carry into it.
_ARITHMETIC: Final = Context(prec=2 * DIGITS_MAX + 1)
_INTEGERS_END: Final = 10**DIGITS_MAX
_PLAIN: Final = frozenset({str, int, bool, date})
_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
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
    if one is other or _plainly_equal(one, other):
        return True
    return comparison_key(field, one) == comparison_key(field, other)


def _plainly_equal(one: object, other: object) -> bool:
    """Whether == can be relied on, and holds: a short way for most of what is compared."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in _PLAIN:
        return one == other
    # Comparing what is no number fails; two moments may be equal and yet an hour apart.
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one.is_finite() and other.is_finite() and one == other
    return False


def sameness(field: Field) -> Callable[[Maybe, Maybe], bool]:
    """:func:`same` for one field, made once for a loop."""
    return lambda one, other: same(field, one, other)


def comparison_key(field: Field, value: Maybe) -> Hashable:
    """A key that two values share just when :func:`same` holds; never raises.

    A value that does not fit its field is only the same as one that Python holds for equal: it
    must stay visible as a difference until somebody mends it.
    """
    if value is UNSET:
        return UNSET
    try:
        stored: Value = _STORED[field.type](field, value)
    except BadValue:
        return _misfit_key(value)
    if isinstance(stored, str) and field.case is Case.IGNORE:
        return _fold(stored)
    if field.type is FieldType.TEXTS and isinstance(stored, tuple):
        return frozenset(map(text_key(field), map(str, stored)))
    return stored


def text_key(field: Field) -> Normaliser:
    """The key that two texts of a multi-valued field share when they are the same one."""
    key_of = key_of_sort(field.sort)
    return (lambda text: _fold(key_of(text))) if field.case is Case.IGNORE else key_of


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _misfit_key(value: object) -> Hashable:
    """A key that is equal for equal values, and equal to no key of a text that fits."""
    match value:
        case int():
            # Numbers of all types equal each other, and never a value that is no number.
            return value
        case Decimal() if value.is_finite():
            return value
        case datetime() if (offset := value.utcoffset()) is not None:
            # Not by ==, to which two moments are one that differ only in which of two equal hours
            # they fall; nor told in UTC, which fails at the ends of the calendar.
            return ("does not fit", value.replace(tzinfo=UTC) - _BEGINNING - offset)
        case str() | date():
            return ("does not fit", value)
        case tuple():
            return ("does not fit", *map(_misfit_part, value))
        case _:
            return _stranger_key(value)


def _misfit_part(part: object) -> Hashable:
    return _stranger_key(part) if isinstance(part, tuple) else _misfit_key(part)


def _stranger_key(value: object) -> Hashable:
    if isinstance(value, Secret):
        return value
    try:
        return ("does not fit", type(value).__name__, repr(value))
    except (ValueError, RecursionError):  # it cannot be told, so it is the same as nothing
        return object()


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
        number = _bounded(value)
        if number == number.to_integral_value():
            return int(number)
    elif value is None:
        return None
    elif isinstance(value, int) and not isinstance(value, bool):
        return _bounded_integer(value)
    raise BadValue("a whole number is expected", value=shorten(value))


def _decimal(field: Field, value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue("a decimal number is expected", value=shorten(value))
    number = value if isinstance(value, Decimal) else Decimal(_bounded_integer(value))
    if not number.is_finite():
        raise BadValue("numbers must be finite", value=shorten(value))
    number = _bounded(number)
    if field.decimals is not None:
        # More decimals than a number may have would only add zeros.
        step = Decimal(1).scaleb(-min(field.decimals, DIGITS_MAX))
        number = number.quantize(step, rounding=field.rounding.value, context=_ARITHMETIC)
        # Rounding may carry into one digit more, which must fit too, or it would not fit again.
        number = _bounded(number)
    return number or number.copy_abs()  # no -0


def _bounded_integer(number: int) -> int:
    # Compared, not counted: writing out the digits of a very long integer is what to avoid.
    if -_INTEGERS_END < number < _INTEGERS_END:
        return number
    raise BadValue(f"more than {DIGITS_MAX} digits", value=shorten(number))


def _bounded(number: Decimal) -> Decimal:
    """The same number, written without zeros that would take it past the limit."""
    if _fits(number):
        return number
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    dropped = len(digits) - len(text)
    shorter = Decimal((sign, tuple(map(int, text)), int(exponent) + dropped if text else 0))
    if _fits(shorter):
        return shorter
    raise BadValue(f"more than {DIGITS_MAX} digits", value=shorten(number))


def _fits(number: Decimal) -> bool:
    exponent = int(number.as_tuple().exponent)
    return number.adjusted() < DIGITS_MAX and -exponent <= DIGITS_MAX


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
    key_of = text_key(field)
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
