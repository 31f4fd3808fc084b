"""W4: the import of a source into a CRM that has most of its rows already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import world
from contract import Implementation, Outcome, Target, Workload
from states import installed

CRM: Final = "import-crm"
INDEXED: Final = "import-indexed"
FRAMES: Final = "import-frames"


def prepare(n: int) -> Path:
    """Make a world of ``n`` companies, a source of as many rows, and the CRMs that have them."""
    makers: dict[str, world.Maker] = {CRM: _crm}
    if installed("numpy") and installed("xxhash"):
        makers[INDEXED] = _indexed
    if installed("polars"):
        makers[FRAMES] = _frames
    return world.prepared("w4", n, _expected, makers)


def _expected(made: world.World) -> Outcome:
    import sources  # which takes SQLAlchemy: who does not run it need not have it

    return sources.outcome_of(made)


def _crm(made: world.World, folder: Path) -> None:
    import imports

    imports.fill(folder / "crm.db", made.rows())


def _indexed(made: world.World, folder: Path) -> None:
    from w4.floor_indexed import keep

    _crm(made, folder)
    keep(made.rows(), folder)


def _frames(made: world.World, folder: Path) -> None:
    import polars as pl

    _crm(made, folder)
    rows: list[Mapping[str, object]] = [
        {key: row[key] for key in world.FIELDS} for row in made.rows()
    ]
    pl.DataFrame(rows).with_row_index("id", 1).write_parquet(folder / "crm.parquet")


WORKLOAD = Workload(
    name="W4",
    sentence="Import n rows into the SQLite table of a CRM that has 98 % of them, found by noisy "
    "keys; 4 % differ. erplink stages, previews and runs it; the others match, diff and write.",
    prepare=prepare,
    implementations=(
        Implementation(
            "erplink", "erplink", "Staged, previewed and run, unlinked.", ("sqlalchemy",), state=CRM
        ),
        Implementation(
            "erplink-preview",
            "erplink",
            "The preview alone: matched and told field by field; staged off the clock.",
            ("sqlalchemy",),
            state=CRM,
        ),
        Implementation(
            "floor-dict", "floor", "Three dicts over the CRM's rows.", ("msgspec",), state=CRM
        ),
        Implementation(
            "floor-indexed",
            "floor",
            "The keys' and rows' hashes kept from before; only rows that differ are read.",
            ("msgspec", "numpy", "xxhash"),
            state=INDEXED,
        ),
        Implementation(
            "polars", "peer", "A script over the CRM's rows in Parquet.", ("polars",), state=FRAMES
        ),
        Implementation(
            "django-import-export",
            "peer",
            "A resource that is given the matched keys, for it cannot match.",
            ("django", "import_export", "msgspec"),
            one_in=10,
            state=CRM,
        ),
    ),
    targets=(
        Target("erplink-preview/floor-indexed", at_most=2),
        Target("polars/erplink", at_least=0.333),
        Target("django-import-export/erplink", at_least=20),
    ),
)
