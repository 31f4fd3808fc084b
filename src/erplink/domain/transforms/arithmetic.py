"""Transforms of numbers: another unit, a percentage, fewer digits."""

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from erplink.domain.canonical import DIGITS_MAX
from erplink.domain.fields import Rounding
from erplink.domain.transforms.parameters import a_choice, a_whole, given
from erplink.domain.transforms.transform import Laws, OneWay, Transform
from erplink.domain.transforms.typemaps import NUMBERS, between
from erplink.domain.transforms.ways import ARITHMETIC, a_number, taking, tidy
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["percent", "round_to", "scale"]

_NUMBER_TO_NUMBER: Final = between(NUMBERS, NUMBERS)
_ROUNDINGS: Final = {rounding.name.lower(): rounding.value for rounding in Rounding}


def scale(factor: Decimal | int | str) -> Transform:
    """The CRM's number is the ERP's times ``factor``: cents to units is ``"0.01"`` (lossless).

    A number whose counterpart would need digits without end is refused, never rounded.
    """
    ratio = _a_factor(factor)
    ways = (_exactly(ARITHMETIC.multiply, ratio), _exactly(ARITHMETIC.divide, ratio))
    params = given(factor=format(ratio, "f"))
    return Transform("scale", *ways, Laws.LOSSLESS, _NUMBER_TO_NUMBER, params)


def percent() -> Transform:
    """The ERP's ``0.25`` is the CRM's ``25`` (lossless)."""
    hundred = Decimal(100)
    ways = (_exactly(ARITHMETIC.multiply, hundred), _exactly(ARITHMETIC.divide, hundred))
    return Transform("percent", *ways, Laws.LOSSLESS, _NUMBER_TO_NUMBER)


def _a_factor(factor: Decimal | int | str) -> Decimal:
    try:
        ratio = a_number(Decimal(factor) if isinstance(factor, str) else factor)
    except (decimal.InvalidOperation, BadValue):
        ratio = Decimal(0)
    if not ratio:
        raise BadValue("a factor is a number other than 0", value=shorten(factor))
    # 0.010 and 0.01 are one factor, and so make one transform.
    return tidy(ratio.normalize(ARITHMETIC))


def _exactly(operation: Callable[[Decimal, Decimal], Decimal], ratio: Decimal) -> OneWay:
    def compute(number: Decimal) -> Decimal:
        try:
            return tidy(operation(number, ratio))
        except decimal.Inexact:
            rule = "its counterpart cannot be told exactly"
            raise BadValue(rule, value=shorten(number)) from None

    return taking(a_number, compute)


def round_to(decimals: int, rounding: Rounding | str = Rounding.HALF_UP) -> Transform:
    """Keep ``decimals`` digits after the point, on both sides (canonicalising).

    ``rounding`` is a :class:`Rounding` or its name in lower case, such as ``half_even``.
    """
    word = rounding.name.lower() if isinstance(rounding, Rounding) else rounding
    mode = _ROUNDINGS[a_choice("rounding", word, _ROUNDINGS)]
    step = Decimal(1).scaleb(-a_whole("decimals", decimals, least=0, most=DIGITS_MAX))

    def rounded(number: Decimal) -> Decimal:
        return tidy(number.quantize(step, rounding=mode, context=_ROUNDING))

    way = taking(a_number, rounded)
    params = given(decimals=decimals, rounding=word)
    return Transform("round_to", way, way, Laws.CANONICALISING, _NUMBER_TO_NUMBER, params)


_ROUNDING: Final = decimal.Context(prec=4 * DIGITS_MAX)
