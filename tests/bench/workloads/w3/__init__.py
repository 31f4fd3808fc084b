"""W3: a full pass over linked records of which none differs."""

from pathlib import Path
from typing import Final

import world
from contract import Implementation, Outcome, Target, Workload
from states import ENGINE, HASHES, ROWS, WITHOUT_SPEED, makers

_STATES: Final = (ENGINE, WITHOUT_SPEED, HASHES, ROWS)


def prepare(n: int) -> Path:
    """Make the world of ``n`` pairs and the states, unless they are there already."""
    return world.prepared("w3", n, _expected, makers(*_STATES))


def _expected(made: world.World) -> Outcome:
    return {"records": len(made), "changed": 0}


WORKLOAD = Workload(
    name="W3",
    sentence="Deliver all n linked records of an ERP once more, of which none differs: a full "
    "pass. erplink also reads the n records of the CRM, which the floors do not have.",
    prepare=prepare,
    implementations=(
        Implementation(
            "erplink", "erplink", "A full pass of the engine.", ("msgspec", "xxhash"), state=ENGINE
        ),
        Implementation(
            "erplink-stdlib", "erplink", "The same without [speed].", state=WITHOUT_SPEED
        ),
        Implementation(
            "floor-httpx",
            "floor",
            "Slices hashed, and looked up in a set.",
            ("msgspec", "xxhash"),
            state=HASHES,
        ),
        Implementation(
            "floor-decode",
            "floor",
            "Decoded, and compared with the stored rows, read in the same order.",
            ("msgspec",),
            state=ROWS,
        ),
        Implementation(
            "naive", "naive", "Every field of every stored row.", ("requests",), 10, state=ROWS
        ),
    ),
    targets=(
        Target("erplink/floor-httpx", at_most=2),
        Target("erplink-stdlib/floor-decode", at_most=2),
    ),
)
