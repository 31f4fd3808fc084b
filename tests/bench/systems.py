"""The two systems that erplink keeps in step in W2, W3 and W6, and the engine between them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

from world import FIELDS, PAGE, T0, Row, World, number_of, packed

from erplink.adapters.clock import SystemClock
from erplink.adapters.context import make_context
from erplink.adapters.http import HttpFactory, wire
from erplink.adapters.speed import fast_hash
from erplink.adapters.stores import SqlStore, open_store
from erplink.adapters.stores.linkrows import to_row
from erplink.adapters.stores.statements import load_migrations
from erplink.connectors import (
    Capabilities,
    Configuration,
    Context,
    Diagnosis,
    Edit,
    EditResult,
    GuardedSession,
    Kind,
    KindCapabilities,
    Page,
    Query,
    RawRecords,
    Record,
    Saved,
    Session,
    open_session,
)
from erplink.domain.connections import Connection, Ranking
from erplink.domain.fields import Field, FieldType
from erplink.domain.links import Agreed, Link
from erplink.domain.mapping import FieldRule, Mapping
from erplink.domain.policy import Policy
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef
from erplink.errors import LostLease
from erplink.sync.engine import Engine
from erplink.sync.fingerprint import BLAKE2B, Fingerprinter, Hashing
from erplink.sync.kept import KeptSessions
from erplink.sync.pairing import Pairing
from erplink.sync.passes import PassResult
from erplink.sync.rails import Rails
from erplink.sync.state import Feed, RunState, Side
from erplink.sync.workbench import Options

ERP: Final = "erp"
HTTP: Final = HttpFactory
_IMPORTED: Final = wire  # which costs httpx: the clock runs around work, not imports
CUSTOMER: Final = "customer"
COMPANY: Final = "company"

_TYPES: Final = {
    "credit_limit": FieldType.INTEGER,
    "payment_terms": FieldType.INTEGER,
    "active": FieldType.CHECKBOX,
}
_FIELDS: Final = tuple(Field(key, _TYPES.get(key, FieldType.TEXT)) for key in FIELDS)
ACTOR: Final = Kind(CUSTOMER, _FIELDS)
_ENTITY: Final = Kind(COMPANY, _FIELDS)
_MAPPING: Final = Mapping(ERP, CUSTOMER, COMPANY, [FieldRule(key, key) for key in FIELDS])
_RANKING: Final = (ERP, CRM)
_CONNECTIONS: Final = 16


# the ERP -----------------------------------------------------------------------------------------


class PagedErp:
    """A connector to the ERP of ``server.py``: raw slices to read, one request for each write."""

    name = "paged"
    title = "The ERP of the benchmarks"
    versions = "all"

    def __init__(self, address: str) -> None:
        self._address = address

    def config_fields(self) -> Sequence[Field]:
        """Nothing is to be configured."""
        return ()

    def test(self, config: Configuration, context: Context) -> Diagnosis:
        """Nobody asks."""
        raise NotImplementedError

    def open(self, config: Configuration, context: Context) -> Session:
        """A session of its own connections."""
        return PagedSession(f"http://{self._address}/", context)


class PagedSession:
    """A session to the ERP of ``server.py``."""

    capabilities = Capabilities(
        kinds={
            CUSTOMER: KindCapabilities(
                read=True, search=True, changes=True, save=True, ordered=True, page_max=PAGE
            )
        },
        threads=True,
    )

    def __init__(self, url: str, context: Context) -> None:
        self._system = context.connection
        self._http = context.http(url)

    def kinds(self) -> Sequence[Kind]:
        """Customers."""
        return (ACTOR,)

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed after a stamp; a cursor is a stamp, and the number of the page."""
        stamp, _, cursor = (since or "").partition("|")
        asked = {"limit": PAGE, "modified_since": stamp or None, "cursor": cursor or None}
        slices, rest = self._http.get("customers", params=asked).slices()
        following, until = rest["next_cursor"], rest["until"]
        cursor = f"{until}|" if following is None else f"{stamp}|{following}"
        return Page(self._raw(slices, fields), cursor=cursor, more=following is not None)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """All there is; nobody asks for less."""
        asked = {"limit": PAGE, "cursor": cursor}
        slices, rest = self._http.get("customers", params=asked).slices()
        records = [self._actor(row, fields) for row in map(json.loads, slices)]
        following = rest["next_cursor"]
        return Page(records, cursor=following, more=following is not None)

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``, with one request."""
        asked = self._http.post("customers/$read", json={"keys": list(keys)}, read_only=True)
        slices, _ = asked.slices()
        return tuple(self._raw(slices, fields))

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """One request for each."""
        return [self._saved(edit) for edit in edits]

    def _saved(self, edit: Edit) -> Saved:
        answer = self._http.put(f"customers/{edit.key}", json=dict(edit.patch), idempotent=True)
        return Saved(self._actor(answer.json(), FIELDS))

    def _raw(self, slices: list[bytes], fields: Sequence[str]) -> RawRecords:
        return RawRecords(slices, lambda piece: self._actor(json.loads(piece), fields))

    def _actor(self, row: Row, fields: Sequence[str]) -> Actor:
        return Actor(
            ActorRef(self._system, CUSTOMER, row["key"]),
            modified=row["last_modified"],
            fields={key: row[key] for key in fields},
        )

    def close(self) -> None:
        """Close its connections."""
        self._http.close()


# the CRM -----------------------------------------------------------------------------------------


class HostCrm:
    """The host's own records, as cheap as they can be had: rows of a file, and what was written.

    A million rows in memory would be all that the peak of a pass shows, so they stay in the file.
    """

    def __init__(self, world: World, *, edited: bool = False) -> None:
        """Serve the base of ``world``; ``edited``, with what people changed since."""
        self.world = world
        #: The rows that are not as in the base.
        self.rows = world.changes().crm if edited else {}
        #: The keys of what changed, in the order it did.
        self.log = list(self.rows)
        self.stamps = {key: at for at, key in enumerate(self.log)}
        #: The keys of what erplink wrote.
        self.written: list[str] = []

    def row(self, key: str) -> Row:
        """A row as it is now."""
        return self.rows.get(key) or self.world.row(number_of(key))


class HostSession:
    """A session to a :class:`HostCrm`."""

    capabilities = Capabilities(
        kinds={
            COMPANY: KindCapabilities(
                read=True,
                changes=True,
                save=True,
                versions=True,
                ordered=True,
                page_max=PAGE,
                batch_max=PAGE,
            )
        },
        threads=True,
    )

    def __init__(self, crm: HostCrm) -> None:
        self._crm = crm

    def kinds(self) -> Sequence[Kind]:
        """Companies."""
        return (_ENTITY,)

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed after a place in the log; all there is without one, by numbered pages."""
        if since is None or since.startswith("page"):
            return self._listed(int((since or "page0").removeprefix("page")), fields)
        start = int(since)
        keys = self._crm.log[start : start + PAGE]
        slices = [packed(self._crm.row(key)) for key in keys]
        end = start + len(keys)
        return Page(self._raw(slices, fields), cursor=str(end), more=end < len(self._crm.log))

    def _listed(self, page: int, fields: Sequence[str]) -> Page:
        slices = self._crm.world.slices(page)
        more = page + 1 < self._crm.world.pages
        return Page(
            self._raw(slices, fields),
            cursor=f"page{page + 1}" if more else str(len(self._crm.log)),
            more=more,
        )

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return tuple(self._entity(self._crm.row(key), fields) for key in keys)

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself."""
        return [self._saved(edit) for edit in edits]

    def _saved(self, edit: Edit) -> Saved:
        crm, key = self._crm, str(edit.key)
        crm.rows[key] = {**crm.row(key), **edit.patch}
        crm.stamps[key] = len(crm.log)
        crm.log.append(key)
        crm.written.append(key)
        return Saved(self._entity(crm.rows[key], FIELDS))

    def _raw(self, slices: list[bytes], fields: Sequence[str]) -> RawRecords:
        return RawRecords(slices, lambda piece: self._entity(json.loads(piece), fields))

    def _entity(self, row: Row, fields: Sequence[str]) -> Entity:
        key = row["key"]
        return Entity(
            EntityRef.of(COMPANY, key),
            version=str(self._crm.stamps.get(key, -1)),
            modified=row["last_modified"],
            fields={each: row[each] for each in fields},
        )

    def close(self) -> None:
        """There is nothing to let go of."""


# the engine --------------------------------------------------------------------------------------


class Synced:
    """An engine on a store, with sessions through the guard, as a host runs it."""

    def __init__(self, state: Path, address: str, crm: HostCrm) -> None:
        """Open the store in the folder ``state``; the ERP is at ``address``."""
        self.store: SqlStore = open_store(f"sqlite:///{state / 'erplink.db'}")
        connector, http = PagedErp(address), HttpFactory()

        def opened(system: str) -> Session:
            if system == CRM:
                return GuardedSession(HostSession(crm), plugin="host", system=CRM)
            return open_session(connector, {}, make_context(system, {}, http=http))

        options = Options(rails=Rails.none(), hashing=fast_hash(), concurrency=_CONNECTIONS)
        clock = SystemClock()
        self.engine = Engine(self.store, KeptSessions(opened, clock), clock, options=options)

    def sync(self, *, full: bool = False) -> PassResult:
        """One pass, which must come to a good end."""
        (result,) = self.engine.sync(ERP, full=full)
        if result.run.state is not RunState.DONE:
            raise LostLease(f"the pass ended as {result.run.state.value}: {result.run.reason}")
        return result

    def check(self, written: int) -> None:
        """Raise unless the journal is empty, and the history tells of everything written."""
        with self.store.look() as state:
            left = state.intents.count(ERP)
            (run,) = state.runs.of(ERP, most=1)
            told, after = 0, 0
            while rows := state.history.of_run(run.id, after=after):
                told, after = told + len(rows), rows[-1][0]
        if left or told != written:
            raise LostLease(f"{left} intents are left, and {told} of {written} writes are told")


def engine_state(world: World, folder: Path, hashing: Hashing | None = None) -> None:
    """The store of an engine that has linked all of ``world`` and seen all of its base."""
    store = open_store(f"sqlite:///{folder / 'erplink.db'}")
    with store.begin() as state:
        state.connections.put(Connection(ERP, "ERP", "paged", active=True))
        state.mappings.put(_MAPPING)
        state.settings.put("ranking", list(_RANKING))
    pairing = Pairing.of(_MAPPING, ACTOR, _ENTITY, Policy(Ranking(_RANKING)))
    fingerprinter = Fingerprinter(pairing.salt, hashing or fast_hash())
    for page in range(world.pages):
        slices = world.slices(page)
        rows = [json.loads(each) for each in slices]
        made = fingerprinter.of_slices(slices)
        known = [(row["key"], each) for row, each in zip(rows, made, strict=True)]
        with store.begin() as state:
            links = [{**to_row(_link(row)), "tenant": ""} for row in rows]
            state.links._database.execute_many("link_add", links)
            state.fingerprints.put(pairing.feed(Side.ERP), known)
            state.fingerprints.put(pairing.feed(Side.CRM), known)
    with store.begin() as state:
        for side, cursor in ((Side.ERP, f"{T0}|"), (Side.CRM, "0")):
            salt = fingerprinter.salt
            state.feeds.put(Feed(name=pairing.feed(side), cursor=cursor, salt=salt))
    store.close()


def engine_state_without_speed(world: World, folder: Path) -> None:
    """The same for an engine without the extra [speed]."""
    engine_state(world, folder, BLAKE2B)


def _edition() -> str:
    """The schema of the store, and how fingerprints are made, in short."""
    made = sorted(load_migrations("sqlite").items()), Fingerprinter("").salt
    return f"-{crc32(repr(made).encode()):08x}"


for _maker in (engine_state, engine_state_without_speed):
    vars(_maker)["edition"] = _edition()


def _link(row: Row) -> Link:
    base = {key: Agreed(row[key], row[key]) for key in FIELDS}
    return Link(EntityRef.of(COMPANY, row["key"]), ActorRef(ERP, CUSTOMER, row["key"]), base)


def without_speed() -> None:
    """Have this process do without the extra [speed], as if it were not installed."""
    import sys

    for name in ("msgspec", "xxhash"):
        sys.modules[name] = None  # type: ignore[assignment] # that is how a module is missing
