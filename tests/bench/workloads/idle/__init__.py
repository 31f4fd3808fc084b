"""IDLE: passes in which nothing is delivered, one after the other on an open engine."""

from pathlib import Path
from typing import Final

import world
from contract import RECORDS_MIN, Implementation, Target, Workload
from states import ENGINE, makers

#: The pairs that are linked; their number does not matter.
_PAIRS: Final = RECORDS_MIN


def prepare(n: int) -> Path:
    """Make the state; ``n`` is the number of passes."""
    return world.prepared("idle", _PAIRS, lambda _: {"passes": n}, makers(ENGINE))


WORKLOAD = Workload(
    name="IDLE",
    sentence="Do n passes on an open engine in which neither side has anything to tell.",
    prepare=prepare,
    implementations=(
        Implementation(
            "erplink", "erplink", "Passes of the engine.", ("msgspec", "xxhash"), state=ENGINE
        ),
        Implementation("floor-httpx", "floor", "The two requests of a pass, over httpx."),
    ),
    targets=(Target("erplink/floor-httpx", at_most=10),),
)
