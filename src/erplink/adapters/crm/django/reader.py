"""ModelReader: what is selected of a model, and the entities that are made of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Final

from django.db.models import Manager, QuerySet

from erplink.adapters.crm.django.assembly import ModelKind, Several
from erplink.adapters.crm.django.columns import Column
from erplink.domain.records import CRM, Entity, EntityRef, Mark
from erplink.domain.values import UNSET, Value

__all__ = ["ModelReader"]

_VERSION_BYTES: Final = 12
_KEYS_MAX: Final = 500


class ModelReader:
    """Selects rows of a model and makes entities of them, with the asked fields."""

    def __init__(self, kind: ModelKind, using: str, fields: Iterable[str]) -> None:
        """Lay out which value stands where."""
        self._kind, self._using = kind, using
        asked = set(fields)
        self._asked = [column for column in kind.columns if column.key in asked]
        has_version = kind.version is not None and not getattr(kind.version.target, "null", True)
        # Without a field for versions, a record's version is made of all that it holds.
        wanted = list(self._asked if has_version else kind.columns)
        wanted += [each for each in _roles(kind) if each is not None]
        self._has_version = has_version
        self._paths = list(dict.fromkeys(column.path for column in wanted))
        self._place = {path: number for number, path in enumerate(self._paths)}
        self._expressions = {
            column.path: column.expression for column in wanted if column.expression is not None
        }
        self._several = [each for each in kind.several if each.key in asked or not has_version]
        self._told = {each.key for each in kind.several} & asked

    def select(self) -> "QuerySet[Any, Any]":
        """The rows, as tuples; conditions and order are for the caller to add."""
        manager: Manager[Any] = self._kind.model._base_manager  # noqa: SLF001 - Django's own way
        rows: QuerySet[Any, Any] = manager.using(self._using).all()
        return rows.annotate(**self._expressions).values_list(*self._paths)

    def raw(self, row: Sequence[Any], column: Column) -> Any:
        """The value of a column as Django gave it."""
        return row[self._place[column.path]]

    def key(self, row: Sequence[Any]) -> str | None:
        """The key of the row's record; None where none can be told."""
        return self._kind.key_text(self._kind.key, self.raw(row, self._kind.key))

    def is_gone(self, row: Sequence[Any]) -> bool:
        """Whether the row says that its record is gone."""
        stone = self._kind.stone
        return stone is not None and self._kind.is_gone(self.raw(row, stone))

    def by_key(self, keys: Iterable[str]) -> dict[str, Entity]:
        """The records that have one of ``keys`` and are not gone."""
        column = self._kind.key
        raw = [self._kind.raw_key(column, key) for key in dict.fromkeys(keys)]
        known = [each for each in raw if each is not None]
        found: dict[str, Entity] = {}
        for start in range(0, len(known), _KEYS_MAX):
            some = {f"{column.path}__in": known[start : start + _KEYS_MAX]}
            rows = self.select().filter(self._kind.alive, **some)
            for record in self.records(list(rows)):
                found[record.ref.key] = record
        return found

    def records(self, rows: Sequence[Sequence[Any]]) -> list[Entity]:
        """The records of rows; those without a key are left out."""
        keyed = [(key, row) for row in rows if (key := self.key(row)) is not None]
        texts = {
            each.key: _texts(each, self._using, [self.raw(row, self._kind.key) for row in rows])
            for each in self._several
        }
        return [self._record(key, row, texts) for key, row in keyed]

    def _record(self, key: str, row: Sequence[Any], texts: Mapping[str, Any]) -> Entity:
        raw_key = self.raw(row, self._kind.key)
        told = ((each.key, each.codec.tell(self.raw(row, each))) for each in self._asked)
        values: dict[str, Value] = {name: value for name, value in told if value is not UNSET}
        several = {name: held.get(raw_key) for name, held in texts.items()}
        values |= {name: value for name, value in several.items() if name in self._told}
        return Entity(
            EntityRef.of(self._kind.name, key),
            self._above(row),
            version=self._version(row, several),
            modified=self._modified(row),
            fields=values,
        )

    def _version(self, row: Sequence[Any], several: Mapping[str, Any]) -> str:
        version = self._kind.version
        if self._has_version and version is not None:
            return str(self.raw(row, version))
        text = repr((row, several))
        return blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=_VERSION_BYTES
        ).hexdigest()

    def _above(self, row: Sequence[Any]) -> EntityRef | None:
        column = self._kind.parent
        if column is None:
            return None
        key = self._kind.key_text(column, self.raw(row, column))
        return None if key is None else EntityRef(CRM, self._kind.said.parent, key)

    def _modified(self, row: Sequence[Any]) -> Mark:
        mark = self._kind.mark
        if mark is None:
            return None
        told: Any = mark.codec.tell(self.raw(row, mark))
        if told is UNSET:
            return None
        is_day = isinstance(told, date) and not isinstance(told, datetime)
        return told.isoformat() if is_day else told


def _roles(kind: ModelKind) -> Iterable[Column | None]:
    return (kind.key, kind.mark, kind.version, kind.stone, kind.parent)


def _texts(several: Several, using: str, keys: Sequence[Any]) -> Mapping[Any, tuple[str, ...]]:
    """The texts of each record, in their order."""
    parent = several.parent.attname
    found: dict[Any, list[str]] = defaultdict(list)
    manager = several.model._base_manager.using(using)  # noqa: SLF001 - Django's own way
    for start in range(0, len(keys), _KEYS_MAX):
        some = {f"{parent}__in": keys[start : start + _KEYS_MAX]}
        rows = manager.filter(**some, **several.fixed).order_by(*several.order)
        for key, text in rows.values_list(parent, several.value):
            if text:
                found[key].append(text)
    return {key: tuple(texts) for key, texts in found.items()}
