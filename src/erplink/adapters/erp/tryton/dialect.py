"""Dialect: what differs between the series of Tryton, as far as this connector meets it."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from attrs import frozen

from erplink.errors import Refused

__all__ = ["Dialect", "Domain", "dialect_of", "either"]

Domain: TypeAlias = list[Any]
"""A condition as Tryton takes it; an empty one holds for every record."""

_OLDEST: Final = (7, 0)
_STAMPED_AT_ONCE: Final = (8, 0)
_VERSION: Final = re.compile(r"(\d{1,3})\.(\d{1,3})")


@frozen
class Dialect:
    """One series: where it is called, and where it keeps when a record was changed."""

    series: tuple[int, int]

    @property
    def is_new(self) -> bool:
        """Whether it has the moment of the last change in one field, and REST."""
        return self.series >= _STAMPED_AT_ONCE

    def path(self, database: str) -> str:
        """Where the methods of a database are called."""
        return f"{database}/rpc/" if self.is_new else f"{database}/"

    @property
    def stamps(self) -> tuple[str, ...]:
        """The fields that say when a record was changed.

        Before 8.0 the moment of the last change is empty until there was one, and the moment of
        the creation stands for it.
        """
        return ("last_modified_at",) if self.is_new else ("write_date", "create_date")

    def changed(self, path: str, since: datetime) -> Domain:
        """Holds for what was changed at ``since`` or later; ``path`` leads to the stamps."""
        return either([[f"{path}{stamp}", ">=", since]] for stamp in self.stamps)

    def modified(self, raw: Mapping[str, Any]) -> datetime | None:
        """When a record was changed, as far as it says so."""
        told = (raw.get(stamp) for stamp in self.stamps)
        return max((each for each in told if isinstance(each, datetime)), default=None)


def either(domains: Iterable[Domain]) -> Domain:
    """Holds where one of ``domains`` does."""
    some = list(domains)
    return some[0] if len(some) == 1 else ["OR", *some]


def dialect_of(version: Any) -> Dialect:
    """The dialect of a server that calls itself ``version``; Refused for one that is too old."""
    found = _VERSION.match(version) if isinstance(version, str) else None
    if found is None:
        raise Refused("this is no Tryton server", field="url", code="not-tryton")
    series = (int(found.group(1)), int(found.group(2)))
    if series < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        reason = f"the server has Tryton {found.group(0)}, and {oldest} is the oldest that works"
        raise Refused(reason, field="url", code="unsupported-version")
    return Dialect(series)
