"""Transforms of money, which never change a currency: an amount in another one is refused."""

import re
from decimal import Decimal
from typing import Final

from erplink.domain.fields import FieldType
from erplink.domain.transforms.locales import locale_called
from erplink.domain.transforms.numerals import NUMERAL_LENGTH_MAX, read_numeral
from erplink.domain.transforms.parameters import a_word, given
from erplink.domain.transforms.parts import said
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import between
from erplink.domain.transforms.ways import a_filled_text, a_number, a_text, a_tuple, taking
from erplink.domain.values import Part, Value, shorten
from erplink.errors import BadValue

__all__ = ["money", "money_text"]

_CODE: Final = re.compile(r"[A-Z]{3}")
_AMOUNT: Final = re.compile(
    r"(?P<before>[A-Za-z]{3})?(?P<number>[^A-Za-z]+)(?P<after>[A-Za-z]{3})?"
)


def money(currency: str) -> Transform:
    """The ERP's amount and currency, a compound value, are the CRM's amount (canonicalising).

    The CRM's field is in ``currency``; an amount in another currency, or in none, is refused. No
    amount is no value, whatever its currency.
    """
    code = _a_currency(currency)

    def amount_of(parts: tuple[Part, ...]) -> Decimal | None:
        if len(parts) != len(("amount", "currency")):
            raise BadValue("an amount and a currency are expected", value=shorten(parts))
        amount, its_currency = said(parts[0]), said(parts[1])
        if amount is None:
            return None
        _same_currency(its_currency, code, parts)
        return a_number(amount)

    return Transform(
        "money",
        taking(a_tuple, amount_of),
        taking(a_number, lambda amount: (amount, code)),
        Laws.CANONICALISING,
        between({FieldType.TEXTS}, {FieldType.DECIMAL}),
        given(currency=currency),
    )


def money_text(currency: str, locale: str) -> Transform:
    """The ERP's text ``12.50 EUR``, or ``EUR 12.50``, is the CRM's amount (canonicalising).

    The number is written as in ``locale``; the currency must stand with it, and is written back
    behind it. An amount in another currency is refused; a blank text is no amount.
    """
    code, style = _a_currency(currency), locale_called(locale).numbers

    def read(text: str) -> Decimal:
        match = _AMOUNT.fullmatch(text) if len(text) <= NUMERAL_LENGTH_MAX else None
        if match is None or (match["before"] and match["after"]):
            raise BadValue("an amount with its currency is expected", value=shorten(text))
        _same_currency(match["before"] or match["after"], code, text)
        return read_numeral(match["number"].strip(), [style])

    return Transform(
        "money_text",
        taking(a_filled_text, read),
        taking(a_number, lambda amount: f"{style.write(amount)} {code}"),
        Laws.CANONICALISING,
        between({FieldType.TEXT}, {FieldType.DECIMAL}),
        given(currency=currency, locale=locale),
    )


def _a_currency(currency: str) -> str:
    code = a_word("currency", currency)
    if not _CODE.fullmatch(code):
        raise BadValue("a currency is a code of three capitals", value=shorten(currency))
    return code


def _same_currency(found: Value, expected: str, value: object) -> None:
    if found is None:
        rule = f"it names no currency, and {expected} is not assumed"
        raise BadValue(rule, value=shorten(value))
    if a_text(found).strip().upper() != expected:
        rule = f"it is not in {expected}, and amounts are never converted"
        raise BadValue(rule, value=shorten(value))
