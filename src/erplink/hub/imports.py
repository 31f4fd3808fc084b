"""Imports: records of an ERP that become records of the CRM, staged and looked over first."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Final
from uuid import uuid4

from erplink.connectors import GuardedSession, Query, Session
from erplink.domain.connections import Configured
from erplink.domain.records import CRM, EntityRef
from erplink.domain.staging import (
    Fate,
    ImportSettings,
    RowFilter,
    RowOrder,
    StagedRow,
    settings_to_toml,
)
from erplink.errors import BadName, BadValue, ErplinkError, NotNow
from erplink.hub.operations import Group, command, query
from erplink.imports import (
    FileColumns,
    Importer,
    ImportUndo,
    Part,
    Preview,
    Result,
    UndoResult,
    columns_of,
    file_part,
    file_settings,
    only_kind,
    parts_to_text,
)
from erplink.sync.state import Import
from erplink.sync.workbench import Watcher

__all__ = ["Imports"]

_FILES: Final = "files"
"""The connector that reads files."""


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

    @query
    def file_columns(
        self, configuration: Mapping[str, Configured], entity_kind: str
    ) -> FileColumns:
        """The columns of a file, and the fields of the CRM that are suggested for them.

        Args:
            configuration: What the ``files`` connector asks for; ``path`` is enough.
            entity_kind: The kind of the records to be made of its rows.
        """
        wiring = self._desk.wiring
        with wiring.systems() as systems, closing(self._file(configuration)) as session:
            return columns_of(only_kind(session), systems.kind(CRM, entity_kind))

    @command
    def start_file(
        self,
        configuration: Mapping[str, Configured],
        entity_kind: str,
        *,
        columns: Mapping[str, str] | None = None,
        settings: ImportSettings | None = None,
    ) -> str:
        """Begin an import of all rows of a file, without a connection; its id.

        Only who took it in sees it, and the host. Nothing of it is linked.

        Args:
            configuration: What the ``files`` connector asks for; ``path`` is enough. With
                ``key_column``, a row is told apart by that and not by its number.
            entity_kind: The kind of the records to be made of its rows.
            columns: The field of the CRM for each column that is imported; the suggested ones if
                not said.
            settings: What is chosen.
        """
        wiring, each = self._desk.wiring, f"import-{uuid4().hex[:12]}"
        with wiring.systems() as systems:
            entity = systems.kind(CRM, entity_kind)
            session = systems.session(CRM)
            lists = {
                name: session.list_items(name)
                for name in entity.lists
                if session.capabilities.lists
            }
        with closing(self._file(configuration)) as session:
            kind = only_kind(session)
        chosen = columns_of(kind, entity).suggested if columns is None else columns
        if not chosen:
            raise BadValue("no column is assigned to any field", value="{}", field="columns")
        typed = file_settings(configuration, kind, entity, chosen)
        with closing(self._file(typed, each)) as session:
            part = file_part(each, only_kind(session), entity, chosen, lists)
            begun = Import(
                id=each,
                connection=each,
                actor_kind=part.actor.name,
                created=wiring.clock.now(),
                principal=self._desk.user,
                source=parts_to_text([part]),
                settings=settings_to_toml(settings or ImportSettings()),
            )
            with wiring.store.begin() as state:
                state.imports.put(begun)
            try:
                self._importer(each).add_from(session)
            except ErplinkError:
                with wiring.store.begin() as state:
                    state.imports.remove(each)
                raise
        return each

    def _file(self, configuration: Mapping[str, Configured], name: str = "a file") -> Session:
        """A session over a file that is no connection's, and that it never writes to."""
        wiring = self._desk.wiring
        asked = {"key_column": "row number", **configuration, "read_only": True}
        opened = wiring.registry.connector(_FILES).open(asked, wiring.context(name, asked))
        return GuardedSession(opened, plugin=_FILES, system=name)

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
        """The imports that the user sees, the newest first.

        They see those through a connection that they see, and those of files that they took in.
        """
        sight = self._desk.sight
        with self._desk.wiring.store.look() as state:
            known = state.imports.all()
        return [each for each in known if sight.sees_import(each)]

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
    def preview(self, import_id: str, *, anew: bool = False) -> Preview:
        """What an import would do; nothing is written to the CRM, and no hook is called.

        Only what may have become another verdict is planned again, unless ``anew``.
        """
        return self._importer(import_id).preview(anew=anew)

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
        known = importer.state
        if known.connection != known.id:
            self._refuse_beside_sync(known.connection)
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
        return list(self._importer(import_id).selection(Fate.CREATED))

    @query
    def updated(self, import_id: str) -> Sequence[EntityRef]:
        """The records of the CRM that were changed."""
        return list(self._importer(import_id).selection(Fate.UPDATED))

    @query
    def export(self, import_id: str, fate: Fate, *, file_type: str = "csv") -> bytes:
        """The records of the CRM that came of an import, as the content of a file."""
        rows = [(ref.kind, ref.key) for ref in self._importer(import_id).selection(fate)]
        return self._desk.wiring.exported(("kind", "key"), rows, file_type)

    @query
    def error_file(self, import_id: str, *, kind: str = "", file_type: str = "csv") -> bytes:
        """The rows that failed or went stale, with the reasons, as the content of a file.

        Edited, it can be imported like any other file. No text in it is a formula.
        """
        failed = RowFilter(fates=[Fate.FAILED, Fate.STALE])
        header, *rows = self._importer(import_id).table(failed, kind=kind)
        return self._desk.wiring.exported([str(each) for each in header], rows, file_type)

    # undo -----------------------------------------------------------------------------------------

    @query
    def plan_undo(self, import_id: str, which: RowFilter | None = None) -> ImportUndo:
        """What it takes to take an import back, or what came of some rows; nothing is written."""
        return self._importer(import_id).plan_undo(which)

    @command
    def undo(self, import_id: str, shown: ImportUndo) -> UndoResult:
        """Take back what was shown; what moved since stays, record by record."""
        return self._importer(import_id).undo(shown, principal=self._desk.user)

    def _importer(self, import_id: str) -> Importer:
        wiring = self._desk.wiring
        rules = wiring.tuning.options.match_rules
        return Importer(wiring.store, wiring.engine, import_id, rules=rules)
