"""What the imports of W1 and W4 write to, a host's table over SQLAlchemy, and erplink's way."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import sqlalchemy as sa
from systems import COMPANY, CUSTOMER, ERP
from world import FIELDS, PAGE, key_of

from erplink.adapters.clock import SystemClock
from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlKind
from erplink.adapters.stores import SqlStore, open_store
from erplink.connectors import GuardedSession, Kind, Session
from erplink.domain.connections import Connection
from erplink.domain.mapping import FieldRule
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.matching import KeyPart, MatchRule
from erplink.domain.records import CRM
from erplink.domain.staging import (
    Action,
    ImportSettings,
    OnDuplicate,
    RowFilter,
    settings_to_toml,
)
from erplink.domain.transforms import case, identity, remove
from erplink.errors import LostLease
from erplink.imports import Importer, Part, Result, parts_to_text
from erplink.sync.engine import Engine
from erplink.sync.kept import KeptSessions
from erplink.sync.rails import Rails
from erplink.sync.state import Import
from erplink.sync.workbench import Options

INTEGERS: Final = ("credit_limit", "payment_terms")
NOISY: Final = {"org_number": remove(" -./"), "email": case("lower")}
"""What a mapping does with the writings of one value that a source has."""

RULES: Final = (
    MatchRule("organisation number", KeyPart("org_number", "vat"), 1, 0.95),
    MatchRule("e-mail", KeyPart("email", "email"), 2, 0.8),
    MatchRule(
        "name and postcode", (KeyPart("name", "name"), KeyPart("postcode", "postcode")), 3, 0.8
    ),
)
_IMPORT: Final = "import-1"
_CHANGED: Final = RowFilter(actions=[Action.CHANGED])
_TYPES: Final = {**dict.fromkeys(INTEGERS, sa.Integer), "active": sa.Boolean}

COMPANIES: Final = sa.Table(
    "companies",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(key, _TYPES.get(key, sa.Text)) for key in FIELDS),
    sa.Column("request", sa.Text, unique=True),
)


def opened(path: Path) -> sa.Engine:
    """The host's engine on its file, which survives a crash of its process."""
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def _set(connection: Any, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def fill(path: Path, rows: Iterator[Mapping[str, Any]]) -> None:
    """A CRM that has these companies."""
    engine = opened(path)
    COMPANIES.create(engine)
    with engine.begin() as host:
        while page := [{key: row[key] for key in FIELDS} for row in islice(rows, PAGE)]:
            host.execute(COMPANIES.insert(), page)
    engine.dispose()


def held(path: Path) -> dict[str, int]:
    """How many companies a CRM has, and what they hold, whatever their order."""
    engine, count, total = opened(path), 0, 0
    with engine.connect() as host:
        for row in host.execute(sa.select(*(COMPANIES.c[key] for key in FIELDS))):
            count, total = count + 1, total + told(row)
    engine.dispose()
    return {"rows": count, "checksum": total}


def told(values: Sequence[Any]) -> int:
    """What one row holds, as a number; they are added up."""
    return crc32(repr(tuple(values)).encode())


def expected(rows: Iterator[Mapping[str, Any]]) -> dict[str, int]:
    """What :func:`held` tells of a CRM with these rows."""
    numbers = [told([row[key] for key in FIELDS]) for row in rows]
    return {"rows": len(numbers), "checksum": sum(numbers)}


class Imported:
    """An import by erplink into a CRM of SQL tables, as a host has it done."""

    def __init__(self, folder: Path, erp: Session, *, link: bool) -> None:
        """Open store and CRM in ``folder``; rows come from the session ``erp``."""
        self.store: SqlStore = open_store(f"sqlite:///{folder / 'erplink.db'}")
        self.host = opened(folder / "crm.db")
        COMPANIES.create(self.host, checkfirst=True)
        kind = SqlKind(COMPANY, COMPANIES, {key: key for key in FIELDS}, request="request")
        crm = SqlCrm(self.host, [kind])

        def session(system: str) -> Session:
            opened_session = crm() if system == CRM else erp
            return GuardedSession(opened_session, plugin="bench", system=system)

        rules = [FieldRule(key, key, transform=NOISY.get(key, identity())) for key in FIELDS]
        mapping = FieldMapping(ERP, CUSTOMER, COMPANY, rules=rules)
        (actor,) = erp.kinds()
        clock = SystemClock()
        options = Options(rails=Rails.none())
        self._engine = Engine(self.store, KeptSessions(session, clock), clock, options=options)
        self._begin(actor, mapping, link=link)
        self.importer = Importer(self.store, self._engine, _IMPORT, rules={COMPANY: RULES})

    def _begin(self, actor: Kind, mapping: FieldMapping, *, link: bool) -> None:
        wishes = ImportSettings(on_duplicate=OnDuplicate.REPLACE, link=link)
        begun = Import(
            id=_IMPORT,
            connection=ERP,
            actor_kind=CUSTOMER,
            created=datetime.now(UTC),
            source=parts_to_text([Part(actor, mapping)]),
            settings=settings_to_toml(wishes),
        )
        with self.store.begin() as state:
            state.connections.put(Connection(ERP, "ERP", "bench", active=True))
            state.mappings.put(mapping)
            state.imports.put(begun)

    def run(self) -> Result:
        """Stage everything, preview it, and do what was shown."""
        self.importer.add()
        self.importer.preview()
        return self.importer.run()

    def cells(self) -> int:
        """How many fields of records that were there were shown as written over."""
        count, after = 0, 0
        with self.store.look() as state:
            while rows := state.staged.page(_IMPORT, _CHANGED, after=after):
                count += sum(len(row.verdict.cells) for row in rows if row.verdict)
                after = rows[-1].position
        return count

    def check(self, *, linked: int, written: int) -> None:
        """Raise unless the journal is empty, and links and history tell of what was written."""
        with self.store.look() as state:
            left = state.intents.count(ERP)
            links = self._links(state, linked)
            (run,) = state.runs.of(ERP, most=1)
            told_of, after = 0, 0
            while rows := state.history.of_run(run.id, after=after):
                told_of, after = told_of + len(rows), rows[-1][0]
        if left or links != linked or told_of != written:
            told = f"{left} intents, {links} of {linked} links, {told_of} of {written} writes"
            raise LostLease(told)

    def _links(self, state: Any, most: int) -> int:
        keys = [key_of(number) for number in range(most)]
        parts = [keys[start : start + PAGE] for start in range(0, most, PAGE)]
        return sum(len(state.links.by_actor(ERP, CUSTOMER, part)) for part in parts)

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()
        self.host.dispose()
