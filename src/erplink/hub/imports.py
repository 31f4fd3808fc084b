"""Imports: records of an ERP that become records of the CRM, staged and looked over first."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from erplink.connectors import Query
from erplink.domain.records import EntityRef
from erplink.domain.staging import (
    Fate,
    ImportSettings,
    RowFilter,
    RowOrder,
    StagedRow,
    settings_to_toml,
)
from erplink.errors import BadName, NotNow
from erplink.hub.operations import Group, command, query
from erplink.imports import Importer, Part, Preview, Result, parts_to_text
from erplink.sync.state import Import
from erplink.sync.workbench import Watcher

__all__ = ["Imports"]


class Imports(Group):
    """Importing through the connections that the user sees."""

    @query
    def why_not_now(self, connection: str) -> str:
        """Why nothing can be imported through a connection now; empty where something can.

        While the engine serves a connection by itself, it would write what is being looked over.
        """
        known = self._desk.sight.connection(connection)
        wiring = self._desk.wiring
        if wiring.scheduler.switched_off or not wiring.engine.roster.is_served(connection):
            return ""
        return f"{known.name!r} is synced automatically; pause it, or switch the engine off"

    # select ---------------------------------------------------------------------------------------

    @command
    def start(self, connection: str, kind: str, *, settings: ImportSettings | None = None) -> str:
        """Begin an import of one kind of actor, and of what it belongs to; its id.

        Refused with the reason while the connection is synced automatically.
        """
        self._refuse_beside_sync(connection)
        each = f"import-{uuid4().hex[:12]}"
        begun = Import(
            id=each,
            connection=connection,
            actor_kind=kind,
            created=self._desk.wiring.clock.now(),
            principal=self._desk.user,
            source=parts_to_text(self._parts(connection, kind)),
            settings=settings_to_toml(settings or ImportSettings()),
        )
        with self._desk.wiring.store.begin() as state:
            state.imports.put(begun)
        return each

    def _refuse_beside_sync(self, connection: str) -> None:
        if reason := self.why_not_now(connection):
            raise NotNow(reason)

    def _parts(self, connection: str, kind: str) -> list[Part]:
        """The kind and the one it belongs to, as far as they are mapped; that one comes first."""
        wiring = self._desk.wiring
        with wiring.store.look() as state:
            mappings = {each.actor_kind: each for each in state.mappings.of(connection)}
        if kind not in mappings:
            raise BadName.among("mapped kind of actor", kind, mappings)
        with wiring.systems() as systems:
            own = Part(systems.kind(connection, kind), mappings[kind])
            above = mappings.get(own.actor.parent)
            if above is None:
                return [own]
            return [Part(systems.kind(connection, own.actor.parent), above), own]

    @query
    def all(self) -> Sequence[Import]:
        """The imports through the connections that the user sees, the newest first."""
        seen = self._desk.sight.connections()
        with self._desk.wiring.store.look() as state:
            return [each for each in state.imports.all() if each.connection in seen]

    @query
    def get(self, import_id: str) -> Import:
        """How far an import has come."""
        return self._importer(import_id).state

    @command
    def add(
        self, import_id: str, query: Query | None = None, *, kind: str = "", parents: bool = False
    ) -> int:
        """Stage what a search finds, with what that belongs to if asked; how many are new."""
        return self._importer(import_id).add(query, kind=kind, parents=parents)

    @command
    def add_keys(
        self, import_id: str, keys: Sequence[str], *, kind: str = "", parents: bool = False
    ) -> int:
        """Stage the records with these keys; how many are new."""
        return self._importer(import_id).add_keys(keys, kind=kind, parents=parents)

    @command
    def remove(self, import_id: str, which: RowFilter) -> int:
        """Take rows out of an import again; how many."""
        return self._importer(import_id).remove(which)

    @command
    def discard(self, import_id: str) -> None:
        """Forget an import with its rows; what it wrote stays, and its history too."""
        with self._desk.wiring.store.begin() as state:
            state.imports.remove(import_id)

    # configure ------------------------------------------------------------------------------------

    @query
    def settings(self, import_id: str) -> ImportSettings:
        """What is chosen."""
        return self._importer(import_id).settings

    @command
    def configure(self, import_id: str, settings: ImportSettings) -> None:
        """Choose anew; the rows whose import would be another one are planned anew."""
        self._importer(import_id).configure(settings)

    @command
    def check(self, import_id: str, which: RowFilter, *, checked: bool = True) -> int:
        """Have rows imported, or not; how many were meant."""
        return self._importer(import_id).check(which, checked=checked)

    @command
    def answer(self, import_id: str, position: int, answer: str) -> None:
        """Say which record of the CRM a row is about: its key, ``new``, or ``skip``."""
        self._importer(import_id).answer(position, answer)

    # preview and run ------------------------------------------------------------------------------

    @query
    def preview(self, import_id: str) -> Preview:
        """What an import would do; nothing is written to the CRM, and no hook is called."""
        return self._importer(import_id).preview()

    @query
    def rows(
        self,
        import_id: str,
        which: RowFilter | None = None,
        *,
        order: RowOrder = RowOrder.STAGED,
        skip: int = 0,
        most: int = 50,
    ) -> Sequence[StagedRow]:
        """A page of rows, with what their import would do or did."""
        return self._importer(import_id).rows(which, order=order, skip=skip, most=most)

    @command
    def run(self, import_id: str, *, watch: Watcher | None = None) -> Result:
        """Import the checked rows as they were shown, or go on with that."""
        importer = self._importer(import_id)
        self._refuse_beside_sync(importer.state.connection)
        return importer.run(watch=watch)

    @command
    def pause(self, import_id: str) -> None:
        """Have a run stop before its next batch; :meth:`run` goes on with it."""
        self._importer(import_id).pause()

    @command
    def cancel(self, import_id: str) -> None:
        """Have a run stop before its next batch, for good; what was imported stays."""
        self._importer(import_id).cancel()

    # result ---------------------------------------------------------------------------------------

    @query
    def result(self, import_id: str) -> Result:
        """What came of the rows so far; the figures add up to the rows."""
        return self._importer(import_id).result()

    @query
    def new(self, import_id: str) -> Sequence[EntityRef]:
        """The records of the CRM that were made."""
        return list(self._entities(import_id, Fate.CREATED))

    @query
    def updated(self, import_id: str) -> Sequence[EntityRef]:
        """The records of the CRM that were changed."""
        return list(self._entities(import_id, Fate.UPDATED))

    def _entities(self, import_id: str, fate: Fate) -> Iterator[EntityRef]:
        importer = self._importer(import_id)
        for part in importer.parts:
            for key in importer.entities(fate, kind=part.actor.name):
                yield EntityRef.of(part.mapping.entity_kind, key)

    def _importer(self, import_id: str) -> Importer:
        wiring = self._desk.wiring
        rules = wiring.tuning.options.match_rules
        return Importer(wiring.store, wiring.engine, import_id, rules=rules)
