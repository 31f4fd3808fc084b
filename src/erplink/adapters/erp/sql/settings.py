"""SqlSettings: a filled form, read and checked as far as that goes without a database."""

import tomllib
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import field as attr
from attrs import fields, frozen

from erplink.connectors import Configuration
from erplink.domain.frozen import FrozenDict
from erplink.domain.secret import Secret
from erplink.errors import Refused, likely

__all__ = ["SqlSettings", "TableSettings"]

_SECONDS_MAX: Final = 86_400
_CHARACTERS_MAX: Final = 100_000


@frozen(kw_only=True)
class TableSettings:
    """What somebody said about one table; None and () where nothing was said."""

    key: tuple[str, ...] = ()
    #: The column with the moment or number of the last change; empty for none.
    modified: str | None = None
    #: The column that counts the changes of a row; empty for none.
    version: str | None = None
    #: The column that is filled, or true, where a record is gone.
    deleted: str | None = None
    #: The column that is false where a record is gone.
    active: str | None = None
    #: The columns that refer to the parent; empty for none.
    parent: tuple[str, ...] | None = None
    #: The column that keeps which creation made a row.
    idempotency: str | None = None

    @classmethod
    def of(cls, table: str, data: Any) -> "TableSettings":
        """Read one section."""
        if not isinstance(data, dict):
            raise _bad("columns", f"{table!r} is to be a section, [{table}]")
        known = [each.name for each in fields(cls)]
        for name in data.keys() - set(known):
            raise _bad("columns", f"{table}: unknown option {name!r}{likely(name, known)}")
        several = {"key", "parent"}
        read: dict[str, Any] = {
            name: _names(table, name, value) if name in several else _name(table, name, value)
            for name, value in data.items()
        }
        settings = cls(**read)
        if settings.deleted and settings.active:
            raise _bad("columns", f"{table}: either deleted or active, not both")
        return settings


_NOTHING_SAID = TableSettings()


@frozen(kw_only=True, repr=False)
class SqlSettings:
    """Everything that the form says."""

    url: str
    password: Secret | None = None
    schema: str | None = None
    tables: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    zone: ZoneInfo = attr(factory=lambda: ZoneInfo("UTC"))
    #: Seconds, or steps where the mark counts.
    commit_lag: int = 60
    timeout: int = 60
    read_only: bool = False
    columns: FrozenDict[str, TableSettings] = attr(factory=FrozenDict)

    @classmethod
    def of(cls, config: Configuration) -> "SqlSettings":
        """Read a configuration; Refused names the field that cannot be used."""
        password = config.get("password")
        if password is not None and not isinstance(password, Secret):
            raise _bad("password", "a password is given as a Secret")
        return cls(
            url=_text(config, "url"),
            password=password or None,
            schema=_text(config, "schema") or None,
            tables=_texts(config, "tables"),
            lists=_texts(config, "lists"),
            zone=_zone(_text(config, "zone") or "UTC"),
            commit_lag=_whole(config, "commit_lag", 0, default=60),
            timeout=_whole(config, "timeout", 1, default=60),
            read_only=config.get("read_only") is True,
            columns=_columns(_text(config, "columns")),
        )

    def of_table(self, name: str) -> TableSettings:
        """What was said about a table."""
        said: TableSettings = self.columns.get(name, _NOTHING_SAID)
        return said

    def __repr__(self) -> str:
        """Nothing that could be a secret."""
        return f"SqlSettings({len(self.tables)} tables named)"


def _bad(field: str, reason: str) -> Refused:
    return Refused(reason, field=field, code="bad-configuration")


def _text(config: Configuration, key: str) -> str:
    text = config.get(key) or ""
    if not isinstance(text, str) or len(text) > _CHARACTERS_MAX:
        raise _bad(key, "a text is expected")
    return text if key == "columns" else text.strip()


def _texts(config: Configuration, key: str) -> tuple[str, ...]:
    texts = config.get(key) or ()
    if not isinstance(texts, tuple) or not all(isinstance(text, str) for text in texts):
        raise _bad(key, "a list of names is expected")
    return tuple(str(text) for text in texts if text)


def _whole(config: Configuration, key: str, least: int, *, default: int) -> int:
    number = config.get(key)
    if number is None:
        return default
    if isinstance(number, bool) or not isinstance(number, int):
        raise _bad(key, "a whole number is expected")
    if not least <= number <= _SECONDS_MAX:
        raise _bad(key, f"a number from {least} to {_SECONDS_MAX} is expected")
    return number


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _bad("zone", f"there is no time zone {name[:60]!r}") from None


def _columns(text: str) -> FrozenDict[str, TableSettings]:
    try:
        document: Mapping[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _bad("columns", f"not to be read as TOML: {error}") from None
    return FrozenDict({name: TableSettings.of(name, data) for name, data in document.items()})


def _name(table: str, option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _bad("columns", f"{table}.{option}: the name of a column is expected, in quotes")
    return value


def _names(table: str, option: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list):
        return tuple(_name(table, option, each) for each in value)
    raise _bad("columns", f"{table}.{option}: a column, or a list of columns, is expected")
