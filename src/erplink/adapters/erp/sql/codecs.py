"""Codecs: between what a driver gives and takes, and the values of erplink.

``tell`` makes a value of what came; UNSET where there is none for it, such as for NaN or for a
text in a column of dates. ``keep`` makes of a canonical value what is stored; BadValue where the
column cannot keep it as it is. ``operand`` makes of a comparison key what the column can be
compared with; None where no row can be equal to it.
"""

from collections.abc import Hashable
from decimal import Context, Decimal
from typing import Any, Final, Protocol
from uuid import UUID

from attrs import frozen

from erplink.adapters.erp.sql.keys import part_text, part_value
from erplink.domain.fields import FieldType
from erplink.domain.values import UNSET, Maybe, shorten
from erplink.errors import BadValue

__all__ = [
    "CheckboxCodec",
    "Codec",
    "DecimalCodec",
    "IntegerCodec",
    "ListCodec",
    "TextCodec",
    "UuidCodec",
]

_DIGITS_MAX: Final = 60
_ARITHMETIC: Final = Context(prec=2 * _DIGITS_MAX + 1)


class Codec(Protocol):
    """How one column's values are told, kept and compared."""

    def tell(self, raw: Any) -> Maybe:
        """The value; UNSET where erplink has none for what came."""
        ...

    def keep(self, value: Any) -> Any:
        """What is stored for a canonical value that is not None."""
        ...

    def operand(self, key: Hashable) -> Any:
        """What is compared with the column for a comparison key that is not None."""
        ...


@frozen
class TextCodec:
    """Texts."""

    #: Whether an empty text is stored where there is none, for the column must have one.
    blank_for_none: bool = False
    #: Whether the database fills texts up with blanks.
    padded: bool = False
    #: Whether the database keeps the character NUL.
    keeps_nul: bool = True

    def tell(self, raw: Any) -> Maybe:
        """The text."""
        if raw is None:
            return None
        if not isinstance(raw, str):
            return UNSET
        text = raw.rstrip(" ") if self.padded else raw
        return None if self.blank_for_none and not text else text

    def keep(self, value: Any) -> Any:
        """The text itself, where every character of it can be stored."""
        if self._fits(value):
            return value
        raise BadValue("it has a character that the database does not keep", value=shorten(value))

    def operand(self, key: Hashable) -> Any:
        """The text itself."""
        return key if isinstance(key, str) and self._fits(key) else None

    def _fits(self, text: str) -> bool:
        if "\0" in text and not self.keeps_nul:
            return False
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
        return True


@frozen
class IntegerCodec:
    """Whole numbers of some bits."""

    bits: int = 64

    @property
    def end(self) -> int:
        """The number after the greatest; the least is its negative."""
        return 1 << (self.bits - 1)

    def tell(self, raw: Any) -> Maybe:
        """The number."""
        if raw is None or (isinstance(raw, int) and not isinstance(raw, bool)):
            return raw
        return UNSET

    def keep(self, value: Any) -> Any:
        """The number, where it has no more bits."""
        if -self.end <= value < self.end:
            return value
        raise BadValue(f"more than {self.bits} bits", value=shorten(value))

    def operand(self, key: Hashable) -> Any:
        """The number, for numbers of all types are equal."""
        if not isinstance(key, int | Decimal) or not -self.end <= key < self.end:
            return None
        return int(key) if key == int(key) else None


@frozen
class DecimalCodec:
    """Decimal numbers, which some columns keep as floating point numbers."""

    scale: int | None = None
    #: How many digits there may be before the point; None for no limit.
    whole_digits: int | None = None
    floats: bool = False

    def tell(self, raw: Any) -> Maybe:
        """The number, with as many decimals as its column has."""
        if raw is None:
            return None
        try:
            number = raw if isinstance(raw, Decimal) else Decimal(_written(raw))
        except ArithmeticError:
            return UNSET
        if not number.is_finite() or abs(number.adjusted()) > _DIGITS_MAX:
            return UNSET
        if self.scale is None or -int(number.as_tuple().exponent) >= self.scale:
            return number
        return number.quantize(Decimal(1).scaleb(-self.scale), context=_ARITHMETIC)

    def keep(self, value: Any) -> Any:
        """The number, where the column keeps all of its digits."""
        if self.whole_digits is not None and abs(value) >= 10**self.whole_digits:
            raise BadValue(f"more than {self.whole_digits} digits", value=shorten(value))
        if not self.floats:
            return value
        number = _number(value)
        if Decimal(_written(number)) != value:
            raise BadValue("more digits than a floating point number has", value=shorten(value))
        return number

    def operand(self, key: Hashable) -> Any:
        """The number, for numbers of all types are equal."""
        if not isinstance(key, int | Decimal) or abs(key) >= 10**_DIGITS_MAX:
            return None
        return _number(Decimal(key)) if self.floats else Decimal(key)


def _written(raw: Any) -> str:
    # A whole number has no point, as databases write it too.
    return repr(raw).removesuffix(".0") if isinstance(raw, float) else str(raw)


def _number(value: Decimal) -> int | float:
    whole = value == value.to_integral_value() and abs(value) < 1 << 63
    return int(value) if whole else float(value)


@frozen
class CheckboxCodec:
    """Yes and no."""

    def tell(self, raw: Any) -> Maybe:
        """True or False, also from 1 and 0."""
        if raw is None:
            return None
        return bool(raw) if isinstance(raw, int) and raw in (0, 1) else UNSET

    def keep(self, value: Any) -> Any:
        """True or False."""
        return value

    def operand(self, key: Hashable) -> Any:
        """True or False, for which 1 and 0 are equal."""
        return bool(key) if isinstance(key, int | Decimal) and key in (0, 1) else None


@frozen
class UuidCodec:
    """Universally unique identifiers, told as texts."""

    def tell(self, raw: Any) -> Maybe:
        """The identifier's text."""
        return raw if raw is None else str(raw)

    def keep(self, value: Any) -> Any:
        """The identifier."""
        try:
            return UUID(value)
        except ValueError:
            raise BadValue("it is no UUID", value=shorten(value)) from None

    def operand(self, key: Hashable) -> Any:
        """The identifier, where the text is written as it is told."""
        try:
            identifier = UUID(key) if isinstance(key, str) else None
        except ValueError:
            return None
        return identifier if str(identifier) == key else None


@frozen
class ListCodec:
    """Keys of list items, from a column of another type."""

    inner: Codec
    kind: FieldType
    #: All the items there can be; None where the database does not say.
    items: frozenset[str] | None = None

    def tell(self, raw: Any) -> Maybe:
        """The key of the item."""
        value = self.inner.tell(raw)
        if value is None or value is UNSET:
            return value
        return part_text(value) or None

    def keep(self, value: Any) -> Any:
        """What the column has for the key."""
        inner = self._inner(value)
        if inner is None:
            raise BadValue("there can be no such item", value=shorten(value))
        return self.inner.keep(inner)

    def operand(self, key: Hashable) -> Any:
        """What the column has for the key."""
        inner = self._inner(key) if isinstance(key, str) else None
        return None if inner is None else self.inner.operand(inner)

    def _inner(self, key: str) -> Any:
        if self.items is not None and key not in self.items:
            return None
        return part_value(self.kind, key)
