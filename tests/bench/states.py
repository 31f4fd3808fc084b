"""The states that the implementations of W2, W3 and W6 begin with, by name."""

import json
from array import array
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import systems
from pipeline import pipeline, source
from server import serving_world
from world import COLUMNS, T0, Maker, World, database, rows_state

ENGINE: Final = "engine"
WITHOUT_SPEED: Final = "engine-without-speed"
HASHES: Final = "hashes"
ROWS: Final = "rows"
BOTH: Final = "both-sides"
DLT: Final = "dlt"


def installed(name: str) -> bool:
    """Whether a module can be imported."""
    return find_spec(name) is not None


def makers(*names: str) -> Mapping[str, Maker]:
    """What makes the states of these names."""
    return {name: _MAKERS[name] for name in names}


def _hashes(world: World, folder: Path) -> None:
    """The hashes of all slices, packed by the page."""
    import xxhash

    state = database(folder / "hashes.db")
    state.execute("CREATE TABLE pages (page INTEGER PRIMARY KEY, hashes BLOB)")
    state.execute("BEGIN")
    for page in range(world.pages):
        made = array("Q", map(xxhash.xxh3_64_intdigest, world.slices(page)))
        state.execute("INSERT INTO pages VALUES (?, ?)", (page, made.tobytes()))
    state.execute("COMMIT")
    state.close()


def _both_sides(world: World, folder: Path) -> None:
    """The CRM's table, edited since, and a table of links with what both sides agreed on."""
    crm, links = database(folder / "crm.db"), database(folder / "links.db")
    columns = ", ".join(COLUMNS[1:])
    crm.execute(f"CREATE TABLE partners (id INTEGER PRIMARY KEY, {columns})")
    links.execute("CREATE TABLE link (key TEXT PRIMARY KEY, crm_id INTEGER UNIQUE, base BLOB)")
    links.execute("CREATE TABLE conflict (key, field, base, erp, crm, taken)")
    links.execute("CREATE TABLE mark (side TEXT PRIMARY KEY, seen TEXT)")
    edited = world.changes().crm
    for each in (crm, links):
        each.execute("BEGIN")
    places = ", ".join("?" * len(COLUMNS))
    for number, row in enumerate(world.rows(), start=1):
        now = edited.get(row["key"], row)
        crm.execute(f"INSERT INTO partners VALUES ({places})", (number, *tuple(now.values())[1:]))
        base = json.dumps(list(row.values()), ensure_ascii=False)
        links.execute("INSERT INTO link VALUES (?, ?, ?)", (row["key"], number, base))
    links.executemany("INSERT INTO mark VALUES (?, ?)", [("erp", T0), ("crm", T0)])
    for each in (crm, links):
        each.execute("COMMIT")
    crm.execute("CREATE INDEX partners_modified ON partners (last_modified)")
    for each in (crm, links):
        each.close()


def _dlt(world: World, folder: Path) -> None:
    """Everything loaded by dlt."""
    flow = pipeline(folder)
    with serving_world(world.folder) as address:
        flow.run(source(address))


_MAKERS: Final[Mapping[str, Maker]] = {
    ENGINE: systems.engine_state,
    WITHOUT_SPEED: systems.engine_state_without_speed,
    HASHES: _hashes,
    ROWS: rows_state,
    BOTH: _both_sides,
    DLT: _dlt,
}
