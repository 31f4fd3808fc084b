"""KindPlan: which columns of a sheet are the fields, keys, marks and parents of a kind."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.files.cells import Table
from erplink.adapters.erp.files.columns import Column, ColumnMaker
from erplink.adapters.erp.files.columntypes import ColumnType
from erplink.adapters.erp.files.settings import NONE, ROW_NUMBER, KindSettings, NewKeys
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import Kind
from erplink.domain.fields import Access, Field, FieldType
from erplink.domain.frozen import FrozenDict
from erplink.errors import likely

__all__ = ["KindPlan", "KindPlanner", "Place"]

_KEYS: Final = ("id", "key", "number", "no", "nr", "code")
_CHANGED: Final = ("modified", "updated", "changed")
_MODIFIED: Final = (
    *(form for word in _CHANGED for form in (word, f"{word}_at", f"{word}_on", f"last_{word}")),
    "write_date",
)
_CREATION: Final = "erplink_id"
_REFERENCES: Final = ("", "_id", "_key", "_number", "_no", "_nr", "_code")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_MOMENTS: Final = (FieldType.DATE, FieldType.DATETIME)
_MARKS: Final = (*_MOMENTS, FieldType.INTEGER)


def folded(name: str) -> str:
    """The name as it is compared: in lower case, with one ``_`` for all that is no letter."""
    return _NOT_WORD.sub("_", name.casefold()).strip("_")


@frozen
class Place:
    """Where a kind's records are: a file, a sheet in it, and the row of its header."""

    file: str
    sheet: str
    header_row: int


def _columns(columns: Mapping[str, Column]) -> FrozenDict[str, Column]:
    return FrozenDict(columns)


@frozen
class KindPlan:
    """A kind, and how its records are found in a sheet."""

    name: str
    place: Place
    columns: FrozenDict[str, Column] = attr(converter=_columns, repr=False)
    #: The titles of the columns with a special part; empty where there is none. Without a column
    #: of keys, the number of a row is its key.
    key: str
    modified: str = ""
    parent_column: str = ""
    creation: str = ""
    parent: str = ""
    new_keys: NewKeys = NewKeys.UUID
    natural_key: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind as the session tells of it."""
        fields = tuple(column.field for column in self.columns.values())
        return Kind(
            self.name,
            fields,
            tuple(field.key for field in fields),
            parent=self.parent,
            title=self.place.sheet,
        )

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by their keys."""
        return {key: column.field for key, column in self.columns.items()}

    @property
    def tells_creations(self) -> bool:
        """Whether what a creation made is found by the creation's own key."""
        return bool(self.creation) or self.new_keys is NewKeys.UUID


