"""Fingerprint: sixteen bytes that tell whether a record is as it was, without keeping it.

A record that came as raw bytes is fingerprinted as it is, before anything decodes it. One that came
decoded is written out first, with its key, so that two fingerprints are the same just when they are
of the same record with the same values:

* numbers count by their value, as in :mod:`erplink.domain.canonical`: ``Decimal("1.0")``,
  ``Decimal("1.00")`` and ``1`` are one, and none of them is True;
* moments count as moments, in whatever zone they are told; a day is no moment;
* a text counts letter by letter: writings that only some target holds for the same are different,
  for a difference too many costs a comparison, and one too few an update;
* empty, not said and an empty text are three things.

The same values have the same fingerprint in every process, on every machine and in every version of
Python. What else it depends on is its salt, so that what was made with another one never matches.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Final, TypeAlias

from attrs import frozen

from erplink.connectors import Record
from erplink.domain.canonical import DIGITS_MAX
from erplink.domain.values import UNSET, Maybe, Unset, shorten
from erplink.errors import BadValue

__all__ = [
    "BLAKE2B",
    "FINGERPRINT_BYTES",
    "OUTDATED",
    "Fingerprinter",
    "Hash",
    "Hashing",
    "values_of",
]

FINGERPRINT_BYTES = 16
"""How long a fingerprint is; long enough that no two records ever share one by chance."""

OUTDATED: Final = bytes(FINGERPRINT_BYTES)
"""Stands for the fingerprint of a record that is known to be there, whatever it looks like now."""

Hash: TypeAlias = Callable[[bytes], bytes]
"""Makes sixteen bytes of any number, the same for the same, whenever and wherever."""


@frozen
class Hashing:
    """A way of hashing, and the name by which it is told from others."""

    name: str
    digest: Hash


def _blake2b(data: bytes) -> bytes:
    return blake2b(data, digest_size=FINGERPRINT_BYTES).digest()


BLAKE2B: Final = Hashing("blake2b", _blake2b)
"""What there is everywhere; ``erplink.adapters.speed`` has a faster one."""

_FORMAT: Final = 2
"""How values are written out; part of the salt."""


class Fingerprinter:
    """Makes the fingerprints of one feed."""

    def __init__(self, salt: str, hashing: Hashing = BLAKE2B) -> None:
        """Fix what fingerprints depend on beside the record.

        Args:
            salt: Whatever changes what a record means: the mapping's version, the fields read.
            hashing: How to hash; its name is part of the salt.
        """
        if len(hashing.digest(b"")) != FINGERPRINT_BYTES:
            rule = f"a fingerprint has {FINGERPRINT_BYTES} bytes"
            raise BadValue(rule, value=shorten(hashing.name))
        self._salt = f"{hashing.name}/{_FORMAT}/{salt}"
        self._digest = hashing.digest
        # Of one length, so that no record can pass for another with a longer salt.
        salted = self._salt.encode("utf-8", "surrogatepass")
        self._of_slices = _blake2b(b"slice " + salted)
        self._of_records = _blake2b(b"record " + salted)
        self._shapes: dict[tuple[type, ...], _Shape] = {}

    @property
    def salt(self) -> str:
        """All that the fingerprints depend on, to be kept beside them."""
        return self._salt

    def of_slice(self, data: bytes) -> bytes:
        """The fingerprint of a record as it was sent."""
        return self._digest(self._of_slices + data)

    def of_slices(self, slices: Iterable[bytes]) -> list[bytes]:
        """The fingerprints of many records as they were sent; faster than one by one."""
        digest, salt = self._digest, self._of_slices
        return [digest(salt + data) for data in slices]

    def of_record(self, values: Sequence[Maybe]) -> bytes:
        """The fingerprint of a record's values, always of the same fields in the same order."""
        types = tuple(map(type, values))
        # Most records of a kind have one of a few shapes; what a shape needs is found out once.
        shape = self._shapes.get(types) or self._shape(types)
        return self._digest(self._of_records + shape.written(values))

    def _shape(self, types: tuple[type, ...]) -> "_Shape":
        if len(self._shapes) >= _SHAPES_MAX:
            self._shapes.clear()
        shape = self._shapes[types] = _shape_of(types)
        return shape

    def __repr__(self) -> str:
        """The salt."""
        return f"Fingerprinter({self._salt})"


