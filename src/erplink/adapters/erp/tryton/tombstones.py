"""Tombstones: which records of a model were deleted, as the server's own log says.

A deleted record leaves an entry in the log whose reference is told as empty, for there is nothing
left that it refers to. But it can still be searched for: so the ids are found digit by digit, for
all entries at once.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Domain
from erplink.adapters.erp.tryton.rpc import Caller

__all__ = ["LOG", "Tombstone", "tombstones"]

LOG: Final = "ir.model.log"
ENTRIES_MAX: Final = 1000
_DIGITS_MAX: Final = 18
_BITS: Final = (1, 2, 4, 8)


@frozen
class Tombstone:
    """An entry of the log, and the id of the record that was deleted."""

    entry: int
    at: datetime
    id: int


def tombstones(
    caller: Caller, model: str, since: datetime, told: Collection[int]
) -> list[Tombstone]:
    """The deletions of records of ``model`` at ``since`` or later, but for those told before."""
    domain: Domain = [
        ["event", "=", "delete"],
        ["resource", "like", f"{model},%"],
        ["create_date", ">=", since],
    ]
    if told:
        domain.append(["id", "not in", list(told)])
    rows = caller.rows(LOG, domain, ["create_date"], limit=ENTRIES_MAX)
    if not rows:
        return []
    ids = _ids(caller, model, {int(row["id"]) for row in rows})
    return [
        Tombstone(int(row["id"]), row["create_date"], ids[row["id"]])
        for row in rows
        if row["id"] in ids
    ]


def _ids(caller: Caller, model: str, entries: set[int]) -> dict[int, int]:
    """The id that each of the entries refers to."""
    numbers = dict.fromkeys(entries, 0)
    left = entries
    for place in range(_DIGITS_MAX):
        before = f"{model},{'_' * place}"
        left = _like(caller, left, [f"{before}_%"])
        if not left:
            break
        digits = dict.fromkeys(left, 0)
        for bit in _BITS:
            having = [f"{before}{digit}%" for digit in range(10) if digit & bit]
            for entry in _like(caller, left, having):
                digits[entry] += bit
        for entry, digit in digits.items():
            numbers[entry] = 10 * numbers[entry] + digit
    return {entry: number for entry, number in numbers.items() if number > 0}


def _like(caller: Caller, entries: Collection[int], patterns: list[str]) -> set[int]:
    if not entries:
        return set()
    domain = [
        ["id", "in", sorted(entries)],
        ["OR", *(["resource", "like", pattern] for pattern in patterns)],
    ]
    return {int(row["id"]) for row in caller.rows(LOG, domain, ["id"])}
