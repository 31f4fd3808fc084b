"""Inspection: whether what a session delivered is what its contract and its claims allow.

Types are compared and not asked for: an object of a class of the plug-in's own may answer one thing
when it is looked at, and another one when it is used.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from math import inf
from typing import Any, Final

from erplink.connectors.capabilities import Capabilities, KindCapabilities, RateLimit
from erplink.connectors.limits import Limits
from erplink.connectors.page import Page, RawRecords, Record
from erplink.connectors.protocol import Kind
from erplink.domain.fields import Access, Case, Field, FieldType, Rounding, Sort
from erplink.domain.frozen import FrozenDict, types_by_key
from erplink.domain.records import CRM, KEY_LENGTH_MAX, Actor, ActorRef, Entity, EntityRef
from erplink.domain.values import check_value, shorten
from erplink.errors import BadValue

__all__ = [
    "Broken",
    "KindInspector",
    "check_capabilities",
    "check_fields",
    "check_kinds",
    "taken",
    "taken_items",
]

_NONE: Final = type(None)
_TYPES: Final[dict[FieldType, frozenset[type]]] = {
    FieldType.TEXT: frozenset({str, _NONE}),
    FieldType.INTEGER: frozenset({int, _NONE}),
    FieldType.DECIMAL: frozenset({Decimal, int, _NONE}),
    FieldType.CHECKBOX: frozenset({bool, _NONE}),
    FieldType.DATE: frozenset({date, _NONE}),
    FieldType.DATETIME: frozenset({datetime, _NONE}),
    FieldType.LIST: frozenset({str, _NONE}),
    FieldType.TEXTS: frozenset({tuple, _NONE}),
}
_VALUES: Final = frozenset({str, int, Decimal, bool, date, datetime, _NONE})
_NOTHING: Final[frozenset[type]] = frozenset()
_MARKS: Final = frozenset({datetime, int, str, _NONE})
_SIGNATURES_MAX: Final = 4_096
_UTC_OFFSET: Final = timedelta(0)


class Broken(Exception):
    """A promise that was not kept, in one sentence."""


def taken(answer: Any, most: int, what: str) -> tuple[Any, ...]:
    """The items of a sequence, taken out of it: what is looked at is what is handed on."""
    if not isinstance(answer, Sequence) or isinstance(answer, str | bytes):
        raise Broken(f"{what} come as a sequence, not as {type(answer).__name__}")
    items = tuple(islice(answer, most + 1))
    if len(items) > most:
        raise Broken(f"at most {most} {what} are expected, and there are more")
    return items


def taken_items(answer: Any, most: int, what: str) -> dict[str, Any]:
    """The items of a mapping with text keys, taken out of it."""
    if not isinstance(answer, Mapping):
        raise Broken(f"{what} come as a mapping, not as {type(answer).__name__}")
    items = dict(islice(answer.items(), most + 1))
    if len(items) > most:
        raise Broken(f"at most {most} {what} are expected, and there are more")
    _all_of(str, items, f"keys of {what}")
    return items


def _all_of(expected: type, items: Iterable[object], what: str) -> None:
    for item in items:
        if type(item) is not expected:
            raise Broken(f"{what} are of type {expected.__name__}, not {type(item).__name__}")


def check_capabilities(claims: Any) -> Capabilities:
    """The capabilities, if they say yes and no, and how many, where they should."""
    if type(claims) is not Capabilities:
        raise Broken(f"capabilities are of type Capabilities, not {type(claims).__name__}")
    told = [claims.lists, claims.add_items, claims.threads]
    _all_of(bool, told, "claims of lists and threads")
    if claims.rate_limit is not None:
        _check_rate_limit(claims.rate_limit)
    # Not before the types are known is anything gone through: it might have no end.
    _all_of(FrozenDict, [claims.kinds], "claims of all kinds")
    _all_of(str, claims.kinds, "names of kinds")
    for name, of_kind in claims.kinds.items():
        _all_of(KindCapabilities, [of_kind], f"claims of {name}")
        for claim, expected in KindCapabilities.__annotations__.items():
            if expected in _PLAIN:
                _all_of(expected, [getattr(of_kind, claim)], f"claims of {name}: {claim}")
        _all_of(tuple, [of_kind.natural_key], f"claims of {name}: natural_key")
        _all_of(str, of_kind.natural_key, f"claims of {name}: natural_key")
        if min(of_kind.precision, of_kind.commit_lag) < timedelta(0):
            raise Broken(f"claims of {name}: no time is shorter than none")
    return claims


_PLAIN: Final = (bool, int, timedelta)


def _check_rate_limit(limit: Any) -> None:
    _all_of(RateLimit, [limit], "rate limits")
    _all_of(int, [limit.requests], "requests of a rate limit")
    if type(limit.seconds) not in (int, float) or not 0 < limit.seconds < inf:
        raise Broken(f"a rate limit is of a number of seconds, not of {shorten(limit.seconds)}")


def check_kinds(answer: Any, limits: Limits) -> tuple[Kind, ...]:
    """The kinds, if they describe what a system could have."""
    kinds: tuple[Kind, ...] = taken(answer, limits.kinds_max, "kinds")
    _all_of(Kind, kinds, "kinds")
    _distinct("kind", (kind.name for kind in kinds))
    names = {kind.name for kind in kinds}
    for kind in kinds:
        _check_kind(kind, names, limits)
    return kinds


def _check_kind(kind: Kind, names: set[str], limits: Limits) -> None:
    _all_of(tuple, [kind.fields, kind.searchable], "fields of a kind")
    _all_of(str, [kind.name, kind.parent, kind.title, *kind.searchable], "names of a kind")
    if not kind.name:
        raise Broken("a kind needs a name")
    if len(kind.fields) > limits.fields_max:
        raise Broken(f"{kind.name}: at most {limits.fields_max} fields")
    check_fields(kind.fields, f"fields of {kind.name}")
    _distinct(f"field of {kind.name}", (field.key for field in kind.fields))
    if any(field.type.only_in_forms for field in kind.fields):
        raise Broken(f"{kind.name}: passwords and labels are for configuration forms only")
    unknown = set(kind.searchable) - {field.key for field in kind.fields}
    if unknown:
        raise Broken(f"{kind.name}: searchable fields that it does not have: {sorted(unknown)}")
    if kind.parent and kind.parent not in names:
        raise Broken(f"{kind.name}: its parent {kind.parent!r} is not among the kinds")


_OF_A_FIELD: Final[dict[str, tuple[type, ...]]] = {
    "key": (str,),
    "type": (FieldType,),
    "label": (str,),
    "tooltip": (str,),
    "list_name": (str,),
    "max_length": (int,),
    "cuts": (bool,),
    "decimals": (int, _NONE),
    "rounding": (Rounding,),
    "access": (Access,),
    "is_key": (bool,),
    "rank": (int,),
    "trims": (bool,),
    "case": (Case,),
    "keeps_empty": (bool,),
    "sort": (Sort,),
}


def check_fields(fields: Sequence[Any], what: str) -> None:
    """Look at descriptions of fields: each says what it must, in the words there are for it."""
    _all_of(Field, fields, what)
    for field in fields:
        for name, expected in _OF_A_FIELD.items():
            said = getattr(field, name)
            if type(said) not in expected:
                names = " or ".join(each.__name__ for each in expected)
                raise Broken(f"{what}: {name} is of type {names}, not {shorten(said)}")
        _check_default(field.default, what)


def _check_default(value: Any, what: str) -> None:
    for each in value if type(value) is tuple else (value,):
        if type(each) not in _VALUES:
            raise Broken(f"{what}: default: {type(each).__name__} is not a type of value")
    try:
        check_value(value)
    except BadValue as error:
        raise Broken(f"{what}: default: {error}") from None


def _distinct(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Broken(f"two times a {what} {name!r}")
        seen.add(name)


class KindInspector:
    """Looks at the records of one kind, as they were asked for; made once, used for every page."""

    __slots__ = (
        "_expected",
        "_kind",
        "_limits",
        "_moments",
        "_ref",
        "_signatures",
        "_system",
        "_texts",
        "_type",
        "_versions",
        "claims",
    )

    def __init__(
        self,
        system: str,
        kind: Kind,
        claims: KindCapabilities,
        asked: Sequence[str],
        limits: Limits,
    ) -> None:
        """Lay out what each asked field may hold."""
        self._system, self._kind, self.claims, self._limits = system, kind, claims, limits
        self._type: type = Entity if system == CRM else Actor
        self._ref: type = EntityRef if system == CRM else ActorRef
        self._versions = frozenset({str} if claims.versions else {str, _NONE})
        described = {field.key: field for field in kind.fields}
        wanted = [described[key] for key in asked if key in described]
        self._expected = {field.key: _TYPES[field.type] for field in wanted}
        self._moments = tuple(f.key for f in wanted if f.type is FieldType.DATETIME)
        self._texts = tuple(f.key for f in wanted if f.type is FieldType.TEXTS)
        # Records of one shape are many, shapes are few: each shape is looked at once.
        self._signatures: set[tuple[Any, ...]] = set()

    # pages --------------------------------------------------------------------------------------

    def page(self, page: Any, since: str | None, *, may_delete: bool) -> None:
        """Look at a whole page, all but the content of raw records."""
        _all_of(Page, [page], "pages")
        if type(page.records) not in (tuple, RawRecords):
            raise Broken(f"records come as a tuple or raw, not as {type(page.records).__name__}")
        if len(page.records) > self.claims.page_max:
            raise Broken(
                f"{len(page.records)} records on a page, and claims at most {self.claims.page_max}"
            )
        self._cursor(page, since)
        _all_of(tuple, [page.deletions], "deletions")
        _all_of(FrozenDict, [page.aliases], "aliases")
        if page.deletions or page.aliases:
            if not may_delete:
                raise Broken("tells deletions or aliases without claiming that it does")
            self._gone(page)
        if type(page.records) is RawRecords:
            self._slices(page.records)
        else:
            self.records(page.records)
            self._not_both(page)

    def _cursor(self, page: Page, since: str | None) -> None:
        cursor = page.cursor
        _all_of(bool, [page.more], "more of a page")
        if cursor is not None:
            _all_of(str, [cursor], "cursors")
            if len(cursor) > self._limits.cursor_characters_max:
                most = self._limits.cursor_characters_max
                raise Broken(f"a cursor has at most {most} characters")
        if page.more and (cursor is None or cursor == since):
            raise Broken("there is more, but the cursor does not move")

    def _gone(self, page: Page) -> None:
        most = self._limits.deletions_max
        deletions, aliases = page.deletions, page.aliases
        if max(len(deletions), len(aliases)) > most:
            raise Broken(f"at most {most} deletions and aliases on a page")
        keys = (*deletions, *aliases, *aliases.values())
        _all_of(str, keys, "keys of what is gone")
        for key in keys:
            if not 0 < len(key) <= KEY_LENGTH_MAX:
                raise Broken(f"a key has 1 to {KEY_LENGTH_MAX} characters, not {len(key)}")
        if any(old == new for old, new in aliases.items()):
            raise Broken("a record has its own key for its new one")
        both = set(deletions) & aliases.keys()
        if both:
            raise Broken(f"{shorten(min(both))} is told deleted and merged")

    def _not_both(self, page: Page) -> None:
        gone = {*page.deletions, *page.aliases}
        for record in page.records if gone else ():
            if record.ref.key in gone:
                raise Broken(f"{record.ref} is told there and gone on one page")

    def _slices(self, raw: RawRecords) -> None:
        _all_of(tuple, [raw.slices], "slices")
        if not set(map(type, raw.slices)) <= {bytes}:  # no slower question for every record
            _all_of(bytes, raw.slices, "raw records")
        if not callable(raw.decode):
            raise Broken("raw records come with what decodes them")
        if max(map(len, raw.slices), default=0) > self._limits.slice_bytes_max:
            raise Broken(f"a raw record has at most {self._limits.slice_bytes_max} bytes")

    # records ------------------------------------------------------------------------------------

    def records(self, records: Sequence[Any]) -> None:
        """Look at each of ``records``, and quickly where they are like those of before."""
        if not self._like_before(records):
            for record in records:
                self.record(record)

    def _like_before(self, records: Sequence[Any]) -> bool:
        """Whether nothing is new here; this runs for all records there are, and has no frills."""
        if not set(map(type, records)) <= {self._type}:
            return False
        fields = [record.fields for record in records]
        marks = [record.modified for record in records]
        return (
            self._all_refer([record.ref for record in records], self._kind.name)
            and self._all_refer(
                [each.parent for each in records if each.parent is not None], self._kind.parent
            )
            and {type(record.version) for record in records} <= self._versions
            and _are_marks(marks)
            and set(map(type, fields)) <= {FrozenDict}
            and self._all_fit(fields)
            and all(_are_in_utc([each.get(key) for each in fields]) for key in self._moments)
            and all(_are_texts([each.get(key) for each in fields]) for key in self._texts)
        )

    def _all_fit(self, fields: list[FrozenDict[str, Any]]) -> bool:
        types = types_by_key(fields)
        if types is None:  # records of several shapes, each of which is looked at once
            return set(map(FrozenDict.shape, fields)) <= self._signatures
        return all(found <= self._expected.get(key, _NOTHING) for key, found in types.items())

    def _all_refer(self, refs: list[Any], kind: str) -> bool:
        return (
            set(map(type, refs)) <= {self._ref}
            and {ref.system for ref in refs} <= {self._system}
            and {ref.kind for ref in refs} <= {kind}
            and {type(ref.key) for ref in refs} <= {str}
        )

    def record(self, record: Any) -> None:
        """Look at one record: what it is, where it is from, and what its fields hold."""
        _all_of(self._type, [record], "records")
        self._reference(record.ref, self._kind.name)
        if record.parent is not None:
            self._reference(record.parent, self._kind.parent)
        if type(record.version) not in self._versions:
            told = "no version" if record.version is None else "a version that is no text"
            raise Broken(f"{record.ref} has {told}, and claims versions")
        _check_mark(record)
        _all_of(FrozenDict, [record.fields], f"fields of {record.ref}")
        if record.fields.shape() not in self._signatures:
            self._look_at(record)
        for key in self._moments:
            _check_moment(record, key)
        for key in self._texts:
            if not _are_texts([record.fields.get(key)]):
                parts = shorten(record.fields[key])
                raise Broken(f"{record.ref}.{key}: texts are expected, not {parts}")

    def _reference(self, ref: Any, kind: str) -> None:
        _all_of(self._ref, [ref], f"references to {kind or 'parents'}")
        _all_of(str, [ref.key], "keys")
        if ref.kind != kind or ref.system != self._system:
            raise Broken(f"{ref} is not of {self._system}/{kind}")

    def _look_at(self, record: Record) -> None:
        for key, value in record.fields.items():
            allowed = self._expected.get(key)
            if allowed is None:
                raise Broken(f"{record.ref}.{key}: the field was not asked for")
            if type(value) not in allowed:
                names = " or ".join(sorted(each.__name__ for each in allowed - {_NONE}))
                raise Broken(f"{record.ref}.{key}: {shorten(value)} is no {names}")
        if len(self._signatures) < _SIGNATURES_MAX:
            self._signatures.add(record.fields.shape())


def _check_mark(record: Record) -> None:
    mark: Any = record.modified
    if type(mark) not in _MARKS:
        raise Broken(f"{record.ref}: a mark is a moment, a number or a text, not {shorten(mark)}")
    if type(mark) is datetime and mark.utcoffset() is None:
        raise Broken(f"{record.ref}: a mark that is a moment is aware, not {mark}")


def _check_moment(record: Record, key: str) -> None:
    moment: Any = record.fields.get(key)
    if moment is not None and moment.utcoffset() != _UTC_OFFSET:
        raise Broken(f"{record.ref}.{key}: moments are told in UTC, not as {moment}")


def _are_marks(marks: list[Any]) -> bool:
    types = set(map(type, marks))
    if datetime not in types:
        return types <= _MARKS
    return types <= {datetime, _NONE} and _are_in_utc(marks)


def _are_in_utc(moments: list[Any]) -> bool:
    return {moment.tzinfo for moment in moments if moment is not None} <= {UTC}


def _are_texts(values: list[Any]) -> bool:
    return set(map(type, chain.from_iterable(filter(None, values)))) <= {str}
