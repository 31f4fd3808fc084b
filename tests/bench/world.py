"""The world of W2, W3 and W6: the rows of an ERP and a CRM, what changed on either side, and when.

Everything is made once for n rows and kept: the ERP's pages as its server sends them, and, by the
name of who needs it, the state of a machine that had seen all of it.
"""

import json
import os
import shutil
import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias
from zlib import crc32

import customers
from contract import EXPECTED, STATE, Outcome
from customers import CHANGES

PAGE: Final = 1000

EDITION: Final = 1
"""Of worlds and states: raise it when any of them is made otherwise."""

#: Sixteen fields with the key and the stamp, as in the peers' own measurements.
FIELDS: Final = tuple(key for key in customers.FIELDS if key not in {"mobile", "website"})
COLUMNS: Final = ("key", "last_modified", *FIELDS)

#: Everything in the base is older than this, ...
T0: Final = "2025-01-01T00:00:00Z"
#: ... and every change is between the two.
T1: Final = "2025-02-01T00:00:00Z"
_BEFORE: Final = "2024-06-15T10:20:30Z"
_CHANGED: Final = "2025-01-15T10:20:30Z"

Row: TypeAlias = dict[str, Any]

_DATA: Final = Path(customers.__file__).parent / "data"
_SEED: Final = 7
_PLACE: Final = 2
_MOVED: Final = tuple(sorted(key for key in CHANGES if key in FIELDS))
_IN_CONFLICT: Final = "credit_limit"


def packed(row: Row) -> bytes:
    """A row as the ERP sends it."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def key_of(number: int) -> str:
    """The key of the row at a place."""
    return f"C{number:08d}"


def number_of(key: str) -> int:
    """The place of the row with a key."""
    return int(key[1:])


def checksum(rows: Iterable[Mapping[str, Any]]) -> int:
    """What rows hold, in the order of their keys; stamps do not count."""
    found = 0
    for row in sorted(rows, key=lambda each: str(each["key"])):
        found = crc32(repr([row["key"], *(row[key] for key in FIELDS)]).encode(), found)
    return found


@dataclass(frozen=True)
class Changes:
    """What happened between T0 and T1: the rows as they are then, by key."""

    erp: dict[str, Row]
    crm: dict[str, Row]


class World:
    """The rows of a folder that :func:`made` made; several processes may read it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Read and not mapped: what is mapped counts as memory of the process that looks at it.
        self._all = (folder / "base.pages").open("rb", buffering=0)
        self._pages = _numbers(folder / "pages.index")
        self._rows = _numbers(folder / "rows.index")

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows) // _PLACE

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._pages) // _PLACE

    def page(self, number: int) -> bytes:
        """A page as the ERP sends it."""
        return self._at(self._pages, number)

    def packed_row(self, number: int) -> bytes:
        """One row of the base as the ERP sends it."""
        return self._at(self._rows, number)

    def slices(self, page: int) -> list[bytes]:
        """The rows of a page of the base, each as the ERP sends it."""
        first, end = page * PAGE, min((page + 1) * PAGE, len(self))
        whole, begun = self.page(page), self._pages[_PLACE * page]
        starts = self._rows[_PLACE * first : _PLACE * end : _PLACE]
        lengths = self._rows[_PLACE * first + 1 : _PLACE * end : _PLACE]
        return [
            whole[start - begun : start - begun + length]
            for start, length in zip(starts, lengths, strict=True)
        ]

    def _at(self, index: "array[int]", number: int) -> bytes:
        start, length = index[_PLACE * number : _PLACE * number + _PLACE]
        return os.pread(self._all.fileno(), length, start)

    def row(self, number: int) -> Row:
        """One row of the base."""
        row: Row = json.loads(self.packed_row(number))
        return row

    def rows(self) -> Iterator[Row]:
        """All rows of the base."""
        return map(self.row, range(len(self)))

    def changes(self) -> Changes:
        """What changed on either side."""
        return Changes(self._changed("erp"), self._changed("crm"))

    def _changed(self, side: str) -> dict[str, Row]:
        lines = (self.folder / f"{side}.changes").read_bytes().splitlines()
        return {row["key"]: row for row in map(json.loads, lines)}


def _numbers(path: Path) -> "array[int]":
    numbers = array("Q")
    numbers.frombytes(path.read_bytes())
    return numbers


def made(n: int) -> World:
    """The world of ``n`` rows, made now if it was not before."""
    return World(_once(f"world-{n}-{EDITION}", _Maker(n)))


def prepared(
    workload: str, n: int, expected: Callable[[World], Outcome], states: Mapping[str, "Maker"]
) -> Path:
    """The folder of a workload: the world, what must come of it, and a state for each name.

    A state is made by its maker, into a folder of its own, and is kept for all who use it.
    """
    world = made(n)
    for name, maker in states.items():
        _state(world, name, maker)

    def make(folder: Path) -> None:
        (folder / "world").symlink_to(world.folder)
        (folder / STATE).mkdir()
        for name, maker in states.items():
            (folder / STATE / name).symlink_to(_state(world, name, maker))
        (folder / EXPECTED).write_text(json.dumps(expected(world)))

    # Whatever it is made of is in its name, so that nothing old is ever used.
    parts = "".join(str(_state(world, name, maker)) for name, maker in states.items())
    recipe = crc32(f"{world.folder}{parts}{expected(world)}".encode())
    return _once(f"{workload}-{n}-{recipe:08x}", make)


