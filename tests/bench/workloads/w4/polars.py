"""polars: a script over frames, that has the CRM's rows in Parquet."""

from pathlib import Path

from clock import Clock
from contract import Job, Outcome
from sources import LINES, differing
from world import FIELDS, database

from w4.floor_dict import outcome, write


def run(job: Job, clock: Clock) -> Outcome:
    """Match by joins, filter what differs, and write it."""
    import polars as pl

    assert job.state is not None
    with clock:
        source = _keyed(pl, _source(pl, job.data)).with_row_index("at")
        crm = _keyed(pl, pl.read_parquet(job.state / "crm.parquet"))
        rest, found = source.select("at", "o", "e", "z"), []
        for key in ("o", "e", "z"):
            hit = rest.filter(pl.col(key) != "").join(crm.select("id", key), on=key)
            found.append(hit.select("at", "id"))
            rest = rest.join(hit, on="at", how="anti")
        pairs = pl.concat(found).join(source, on="at").join(crm, on="id", suffix="_crm")
        moved = pl.any_horizontal(
            *((pl.col(key) != pl.col(f"{key}_crm")) & _said(pl, key) for key in FIELDS)
        )
        changed = pairs.filter(moved)
        mine = changed.select(FIELDS).rows()
        theirs = changed.select("id", *(f"{key}_crm" for key in FIELDS)).rows()
        updates = [
            (there[0], differing(there[1:], row)) for there, row in zip(theirs, mine, strict=True)
        ]
        new = source.join(rest, on="at", how="semi").select(FIELDS).rows()
        write(database(job.state / "crm.db"), new, updates)
    return outcome(job.state / "crm.db", new, updates, len(pairs) - len(updates))


def _source(pl: object, data: Path) -> object:
    frame = pl.read_ndjson(data / "world" / LINES)  # type: ignore[attr-defined]
    number = pl.col("org_number").str.replace_all(r"[ \-./]", "")  # type: ignore[attr-defined]
    return frame.with_columns(number, pl.col("email").str.to_lowercase())  # type: ignore[attr-defined]


def _keyed(pl: object, frame: object) -> object:
    name = pl.col("name").str.replace_all(r"\s+", " ").str.to_lowercase()  # type: ignore[attr-defined]
    keys = {"o": pl.col("org_number"), "e": pl.col("email"), "z": name + "\0" + pl.col("postcode")}  # type: ignore[attr-defined]
    return frame.with_columns(**keys)  # type: ignore[attr-defined]


def _said(pl: object, key: str) -> object:
    return pl.col(key) != "" if key in {"org_number", "email"} else pl.lit(value=True)  # type: ignore[attr-defined]
