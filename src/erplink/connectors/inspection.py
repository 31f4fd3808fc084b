"""Inspection: whether what a session delivered is what its contract and its claims allow."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from erplink.connectors.capabilities import KindCapabilities
from erplink.connectors.limits import Limits
from erplink.connectors.page import Page, RawRecords, Record
from erplink.connectors.protocol import Kind
from erplink.domain.fields import FieldType
from erplink.domain.records import CRM, Actor, Entity
from erplink.domain.values import shorten

__all__ = ["Broken", "KindInspector", "check_kinds"]

_NONE: Final = type(None)
_TYPES: Final[dict[FieldType, tuple[type, ...]]] = {
    FieldType.TEXT: (str, _NONE),
    FieldType.INTEGER: (int, _NONE),
    FieldType.DECIMAL: (Decimal, int, _NONE),
    FieldType.CHECKBOX: (bool, _NONE),
    FieldType.DATE: (date, _NONE),
    FieldType.DATETIME: (datetime, _NONE),
    FieldType.LIST: (str, _NONE),
    FieldType.TEXTS: (tuple, _NONE),
}
_SIGNATURES_MAX: Final = 4_096
_UTC_OFFSET: Final = timedelta(0)


class Broken(Exception):
    """A promise that was not kept, in one sentence."""


def check_kinds(kinds: Any, limits: Limits) -> tuple[Kind, ...]:
    """The kinds, if they describe what a system could have."""
    if not isinstance(kinds, Sequence) or not all(isinstance(kind, Kind) for kind in kinds):
        raise Broken("kinds() gives a sequence of Kind")
    if len(kinds) > limits.kinds_max:
        raise Broken(f"at most {limits.kinds_max} kinds")
    _distinct("kind", (kind.name for kind in kinds))
    names = {kind.name for kind in kinds}
    for kind in kinds:
        _check_kind(kind, names, limits)
    return tuple(kinds)


def _check_kind(kind: Kind, names: set[str], limits: Limits) -> None:
    if len(kind.fields) > limits.fields_max:
        raise Broken(f"{kind.name}: at most {limits.fields_max} fields")
    _distinct(f"field of {kind.name}", (field.key for field in kind.fields))
    if any(field.type.only_in_forms for field in kind.fields):
        raise Broken(f"{kind.name}: passwords and labels are for configuration forms only")
    unknown = set(kind.searchable) - {field.key for field in kind.fields}
    if unknown:
        raise Broken(f"{kind.name}: searchable fields that it does not have: {sorted(unknown)}")
    if kind.parent and kind.parent not in names:
        raise Broken(f"{kind.name}: its parent {kind.parent!r} is not among the kinds")


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
        "_limits",
        "_moments",
        "_signatures",
        "_system",
        "_type",
        "claims",
        "kind",
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
        self._system, self.kind, self.claims, self._limits = system, kind.name, claims, limits
        self._type: type = Entity if system == CRM else Actor
        described = {field.key: field for field in kind.fields}
        wanted = [described[key] for key in asked if key in described]
        self._expected = {field.key: _TYPES[field.type] for field in wanted}
        self._moments = tuple(f.key for f in wanted if f.type is FieldType.DATETIME)
        # Records of one shape are many, shapes are few: each shape is looked at once.
        self._signatures: set[tuple[Any, ...]] = set()

    def page(self, page: Any, since: str | None, *, may_delete: bool) -> None:
        """Look at a whole page, all but the content of raw records."""
        if not isinstance(page, Page):
            raise Broken(f"a Page is expected, not {type(page).__name__}")
        if len(page) > self.claims.page_max:
            raise Broken(
                f"{len(page)} records on a page, and claims at most {self.claims.page_max}"
            )
        if not may_delete and (page.deletions or page.aliases):
            raise Broken("tells deletions or aliases without claiming that it does")
        self._cursor(page, since)
        if isinstance(page.records, RawRecords):
            self._slices(page.records)
        else:
            self.records(page.records)

    def _cursor(self, page: Page, since: str | None) -> None:
        cursor = page.cursor
        if cursor is not None and not isinstance(cursor, str):
            raise Broken(f"a cursor is a text, not {type(cursor).__name__}")
        if cursor is not None and len(cursor) > self._limits.cursor_characters_max:
            raise Broken(f"a cursor has at most {self._limits.cursor_characters_max} characters")
        if page.more and (cursor is None or cursor == since):
            raise Broken("there is more, but the cursor does not move")

    def _slices(self, raw: RawRecords) -> None:
        for piece in raw.slices:
            if not isinstance(piece, bytes):
                raise Broken(f"a raw record is bytes, not {type(piece).__name__}")
            if len(piece) > self._limits.slice_bytes_max:
                raise Broken(f"a raw record has at most {self._limits.slice_bytes_max} bytes")

    def record(self, record: Any) -> None:
        """Look at one record: what it is, where it is from, and what its fields hold."""
        self.records((record,))

    def records(self, records: Iterable[Any]) -> None:
        """Look at each of ``records``; this runs for every record there is, and has no frills."""
        system, kind, signatures = self._system, self.kind, self._signatures
        versions, moments = self.claims.versions, self._moments
        expected: Any = self._type
        for record in records:
            if type(record) is not expected:
                raise Broken(
                    f"records are of type {expected.__name__}, not {type(record).__name__}"
                )
            ref = record.ref
            if ref.kind != kind or ref.system != system:
                raise Broken(f"{ref} is not of {system}/{kind}")
            if versions and record.version is None:
                raise Broken(f"{ref} has no version, and claims versions")
            if record.fields.shape() not in signatures:
                self._look_at(record)
            if moments:
                _check_moments(record, moments)

    def _look_at(self, record: Record) -> None:
        for key, value in record.fields.items():
            allowed = self._expected.get(key)
            if allowed is None:
                raise Broken(f"{record.ref}.{key}: the field was not asked for")
            if type(value) not in allowed:
                names = " or ".join(each.__name__ for each in allowed if each is not _NONE)
                raise Broken(f"{record.ref}.{key}: {shorten(value)} is no {names}")
        if len(self._signatures) < _SIGNATURES_MAX:
            self._signatures.add(record.fields.shape())


def _check_moments(record: Record, moments: Iterable[str]) -> None:
    for key in moments:
        moment = record.fields.get(key)
        if isinstance(moment, datetime) and moment.utcoffset() != _UTC_OFFSET:
            raise Broken(f"{record.ref}.{key}: moments are told in UTC, not as {moment}")
