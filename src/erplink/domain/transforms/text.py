"""Transforms of texts: their space, their case, and what stands before, behind or inside them."""

import re
from collections.abc import Callable
from typing import Final

from erplink.domain.transforms.parameters import (
    PARAMETER_LENGTH_MAX,
    a_choice,
    a_switch,
    a_whole,
    a_word,
    given,
)
from erplink.domain.transforms.roundtrip import guarded
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import TEXTUAL, between
from erplink.domain.transforms.ways import TEXT_LENGTH_MAX, a_text, taking
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = [
    "case",
    "pad_zeros",
    "prefix",
    "remove",
    "replace",
    "strip_zeros",
    "substring",
    "suffix",
    "trim",
]

_TEXT_TO_TEXT: Final = between(TEXTUAL, TEXTUAL)
_WORD: Final = re.compile(r"[^\s\-]+")


def trim(*, inner: bool = False) -> Transform:
    """Take the space around a text away, on both sides (canonicalising).

    With ``inner``, every run of space within the text becomes one blank as well.
    """
    tidy = (lambda text: " ".join(text.split())) if a_switch("inner", inner) else str.strip
    way = taking(a_text, tidy)
    return Transform("trim", way, way, Laws.CANONICALISING, _TEXT_TO_TEXT, given(inner=inner))


def case(to: str) -> Transform:
    """Write a text in ``upper``, ``lower`` or ``title`` case, on both sides (canonicalising)."""
    way = taking(a_text, _CASES[a_choice("case", to, _CASES)])
    return Transform("case", way, way, Laws.CANONICALISING, _TEXT_TO_TEXT, given(to=to))


def _title(text: str) -> str:
    # Twice, for the one letter that becomes two (U+0149) settles only with the second time.
    return _WORD.sub(lambda word: word[0].capitalize().capitalize(), text)


_CASES: Final = {"upper": str.upper, "lower": str.lower, "title": _title}


def replace(old: str, new: str) -> Transform:
    """The ERP writes ``old`` where the CRM writes ``new`` (canonicalising).

    A value in which the two get entangled, so that it would change with every trip, is refused.
    To take something out altogether, there is :func:`remove`.
    """
    if a_word("old", old) == a_word("new", new):
        raise BadValue("old and new are the same", value=shorten(old))
    ways = guarded(_replacing(old, new), _replacing(new, old), Laws.CANONICALISING)
    return Transform("replace", *ways, Laws.CANONICALISING, _TEXT_TO_TEXT, given(old=old, new=new))


def _replacing(old: str, new: str) -> Callable[[Value], Value]:
    growth = len(new) - len(old)

    def replaced(text: str) -> str:
        # Counted first, for a short text may ask for a very long one.
        if len(text) + text.count(old) * growth > TEXT_LENGTH_MAX:
            rule = f"it would become longer than {TEXT_LENGTH_MAX} characters"
            raise BadValue(rule, value=shorten(text[:99]))
        return text.replace(old, new)

    return taking(a_text, replaced)


def remove(characters: str) -> Transform:
    """Take every one of ``characters`` out of a text, on both sides (canonicalising)."""
    table = dict.fromkeys(map(ord, a_word("characters", characters)))
    way = taking(a_text, lambda text: text.translate(table))
    return Transform(
        "remove", way, way, Laws.CANONICALISING, _TEXT_TO_TEXT, given(characters=characters)
    )


def prefix(text: str) -> Transform:
    """The ERP's value begins with ``text``, the CRM's goes without it (lossless).

    An ERP's value that does not begin with it is refused. ``flip`` swaps the sides.
    """
    before = a_word("prefix", text)

    def cut(value: str) -> str:
        if not value.startswith(before):
            raise BadValue(f"it does not begin with {before!r}", value=shorten(value))
        return value[len(before) :]

    ways = (taking(a_text, cut), taking(a_text, lambda value: before + value))
    return Transform("prefix", *ways, Laws.LOSSLESS, _TEXT_TO_TEXT, given(text=text))


def suffix(text: str) -> Transform:
    """The ERP's value ends with ``text``, the CRM's goes without it (lossless).

    An ERP's value that does not end with it is refused. ``flip`` swaps the sides.
    """
    behind = a_word("suffix", text)

    def cut(value: str) -> str:
        if not value.endswith(behind):
            raise BadValue(f"it does not end with {behind!r}", value=shorten(value))
        return value[: -len(behind)]

    ways = (taking(a_text, cut), taking(a_text, lambda value: value + behind))
    return Transform("suffix", *ways, Laws.LOSSLESS, _TEXT_TO_TEXT, given(text=text))


def pad_zeros(width: int) -> Transform:
    """The ERP's number has leading zeros to ``width`` digits, the CRM's has none (lossless).

    An ERP's value of another width is refused, and so is a CRM's value that begins with a zero
    or is too long: neither would come back as it was.
    """
    digits = a_whole("width", width, least=1, most=PARAMETER_LENGTH_MAX)

    def unpad(value: str) -> str:
        if len(_digits(value)) != digits:
            raise BadValue(f"it does not have {digits} digits", value=shorten(value))
        return _without_zeros(value)

    def pad(value: str) -> str:
        if _digits(value) != _without_zeros(value) or len(value) > digits:
            rule = f"1 to {digits} digits without a leading zero are expected"
            raise BadValue(rule, value=shorten(value))
        return value.zfill(digits)

    ways = (taking(a_text, unpad), taking(a_text, pad))
    return Transform("pad_zeros", *ways, Laws.LOSSLESS, _TEXT_TO_TEXT, given(width=width))


def strip_zeros() -> Transform:
    """Take leading zeros away from digits, on both sides (canonicalising)."""
    way = taking(a_text, lambda value: _without_zeros(_digits(value)))
    return Transform("strip_zeros", way, way, Laws.CANONICALISING, _TEXT_TO_TEXT)


def _digits(value: str) -> str:
    if not (value.isascii() and value.isdigit()):
        raise BadValue("digits only are expected", value=shorten(value))
    return value


def _without_zeros(digits: str) -> str:
    return digits.lstrip("0") or "0"


def substring(start: int = 0, length: int | None = None) -> Transform:
    """The ``length`` characters from ``start`` (counted from 0), or all from there (one-way)."""
    first = a_whole("start", start, least=0, most=TEXT_LENGTH_MAX)
    end = None
    if length is not None:
        end = first + a_whole("length", length, least=1, most=TEXT_LENGTH_MAX)
    return Transform(
        "substring",
        taking(a_text, lambda text: text[first:end]),
        None,
        Laws.TO_CRM_ONLY,
        _TEXT_TO_TEXT,
        given(start=start, length=length),
    )
