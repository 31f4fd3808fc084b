"""The world of GUARD: a MemoryErp full of customers, how it is read, and what must come of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from zlib import crc32

import customers
from clock import Clock
from contract import EXPECTED, Outcome
from customers import FIELDS

from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import Kind, Session, all_changes
from erplink.domain.fields import Field, FieldType
from erplink.domain.values import Value

PAGE: Final = 1000
KIND: Final = "customer"
SYSTEM: Final = "erp"

_DATA: Final = Path(customers.__file__).parent / "data"
_SEED: Final = 11
_TYPES: Final = {
    "credit_limit": FieldType.INTEGER,
    "payment_terms": FieldType.INTEGER,
    "active": FieldType.CHECKBOX,
}


def world(n: int) -> MemoryErp:
    """A world with ``n`` customers, which takes as long to make as to read."""
    fields = [Field(key, _TYPES.get(key, FieldType.TEXT)) for key in FIELDS]
    erp = MemoryErp([Kind(KIND, fields)], page_max=PAGE)
    for number, row in enumerate(customers.customers(n, _SEED)):
        erp.store(KIND, str(number), dict(zip(FIELDS, row, strict=True)))
    return erp


def read_all(session: Session, clock: Clock) -> Outcome:
    """Read everything while the clock runs, and once more to tell what came.

    The clocked reading lets go of each page, as a host does that stores it; what is kept would
    make the collector of garbage work, and hide what the guard costs.
    """
    with clock:
        counts = [len(page) for page in all_changes(session, KIND, FIELDS)]
    told = (record for page in all_changes(session, KIND, FIELDS) for record in page)
    return outcome(counts, ((record.ref.key, dict(record.fields)) for record in told))


def outcome(counts: list[int], records: Iterable[tuple[str, dict[str, Value]]]) -> Outcome:
    """How many pages and records, and a checksum of the latter."""
    checksum = 0
    for record in records:
        checksum = crc32(repr(record).encode(), checksum)
    return {"pages": len(counts), "records": sum(counts), "checksum": checksum}


def prepare(n: int) -> Path:
    """Tell what must come of ``n`` records; the world itself is made afresh by every run."""
    recipe = b"".join(Path(source).read_bytes() for source in (__file__, customers.__file__))
    folder = _DATA / f"guard-{n}-{crc32(recipe):08x}"
    counts = [min(PAGE, n - start) for start in range(0, n, PAGE)]
    rows = enumerate(customers.customers(n, _SEED))
    records = ((str(number), dict(zip(FIELDS, row, strict=True))) for number, row in rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / EXPECTED).write_text(json.dumps(outcome(counts, records)), encoding="utf-8")
    return folder
