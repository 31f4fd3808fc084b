"""Normalised keys: the form in which two writings of one identifier are equal.

They decide sameness and find candidates; they never replace a value and never judge whether a
number is in use. What might differ is never made equal: a number with its country's prefix and one
without have two keys. What a national numbering plan knows is for a library (``[match]``).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from erplink.domain.fields import Sort

__all__ = [
    "LEGAL_FORMS",
    "Normaliser",
    "code_key",
    "company_key",
    "email_key",
    "folded_key",
    "home_vat_key",
    "key_of_sort",
    "name_key",
    "phone_key",
    "plain_key",
    "postcode_key",
    "start_key",
    "url_key",
    "vat_key",
]

Normaliser = Callable[[str], str]
"""Text in, normalised key out; an empty key means that nothing can be told from the text."""

_ASCII_WORD = re.compile(r"[0-9a-z]+")
_FILLED_DIGIT = re.compile(r"(?!0)\d")
_NOT_A_DIGIT = re.compile(r"\D+")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")


def plain_key(text: str) -> str:
    """Composed, without space around it: what looks the same is the same."""
    return unicodedata.normalize("NFC", text).strip()


def folded_key(text: str) -> str:
    """As :func:`plain_key`, and whatever the case."""
    # Folding may take a text out of its composed form, so it is composed again.
    return unicodedata.normalize("NFC", plain_key(text).casefold())


def name_key(text: str) -> str:
    """The words of a name, whatever their case, accents' encoding, punctuation and spacing."""
    return " ".join(_words(text))


def code_key(text: str) -> str:
    """Letters and digits only, as in ``SE 556036-0793`` and ``se5560360793``."""
    return _run_together(_words(text))


def _words(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    folded = unicodedata.normalize("NFKC", text).casefold()
    # A mark belongs to its letter: in many scripts it is all that tells two words apart.
    kept = (
        sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in folded
    )
    return unicodedata.normalize("NFC", "".join(kept)).split()


def _run_together(words: Iterable[str]) -> str:
    # A mark that stood alone may now stand behind a letter that it composes with.
    return unicodedata.normalize("NFC", "".join(words))


def vat_key(text: str) -> str:
    """A VAT or organisation number: letters and digits, where there is a digit other than 0.

    Words such as ``n/a`` and rows of zeros stand for no number, and so have no key.
    """
    return _numbered(code_key(text))


def home_vat_key(country: str) -> Normaliser:
    """As :func:`vat_key`, where a number that starts with a digit is one of ``country``.

    For a host that writes its own country's numbers without the prefix, and only those.
    """
    return partial(_home_vat_key, code_key(country))


def _home_vat_key(country: str, text: str) -> str:
    key = vat_key(text)
    return country + key if key[:1].isdigit() else key


def postcode_key(text: str) -> str:
    """A postcode: letters and digits, where there is a digit other than 0.

    ``D-80331`` and ``80331`` have two keys, for ``F-80331`` would be a third place.
    """
    return _numbered(code_key(text))


def _numbered(key: str) -> str:
    return key if _FILLED_DIGIT.search(key) else ""


_FORMS: Final = """
    ab ag aps as asa bv bvba co company corp corporation cv dd doo eeig eg ehf eirl ek eood eurl ev
    gbr gesmbh ggmbh gmbh hf inc incorporated kb kft kg kgaa ks lda limited llc llp lp ltd ltda mbh
    nv nyrt ohg ood ou oy oyj plc pte pty pvt rt sa sab sapi sarl sas sasu sc sca scs se sl slu snc
    sp spa spj spk spol sprl spzoo srl sro ua uab ug vof zrt
"""

LEGAL_FORMS: Final = frozenset(_FORMS.split())
"""Words that say what form a company has, and not which one it is; written without spaces."""

_LEADING_FORMS: Final = frozenset({"ab", "ooo", "pt"})
_LEGAL_WORDS_MAX: Final = 4


def company_key(text: str) -> str:
    """The words of a company's name without its legal form: ``acme`` of ``ACME GmbH & Co. KG``.

    For comparing by likeness and for finding what to compare, not for a match by itself: ACME GmbH
    and ACME AG are two companies.
    """
    words = [word for token in text.split() for word in _joined(_words(token))]
    while ending := _legal_ending(words):
        del words[-ending:]
    while len(words) > 1 and words[0] in _LEADING_FORMS:
        del words[0]
    return " ".join(words)


def _joined(words: list[str]) -> list[str]:
    """One word where all have one letter: ``B.V.`` is a word as ``BV`` is."""
    return [_run_together(words)] if all(len(word) == 1 for word in words) and words else words


def _legal_ending(words: list[str]) -> int:
    """How many words at the end are a legal form; never all of them."""
    for count in range(min(_LEGAL_WORDS_MAX, len(words) - 1), 0, -1):
        if "".join(words[-count:]) in LEGAL_FORMS:
            return count
    return 0


_START_LENGTH: Final = 4


def start_key(text: str) -> str:
    """The first letters of a company's name, by which names are gathered to be compared."""
    return company_key(text).replace(" ", "")[:_START_LENGTH]


def phone_key(text: str) -> str:
    """Digits only, with one leading plus where the number is international (``+`` or ``00``)."""
    composed = unicodedata.normalize("NFKC", text).strip()
    without_trunk = composed.replace("(0)", "")
    digits = _NOT_A_DIGIT.sub("", without_trunk)
    if without_trunk.startswith("+") and digits:
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") and digits[2:] else digits


def email_key(text: str) -> str:
    """The address whatever its case and the space around it."""
    return folded_key(text).removeprefix("mailto:")


def url_key(text: str) -> str:
    """The address without scheme, leading ``www.`` and trailing slash, whatever its case."""
    bare = _SCHEME.sub("", folded_key(text))
    return bare.removeprefix("www.").rstrip("/")


_OF_SORT: Final[dict[Sort, Normaliser]] = {
    Sort.PLAIN: plain_key,
    Sort.PHONE: phone_key,
    Sort.EMAIL: email_key,
    Sort.URL: url_key,
}


def key_of_sort(sort: Sort) -> Normaliser:
    """The normaliser for texts of ``sort``; a text without a key of its own keys as it stands."""
    normalise = _OF_SORT[sort]
    return lambda text: normalise(text) or plain_key(text)
