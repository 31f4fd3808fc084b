"""Normalised keys: the form in which two writings of one identifier are equal.

They decide sameness and find candidates; they never replace a value and never judge whether a
number is in use. What a national numbering plan knows is for a library (the ``[match]`` extra).
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from erplink.domain.fields import Sort

__all__ = ["Normaliser", "code_key", "email_key", "key_of_sort", "name_key", "phone_key", "url_key"]

Normaliser = Callable[[str], str]
"""Text in, normalised key out; an empty key means that nothing can be told from the text."""

_SPACES = re.compile(r"\s+")
_NOT_A_DIGIT = re.compile(r"\D+")
_NOT_A_WORD = re.compile(r"[^\w]+|_+")
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
    words = _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    return unicodedata.normalize("NFC", _SPACES.sub(" ", words).strip())


def code_key(text: str) -> str:
    """Letters and digits only, as in ``SE 556036-0793`` and ``se5560360793``."""
    return name_key(text).replace(" ", "")


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
