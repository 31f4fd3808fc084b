"""floor-dict: the CRM's rows in three dicts, and one pass over the source."""

import sqlite3
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec
import sources
from clock import Clock
from contract import Job, Outcome
from imports import held
from sources import EMAIL, NAME, ORG, POSTCODE, differing, name_key, tidy
from world import FIELDS, database

COLUMNS = ", ".join(("id", *FIELDS))


def run(job: Job, clock: Clock) -> Outcome:
    """Match, diff and write."""
    assert job.state is not None
    with clock:
        crm = database(job.state / "crm.db")
        by_org, by_email, by_name = {}, {}, {}
        for each in crm.execute(f"SELECT {COLUMNS} FROM companies"):
            by_org[each[1 + ORG]] = by_email[each[1 + EMAIL]] = each
            by_name[name_key(each[1 + NAME], each[1 + POSTCODE])] = each
        new, updates, same = [], [], 0
        for row in rows_of(job.data):
            there = (
                by_org.get(row[ORG])
                or by_email.get(row[EMAIL])
                or by_name.get(name_key(row[NAME], row[POSTCODE]))
            )
            if there is None:
                new.append(row)
            elif changed := differing(there[1:], row):
                updates.append((there[0], changed))
            else:
                same += 1
        write(crm, new, updates)
    return outcome(job.state / "crm.db", new, updates, same)


def rows_of(data: Path) -> Iterator[tuple[Any, ...]]:
    """The rows of the source, tidied."""
    decode, values = msgspec.json.Decoder().decode_lines, itemgetter(*FIELDS)
    for page in sources.lines(data):
        yield from map(tidy, map(values, decode(b"".join(page))))


Updates = list[tuple[int, dict[str, Any]]]


def write(crm: sqlite3.Connection, new: Iterable[tuple[Any, ...]], updates: Updates) -> None:
    """Write what is new and what differs, one statement for each set of fields."""
    crm.execute("BEGIN")
    by_fields: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for key, changed in updates:
        by_fields.setdefault(tuple(changed), []).append((*changed.values(), key))
    for fields, rows in by_fields.items():
        told = ", ".join(f"{field} = ?" for field in fields)
        crm.executemany(f"UPDATE companies SET {told} WHERE id = ?", rows)
    places = ", ".join("?" * len(FIELDS))
    crm.executemany(f"INSERT INTO companies ({', '.join(FIELDS)}) VALUES ({places})", new)
    crm.execute("COMMIT")
    crm.close()


def outcome(path: Path, new: list[tuple[Any, ...]], updates: Updates, same: int) -> Outcome:
    """What came of it."""
    cells = sum(len(changed) for _, changed in updates)
    told = {"new": len(new), "updated": len(updates), "same": same, "cells": cells}
    return {**told, **held(path)}
