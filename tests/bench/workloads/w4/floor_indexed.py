"""floor-indexed: hashes of keys and rows kept from the last pass, and only what differs read."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from clock import Clock
from contract import Job, Outcome
from sources import EMAIL, NAME, ORG, POSTCODE, differing, name_key
from world import FIELDS, database

from w4.floor_dict import COLUMNS, outcome, rows_of, write

_KINDS = ("org", "email", "name", "row")


def keep(rows: Iterable[Mapping[str, Any]], folder: Path) -> None:
    """Keep the hashes of a CRM's rows, in the order of their keys, with an order to find them."""
    hashes = _hashes([tuple(row[key] for key in FIELDS) for row in rows])
    orders = [np.argsort(column, kind="stable").astype(np.int64) for column in hashes[:3]]
    np.savez(folder / "index.npz", **dict(zip(_KINDS, hashes, strict=True)), orders=orders)


def _hashes(rows: list[tuple[Any, ...]]) -> list[Any]:
    """For each key and for the whole row a column of hashes; 0 where there is no key."""
    of = xxhash.xxh3_64_intdigest

    def column(texts: Iterable[str]) -> Any:
        return np.fromiter(
            (of(text.encode()) if text else 0 for text in texts), np.uint64, len(rows)
        )

    return [
        column(row[ORG] for row in rows),
        column(row[EMAIL] for row in rows),
        column(name_key(row[NAME], row[POSTCODE]) for row in rows),
        column(repr(row) for row in rows),
    ]


def run(job: Job, clock: Clock) -> Outcome:
    """Match by hashes, read what differs, diff and write."""
    assert job.state is not None
    with clock:
        rows = list(rows_of(job.data))
        mine, kept = _hashes(rows), np.load(job.state / "index.npz")
        place = np.full(len(rows), -1, dtype=np.int64)
        for at, kind in enumerate(_KINDS[:3]):
            order = kept["orders"][at]
            there = kept[kind][order]
            open_ones = np.flatnonzero((place < 0) & (mine[at] != 0))
            found = np.searchsorted(there, mine[at][open_ones])
            found[found == len(there)] = 0
            hit = there[found] == mine[at][open_ones]
            place[open_ones[hit]] = order[found[hit]]
        matched = np.flatnonzero(place >= 0)
        differs = matched[mine[3][matched] != kept["row"][place[matched]]]
        same = len(matched) - len(differs)
        new = [rows[at] for at in np.flatnonzero(place < 0)]
        crm, updates = database(job.state / "crm.db"), []
        query = f"SELECT {COLUMNS} FROM companies WHERE id IN (SELECT value FROM json_each(?))"
        for start in range(0, len(differs), 5000):
            part = differs[start : start + 5000]
            keys = (place[part] + 1).tolist()
            held = {each[0]: each[1:] for each in crm.execute(query, (json.dumps(keys),))}
            for at, key in zip(part, keys, strict=True):
                there_now = held[key]
                active = FIELDS.index("active")
                there_now = (*there_now[:active], bool(there_now[active]), *there_now[active + 1 :])
                if changed := differing(there_now, rows[at]):
                    updates.append((key, changed))
                else:
                    same += 1
        write(crm, new, updates)
    return outcome(job.state / "crm.db", new, updates, same)