class KindPlanner:
    """Finds out the parts of the columns of one sheet, or takes those that are set."""

    def __init__(self, name: str, place: Place, table: Table, settings: KindSettings) -> None:
        """Look at the sheet of the kind called ``name``."""
        self._name, self._place, self._table, self._settings = name, place, table, settings
        self._titles = {folded(title): title for title in table.header if title}

    def plan(self, maker: ColumnMaker, kinds: Iterable[str], lists: Mapping[str, str]) -> KindPlan:
        """Plan the kind, beside the other ``kinds`` and with the ``lists`` there are."""
        settings = self._settings
        key = self._key()
        creation = self._set("creation_column", settings.creation_column) or self._titles.get(
            _CREATION, ""
        )
        parent, parent_column = self._parent([kind for kind in kinds if kind != self._name], key)
        types = {self._existing("types", each): kind for each, kind in settings.types.items()}
        types |= {parent_column: ColumnType()}  # keys are texts
        new_keys = self._new_keys(key)
        modified, mark_type = self._modified(maker, types)
        columns = {}
        for title in filter(None, self._table.header):
            given = types.get(title)
            if title == key:
                columns[title] = maker.key_column(title, given=new_keys is NewKeys.GIVEN)
            elif title != creation and not (given and given.ignored):
                fixed = Access.READ_ONLY if title == parent_column else None
                columns[title] = maker.column(title, given, lists, fixed)
        if modified:
            columns[modified] = maker.column(modified, mark_type, {}, Access.READ_ONLY)
        return KindPlan(
            self._name,
            self._place,
            columns,
            key,
            modified,
            parent_column,
            creation,
            parent,
            new_keys,
            self._natural_key(key, new_keys, columns),
        )

    def _key(self) -> str:
        if self._settings.key.casefold() == ROW_NUMBER:
            return ""
        given = self._set("key", self._settings.key)
        own = [f"{folded(self._name)}{end}" for end in _REFERENCES[1:]]
        known = (self._titles[name] for name in (*_KEYS, *own) if name in self._titles)
        return given or next(known, "") or next(filter(None, self._table.header))

    def _modified(
        self, maker: ColumnMaker, types: Mapping[str, ColumnType]
    ) -> tuple[str, ColumnType]:
        """The column that tells when rows changed, and what it holds; no title for none."""
        given = self._settings.modified
        if given.casefold() == NONE:
            return "", ColumnType()
        if title := self._set("modified", given):
            kind = types.get(title) or self._mark_type(maker, title)
            if kind.type not in _MARKS:
                message = f"{title!r} cannot tell when rows changed: it holds no dates or numbers."
                raise FileTrouble("no-marks", message, self._place.sheet)
            return title, kind
        for title in (self._titles[name] for name in _MODIFIED if name in self._titles):
            kind = types.get(title) or self._mark_type(maker, title)
            if kind.type in _MOMENTS and not kind.ignored:
                return title, kind
        return "", ColumnType()

    def _mark_type(self, maker: ColumnMaker, title: str) -> ColumnType:
        if not self._table.column(self._table.header.index(title)):
            return ColumnType(FieldType.DATETIME)  # nothing yet, but the title says what will be
        return maker.inferred(title).type

    def _parent(self, kinds: list[str], key: str) -> tuple[str, str]:
        settings = self._settings
        if settings.parent.casefold() == NONE:
            return "", ""
        if settings.parent and settings.parent not in (*kinds, self._name):
            hint = likely(settings.parent, kinds)
            message = f"There is no kind {settings.parent!r} for the parents{hint}."
            raise FileTrouble("bad-settings", message, self._place.sheet)
        column = self._set("parent_column", settings.parent_column)
        if settings.parent and column:
            return settings.parent, column
        wanted = [settings.parent] if settings.parent else kinds
        names = {f"{folded(kind)}{end}": kind for kind in wanted for end in _REFERENCES}
        for name, title in self._titles.items():
            if name in names and title != key:
                return names[name], title
        if settings.parent:
            message = f"No column holds the keys of the {settings.parent!r}; name parent_column."
            raise FileTrouble("bad-settings", message, self._place.sheet)
        return "", ""

    def _new_keys(self, key: str) -> NewKeys:
        chosen = self._settings.new_keys or NewKeys.AUTO
        if chosen is not NewKeys.AUTO or not key:
            return NewKeys.UUID if not key else chosen
        index = self._table.header.index(key)
        keys = self._table.column(index)
        return NewKeys.NUMBER if keys and all(map(_is_number, keys)) else NewKeys.UUID

    def _natural_key(
        self, key: str, new_keys: NewKeys, columns: Mapping[str, Column]
    ) -> tuple[str, ...]:
        if new_keys is NewKeys.GIVEN:
            return (key,)
        titles = (self._existing("natural_key", title) for title in self._settings.natural_key)
        return tuple(title for title in titles if title in columns)

    def _set(self, setting: str, title: str) -> str:
        """A title that is set, as the header writes it; empty where none is."""
        return self._existing(setting, title) if title else ""

    def _existing(self, setting: str, title: str) -> str:
        if title in self._table.header:
            return title
        found = self._titles.get(folded(title))
        if found is None:
            hint = likely(title, filter(None, self._table.header))
            code = "no-key-column" if setting == "key" else "no-column"
            message = f"{self._place.sheet!r} has no column {title!r}{hint}."
            raise FileTrouble(code, message, setting)
        return found


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return cell.strip().isdecimal() and cell.isascii()
    return isinstance(cell, int | float) and not isinstance(cell, bool)
