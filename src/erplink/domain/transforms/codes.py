"""Transforms of codes with a meaning of their own: words for yes and no, and countries."""

from collections.abc import Iterable
from typing import Final

from erplink.domain.fields import FieldType
from erplink.domain.transforms.countries import COUNTRY_CODES
from erplink.domain.transforms.parameters import a_choice, a_word, given
from erplink.domain.transforms.transform import Laws, OneWay, Transform
from erplink.domain.transforms.typemaps import TEXTUAL, between
from erplink.domain.transforms.ways import a_checkbox, a_filled_text, a_text, taking
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["WORDS_MAX", "boolean_words", "country_code"]

WORDS_MAX = 50
"""The most words for yes, and for no."""

_FORMS: Final = {"alpha-2": 0, "alpha-3": 1, "numeric": 2}


def boolean_words(true: str | Iterable[str], false: str | Iterable[str]) -> Transform:
    """The ERP writes words where the CRM has a checkbox (canonicalising).

    Words are read in any case and with space around them; the first of each is written back.
    A blank text is neither, unless it is among the words.
    """
    yes, no = _words("true", true), _words("false", false)
    meanings = {word.casefold(): True for word in yes}
    if not meanings.keys().isdisjoint(word.casefold() for word in no):
        raise BadValue("a word cannot mean both yes and no", value=shorten((yes, no)))

    meanings |= {word.casefold(): False for word in no}

    def read(text: str) -> bool | None:
        word = text.strip().casefold()
        if word not in meanings and word:
            raise BadValue("it is neither a word for yes nor one for no", value=shorten(text))
        return meanings.get(word)

    return Transform(
        "boolean_words",
        taking(a_text, read),
        taking(a_checkbox, lambda checked: yes[0] if checked else no[0]),
        Laws.CANONICALISING,
        between(TEXTUAL, {FieldType.CHECKBOX}),
        given(true=yes, false=no),
    )


def _words(name: str, words: str | Iterable[str]) -> tuple[str, ...]:
    if not isinstance(words, Iterable):
        raise BadValue(f"{name} must be a word or a list of words", value=shorten(words))
    given_words = (words,) if isinstance(words, str) else tuple(words)
    if not 1 <= len(given_words) <= WORDS_MAX:
        raise BadValue(f"{name} has 1 to {WORDS_MAX} words", value=shorten(given_words))
    return tuple(a_word(f"a word of {name}", word, least=0).strip() for word in given_words)


def country_code(erp: str, crm: str) -> Transform:
    """A country's code in another form: ``alpha-2``, ``alpha-3`` or ``numeric`` (canonicalising).

    Codes of ISO 3166-1 only, read in any case and with space around them. A numeric code is a
    text of three digits.
    """
    sides = _FORMS[a_choice("form", erp, _FORMS)], _FORMS[a_choice("form", crm, _FORMS)]
    return Transform(
        "country_code",
        _recoded(*sides),
        _recoded(*reversed(sides)),
        Laws.CANONICALISING,
        between(TEXTUAL, TEXTUAL),
        given(erp=erp, crm=crm),
    )


def _recoded(source: int, target: int) -> OneWay:
    table = {codes[source]: codes[target] for codes in COUNTRY_CODES}

    def recode(text: str) -> str:
        code = table.get(text.upper())
        if code is None:
            raise BadValue("no country of ISO 3166-1 has this code", value=shorten(text))
        return code

    return taking(a_filled_text, recode)
