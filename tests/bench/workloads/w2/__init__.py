"""W2: an incremental pass, in which one record of a hundred is delivered as modified."""

from pathlib import Path
from typing import Final

import world
from contract import Implementation, Outcome, Target, Workload
from states import DLT, ENGINE, ROWS, WITHOUT_SPEED, installed, makers

_STATES: Final = (ENGINE, WITHOUT_SPEED, ROWS)


def prepare(n: int) -> Path:
    """Make the world of ``n`` pairs and the states, unless they are there already."""
    states = (*_STATES, DLT) if installed("dlt") else _STATES
    return world.prepared("w2", n, _expected, makers(*states))


def _expected(made: world.World) -> Outcome:
    rows = made.changes().erp.values()
    return {"changed": len(rows), "checksum": world.checksum(rows)}


WORKLOAD = Workload(
    name="W2",
    sentence="Take over the 1 % of n linked records that an ERP delivers as modified. erplink "
    "also reads and writes the CRM's records, keeps a journal, and tells in its history why.",
    prepare=prepare,
    implementations=(
        Implementation(
            "erplink", "erplink", "A pass of the engine.", ("msgspec", "xxhash"), state=ENGINE
        ),
        Implementation(
            "erplink-stdlib", "erplink", "The same without [speed].", state=WITHOUT_SPEED
        ),
        Implementation(
            "floor-httpx",
            "floor",
            "Looked up by the page, compared, written over.",
            ("msgspec",),
            state=ROWS,
        ),
        Implementation(
            "naive", "naive", "A query and a commit for each record.", ("requests",), state=ROWS
        ),
        Implementation(
            "dlt",
            "peer",
            "Its REST source into SQLite, merged, with primary keys and unique indexes.",
            ("dlt", "sqlalchemy"),
            state=DLT,
        ),
    ),
    targets=(
        Target("erplink/floor-httpx", at_most=3),
        Target("dlt/erplink", at_least=8),
    ),
)
