"""W6FAR: W6 with an ERP that takes 20 ms for every answer."""

from pathlib import Path
from typing import Final

import world
from contract import Implementation, Target, Workload
from states import BOTH, ENGINE, WITHOUT_SPEED, makers
from w6 import expected

DELAY: Final = 0.02
_STATES: Final = (ENGINE, WITHOUT_SPEED, BOTH)


def prepare(n: int) -> Path:
    """Make the world of ``n`` pairs and the states, unless they are there already."""
    return world.prepared("w6far", n, expected, makers(*_STATES))


WORKLOAD = Workload(
    name="W6FAR",
    sentence="W6 with an ERP that takes 20 ms for every answer, and 16 connections.",
    prepare=prepare,
    implementations=(
        Implementation(
            "erplink", "erplink", "A pass of the engine.", ("msgspec", "xxhash"), state=ENGINE
        ),
        Implementation(
            "erplink-stdlib", "erplink", "The same without [speed].", state=WITHOUT_SPEED
        ),
        Implementation(
            "floor", "floor", "The floor of W6 over 16 raw sockets.", ("msgspec",), state=BOTH
        ),
    ),
    targets=(Target("erplink/floor", at_most=1.5),),
)
