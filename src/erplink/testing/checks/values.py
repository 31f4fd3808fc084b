"""What is promised of values: none is altered on its way, neither read nor written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from erplink.connectors import Edit, EditRefused, Saved
from erplink.domain.canonical import canonical
from erplink.domain.fields import Field, FieldType
from erplink.domain.values import Value
from erplink.errors import BadValue, Refused
from erplink.testing.promises import NotTried, fail, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_codes_are_told_as_texts",
    "check_dates_are_told_to_the_day",
    "check_moments_are_told_as_the_same_moment",
    "check_numbers_are_told_to_the_digit",
    "check_saved_codes_stay_texts",
    "check_saved_dates_keep_their_day",
    "check_saved_moments_stay_the_same_moment",
    "check_saved_numbers_keep_their_digits",
    "check_saved_texts_keep_their_letters",
    "check_texts_are_told_to_the_letter",
]

_NUMBERS: Final = tuple(
    map(Decimal, ("9.99", "0.01", "-0.5", "1234.5", "1355.90", "-1000000.01", "1000", "1.000", "0"))
)
_INTEGERS: Final = (0, 1, -1, 999, 1000, 1_234_567)
_MOMENTS: Final = (
    datetime(2024, 7, 1, 12, 34, 56, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    datetime(2024, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))),
    datetime(2024, 12, 31, 23, 30, tzinfo=timezone(-timedelta(hours=8))),
)
_DATES: Final = (date(2024, 2, 29), date(2024, 1, 2), date(1999, 12, 31))
_TEXTS: Final = (
    "Åse Müller-Łódź",  # composed
    "A\N{COMBINING RING ABOVE}se",  # the same letter in two parts
    "株式会社 東京",
    "שלום עולם",  # from right to left
    "Straße ẞ ıİ",
    "\N{GRINNING FACE} & co",  # outside the basic plane
    'O\'Brien; "quoted" \\ 100 % <b>_*',
    "two\nlines",
)
_CODES: Final = ("007", "0042", "1e5", "1.0", "0x1F", "+47", "TRUE", "null", "2024-01-02", "-")


@promise(hooks=("seed",))
def check_numbers_are_told_to_the_digit(trial: Trial) -> None:
    """A number is told as it stands, whatever its sign, point and zeros."""
    _told_as_seeded(trial, trial.of_type(FieldType.DECIMAL, FieldType.INTEGER))


@promise("save")
def check_saved_numbers_keep_their_digits(trial: Trial) -> None:
    """A number that is saved never changes by a factor, a sign or a digit that its field keeps."""
    _stored_as_sent(trial, trial.of_type(FieldType.DECIMAL, FieldType.INTEGER))


@promise(hooks=("seed",))
def check_moments_are_told_as_the_same_moment(trial: Trial) -> None:
    """A moment is told as the very moment it is, in UTC, whatever zone it was written in."""
    _told_as_seeded(trial, trial.of_type(FieldType.DATETIME))


@promise("save")
def check_saved_moments_stay_the_same_moment(trial: Trial) -> None:
    """A moment that is saved is the same moment afterwards, whatever zone it was told in."""
    _stored_as_sent(trial, trial.of_type(FieldType.DATETIME))


@promise(hooks=("seed",))
def check_dates_are_told_to_the_day(trial: Trial) -> None:
    """A date is told as the day it is, in no zone at all."""
    _told_as_seeded(trial, trial.of_type(FieldType.DATE))


@promise("save")
def check_saved_dates_keep_their_day(trial: Trial) -> None:
    """A date that is saved is the same day afterwards."""
    _stored_as_sent(trial, trial.of_type(FieldType.DATE))


@promise(hooks=("seed",))
def check_texts_are_told_to_the_letter(trial: Trial) -> None:
    """A text is told with every letter it has, of whatever script and however it is encoded."""
    _told_as_seeded(trial, trial.of_type(FieldType.TEXT, FieldType.TEXTS))


@promise("save")
def check_saved_texts_keep_their_letters(trial: Trial) -> None:
    """A text that is saved keeps every letter, or is refused; none is replaced."""
    _stored_as_sent(trial, trial.of_type(FieldType.TEXT, FieldType.TEXTS))


@promise(hooks=("seed",))
def check_codes_are_told_as_texts(trial: Trial) -> None:
    """A text that looks like a number, a date or nothing is told as the text it is."""
    _told_as_seeded(trial, trial.of_type(FieldType.TEXT), _CODES)


@promise("save")
def check_saved_codes_stay_texts(trial: Trial) -> None:
    """A text that looks like a number, a date or nothing is stored as the text it is."""
    _stored_as_sent(trial, trial.of_type(FieldType.TEXT), _CODES)


def _told_as_seeded(trial: Trial, fields: Iterable[Field], values: Sequence[Value] = ()) -> None:
    told = False
    for tricky in _rounds(_free(trial, fields), values):
        seeded = trial.sample() | tricky
        try:
            key = trial.make(seeded)
        except (BadValue, Refused):
            continue  # the world itself does not take it
        trial.holds(trial.read(key), seeded)
        told = True
    if not told:
        raise NotTried(f"{trial.kind.name}: the world takes none of the values")


def _stored_as_sent(trial: Trial, fields: Iterable[Field], values: Sequence[Value] = ()) -> None:
    key = trial.make()
    for tricky in _rounds(_free(trial, fields), values):
        if not _is_stored_as_sent(trial, key, tricky):
            for field, value in tricky.items():
                _is_stored_as_sent(trial, key, {field: value})


def _is_stored_as_sent(trial: Trial, key: str, sent: Mapping[str, Value]) -> bool:
    """Whether ``sent`` was stored; to refuse what cannot be kept is honest, to alter it is not."""
    result = trial.save_one(Edit(sent, key))
    if isinstance(result, EditRefused):
        return False
    if not isinstance(result, Saved):
        fail(f"{sent} came to {result}")
    trial.settle()
    trial.holds(result.record, sent, " in the answer to saving it")
    trial.holds(trial.read(key), sent, " after it was saved")
    return True


def _free(trial: Trial, fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields that take not just the one value that the harness gives."""
    given = trial.harness.sample.get(trial.kind.name, {})
    free = tuple(field for field in fields if field.key not in given or callable(given[field.key]))
    if not free:
        raise NotTried(f"{trial.kind.name}: the harness has one value for each such field")
    return free


def _rounds(fields: Sequence[Field], values: Sequence[Value]) -> Iterator[dict[str, Value]]:
    """Every field holds each value that fits it once, and all fields hold one at a time."""
    fitting = {field.key: _fitting(field, values or _tricky(field)) for field in fields}
    for turn in range(max(map(len, fitting.values()))):
        yield {
            key: these[(turn + at) % len(these)]
            for at, (key, these) in enumerate(fitting.items())
            if these
        }


def _fitting(field: Field, values: Sequence[Value]) -> tuple[Value, ...]:
    return tuple(value for value in values if _fits(field, value))


def _tricky(field: Field) -> tuple[Value, ...]:
    match field.type:
        case FieldType.TEXTS:
            return (_TEXTS[:2], _TEXTS[2:4], _TEXTS[-1:])
        case FieldType.DECIMAL:
            return _NUMBERS
        case FieldType.INTEGER:
            return _INTEGERS
        case FieldType.DATETIME:
            return _MOMENTS
        case FieldType.DATE:
            return _DATES
        case _:
            return _TEXTS


def _fits(field: Field, value: Value) -> bool:
    try:
        canonical(field, value)
    except BadValue:
        return False
    return True
