"""Locale: how numbers and days are written in a language or country, as plain data.

The table is from the Unicode Common Locale Data Repository, and is the same on every machine: the
locale of the process plays no part. There is no falling back from a country to its language, for
``es-MX`` and ``es`` read ``1.234`` differently.
"""

from typing import Final

from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.transforms.numerals import APOSTROPHES, SPACES, NumberStyle
from erplink.domain.transforms.parameters import a_choice

__all__ = ["LOCALES", "NUMBER_STYLES", "Locale", "locale_called"]

_POINT_COMMA: Final = NumberStyle(".", ",")
_COMMA_POINT: Final = NumberStyle(",", ".")
_COMMA_SPACE: Final = NumberStyle(",", SPACES)
_POINT_SPACE: Final = NumberStyle(".", SPACES)
_POINT_APOSTROPHE: Final = NumberStyle(".", APOSTROPHES)
_COMMA_APOSTROPHE: Final = NumberStyle(",", APOSTROPHES)
_POINT_LAKHS: Final = NumberStyle(".", ",", lakhs=True)

NUMBER_STYLES: Final = (
    _POINT_COMMA,
    _COMMA_POINT,
    _COMMA_SPACE,
    _POINT_SPACE,
    _POINT_APOSTROPHE,
    _COMMA_APOSTROPHE,
    _POINT_LAKHS,
)
"""Every style a number may be written in where no locale is named."""


@frozen
class Locale:
    """How numbers and days are written in one language or country."""

    name: str
    numbers: NumberStyle
    #: The order of day, month and year, such as ``dmy``; empty where the name leaves it open.
    order: str = ""
    #: What is written between day, month and year.
    separator: str = ""


# "en" alone says how numbers are written, but not whether 1/2 is in January or in February.
_TABLE: Final = (
    (_POINT_COMMA, "", "en"),
    (_POINT_COMMA, "mdy/", "en-US"),
    (_POINT_COMMA, "dmy/", "en-AU en-GB en-IE en-NZ es-MX"),
    (_POINT_COMMA, "ymd-", "en-CA"),
    (_POINT_COMMA, "ymd/", "ja ja-JP zh zh-CN"),
    (_POINT_LAKHS, "dmy/", "en-IN"),
    (_POINT_APOSTROPHE, "dmy.", "de-CH it-CH"),
    (_COMMA_POINT, "dmy.", "da da-DK de de-AT de-DE is ro ro-RO tr tr-TR"),
    (_COMMA_POINT, "dmy/", "el el-GR es es-AR es-ES it it-IT nl-BE pt pt-BR"),
    (_COMMA_POINT, "dmy-", "nl nl-NL"),
    (_COMMA_SPACE, "dmy.", "cs cs-CZ et et-EE fi fi-FI fr-CH lv lv-LV nb nb-NO nn nn-NO no"),
    (_COMMA_SPACE, "dmy.", "pl pl-PL ru ru-RU uk uk-UA"),
    (_COMMA_SPACE, "dmy/", "fr fr-BE fr-FR pt-PT"),
    (_COMMA_SPACE, "ymd-", "fr-CA lt lt-LT sv sv-FI sv-SE"),
    (_COMMA_SPACE, "ymd/", "en-ZA"),
)

LOCALES: Final = FrozenDict(
    {
        name: Locale(name, numbers, days[:3], days[3:])
        for numbers, days, names in _TABLE
        for name in names.split()
    }
)
"""Every locale that can be named."""


def locale_called(name: str) -> Locale:
    """The locale called ``name``, or BadName with the likely spelling."""
    return LOCALES[a_choice("locale", name, LOCALES)]