Maker: TypeAlias = Callable[[World, Path], None]
"""Makes the state of a machine that has seen a world, in a folder."""


def _state(world: World, name: str, maker: Maker) -> Path:
    # A maker may tell what else its states depend on: those of another edition are never used.
    edition = getattr(maker, "edition", "")
    return _once(f"{world.folder.name}-{name}{edition}", lambda path: maker(world, path))


def _once(name: str, make: Callable[[Path], None]) -> Path:
    folder = _DATA / name
    if not folder.exists():
        _DATA.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=_DATA))
        make(scratch)
        try:
            scratch.rename(folder)
        except OSError:  # another process has just made the same
            shutil.rmtree(scratch)
    return folder


class _Maker:
    """Writes the files of a world."""

    def __init__(self, n: int) -> None:
        self._n = n

    def __call__(self, folder: Path) -> None:
        pages, rows = array("Q"), array("Q")
        changes = _Changing(self._n)
        with (folder / "base.pages").open("wb") as file:
            source = enumerate(customers.customers(self._n, _SEED))
            for start in range(0, self._n, PAGE):
                part = [_row(number, values) for number, values in islice(source, PAGE)]
                for row in part:
                    changes.look_at(row)
                more = f'"{start // PAGE + 1}"' if start + PAGE < self._n else "null"
                pages.extend((file.tell(), _write(file, [packed(row) for row in part], more, rows)))
        (folder / "pages.index").write_bytes(pages.tobytes())
        (folder / "rows.index").write_bytes(rows.tobytes())
        for side, found in (("erp", changes.erp), ("crm", changes.crm)):
            (folder / f"{side}.changes").write_bytes(b"".join(b"%b\n" % each for each in found))


def _write(file: Any, slices: list[bytes], more: str, rows: "array[int]") -> int:
    begun = at = file.tell()
    at += file.write(b'{"data":[')
    for position, each in enumerate(slices):
        if position:
            at += file.write(b",")
        rows.extend((at, len(each)))
        at += file.write(each)
    at += file.write(envelope_end(more, T0))
    return int(at - begun)


def envelope_end(more: str, until: str) -> bytes:
    """The end of a page: where the next one is, and up to when its feed is complete."""
    return f'],"until":"{until}","next_cursor":{more}}}'.encode()


def _row(number: int, values: customers.Row) -> Row:
    told = dict(zip(customers.FIELDS, values, strict=True))
    return {
        "key": key_of(number),
        "last_modified": _BEFORE,
        **{key: told[key] for key in FIELDS},
    }


class _Changing:
    """Changes 1 % of the rows on either side, a tenth of them on both."""

    def __init__(self, n: int) -> None:
        # A seed is what makes the data the same again.
        self._random = Random(_SEED)  # noqa: S311
        part, both = n // 100, max(n // 1000, 1)
        picked = self._random.sample(range(n), 2 * part - both)
        self._erp, self._crm = set(picked[:part]), set(picked[part - both :])
        self.erp: list[bytes] = []
        self.crm: list[bytes] = []

    def look_at(self, row: Row) -> None:
        """Keep how ``row`` changes, if it does."""
        number = number_of(row["key"])
        if number in self._erp and number in self._crm:
            self.erp.append(_moved(row, {_IN_CONFLICT: 5, "phone": 2}))
            self.crm.append(_moved(row, {_IN_CONFLICT: 4, "notes": 1}))
        elif number in self._erp:
            self.erp.append(_moved(row, dict.fromkeys(self._fields(), 2)))
        elif number in self._crm:
            self.crm.append(_moved(row, dict.fromkeys(self._fields(), 1)))

    def _fields(self) -> list[str]:
        return self._random.sample(_MOVED, self._random.randint(1, 3))


def _moved(row: Row, steps: Mapping[str, int]) -> bytes:
    moved = {key: CHANGES[key](row[key], step) for key, step in steps.items()}
    return packed({**row, **moved, "last_modified": _CHANGED})


def merged(base: Row, erp: Row, crm: Row) -> Row:
    """What both sides hold in the end: where both moved a field apart, the ERP's value."""
    return {
        **base,
        **{key: erp[key] if erp[key] != base[key] else crm[key] for key in FIELDS},
    }


# states of the floors and peers ------------------------------------------------------------------

TABLE: Final = (
    "CREATE TABLE customers (key TEXT PRIMARY KEY, last_modified TEXT, "
    + ", ".join(
        f"{key} {'INTEGER' if key in {'credit_limit', 'payment_terms', 'active'} else 'TEXT'}"
        for key in FIELDS
    )
    + ")"
)
#: Adds a row, or writes all of it anew.
UPSERT: Final = (
    f"INSERT INTO customers VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT (key) DO UPDATE "
    f"SET {', '.join(f'{key} = excluded.{key}' for key in COLUMNS[1:])}"
)


def database(path: Path) -> sqlite3.Connection:
    """A database that survives a crash of its process, as erplink's own does."""
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = NORMAL")
    return opened


def rows_state(world: World, folder: Path) -> None:
    """A table of all rows, column by column."""
    state = database(folder / "rows.db")
    state.execute(TABLE)
    state.execute("BEGIN")
    state.executemany(UPSERT, (tuple(row.values()) for row in world.rows()))
    state.execute("COMMIT")
    state.close()
