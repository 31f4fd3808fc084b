"""Text cells: between the values of fields and the cells of a file that holds nothing but texts."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from attrs import frozen

from erplink.adapters.erp.files.cells import Cell, Text
from erplink.adapters.erp.files.codec import Codec
from erplink.adapters.erp.files.columntypes import ColumnType
from erplink.adapters.erp.files.neutral import neutralised, restored
from erplink.adapters.erp.files.notation import ISO_DATE, ISO_MOMENT, Notation, back, there
from erplink.domain.fields import FieldType
from erplink.domain.transforms import OneWay, Transform, boolean_words, local_time
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["AMBIGUOUS", "TRUTHS", "TextStyle", "text_codec", "text_style"]

T = TypeVar("T")

AMBIGUOUS: Final = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
"""A number that may be a thousand times another one, where no locale is named."""

TRUTHS: Final = re.compile("true|false", re.IGNORECASE)
_OFFSET: Final = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})\Z")


@frozen
class TextStyle:
    """How the cells of one column write what they hold, so that new ones are written alike."""

    #: Whether days are written as in ``2024-01-31`` and not as in the locale.
    iso: bool = True
    #: Whether times name their zone.
    zoned: bool = False
    #: What stands between day and time.
    between: str = " "
    #: The words for yes and no.
    words: tuple[str, str] = ("true", "false")


def text_style(cells: Sequence[str], notation: Notation) -> TextStyle:
    """The style of the cells of a column, as far as they show one."""
    iso = notation.days is None or all(map(ISO_MOMENT.fullmatch, cells))
    timed = [cell for cell in cells if "T" in cell or ":" in cell]
    zoned = bool(timed) and all(map(_OFFSET.search, timed))
    between = "T" if timed and "T" in timed[0] else " "
    word = next(iter(cells), "")
    case = str.upper if word.isupper() else str.title if word.istitle() else str.lower
    return TextStyle(iso, zoned, between, (case("true"), case("false")))


def text_codec(
    kind: ColumnType, notation: Notation, style: TextStyle, *, marks: bool, plain: bool = False
) -> Codec:
    """How a column of texts is read and written.

    Args:
        kind: What the column holds.
        notation: How the file writes numbers, days and times.
        style: How this column does.
        marks: Whether a text that looks like a number must be marked as a text.
        plain: Whether no text needs to be neutralised, for cells are said to be texts.
    """
    codecs: dict[FieldType, Callable[[], Codec]] = {
        FieldType.INTEGER: lambda: _by(notation.wholes),
        FieldType.DECIMAL: lambda: _decimals(notation),
        FieldType.CHECKBOX: lambda: _by(boolean_words(*(kind.words or style.words))),
        FieldType.DATE: lambda: _dates(notation, style),
        FieldType.DATETIME: lambda: _datetimes(notation, style),
        FieldType.TEXTS: lambda: _texts(kind.separator, plain=plain),
    }
    make = codecs.get(kind.type)
    return _text(marks=marks, plain=plain) if make is None else make()


def _of(read: OneWay, write: OneWay) -> Codec:
    return Codec(lambda cell: read(str(cell)), lambda value: str(write(value)))


def _by(transform: Transform) -> Codec:
    return _of(there(transform), back(transform))


def _text(*, marks: bool, plain: bool) -> Codec:
    if plain:
        return Codec(str, str)
    made: Callable[[str], Cell] = Text if marks else str
    return Codec(lambda cell: restored(str(cell)), lambda value: made(neutralised(str(value))))


def _texts(separator: str, *, plain: bool) -> Codec:
    whole = _text(marks=False, plain=plain)

    def read(cell: Cell) -> Value:
        parts = (part.strip() for part in str(whole.read(cell)).split(separator))
        return tuple(filter(None, parts)) or None

    def write(value: Value) -> Cell:
        parts = [str(part) for part in value] if isinstance(value, tuple) else []
        for part in parts:
            if separator in part:
                rule = f"{separator!r} stands between the texts and cannot stand in one"
                raise BadValue(rule, value=shorten(part))
        return whole.write(separator.join(parts))

    return Codec(read, write)


def _decimals(notation: Notation) -> Codec:
    return _of(there(notation.numbers), lambda value: _evident(value, notation))


def _evident(value: Value, notation: Notation) -> str:
    """A number that shows by itself that it is one with decimals, and where they begin.

    Otherwise the column might be taken for another one when this is all that stands in it.
    """
    text = str(back(notation.numbers)(value))
    if notation.point not in text:
        return f"{text}{notation.point}0"
    return f"{text}0" if not notation.locale and AMBIGUOUS.fullmatch(text) else text


def _dates(notation: Notation, style: TextStyle) -> Codec:
    if not style.iso and notation.days is not None:
        return _by(notation.days)

    def read(cell: Cell) -> Value:
        text = str(cell).strip()
        if not ISO_DATE.fullmatch(text):
            raise BadValue("a day such as 2024-01-31 is expected", value=shorten(cell))
        return _made(date.fromisoformat, text)

    return Codec(read, lambda value: value.isoformat() if isinstance(value, date) else "")


def _datetimes(notation: Notation, style: TextStyle) -> Codec:
    if not style.iso and notation.days is not None:
        return _local_datetimes(notation)
    moments = notation.moments

    def read(cell: Cell) -> Value:
        text = str(cell).strip()
        if not ISO_MOMENT.fullmatch(text):
            rule = "a day and time such as 2024-01-31 09:00:00 are expected"
            raise BadValue(rule, value=shorten(cell))
        found = _made(datetime.fromisoformat, text)
        return moments.at(found) if found.tzinfo is None else _in_utc(found)

    def write(value: Value) -> Cell:
        assert isinstance(value, datetime)  # noqa: S101 - the field holds nothing else
        if style.zoned:
            return value.replace(tzinfo=None).isoformat(style.between) + "Z"
        return moments.shown(value).isoformat(style.between)

    return Codec(read, write)


def _local_datetimes(notation: Notation) -> Codec:
    layout, zone = notation.day_layout, notation.zone
    loose = layout.replace("DD", "D").replace("MM", "M")
    ways = [there(local_time(zone, f"{loose} {times}")) for times in ("hh:mm:ss", "hh:mm")]
    write = back(local_time(zone, f"{layout} hh:mm:ss"))

    def read(cell: Cell) -> Value:
        text = str(cell)
        return ways[text.count(":") == 1](text)

    return Codec(read, lambda value: str(write(value)))


def _made(make: Callable[[str], T], text: str) -> T:
    try:
        return make(text)
    except ValueError:
        raise BadValue("there is no such day or time", value=shorten(text)) from None


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        rule = "too near an end of the calendar to be told in UTC"
        raise BadValue(rule, value=shorten(moment)) from None
