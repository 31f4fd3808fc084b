"""The source of W4: lines of JSON to be imported into a CRM that has most of them already.

Of n lines 2 % are new, 4 % differ from what the CRM holds, and the rest are the same. Their keys
are noisy: organisation numbers in groups, e-mail addresses in capitals, and some without either, so
that the next key has to find them.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import customers
import imports
from contract import Outcome
from customers import CHANGES
from world import FIELDS, PAGE, Row, World, key_of, packed

_SEED: Final = 7  # of the world: what is new comes behind its last customer
_NOISE: Final = 11
_MOVED: Final = tuple(sorted(key for key in CHANGES if key in FIELDS))

#: The file of a world's source, and what must come of its import.
LINES: Final = "import.jsonl"
_OUTCOME: Final = "import.json"


def outcome_of(world: World) -> Outcome:
    """What must come of the import; the source is made if it is not there."""
    path = world.folder / _OUTCOME
    if not path.exists():
        outcome = _write(world)
        path.write_text(json.dumps(outcome))
    found: Outcome = json.loads(path.read_text())
    return found


def lines(data: Path) -> Iterator[list[bytes]]:
    """The lines of the source of a workload, by the page."""
    with (data / "world" / LINES).open("rb") as file:
        while page := [line for _, line in zip(range(PAGE), file, strict=False)]:
            yield page


def _write(world: World) -> Outcome:
    """Write the source, and tell what comes of it."""
    n, random = len(world), Random(_NOISE)  # noqa: S311 - a seed makes the data the same again
    new = n // 50
    known = random.sample(range(n), n - new)
    changed = set(known[: n // 25])
    cells, total = 0, sum(imports.told([row[key] for key in FIELDS]) for row in world.rows())
    made: list[bytes] = []
    for number in known:
        row = world.row(number)
        if number in changed:
            now = {**row, **_moves(row, random)}
            cells += sum(row[key] != now[key] for key in FIELDS)
            total += _worth(now) - _worth(row)
            row = now
        made.append(packed(_noisy(row, random)))
    for number, values in enumerate(customers.customers(n + new, _SEED)):
        if number >= n:
            row = {"key": key_of(number), **dict(zip(customers.FIELDS, values, strict=True))}
            total += _worth(row)
            made.append(packed({"key": row["key"], **{key: row[key] for key in FIELDS}}))
    random.shuffle(made)
    scratch = world.folder / f"{LINES}.{os.getpid()}"
    scratch.write_bytes(b"".join(b"%b\n" % each for each in made))
    scratch.rename(world.folder / LINES)
    told = {"new": new, "updated": n // 25, "same": n - new - n // 25, "cells": cells}
    return {**told, "rows": n + new, "checksum": total}


def _worth(row: Mapping[str, Any]) -> int:
    return imports.told([row[key] for key in FIELDS])


def _moves(row: Row, random: Random) -> Row:
    fields = random.sample(_MOVED, random.randint(1, 3))
    return {key: CHANGES[key](row[key], 1) for key in fields}


def _noisy(row: Row, random: Random) -> Row:
    """The row with other writings of its keys, or without some of them."""
    noise, number, email = random.random(), row["org_number"], row["email"]
    if noise < 0.3:
        number = f"{number[:2]} {number[2:8]}-{number[8:]}"
    elif noise < 0.5:
        email = email.upper()
    elif noise < 0.55:
        number = ""
    elif noise < 0.56:
        number = email = ""
    return {**row, "org_number": number, "email": email}


# what all who do it by hand have in common -------------------------------------------------------

_TABLE: Final = str.maketrans("", "", " -./")
ORG, EMAIL, NAME, POSTCODE = (
    FIELDS.index(key) for key in ("org_number", "email", "name", "postcode")
)


def tidy(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of the source as the CRM writes it, in the order of the fields."""
    values = list(row)
    values[ORG] = values[ORG].translate(_TABLE)
    values[EMAIL] = values[EMAIL].lower()
    return tuple(values)


def name_key(name: str, postcode: str) -> str:
    """By which a row is known that has no number and no address."""
    return f"{' '.join(name.split()).casefold()}\0{postcode.replace(' ', '')}"


def differing(there: tuple[Any, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    """The fields that an import would write over."""
    pairs = zip(FIELDS, there, row, strict=True)
    return {key: mine for key, theirs, mine in pairs if mine not in ("", theirs)}
