"""W6: a pass in both directions over linked pairs, 1 % of which changed on either side."""

from pathlib import Path
from typing import Final

import world
from contract import Implementation, Outcome, Target, Workload
from states import BOTH, ENGINE, WITHOUT_SPEED, makers

_STATES: Final = (ENGINE, WITHOUT_SPEED, BOTH)


def prepare(n: int) -> Path:
    """Make the world of ``n`` pairs and the states, unless they are there already."""
    return world.prepared("w6", n, expected, makers(*_STATES))


def expected(made: world.World) -> Outcome:
    """What every implementation must come to."""
    changes = made.changes()
    ends: dict[str, world.Row] = {}
    for key in changes.erp.keys() | changes.crm.keys():
        base = made.row(world.number_of(key))
        erp, crm = changes.erp.get(key, base), changes.crm.get(key, base)
        ends[key] = world.merged(base, erp, crm)
    return {
        "to_crm": len(changes.erp),
        "to_erp": len(changes.crm),
        "crm": world.checksum(ends[key] for key in changes.erp),
        "erp": world.checksum(ends[key] for key in changes.crm),
    }


WORKLOAD = Workload(
    name="W6",
    sentence="Bring n pairs into step, of which 1 % changed in the ERP, 1 % in the CRM, and 0.1 % "
    "in both, in conflict: one PUT for each record of the ERP.",
    prepare=prepare,
    implementations=(
        Implementation(
            "erplink", "erplink", "A pass of the engine.", ("msgspec", "xxhash"), state=ENGINE
        ),
        Implementation(
            "erplink-stdlib", "erplink", "The same without [speed].", state=WITHOUT_SPEED
        ),
        Implementation(
            "floor-httpx", "floor", "Bases of what changed, merged; PUTs one by one.", state=BOTH
        ),
        Implementation(
            "naive",
            "naive",
            "requests and ORM objects, and a commit for each record.",
            ("requests", "sqlalchemy"),
            state=BOTH,
        ),
    ),
    targets=(
        Target("erplink/floor-httpx", at_most=3),
        Target("naive/erplink", at_least=5),
    ),
)
