"""Settings: what is configured about a file, in plain words and in one structured text."""

import json
import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.adapters.erp.files.columntypes import ColumnType, column_type
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.naming import kind_name
from erplink.adapters.erp.files.notation import Notation
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import Configuration
from erplink.domain.frozen import FrozenDict
from erplink.domain.shapes import Entry, Shape, check_plain, choice, flag, names, step, text, whole
from erplink.domain.values import shorten
from erplink.errors import BadDocument, InputError

__all__ = ["NONE", "ROW_NUMBER", "KindSettings", "NewKeys", "Settings", "settings_of"]

NONE: Final = "none"
"""Said of a column, that there is to be none."""

ROW_NUMBER: Final = "row number"
"""Said of the key column, that rows are told apart by their numbers: for a file read only once."""

_HEADER_ROW_MAX: Final = 100
_DELIMITER_NAMES: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class NewKeys(Enum):
    """Where the key of a new record comes from."""

    #: The next number where all keys are numbers, else one made of the creation's own key.
    AUTO = "auto"
    #: The next number.
    NUMBER = "number"
    #: Made of the creation's own key, so that the same creation has the same key.
    UUID = "uuid"
    #: Sent along as the value of the key column; where none is, made as with UUID.
    GIVEN = "given"


def _types(types: Mapping[str, ColumnType]) -> FrozenDict[str, ColumnType]:
    return FrozenDict(types)


@frozen
class KindSettings:
    """What is set for one kind; what is empty is found out."""

    #: The sheet or file; empty for the one whose name gives the kind.
    sheet: str = ""
    key: str = ""
    modified: str = ""
    #: The kind of the parents, and the column that holds their keys.
    parent: str = ""
    parent_column: str = ""
    header_row: int = 0
    new_keys: NewKeys | None = None
    #: The column that remembers which creation made a record.
    creation_column: str = ""
    natural_key: tuple[str, ...] = ()
    types: FrozenDict[str, ColumnType] = attr(factory=FrozenDict, converter=_types)
    read_only: bool = False


def _type_table() -> Entry:
    def read(data: Any, path: str) -> dict[str, ColumnType]:
        if not isinstance(data, Mapping):
            raise BadDocument(f"{path}: a table is expected, not {shorten(data)}")
        found, faults = dict[str, ColumnType](), list[str]()
        for column, kind in data.items():
            try:
                found[column] = column_type(str(kind))
            except InputError as error:
                faults.append(f"{step(path, column)}: {error}")
        if faults:
            raise BadDocument("\n".join(faults))
        return found

    return Entry(read, lambda types, _: {column: str(kind) for column, kind in types.items()})


KIND_SHAPE: Final = Shape(
    KindSettings,
    {
        "sheet": text(),
        "key": text(),
        "modified": text(),
        "parent": text(),
        "parent_column": text(),
        "header_row": whole(),
        "new_keys": choice(NewKeys),
        "creation_column": text(),
        "natural_key": names(),
        "read_only": flag(),
        "types": _type_table(),
    },
)


def _kinds(kinds: Mapping[str, KindSettings]) -> FrozenDict[str, KindSettings]:
    return FrozenDict(kinds)


@frozen
class Settings:
    """The configuration of a connection, looked through."""

    path: Path
    #: The sheets or files that are kinds; none named means all.
    sheets: tuple[str, ...] = ()
    list_prefix: str = "list"
    usual: KindSettings = KindSettings(header_row=1, new_keys=NewKeys.AUTO)
    kinds: FrozenDict[str, KindSettings] = attr(factory=FrozenDict, converter=_kinds)
    notation: Notation = attr(factory=Notation)
    encoding: str = ""
    delimiter: str = ""

    def kind_of(self, sheet: str) -> tuple[str, bool]:
        """The name of the kind that a sheet or file holds, and whether that was set."""
        for name, kind in self.kinds.items():
            if kind.sheet.casefold() == sheet.casefold():
                return name, True
        name = kind_name(sheet)
        named = self.kinds.get(name)
        # The settings of a kind that names its sheet are for that sheet.
        return name, named is not None and not named.sheet

    def of(self, kind: str) -> KindSettings:
        """What is set for a kind, and where nothing is, for all of them."""
        own: KindSettings = self.kinds.get(kind, KindSettings())
        return evolve(
            own,
            key=own.key or self.usual.key,
            modified=own.modified or self.usual.modified,
            header_row=own.header_row or self.usual.header_row,
            new_keys=own.new_keys or self.usual.new_keys,
            creation_column=own.creation_column or self.usual.creation_column,
            read_only=own.read_only or self.usual.read_only,
        )


