"""floor-httpx: what changed on either side, merged with its base; one PUT after the other."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path
from sqlite3 import Connection
from typing import Any, TypeAlias

import httpx
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from server import serving, written
from world import COLUMNS, FIELDS, T0, T1, checksum, database

Values: TypeAlias = tuple[Any, ...]
Puts: TypeAlias = list[tuple[str, bytes]]

_VALUES = itemgetter(*COLUMNS)
_STAMP = 1
_ACTIVE = COLUMNS.index("active")
_LINKS = (
    "SELECT key, crm_id, base FROM link WHERE key IN (SELECT value FROM json_each(?)) "
    "OR crm_id IN (SELECT value FROM json_each(?))"
)
_UPDATE = f"UPDATE partners SET {', '.join(f'{key} = ?' for key in COLUMNS[1:])} WHERE id = ?"


def run(job: Job, clock: Clock) -> Outcome:
    """Do the pass over httpx."""
    with serving(job.data) as address:
        with clock, httpx.Client() as client:

            def put(puts: Puts) -> None:
                for key, body in puts:
                    url = f"http://{address}/customers/{key}"
                    client.put(url, content=body).raise_for_status()

            rows = synced(_state(job), fetched(client, address, T0), put)
        return told(_state(job), rows, address)


def _state(job: Job) -> Path:
    assert job.state is not None
    return job.state


def synced(state: Path, pages: Iterable[bytes], put: Callable[[Puts], None]) -> list[str]:
    """Read both sides, merge, write, and remember; the keys of what the CRM was told."""
    links, crm = database(state / "links.db"), database(state / "crm.db")
    erp = {row[0]: row for row in chain.from_iterable(map(_decoded, pages))}
    query = f"SELECT id, {', '.join(COLUMNS[1:])} FROM partners WHERE last_modified >= ?"
    mine = {row[0]: row for row in crm.execute(query, (T0,))}
    found = links.execute(_LINKS, (json.dumps(list(erp)), json.dumps(list(mine))))
    to_crm: list[Values] = []
    to_erp: Puts = []
    conflicts: list[Values] = []
    bases: list[Values] = []
    told: list[str] = []
    for key, number, packed in found.fetchall():
        base = json.loads(packed)
        theirs, ours = erp.get(key, base), mine.get(number, base)
        row, tell_crm, tell_erp = _merged(key, base, theirs, ours, conflicts)
        row[_STAMP] = max(theirs[_STAMP], ours[_STAMP])
        if tell_crm:
            to_crm.append((*row[1:], number))
            told.append(key)
        if tell_erp:
            row[_ACTIVE] = bool(row[_ACTIVE])
            body = dict(zip(COLUMNS, row, strict=True))
            to_erp.append((key, json.dumps(body, ensure_ascii=False).encode()))
        bases.append((json.dumps(row, ensure_ascii=False), key))
    put(to_erp)
    _written(crm, [(_UPDATE, to_crm)])
    remembered = "UPDATE link SET base = ? WHERE key = ?"
    lost = "INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?)"
    marks = [(T1, "erp"), (T1, "crm")]
    seen = "UPDATE mark SET seen = ? WHERE side = ?"
    _written(links, [(remembered, bases), (lost, conflicts), (seen, marks)])
    return told


def _decoded(page: bytes) -> Iterator[Values]:
    return map(_VALUES, json.loads(page)["data"])


def _merged(
    key: str, base: list[Any], theirs: Values, ours: Values, conflicts: list[Values]
) -> tuple[list[Any], bool, bool]:
    row, tell_crm, tell_erp = list(base), False, False
    for at in range(2, len(COLUMNS)):
        was, erp, crm = base[at], theirs[at], ours[at]
        if erp == crm:
            row[at] = erp
        elif erp == was:
            row[at], tell_erp = crm, True
        else:
            row[at], tell_crm = erp, True
            if crm != was:
                conflicts.append((key, COLUMNS[at], was, erp, crm, "erp"))
    return row, tell_crm, tell_erp


def _written(state: Connection, statements: Iterable[tuple[str, list[Values]]]) -> None:
    state.execute("BEGIN")
    for statement, rows in statements:
        state.executemany(statement, rows)
    state.execute("COMMIT")
    state.close()


def told(state: Path, keys: list[str], address: str) -> Outcome:
    """What both sides hold now of what they were told."""
    crm = database(state / "crm.db")
    columns = ", ".join(FIELDS)
    rows = []
    for key in keys:
        query = f"SELECT {columns} FROM partners WHERE id = ?"
        held = crm.execute(query, (int(key[1:]) + 1,)).fetchone()
        row = {"key": key, **dict(zip(FIELDS, held, strict=True))}
        rows.append({**row, "active": bool(row["active"])})
    crm.close()
    erp = written(address)
    return {
        "to_crm": len(keys),
        "to_erp": erp["count"],
        "crm": checksum(rows),
        "erp": erp["checksum"],
    }
