"""Transforms between one text and the parts of a compound field, or the texts of a list.

A compound value is a tuple of its parts. None stands for a whole without any part; a part that
was not said (UNSET) is refused, for the whole cannot be told without it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from erplink.domain.fields import FieldType
from erplink.domain.transforms.parameters import a_choice, a_whole, a_word, given
from erplink.domain.transforms.roundtrip import guarded
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import RECORD_TYPES, between
from erplink.domain.transforms.ways import PARTS_MAX, a_number, a_text, a_tuple, taking
from erplink.domain.values import UNSET, Part, Scalar, Value, in_utc, shorten
from erplink.errors import BadValue

__all__ = ["COMPOUND_PARTS_MAX", "join_lines", "join_words", "said", "template"]

COMPOUND_PARTS_MAX = 20
"""The most parts of a compound value."""

_PARTS_TO_TEXT: Final = between({FieldType.TEXTS}, {FieldType.TEXT})
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{([0-9]{1,2})\}|[{}]")


def said(part: Part) -> Scalar | None:
    """The part of a compound value, or BadValue where it was not said."""
    if part is UNSET:
        raise BadValue("a part was not said, so the whole cannot be told", value=shorten(part))
    return part


def join_words(separator: str = " ", parts: int = 2, *, rest: str = "last") -> Transform:
    """The ERP has parts of a name where the CRM has it in one text (canonicalising).

    On the way back, words are dealt out one to a part, and the ``last`` part (or the ``first``)
    takes all the words left over; where words are too few, the parts between stay empty. So a
    first part of two words does not come back as it was, unless ``rest`` is ``first``: choose
    what your names need. ``flip`` gives the parts to the CRM.
    """
    between_words = a_word("separator", separator)
    count = a_whole("parts", parts, least=2, most=COMPOUND_PARTS_MAX)
    deal = _DEALS[a_choice("rest", rest, _DEALS)]
    words_of = _splitter(between_words)

    def join(values: tuple[Part, ...]) -> str | None:
        texts = [between_words.join(words_of(_a_text_or_none(part))) for part in values]
        if len(texts) != count:
            raise BadValue(f"{count} parts are expected", value=shorten(values))
        return between_words.join(filter(None, texts)) or None

    def split(text: str) -> Value:
        words = words_of(text)
        return deal(words, count, between_words) if words else None

    ways = guarded(taking(a_tuple, join), taking(a_text, split), Laws.CANONICALISING)
    params = given(separator=separator, parts=parts, rest=rest)
    return Transform("join_words", *ways, Laws.CANONICALISING, _PARTS_TO_TEXT, params)


def _a_text_or_none(part: Part) -> str:
    value = said(part)
    return "" if value is None else a_text(value)


def _splitter(separator: str) -> Callable[[str], list[str]]:
    if separator == " ":
        return str.split
    return lambda text: [word for piece in text.split(separator) if (word := piece.strip())]


def _rest_to_last(words: list[str], count: int, separator: str) -> Value:
    single = min(count, len(words)) - 1
    empty = [None] * (count - 1 - single)
    return (*words[:single], *empty, separator.join(words[single:]))


def _rest_to_first(words: list[str], count: int, separator: str) -> Value:
    single = min(count, len(words)) - 1
    empty = [None] * (count - 1 - single)
    rest = len(words) - single
    return (separator.join(words[:rest]), *empty, *words[rest:])


_DEALS: Final = {"last": _rest_to_last, "first": _rest_to_first}


def join_lines(parts: int | None = None) -> Transform:
    """The ERP has lines where the CRM has one text of several lines (canonicalising).

    Empty lines are left out, so that lines move up. With ``parts``, for a compound field, exactly
    so many lines go back to the ERP, the last of them empty where there are fewer, and a text of
    more lines is refused. ``flip`` gives the lines to the CRM.
    """
    most = PARTS_MAX
    if parts is not None:
        most = a_whole("parts", parts, least=1, most=COMPOUND_PARTS_MAX)

    def lines_of(texts: Iterable[str]) -> list[str]:
        found = [line.strip() for text in texts for line in text.splitlines()]
        filled = [line for line in found if line]
        if len(filled) > most:
            raise BadValue(f"more than {most} lines", value=shorten(filled[0]))
        return filled

    def join(values: tuple[Part, ...]) -> str | None:
        if parts is not None and len(values) != parts:
            raise BadValue(f"{parts} parts are expected", value=shorten(values))
        return "\n".join(lines_of(map(_a_text_or_none, values))) or None

    def split(text: str) -> Value:
        lines = lines_of([text])
        empty = [None] * ((parts or 0) - len(lines))
        return (*lines, *empty) if lines else None

    ways = (taking(a_tuple, join), taking(a_text, split))
    params = given(parts=parts)
    return Transform("join_lines", *ways, Laws.CANONICALISING, _PARTS_TO_TEXT, params)


def template(text: str) -> Transform:
    """Put the parts of a value into a text: ``"{0} ({1})"`` (one-way).

    ``{0}`` is the first part, or the whole of a single value; ``{{`` and ``}}`` are braces. Parts
    without a value leave nothing behind, and where all are without, so is the whole.
    """
    pieces = _pieces_of(a_word("template", text))

    def fill(value: Value) -> Value:
        if value is None:
            return None
        parts = a_tuple(value) if isinstance(value, tuple) else (value,)
        shown = {index: _shown(parts, index) for index in pieces if isinstance(index, int)}
        if not any(shown.values()):
            return None
        return a_text("".join(shown[one] if isinstance(one, int) else one for one in pieces))

    gives = between(RECORD_TYPES, {FieldType.TEXT})
    return Transform("template", fill, None, Laws.TO_CRM_ONLY, gives, given(text=text))


def _pieces_of(text: str) -> list[str | int]:
    """The template's own texts, and the numbers of the parts between them."""
    pieces: list[str | int] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        if len(match[0]) == 1:
            raise BadValue("a brace stands alone: write it twice", value=shorten(text))
        pieces.append(int(match[1]) if match[1] else match[0][0])
    if not any(isinstance(piece, int) for piece in pieces):
        raise BadValue("a template has a place for a part, such as {0}", value=shorten(text))
    return [*pieces, text[end:]]


def _shown(parts: tuple[Part, ...], index: int) -> str:
    if index >= len(parts):
        raise BadValue(f"the value has no part {index}", value=shorten(parts))
    part = said(parts[index])
    if isinstance(part, bool):
        raise BadValue("say which words mean yes and no first", value=shorten(part))
    if isinstance(part, int | Decimal):
        return format(a_number(part), "f")
    if isinstance(part, datetime):
        return in_utc(part).isoformat()
    if isinstance(part, date):
        return part.isoformat()
    return _a_text_or_none(part)