def settings_of(config: Configuration, limits: FileLimits) -> Settings:
    """The settings in a filled form; FileTrouble names what is wrong with one."""
    try:
        return _settings(_Form(config, limits))
    except InputError as error:
        raise FileTrouble("bad-settings", f"A setting cannot be used: {error}") from error


class _Form:
    """What was filled in, by key."""

    def __init__(self, config: Configuration, limits: FileLimits) -> None:
        self._config, self._limits = config, limits

    def text(self, key: str) -> str:
        value = self._config.get(key)
        if value is not None and not isinstance(value, str):
            raise BadDocument(f"{key}: a text is expected, not {shorten(value)}")
        if value is not None and len(value) > self._limits.setting_characters_max:
            raise BadDocument(
                f"{key}: longer than {self._limits.setting_characters_max} characters"
            )
        return "" if value is None else value

    def word(self, key: str) -> str:
        return self.text(key).strip()

    def number(self, key: str, default: int) -> int:
        value = self._config.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadDocument(f"{key}: a whole number is expected, not {shorten(value)}")
        return value

    def flag(self, key: str) -> bool:
        return self._config.get(key) is True


def _settings(form: _Form) -> Settings:
    path = form.word("path")
    if not path or "\0" in path:
        raise BadDocument("path: the path of a workbook, a CSV file or a folder of them is missing")
    locale, zone = form.word("locale"), form.word("time_zone") or "UTC"
    new_keys = form.word("new_keys").casefold() or NewKeys.AUTO.value
    return Settings(
        Path(path).expanduser(),
        tuple(filter(None, map(str.strip, form.word("sheets").split(",")))),
        form.word("list_prefix") or "list",
        KindSettings(
            key=form.word("key_column"),
            modified=form.word("modified_column"),
            header_row=_checked_row(form.number("header_row", 1), "header_row"),
            new_keys=choice(NewKeys).read(new_keys, "new_keys"),
            read_only=form.flag("read_only"),
        ),
        _kinds_of(form.text("kinds")),
        Notation(locale, zone),
        form.word("encoding"),
        _delimiter(form.text("delimiter")),
    )


def _delimiter(given: str) -> str:
    named = _DELIMITER_NAMES.get(
        given.strip().casefold(), given if given == "\t" else given.strip()
    )
    if len(named) > 1 or named in ('"', "\r", "\n"):
        raise BadDocument(f"delimiter: one sign, or one of {', '.join(_DELIMITER_NAMES)}")
    return named


def _kinds_of(document: str) -> dict[str, KindSettings]:
    if not document.strip():
        return {}
    try:
        is_json = document.lstrip().startswith("{")
        data = json.loads(document) if is_json else tomllib.loads(document)
        check_plain(data)
    except BadDocument:
        raise
    except (ValueError, RecursionError) as error:
        raise BadDocument(f"kinds: it is neither TOML nor JSON: {error}") from error
    found, faults = dict[str, KindSettings](), list[str]()
    for kind, table in data.items():
        try:
            found[kind] = KIND_SHAPE.from_table(table, step("kinds", kind))
            _checked_row(found[kind].header_row or 1, f"kinds.{kind}.header_row")
        except BadDocument as error:
            faults.append(str(error))
    if faults:
        raise BadDocument("\n".join(faults))
    return found


def _checked_row(row: int, path: str) -> int:
    if 1 <= row <= _HEADER_ROW_MAX:
        return row
    raise BadDocument(f"{path}: a row from 1 to {_HEADER_ROW_MAX} is expected, not {row}")
