"""Kills processes that sync two databases while people edit both, and looks what came of it.

The store is a SQLite file, the ERP a SQLite database behind the bundled connector ``sql``, and so
is the CRM. People type cities into the ERP, phones into the CRM, and new records into either: so
nobody disagrees with anybody, and the last thing typed into a field has to be on both sides in the
end. Run by ``test_kill_engine.py``; by hand: ``python kill_and_sync.py FOLDER SEED KILLS``.
"""

import os
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

from attrs import define, evolve, field

from erplink.adapters.clock import SystemClock
from erplink.adapters.context import make_context
from erplink.adapters.erp.sql import SqlConnector
from erplink.adapters.stores import open_store
from erplink.connectors import EditStale, Saved, open_session
from erplink.domain.connections import Connection
from erplink.domain.mapping import FieldRule, Mapping, OnUnlinked
from erplink.domain.records import CRM, Entity, EntityRef
from erplink.sync import Engine, Options
from erplink.sync.holding import LEASE_LENGTH
from erplink.testing.wrapped import WrappedSession

TABLE = """
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    number VARCHAR(20) NOT NULL UNIQUE,
    city VARCHAR(40),
    phone VARCHAR(40),
    request VARCHAR(120) UNIQUE,
    version INTEGER NOT NULL,
    modified TIMESTAMP NOT NULL
)
"""
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
FIELDS = ("number", "city", "phone")
#: What people type, and on which side.
TYPED = {"city": "erp", "phone": CRM}
LONGEST_LIFE = 0.6


class LaterClock(SystemClock):
    """The machine's clock, once the leases of the process before are over."""

    def __init__(self, turn: int) -> None:
        self._later = turn * (LEASE_LENGTH + timedelta(seconds=1))

    def now(self):
        return super().now() + self._later


class EntitySession(WrappedSession):
    """The records of a database as those of the CRM."""

    def get(self, kind, keys, fields):
        found = self.session.get(kind, keys, fields)
        return [None if record is None else entity(record) for record in found]

    def changes(self, kind, since, fields):
        page = self.session.changes(kind, since, fields)
        return evolve(page, records=[entity(record) for record in page])

    def save(self, kind, edits):
        return [as_entity(answer) for answer in self.session.save(kind, edits)]

    def find_created(self, kind, idempotency_key, natural_key):
        found = self.session.find_created(kind, idempotency_key, natural_key)
        return [entity(record) for record in found]


def entity(record):
    ref = EntityRef.of(record.ref.kind, record.ref.key)
    more = {"version": record.version, "modified": record.modified}
    return Entity(ref, None, fields=record.fields, **more)


def as_entity(answer):
    if isinstance(answer, Saved):
        return Saved(entity(answer.record))
    if isinstance(answer, EditStale) and answer.current is not None:
        return EditStale(entity(answer.current))
    return answer


@define
class Place:
    """The files that outlive every process."""

    folder: Path
    connector: SqlConnector = field(factory=SqlConnector)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/erplink.db"

    def database(self, system: str) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / f"{system}.db", timeout=30)

    def make(self) -> None:
        for system in ("erp", CRM):
            with closing(self.database(system)) as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute(TABLE)
                database.commit()
        rules = [FieldRule(name, name) for name in FIELDS]
        wish = OnUnlinked(in_erp="create", in_crm="create")
        with closing(open_store(self.url)) as store, store.begin() as state:
            state.connections.put(Connection("erp", "ERP", "sql", active=True))
            state.mappings.put(Mapping("erp", "record", "record", rules=rules, on_unlinked=wish))

    def open(self, system: str):
        config = {
            "url": f"sqlite:///{self.folder}/{system}.db",
            "columns": '[record]\nidempotency = "request"',
            "commit_lag": 2,
        }
        session = open_session(
            self.connector, config, make_context({CRM: "books"}.get(system, system), config)
        )
        return EntitySession(session) if system == CRM else session

    def engine(self, store, turn: int) -> Engine:
        return Engine(store, self.open, LaterClock(turn), options=Options(batch=3))

    def rows(self, system: str) -> list[dict]:
        with closing(self.database(system)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("SELECT * FROM record ORDER BY number")]


def sync_until_killed(place: Place, turn: int, out: int) -> None:
    """Say so before the first pass."""
    with closing(open_store(place.url, wait=30.0)) as store:
        engine = place.engine(store, turn)
        os.write(out, b"(")
        for number in range(1_000_000):
            engine.sync(full=number % 5 == 4)


