"""The triples of W5: made once, kept in a file, decoded by pages, and what must come of them."""

import gc
import json
import marshal
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random
from typing import IO, Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import customers
from clock import Clock
from contract import EXPECTED, Job, Outcome
from customers import CHANGES, FIELDS, Row

PAGE: Final = 1000

CRM: Final = "crm"
ERP: Final = "erp"
SAME: Final = "same"
CONFLICT: Final = "conflict"

Side: TypeAlias = list[Any]
"""One side of a page: dicts, or tuples in the order of FIELDS."""

Page: TypeAlias = tuple[Side, Side, Side]
"""The bases, the CRM's records and the ERP's records."""

Shape: TypeAlias = Callable[[tuple[str, ...], list[Row]], Side]
"""Makes a side of the decoded names of its fields and its rows."""

Told: TypeAlias = tuple[int, str, str, Any]
"""A decision as every implementation tells it: row, field, kind, and the value that stands."""

_DATA: Final = Path(customers.__file__).parent / "data"
_TRIPLES: Final = "triples.marshal"
_SEED: Final = 7
#: By which steps of CHANGES the CRM and the ERP move a field; 0 leaves it alone.
_STEPS: Final = {CRM: (1, 0), ERP: (0, 2), SAME: (3, 3), CONFLICT: (4, 5)}
#: How many rows of a thousand have a first field that moves so: 2 % of them in all.
_ROWS_OF_1000: Final = {CONFLICT: 2, SAME: 2, CRM: 8, ERP: 8}
_FIELDS_MOVED_MAX: Final = 3
#: The version of marshal that shares nothing, so that every value read is an object of its own.
_UNSHARED: Final = 0
#: The bytes that tell a page's length.
_LENGTH: Final = 8


class Touched(NamedTuple):
    """What the floors and peers make of a row in which something moved."""

    #: The row's place in its page.
    row: int
    #: Field and kind.
    decisions: list[tuple[str, str]]
    #: All fields, by name or in the order of FIELDS; one in conflict keeps the base's value.
    merged: Mapping[str, Any] | tuple[Any, ...]


def as_dicts(names: tuple[str, ...], rows: list[Row]) -> Side:
    """Plain dicts; their keys are one page's own, as from a decoder of JSON."""
    return [dict(zip(names, row, strict=True)) for row in rows]


def as_tuples(_names: tuple[str, ...], rows: list[Row]) -> Side:
    """The rows as they are."""
    return rows


def merge_all(
    job: Job, clock: Clock, merge: Callable[[Side, Side, Side], Any], shape: Shape = as_dicts
) -> list[Any]:
    """Merge page after page while the clock runs, and keep what came of them, in their order."""
    pages = _decoded(job.data, shape)
    with clock:
        return [merge(bases, crms, erps) for bases, crms, erps in pages]


def told(results: Iterable[Iterable[Touched]]) -> Iterator[Told]:
    """The decisions in what became of the pages; the clock no longer runs."""
    for number, page in enumerate(results):
        for row, decisions, merged in page:
            record = (
                merged if isinstance(merged, Mapping) else dict(zip(FIELDS, merged, strict=True))
            )
            for field, kind in decisions:
                value = None if kind == CONFLICT else record[field]
                yield number * PAGE + row, field, kind, value


def outcome(decisions: Iterable[Told]) -> Outcome:
    """How many rows and decisions, and a checksum of them that no order changes."""
    kinds = dict.fromkeys((CONFLICT, CRM, ERP, SAME), 0)
    rows: set[int] = set()
    checksum = 0
    for decision in decisions:
        row, _field, kind, _value = decision
        rows.add(row)
        kinds[kind] += 1
        checksum += crc32(repr(decision).encode())
    return {"touched": len(rows), "decisions": kinds, "checksum": checksum}


def prepare(n: int) -> Path:
    """Make the triples and what must come of them, unless they are there already."""
    recipe = b"".join(Path(source).read_bytes() for source in (__file__, customers.__file__))
    folder = _DATA / f"w5-{n}-{crc32(recipe):08x}"
    if not folder.exists():
        _DATA.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=_DATA))
        with (scratch / _TRIPLES).open("wb") as file:
            expected = outcome(_made(n, file))
        (scratch / EXPECTED).write_text(json.dumps(expected))
        try:
            scratch.rename(folder)
        except OSError:  # another process has just made the same
            shutil.rmtree(scratch)
    return folder


def _made(n: int, file: IO[bytes]) -> Iterator[Told]:
    """Write the pages of ``n`` triples, and tell what must come of them."""
    rows = customers.customers(n, _SEED)
    random = Random(_SEED)  # noqa: S311 - a seed is what makes the data the same again
    firsts = _firsts(n, random)
    for start in range(0, n, PAGE):
        bases = list(islice(rows, PAGE))
        crms: dict[int, Row] = {}
        erps: dict[int, Row] = {}
        for index, base in enumerate(bases):
            if first := firsts.get(start + index):
                moves = _moves(first, random)
                crms[index], erps[index] = _moved(base, moves, 0), _moved(base, moves, 1)
                yield from _expected(start + index, moves, crms[index], erps[index])
        blob = marshal.dumps((FIELDS, bases, crms, erps), _UNSHARED)
        file.write(len(blob).to_bytes(_LENGTH) + blob)


def _firsts(n: int, random: Random) -> dict[int, str]:
    """How the first of the moved fields moves, for each row in which any does."""
    counts = {kind: n * rows // 1000 for kind, rows in _ROWS_OF_1000.items()}
    rows = iter(random.sample(range(n), sum(counts.values())))
    return {row: kind for kind, count in counts.items() for row in islice(rows, count)}


def _moves(first: str, random: Random) -> dict[str, str]:
    """One to three fields and how they move; beside a shared field, each side moves its own."""
    fields = random.sample(sorted(CHANGES), random.randint(1, _FIELDS_MOVED_MAX))
    others = (CRM, ERP) if first in (SAME, CONFLICT) else (first,)
    return dict(zip(fields, chain((first,), cycle(others)), strict=False))


def _moved(base: Row, moves: Mapping[str, str], side: int) -> Row:
    row = list(base)
    for field, kind in moves.items():
        if step := _STEPS[kind][side]:
            at = FIELDS.index(field)
            row[at] = CHANGES[field](row[at], step)
    return tuple(row)


def _expected(number: int, moves: Mapping[str, str], crm: Row, erp: Row) -> Iterator[Told]:
    for field, kind in moves.items():
        stands = (erp if kind == ERP else crm)[FIELDS.index(field)]
        yield number, field, kind, None if kind == CONFLICT else stands


def _decoded(folder: Path, shape: Shape) -> list[Page]:
    """All pages; no garbage is looked for meanwhile, as there is none."""
    gc.disable()
    with (folder / _TRIPLES).open("rb") as file:
        pages = list(iter(lambda: _page(file, shape), None))
    gc.enable()
    return pages


def _page(file: IO[bytes], shape: Shape) -> Page | None:
    """Decode a page once for each of its sides, so that no two share a value; None at the end."""
    blob = file.read(int.from_bytes(file.read(_LENGTH)))
    return (_side(blob, 0, shape), _side(blob, 1, shape), _side(blob, 2, shape)) if blob else None


def _side(blob: bytes, which: int, shape: Shape) -> Side:
    names, rows, *moved = marshal.loads(blob)  # noqa: S302 - a file of our own making
    for index, row in ({}, *moved)[which].items():
        rows[index] = row
    return shape(names, rows)
