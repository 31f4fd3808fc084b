"""Reading: the keys of a record, each field normalised once however many rules look at it."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from erplink.domain.keys import Normaliser

__all__ = ["VALUES_MAX", "Feature", "Keys", "Values", "reader", "texts_of", "written_as"]

VALUES_MAX = 50
"""The most values of a multi-valued field that are looked at."""

_DIGITS_MAX: Final = 60
_NUMBERS_END: Final = 10**_DIGITS_MAX

Feature: TypeAlias = tuple[str, Normaliser]
"""A field and the normaliser for it."""

Keys: TypeAlias = tuple[tuple[str, ...], ...]
"""The keys of a record: for each feature those of its values, none of them empty."""

Values: TypeAlias = Mapping[str, Any]
"""The values of a record, by field."""


def reader(features: tuple[Feature, ...]) -> Callable[[Values], Keys]:
    """The function that reads the keys of a record, made once for all records."""

    def read(values: Values) -> Keys:
        keys: list[tuple[str, ...]] = []
        for field, normalise in features:
            value = values.get(field)
            if type(value) is str:  # by far the most common
                key = normalise(value)
                keys.append((key,) if key else ())
            elif value is None:
                keys.append(())
            else:
                found = map(normalise, texts_of(value))
                keys.append(tuple(dict.fromkeys(key for key in found if key)))
        return tuple(keys)

    return read


def texts_of(value: Any) -> tuple[str, ...]:
    """The texts that a field's value consists of; none for a value without one."""
    if isinstance(value, tuple):
        return tuple(text for part in value[:VALUES_MAX] for text in _text_of(part))
    return _text_of(value)


def _text_of(value: Any) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case int():
            return (str(value),) if abs(value) < _NUMBERS_END else ()
        case Decimal():
            return _digits_of(value)
        case date():
            return (value.isoformat(),)
    return ()


def _digits_of(number: Decimal) -> tuple[str, ...]:
    # A whole number that a spreadsheet took for a decimal one is still the same number.
    if not number.is_finite() or abs(number.adjusted()) >= _DIGITS_MAX:
        return ()
    text = f"{number:f}"
    return (text.rstrip("0").rstrip("."),) if "." in text else (text,)


def written_as(value: Any, normalise: Normaliser, key: str) -> str:
    """How the value that has ``key`` is written in the field that holds ``value``."""
    if type(value) is str:  # by far the most common
        return value
    texts = texts_of(value)
    return next((text for text in texts if normalise(text) == key), key)
