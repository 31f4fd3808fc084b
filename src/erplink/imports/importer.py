"""Importer: select, stage, configure, preview and run; nothing is written before the last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from attrs import evolve

from erplink.connectors import Query, Record, all_found
from erplink.domain.matching import MatchRule
from erplink.domain.records import CRM
from erplink.domain.staging import (
    Action,
    Fate,
    ImportSettings,
    RowFilter,
    RowOrder,
    StagedRow,
    settings_from_toml,
    settings_to_toml,
)
from erplink.errors import BadName, NotNow
from erplink.imports.finder import Finder
from erplink.imports.mapping import import_mapping
from erplink.imports.parts import Part, parts_from_text
from erplink.imports.planner import Planner
from erplink.imports.preview import Preview, Result, preview_of, result_of
from erplink.imports.work import Work
from erplink.sync import Engine, Store
from erplink.sync.conductor import Bulk
from erplink.sync.pairing import Pairing
from erplink.sync.passes import PassResult
from erplink.sync.state import Import, ImportState
from erplink.sync.systems import Systems
from erplink.sync.workbench import Watcher

__all__ = ["Importer"]

_PAGE: Final = 1000
_OVER: Final = frozenset({ImportState.DONE, ImportState.CANCELLED})


class Importer:
    """Carries out one import, whoever began it; all of its state is in the store."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        each: str,
        *,
        rules: Mapping[str, Sequence[MatchRule]] | None = None,
    ) -> None:
        """Work on the import named ``each``.

        Args:
            store: Where it is.
            engine: Reads and writes the systems.
            each: The id of the import.
            rules: The host's own match rules, by kind of entity.
        """
        self._store, self._engine, self._id = store, engine, each
        self._rules = rules or {}

    @property
    def state(self) -> Import:
        """How the import is; BadName where there is none."""
        with self._store.look() as state:
            known = state.imports.get(self._id)
        if known is None:
            raise BadName(f"there is no import {self._id!r}")
        return known

    @property
    def parts(self) -> Sequence[Part]:
        """The kinds that are imported with their mappings; parents come first."""
        return parts_from_text(self.state.source)

    # select ---------------------------------------------------------------------------------------

    def add(self, query: Query | None = None, *, kind: str = "", parents: bool = False) -> int:
        """Stage what a search finds, with the records that it belongs to if asked; how many new."""
        part = self._part(kind)
        with self._engine.reading() as systems:
            session = systems.session(self.state.connection)
            pages = all_found(session, part.actor.name, query or Query(), part.fields)
            return sum(self._stage(systems, part, list(page), parents=parents) for page in pages)

    def add_keys(self, keys: Sequence[str], *, kind: str = "", parents: bool = False) -> int:
        """Stage the records with these keys; how many were not staged yet."""
        part = self._part(kind)
        with self._engine.reading() as systems:
            found = systems.get(self.state.connection, part.actor.name, keys, part.fields)
            if missing := [key for key in keys if key not in found]:
                raise BadName(f"there is no {part.actor.name} {missing[0]!r}")
            return self._stage(systems, part, list(found.values()), parents=parents)

    def remove(self, which: RowFilter) -> int:
        """Take rows out of the import again; how many."""
        self._changeable()
        with self._store.begin() as state:
            removed = state.staged.remove(self._id, which)
            state.staged.forget_verdicts(self._id, RowFilter(actions=[Action.NOTHING]))
        return removed

    def _part(self, kind: str) -> Part:
        self._changeable()
        parts = {part.actor.name: part for part in self.parts}
        name = kind or self.state.actor_kind
        if name not in parts:
            raise BadName.among("kind of this import", name, parts)
        return parts[name]

    def _stage(
        self, systems: Systems, part: Part, records: Sequence[Record], *, parents: bool
    ) -> int:
        rows = [part.row(record) for record in records]
        above = next((each for each in self.parts if each.actor.name == part.actor.parent), None)
        more: list[StagedRow] = []
        if parents and above is not None:
            keys = sorted({row.parent for row in rows if row.parent})
            found = systems.get(self.state.connection, above.actor.name, keys, above.fields)
            more = [above.row(record) for record in found.values()]
        with self._store.begin() as state:
            return state.staged.add(self._id, [*more, *rows])

    # configure ------------------------------------------------------------------------------------

    @property
    def settings(self) -> ImportSettings:
        """What is chosen."""
        return settings_from_toml(self.state.settings)

    def configure(self, settings: ImportSettings) -> None:
        """Choose anew; the rows whose import would be another one are planned anew."""
        known = self._changeable()
        which = _affected(settings_from_toml(known.settings), settings)
        with self._store.begin() as state:
            state.imports.put(evolve(known, settings=settings_to_toml(settings)))
            for each in which:
                state.staged.forget_verdicts(self._id, each)

    def check(self, which: RowFilter, *, checked: bool = True) -> int:
        """Have rows imported, or not; what depends on them is planned anew."""
        self._changeable()
        children = [part.actor.name for part in self.parts if part.actor.parent]
        with self._store.begin() as state:
            count = state.staged.check(self._id, which, checked=checked)
            state.staged.forget_verdicts(self._id, RowFilter(actions=[Action.NOTHING]))
            for kind in children:
                state.staged.forget_verdicts(self._id, RowFilter(actor_kind=kind))
        return count

    def answer(self, position: int, answer: str) -> None:
        """Say which record of the CRM a row is about: its key, ``new``, or ``skip``."""
        self._changeable()
        with self._store.begin() as state:
            state.staged.answer(self._id, position, answer)

    def _changeable(self) -> Import:
        known = self.state
        if known.state is not ImportState.STAGED:
            raise NotNow(f"the import {known.id!r} is {known.state.value}: it cannot be changed")
        return known

    # preview --------------------------------------------------------------------------------------

    def preview(self) -> Preview:
        """What the import would do; nothing is written, and no hook is called."""
        with self._engine.reading() as systems:
            for part in self.parts:
                planner = self._planner(systems, part)
                for rows in self._pages(RowFilter(actor_kind=part.actor.name)):
                    verdicts = list(planner.judge(rows))
                    with self._store.begin() as state:
                        state.staged.judge(self._id, verdicts)
        with self._store.look() as state:
            return preview_of(state.staged.totals(self._id))

    def rows(
        self,
        which: RowFilter | None = None,
        *,
        order: RowOrder = RowOrder.STAGED,
        skip: int = 0,
        most: int = 50,
    ) -> Sequence[StagedRow]:
        """A page of rows, with what their import would do or did."""
        with self._store.look() as state:
            return state.staged.sorted(self._id, which or RowFilter(), order, skip=skip, most=most)

    def _planner(self, systems: Systems, part: Part, pairing: Pairing | None = None) -> Planner:
        settings, entity = self.settings, systems.kind(CRM, part.mapping.entity_kind)
        if pairing is None:
            mapping = import_mapping(part.mapping, entity, settings)
            pairing = self._engine.compiled(mapping, part.actor, entity)
        words = sorted({key for pair in pairing.merger.pairs for key in pair.crm.keys})
        finder = Finder(systems, entity.name, settings, self._rules, words)
        above = next((each for each in self.parts if each.actor.name == part.actor.parent), None)
        kinds = None if above is None else (above.actor.name, above.mapping.entity_kind)
        return Planner(
            self._store, systems, pairing, settings, finder, each=self._id, parent_kinds=kinds
        )

    def _pages(self, which: RowFilter) -> Iterator[Sequence[StagedRow]]:
        last = 0
        while True:
            with self._store.look() as state:
                rows = state.staged.page(self._id, which, after=last, most=_PAGE)
            if not rows:
                return
            yield rows
            last = rows[-1].position

    # run ------------------------------------------------------------------------------------------

    def run(self, *, watch: Watcher | None = None) -> Result:
        """Import the checked rows as they were shown, or go on with that."""
        known = self.state
        if known.state in _OVER:
            raise NotNow(f"the import {known.id!r} is {known.state.value} already")
        self._move(ImportState.RUNNING)
        for part in self.parts:
            done = self._run(part, watch)
            if self.state.state is not ImportState.RUNNING:
                return self.result()
            if done.trouble is not None:
                self._move(ImportState.PAUSED, str(done.trouble))
                raise done.trouble
        self._move(ImportState.DONE)
        return self.result()

    def _run(self, part: Part, watch: Watcher | None) -> PassResult:
        known, settings = self.state, self.settings
        with self._engine.reading() as systems:
            entity = systems.kind(CRM, part.mapping.entity_kind)
        work = Work(
            self._store,
            self._id,
            part.actor.name,
            partial(self._planner, part=part),
            self._pages,
        )
        return self._engine.work_off(
            Bulk(
                name=f"{self._id}/{part.actor.name}",
                mapping=import_mapping(part.mapping, entity, settings),
                actor=part.actor,
                principal=known.principal,
            ),
            work.batches,
            also=work.note,
            cancelled=lambda: self.state.state is not ImportState.RUNNING,
            watch=watch,
        )

    def pause(self) -> None:
        """Have a run stop before its next batch; it goes on with :meth:`run`."""
        if self.state.state is ImportState.RUNNING:
            self._move(ImportState.PAUSED, "somebody paused it")

    def cancel(self) -> None:
        """Have a run stop before its next batch, for good; what was imported stays."""
        if self.state.state not in _OVER:
            self._move(ImportState.CANCELLED)

    def _move(self, state: ImportState, reason: str = "") -> None:
        with self._store.begin() as transaction:
            known = transaction.imports.get(self._id)
            if known is not None:
                transaction.imports.put(evolve(known, state=state, reason=reason))

    # result ---------------------------------------------------------------------------------------

    def result(self) -> Result:
        """What came of the rows so far."""
        with self._store.look() as state:
            return result_of(state.staged.totals(self._id))

    def entities(self, fate: Fate, *, kind: str = "") -> Iterator[str]:
        """The keys of the CRM's records that came of rows: the new ones, or the updated ones."""
        for rows in self._pages(RowFilter(fates=[fate], actor_kind=kind)):
            yield from (row.entity for row in rows if row.entity)


def _affected(old: ImportSettings, new: ImportSettings) -> Iterable[RowFilter]:
    """The rows whose import may be another one with other settings."""
    everything = ("match", "many_values", "lists", "link", "on_alone")
    if any(getattr(old, name) != getattr(new, name) for name in everything):
        return [RowFilter()]
    which: list[RowFilter] = []
    if old.on_duplicate != new.on_duplicate:
        which += [RowFilter(matched=True), RowFilter(actions=[Action.NOTHING, Action.QUESTION])]
        if "always add" in (old.on_duplicate.value, new.on_duplicate.value):
            return [RowFilter()]
    if (old.consent, old.defaults) != (new.consent, new.defaults):
        which += [RowFilter(matched=False)]
    return which