def values_of(record: Record, fields: Sequence[str]) -> tuple[Maybe, ...]:
    """What a fingerprint of a record is made of: the values of the fields, its parent and its key.

    Without the key, a listing would not notice that two records have each other's values now.
    """
    parent = None if record.parent is None else (record.parent.kind, record.parent.key)
    held, own = record.fields, record.ref.key
    # Most sessions deliver what was asked for, as it was asked for.
    if tuple(held) == tuple(fields):
        return (*held.values(), parent, own)
    return (*(held.get(key, UNSET) for key in fields), parent, own)


# writing values out ------------------------------------------------------------------------------

_SHAPES_MAX: Final = 4096
_SEPARATOR: Final = "\x1f"
_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_INTEGERS_END: Final = 10**DIGITS_MAX
_EXACT: Final = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)


def _integer(value: int) -> str:
    # Where a number is written with an exponent does not depend on its type.
    if -_INTEGERS_END < value < _INTEGERS_END:
        return int.__repr__(value)
    return _decimal(Decimal(value))


def _decimal(value: Decimal) -> str:
    if not value:
        return "0"  # also for -0
    text = str(value)
    if "E" not in text and len(text) <= DIGITS_MAX:
        return text.rstrip("0").rstrip(".") if "." in text else text
    shortest = _EXACT.normalize(value)
    text = str(shortest)
    return f"{shortest:f}" if "E+" in text and shortest.adjusted() < DIGITS_MAX else text


def _moment(value: datetime) -> str:
    offset = value.utcoffset()
    if offset is None:
        raise BadValue("moments must be aware: give them a time zone", value=shorten(value))
    # Not told in UTC, which fails at the ends of the calendar.
    return str((value.replace(tzinfo=UTC) - _BEGINNING - offset) // _MICROSECOND)


def _many(value: tuple[Any, ...]) -> str:
    return "".join(_part(part) for part in value)


def _part(value: object) -> str:
    code, write = _writing(type(value))
    text = "" if write is None else write(value)
    return f"{code}{len(text)}:{text}"


_Write: TypeAlias = Callable[[Any], str] | None

_WRITINGS: Final[dict[type, tuple[str, _Write]]] = {
    str: ("s", str.__str__),
    bool: ("b", lambda value: "1" if value else "0"),
    int: ("n", _integer),
    Decimal: ("n", _decimal),
    datetime: ("m", _moment),
    date: ("d", lambda value: str(value.toordinal())),
    tuple: ("t", _many),
    type(None): ("e", None),
    Unset: ("u", None),
}
"""By type: the letter that says what a value is, and how it is written; None for not at all."""


def _writing(kind: type) -> tuple[str, _Write]:
    for each in kind.__mro__:
        if each in _WRITINGS:
            return _WRITINGS[each]
    raise BadValue(f"{kind.__name__} is not a type of value", value=f"<a {kind.__name__}>")


@frozen
class _Shape:
    """How records whose values have certain types are written."""

    #: What every value is, a letter each.
    letters: bytes
    #: Gives the values that are texts.
    texts: Callable[[Sequence[Any]], tuple[str, ...]]
    #: The places of all other values that are written, and how.
    others: tuple[tuple[int, Callable[[Any], str]], ...]

    def written(self, values: Sequence[Maybe]) -> bytes:
        """The values of a record as bytes, such that no two records have the same."""
        texts = self.texts(values)
        if self.others:
            texts = (*texts, *[write(values[at]) for at, write in self.others])
        if _SEPARATOR not in "".join(texts):  # which is cheaper than to count it
            return self.letters + b"|" + _encoded(_SEPARATOR.join(texts))
        # A text holds the separator itself.
        return self.letters + b"#" + _encoded("".join(f"{len(text)}:{text}" for text in texts))


def _shape_of(types: tuple[type, ...]) -> _Shape:
    writings = list(enumerate(map(_writing, types)))
    texts = [at for at, (letter, _) in writings if letter == "s"]
    others = ((at, write) for at, (letter, write) in writings if letter != "s" and write)
    letters = "".join(letter for _, (letter, _) in writings)
    return _Shape(letters.encode(), _picking(texts, len(types)), tuple(others))


def _picking(places: list[int], of: int) -> Callable[[Sequence[Any]], tuple[str, ...]]:
    if len(places) == of:
        return tuple
    if len(places) > 1:
        return itemgetter(*places)
    # With one place an itemgetter gives no tuple, and without any it is refused.
    return lambda values: tuple(values[at] for at in places)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
