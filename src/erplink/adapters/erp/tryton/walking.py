"""Walking: all the records that a domain holds for, a page at a time, in the order of their ids."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from erplink.adapters.erp.tryton.dialect import Domain
from erplink.adapters.erp.tryton.rpc import Caller, Rows

__all__ = ["after", "by_ids", "walk"]

PAGE_MAX = 1000
"""The most records in one answer, and the most ids in one question."""


def after(domain: Domain, last: int) -> Domain:
    """The same domain for the records with a higher id."""
    return [["id", ">", last], *_together(domain)]


def walk(caller: Caller, model: str, domain: Domain, fields: Sequence[str]) -> Iterator[Any]:
    """Every record, however many pages they fill."""
    last = 0
    while True:
        rows = caller.rows(model, after(domain, last), fields, limit=PAGE_MAX)
        yield from rows
        if len(rows) < PAGE_MAX:
            return
        last = int(rows[-1]["id"])


def by_ids(
    caller: Caller,
    model: str,
    ids: Collection[int],
    fields: Sequence[str],
    domain: Domain | None = None,
    field: str = "id",
) -> Rows:
    """The records whose ``field`` is one of ``ids``."""
    asked, found = sorted(set(ids)), list[dict[str, Any]]()
    for at in range(0, len(asked), PAGE_MAX):
        some = [[field, "in", asked[at : at + PAGE_MAX]], *_together(domain or [])]
        found += (
            walk(caller, model, some, fields) if field != "id" else caller.rows(model, some, fields)
        )
    return found


def _together(domain: Domain) -> Domain:
    """A domain that can stand among others, whatever it begins with."""
    return [domain] if domain else []
