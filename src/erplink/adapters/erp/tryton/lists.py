"""Lists: the items that list fields refer to, by the keys that erplink uses for them."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final

from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Domain
from erplink.adapters.erp.tryton.rpc import Caller
from erplink.errors import BadValue

__all__ = ["LISTS", "ListSource", "Lists"]

_ITEMS_MAX: Final = 20_000


@frozen
class ListSource:
    """Where the items of a list are: a model, and the field that is the key of an item."""

    model: str
    key: str
    text: str
    domain: tuple[Any, ...] = ()


LISTS: Final[Mapping[str, ListSource]] = {
    "category": ListSource("party.category", "rec_name", "rec_name"),
    "company": ListSource("company.company", "id", "rec_name"),
    "country": ListSource("country.country", "code", "name"),
    "language": ListSource("ir.lang", "code", "name"),
    "status": ListSource("project.work.status", "id", "name"),
    "subdivision": ListSource("country.subdivision", "code", "name"),
}
"""The lists there are; a code where there is one, for it says the same in every database."""


class Lists:
    """Reads lists, and finds the records that keys stand for; made for one session."""

    def __init__(self, caller: Caller) -> None:
        """Read over ``caller``."""
        self._caller = caller
        self._lock = Lock()
        self._ids: dict[tuple[str, str], int] = {}

    def items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The texts of the items by their keys; of those with ``keys``, where some are named."""
        source = LISTS.get(name)
        if source is None:
            return {}
        rows = self._rows(source, keys)
        return {str(row[source.key]): str(row[source.text] or row[source.key]) for row in rows}

    def id_of(self, name: str, key: str, field: str) -> int:
        """The id of the record that ``key`` stands for; BadValue where there is none."""
        with self._lock:
            known = self._ids.get((name, key))
        if known is not None:
            return known
        for row in self._rows(LISTS[name], [key]):
            with self._lock:
                self._ids[name, key] = int(row["id"])
            return int(row["id"])
        raise BadValue(f"there is no such item in the list {name!r}", value=repr(key), field=field)

    def _rows(self, source: ListSource, keys: Sequence[str] | None) -> list[dict[str, Any]]:
        domain: Domain = list(map(list, source.domain))
        if keys is not None:
            # A key may be asked for that is no item any more: it was, when it was chosen.
            domain = [_having(source, keys)]
        rows = self._caller.rows(
            source.model, domain, ["id", source.key, source.text], limit=_ITEMS_MAX
        )
        wanted = None if keys is None else set(keys)
        return [
            row
            for row in rows
            if row[source.key] and (wanted is None or str(row[source.key]) in wanted)
        ]


def _having(source: ListSource, keys: Sequence[str]) -> Domain:
    if source.key == "id":
        return ["id", "in", [int(key) for key in keys if key.isascii() and key.isdecimal()]]
    if source.key == "rec_name":
        # A name with its parents' names before it: found by the last of them.
        return ["name", "in", [key.rpartition(" / ")[2] for key in keys]]
    return [source.key, "in", list(keys)]
