"""W1: the first load of all records of an ERP into an empty CRM, as an import."""

from pathlib import Path
from typing import Final

import world
from contract import Implementation, Outcome, Target, Workload


def prepare(n: int) -> Path:
    """Make the world of ``n`` customers, unless it is there already."""
    return world.prepared("w1", n, _expected, {})


def _expected(made: world.World) -> Outcome:
    import imports  # which takes SQLAlchemy: who does not run it need not have it

    return imports.expected(made.rows())


_HTTPX: Final = "Fetched, decoded, written by the page."

WORKLOAD = Workload(
    name="W1",
    sentence="Load n records over HTTP into the empty SQLite table of a CRM. erplink stages, "
    "previews and runs it as an import, with links, bases, a journal and a history.",
    prepare=prepare,
    implementations=(
        Implementation("erplink", "erplink", "Staged, previewed and run.", ("sqlalchemy",)),
        Implementation("floor-httpx", "floor", _HTTPX, ("msgspec",)),
        Implementation(
            "dlt",
            "peer",
            "Its REST source into SQLite, merged, with primary keys and unique indexes.",
            ("dlt", "sqlalchemy"),
        ),
        Implementation(
            "django-import-export",
            "peer",
            "A resource with bulk on, as its documentation advises for speed.",
            ("django", "import_export"),
            one_in=10,
        ),
    ),
    targets=(
        Target("erplink/floor-httpx", at_most=3),
        Target("dlt/erplink", at_least=5),
        Target("django-import-export/erplink", at_least=10),
    ),
)