# people ------------------------------------------------------------------------------------------


@define
class People:
    """Those who type, and what they typed last into each field."""

    place: Place
    dice: Random
    typed: dict[tuple[str, str], str] = field(factory=dict)
    numbers: dict[str, list[str]] = field(factory=lambda: {"erp": [], CRM: []})
    count: int = 0

    def type_something(self) -> None:
        self.count += 1
        system = self.dice.choice(("erp", CRM))
        if len(self.numbers[system]) < 4 or self.dice.random() < 0.15:
            self.make_a_record(system)
        else:
            self.edit_a_record(system)

    def make_a_record(self, system: str) -> None:
        number = f"{system}-{self.count}"
        what = next(name for name, where in TYPED.items() if where == system)
        with closing(self.place.database(system)) as database, database:
            database.execute(
                f"INSERT INTO record (number, {what}, version, modified) "  # noqa: S608 - its own names
                f"VALUES (?, ?, 1, {NOW})",
                (number, number),
            )
        self.numbers[system].append(number)
        self.typed[number, what] = number

    def edit_a_record(self, system: str) -> None:
        """One of any origin, as far as it is there already."""
        what = next(name for name, where in TYPED.items() if where == system)
        number = self.dice.choice([*self.numbers["erp"], *self.numbers[CRM]])
        with closing(self.place.database(system)) as database, database:
            done = database.execute(
                f"UPDATE record SET {what} = ?, version = version + 1, modified = {NOW} "  # noqa: S608 - its own names
                "WHERE number = ?",
                (f"typed {self.count}", number),
            )
        if done.rowcount:
            self.typed[number, what] = f"typed {self.count}"


# the looker --------------------------------------------------------------------------------------


def look(place: Place, people: People, turn: int) -> None:
    """No duplicate, no lost edit; both sides agree, and nothing is left to do."""
    with closing(open_store(place.url, wait=30.0)) as store:
        engine = place.engine(store, turn)
        results = []
        for later in range(30):
            results = place.engine(store, turn + later).sync()
            with store.look() as state:
                is_quiet = not state.pending.count("erp")[0] and not state.intents.count("erp")
            if is_quiet and set(results[0].report.counts) - {"unchanged"} == set():
                break
        before = {system: place.rows(system) for system in ("erp", CRM)}
        final = place.engine(store, turn + 30).sync(full=True)
        with store.look() as state:
            assert (0, 0, 0) == (
                state.intents.count("erp"),
                state.issues.count("erp"),
                state.pending.count("erp")[0],
            ), final
            links = state.links.count("erp", "record")
        assert engine.status()
    assert before == {system: place.rows(system) for system in ("erp", CRM)}, "it wrote again"
    wanted = sorted(people.numbers["erp"] + people.numbers[CRM])
    for system, rows in before.items():
        numbers = Counter(row["number"] for row in rows)
        assert wanted == sorted(numbers.elements()), (system, numbers - Counter(wanted))
        held = {(row["number"], name): row[name] for row in rows for name in TYPED}
        lost = {place: value for place, value in people.typed.items() if held[place] != value}
        assert not lost, (system, lost)
    assert len(wanted) == links


def kill_once(place: Place, people: People, turn: int) -> None:
    for _ in range(people.dice.randrange(20)):
        people.type_something()
    out, into = os.pipe()
    child = os.fork()
    if not child:
        try:
            sync_until_killed(place, turn, into)
        except BaseException:  # noqa: BLE001 - told before it ends
            traceback.print_exc()
        finally:
            os._exit(1)  # it ends by being killed, and in no other way
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        pipe.read(1)
    over = time.monotonic() + people.dice.random() * LONGEST_LIFE
    while time.monotonic() < over:
        people.type_something()
        time.sleep(people.dice.random() * 0.03)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it ended by itself"


def main(folder: str, seed: str, kills: int) -> None:
    place = Place(Path(folder))
    place.make()
    people = People(place, Random(seed))  # noqa: S311 - dice
    orphans = 0
    for turn in range(kills):
        kill_once(place, people, turn)
        with closing(open_store(place.url, wait=30.0)) as store, store.look() as state:
            orphans += bool(state.intents.count("erp"))
        if turn % 10 == 9:
            look(place, people, turn + 1)
    look(place, people, kills + 1)
    print(f"kills: {kills}, while writing: {orphans}, typed: {people.count}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
