"""Importer: select, stage, configure, preview and run; nothing is written before the last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from attrs import evolve

from erplink.connectors import Kind, Query, Record, Session, all_found
from erplink.domain.matching import MatchRule
from erplink.domain.records import CRM, EntityRef, Ref
from erplink.domain.staging import (
    Action,
    Fate,
    ImportSettings,
    OnAlone,
    RowFilter,
    RowOrder,
    Severity,
    StagedRow,
    settings_from_toml,
    settings_to_toml,
)
from erplink.domain.values import Value
from erplink.errors import BadName, NotNow
from erplink.imports.finder import PARENT, Finder
from erplink.imports.items import Items, list_of_items
from erplink.imports.made import made_part, wanted_rows
from erplink.imports.mapping import check_given, import_mapping
from erplink.imports.parts import Part, parts_from_text
from erplink.imports.planner import ORPHAN, Above, Planner
from erplink.imports.preview import Preview, Result, preview_of, result_of
from erplink.imports.undoing import ImportUndo, UndoResult, UndoWork, going_with
from erplink.imports.work import Work
from erplink.sync import Engine, Store
from erplink.sync.conductor import Bulk
from erplink.sync.pairing import Pairing
from erplink.sync.passes import PassResult
from erplink.sync.state import Import, ImportState, RunMode, RunState
from erplink.sync.store import Transaction
from erplink.sync.systems import Systems
from erplink.sync.undo import Undo
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

    def add_from(self, session: Session) -> int:
        """Stage all rows of a session that is no connection's, such as that of a file."""
        part = self._part("")
        count = 0
        for page in all_found(session, part.actor.name, Query(), part.fields):
            with self._store.begin() as state:
                count += state.staged.add(self._id, [part.row(record) for record in page])
        return count

    def remove(self, which: RowFilter) -> int:
        """Take rows out of the import again; how many."""
        self._changeable()
        with self._store.begin() as state:
            return state.staged.remove(self._id, which)

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
            if settings.lists != settings_from_toml(known.settings).lists:
                self._forget_items(state)

    def _forget_items(self, state: Transaction) -> None:
        """The rows of new list items are made anew by the next preview."""
        for kind in {total.actor_kind for total in state.staged.totals(self._id)}:
            if list_of_items(kind):
                state.staged.remove(self._id, RowFilter(actor_kind=kind))

    def check(self, which: RowFilter, *, checked: bool = True) -> int:
        """Have rows imported, or not; what depends on them is planned anew."""
        self._changeable()
        with self._store.begin() as state:
            count = state.staged.check(self._id, which, checked=checked)
            if not which.actor_kind or list_of_items(which.actor_kind):
                # What the rows say of unknown list items may be another thing now.
                state.staged.forget_verdicts(self._id, RowFilter(severity=Severity.HINT))
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

    def preview(self, *, anew: bool = False) -> Preview:
        """What the import would do; nothing is written, and no hook is called.

        Only what may have become another verdict is planned again, unless ``anew``: then the CRM
        is asked for every record.
        """
        self._changeable()
        if anew:
            with self._store.begin() as state:
                state.staged.forget_verdicts(self._id, RowFilter())
        with self._engine.reading() as systems:
            items = self._items(systems)
            planners = [(part, self._planner(systems, part, items)) for part in self.parts]
            for part, planner in planners:
                self._judge(part, planner)
            self._make_companies()
            made = list(self._made_parts())
            for part in made:
                self._judge(part, self._planner(systems, part, items))
            for part in self.parts if made else ():
                # Whose company is in doubt is not made either.
                if part.child:
                    self._judge(part, self._planner(systems, part, items))
            with self._store.begin() as state:
                self._keep_new(state, items.rows())
        with self._store.look() as state:
            return preview_of(state.staged.totals(self._id))

    def _judge(self, part: Part, planner: Planner) -> None:
        for rows in self._pages(RowFilter(actor_kind=part.actor.name)):
            verdicts = list(planner.judge(rows))
            with self._store.begin() as state:
                state.staged.judge(self._id, verdicts)

    def _make_companies(self) -> None:
        """Have a row for each company that is made of a contact's name, and for no other."""
        for part in self.parts:
            made = made_part(part)
            if made is None:
                continue
            for rows in self._pages(RowFilter(actor_kind=part.actor.name)):
                wanted = wanted_rows(part, rows, self.settings)
                keys = [row.key for row in rows]
                with self._store.begin() as state:
                    there = state.staged.of(self._id, made.actor.name, keys)
                    orphans = {row.key for row in rows if row.checked and _is_orphan(row)}
                    for key in there.keys() - wanted.keys() - orphans:
                        # One that somebody does not want stays, or it would be made again.
                        gone = RowFilter(actor_kind=made.actor.name, key=key, checked=True)
                        state.staged.remove(self._id, gone)
                    changed = [
                        row
                        for key, row in wanted.items()
                        if key not in there or there[key].values != row.values
                    ]
                    state.staged.add(self._id, changed)

    def _keep_new(self, state: Transaction, rows: Iterable[StagedRow]) -> None:
        """Stage rows that depend on others, but for those that are there."""
        for row in rows:
            if not state.staged.of(self._id, row.actor_kind, [row.key]):
                state.staged.add(self._id, [row])
                kept = state.staged.of(self._id, row.actor_kind, [row.key])[row.key]
                if row.verdict is not None:
                    state.staged.judge(self._id, [(kept.position, row.verdict)])

    def _made_parts(self) -> Iterator[Part]:
        """The kinds of the rows that stand in for what contacts without a company belong to."""
        if self.settings.on_alone is OnAlone.CREATE:
            for part in self.parts:
                if (made := made_part(part)) is not None:
                    yield made

    @property
    def _all_parts(self) -> Sequence[Part]:
        """Everything that is imported, parents first."""
        parts, made = list(self.parts), list(self._made_parts())
        children = [part for part in parts if part.child]
        return [*(part for part in parts if not part.child), *made, *children]

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

    def _items(self, systems: Systems, *, running: bool = False) -> Items:
        return Items(
            self._store,
            systems,
            self.settings,
            connection=self.state.connection,
            each=self._id,
            running=running,
        )

    def _planner(
        self,
        systems: Systems,
        part: Part,
        items: Items | None = None,
        *,
        pairing: Pairing | None = None,
        running: bool = False,
    ) -> Planner:
        settings, entity = self._settings_of(part), systems.kind(CRM, part.mapping.entity_kind)
        check_given(settings, entity)
        if pairing is None:
            mapping = import_mapping(part.mapping, entity, settings)
            pairing = self._engine.compiled(mapping, part.actor, entity)
        words = {key for pair in pairing.merger.pairs for key in pair.crm.keys}
        above = self._above(part, entity)
        finder = Finder(
            systems,
            entity.name,
            settings,
            self._rules,
            sorted(words if above is None else {PARENT, *words}),
        )
        planner = Planner(
            self._store,
            systems,
            pairing,
            settings,
            finder,
            items or self._items(systems, running=running),
            each=self._id,
            above=above,
            running=running,
        )
        if part.matched_by:
            self._learn_of_others(planner, part, systems)
        return planner

    def _learn_of_others(self, planner: Planner, part: Part, systems: Systems) -> None:
        """Have a planner know of the rows of other kinds that are about the same entities."""
        for other in self.parts:
            if other.mapping.entity_kind == part.mapping.entity_kind:
                entity = systems.kind(CRM, part.mapping.entity_kind)
                mapping = import_mapping(other.mapping, entity, self.settings)
                pairing = self._engine.compiled(mapping, other.actor, entity)
                for rows in self._pages(RowFilter(actor_kind=other.actor.name)):
                    planner.learn_of_others(rows, pairing)

    def _settings_of(self, part: Part) -> ImportSettings:
        settings = self.settings
        if part.matched_by:
            match = {**settings.match, part.mapping.entity_kind: part.matched_by}
            settings = evolve(settings, match=match)
        return settings if part.linked else evolve(settings, link=False)

    def _above(self, part: Part, entity: Kind) -> Above | None:
        made = made_part(part)
        if made is None or not entity.parent:
            return None
        known = {
            each.actor.name for each in self.parts if each.mapping.entity_kind == entity.parent
        }
        actor = part.actor.parent if part.actor.parent in known else ""
        return Above(entity.parent, actor, made.actor.name)

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
        """Import the checked rows as they were shown, or go on with that.

        What is wrong with the CRM as a whole stops it: the import is paused then, and
        :meth:`run` goes on with it.
        """
        known = self.state
        if known.state in _OVER:
            raise NotNow(f"the import {known.id!r} is {known.state.value} already")
        self._move(ImportState.RUNNING)
        for part in self._all_parts:
            left = -1
            # What was not done for no fault of its own is tried again, as long as that helps.
            while self.state.state is ImportState.RUNNING and left != (now := self._open(part)):
                left = now
                done = self._run(part, watch)
                if done.run.state is RunState.FAILED:
                    self._move(ImportState.PAUSED, done.run.reason)
                    raise done.trouble or NotNow(done.run.reason)
                if not self._open(part):
                    break
            if self.state.state is not ImportState.RUNNING:
                return self.result()
        self._end_of_items()
        self._end()
        return self.result()

    def _end(self) -> None:
        """The run is over, unless some rows could not be done for no fault of their own."""
        left = self._open()
        if left:
            self._move(ImportState.PAUSED, f"{left} rows are still to be imported: run it again")
        else:
            self._move(ImportState.DONE)

    def _open(self, part: Part | None = None) -> int:
        """How many rows are still to be run, of one kind or of all."""
        which = RowFilter(actor_kind=part.actor.name if part else "", checked=True, run=False)
        with self._store.look() as state:
            return state.staged.count(self._id, which)

    def _end_of_items(self) -> None:
        """New list items that no row needed in the end are not added."""
        with self._store.begin() as state:
            for total in state.staged.totals(self._id):
                if list_of_items(total.actor_kind) and total.checked and total.fate is None:
                    which = RowFilter(actor_kind=total.actor_kind, checked=True, run=False)
                    rows = state.staged.page(self._id, which, most=total.rows)
                    unused = (Fate.SKIPPED, "no row needed it", "")
                    state.staged.settle(self._id, [(row.position, *unused) for row in rows])

    def _run(self, part: Part, watch: Watcher | None) -> PassResult:
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
                name=self.run_of(part),
                mapping=import_mapping(part.mapping, entity, self._settings_of(part)),
                actor=part.actor,
                principal=self.state.principal,
            ),
            work.batches,
            also=work.note,
            cancelled=lambda: self.state.state is not ImportState.RUNNING,
            watch=watch,
        )

    def run_of(self, part: Part) -> str:
        """The name of the run that imports one kind."""
        return f"{self._id}/{part.actor.name}"

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

    # undo -----------------------------------------------------------------------------------------

    def plan_undo(self, which: RowFilter | None = None) -> ImportUndo:
        """What it takes to take the import back, or what came of some rows; nothing is written."""
        undos: list[Undo] = []
        going: set[Ref] = set()
        for part in reversed(self._all_parts):
            if not self._was_run(part):
                continue
            records = {
                EntityRef.of(part.mapping.entity_kind, key)
                for key in self._imported(part, which or RowFilter())
            }
            undo = self._engine.plan_undo(self.run_of(part), records=records, going=going)
            going |= going_with(undo)
            undos.append(undo)
        return ImportUndo(undos)

    def undo(self, undo: ImportUndo, *, principal: str = "") -> UndoResult:
        """Take back what was shown; what moved since stays, record by record."""
        if self.state.state is ImportState.RUNNING:
            raise NotNow(f"the import {self._id!r} is running: pause or cancel it first")
        parts = {self.run_of(part): part for part in self._all_parts}
        if strange := [each.run for each in undo.undos if each.run not in parts]:
            raise BadName.among("run of this import", strange[0], parts)
        results = [self._undo(each, parts[each.run], principal) for each in undo.undos]
        return UndoResult(
            reversed=tuple(ref for each in results for ref in each.reversed),
            kept=[line for each in results for line in each.kept],
            failed=[line for each in results for line in each.failed],
        )

    def _undo(self, undo: Undo, part: Part, principal: str) -> UndoResult:
        work = UndoWork(self._id, undo, self._imported(part, RowFilter()), batch=_PAGE)
        done = self._engine.work_off(
            Bulk(
                name=f"{undo.run} undone {self._engine.clock.now():%Y%m%dT%H%M%S%f}",
                mapping=part.mapping,
                actor=part.actor,
                principal=principal or self.state.principal,
                mode=RunMode.UNDO,
            ),
            work.batches,
            also=work.note,
            cancelled=lambda: False,
        )
        if done.run.state is RunState.FAILED:
            raise done.trouble or NotNow(done.run.reason)
        return work.result()

    def _was_run(self, part: Part) -> bool:
        with self._store.look() as state:
            return state.runs.get(self.run_of(part)) is not None

    def _imported(self, part: Part, which: RowFilter) -> dict[str, int]:
        """The positions of imported rows, by the key of the CRM's record that came of them."""
        if which.actor_kind not in ("", part.actor.name):
            return {}
        done = evolve(which, actor_kind=part.actor.name, fates=[Fate.CREATED, Fate.UPDATED])
        return {row.entity: row.position for rows in self._pages(done) for row in rows}

    # result ---------------------------------------------------------------------------------------

    def result(self) -> Result:
        """What came of the rows so far."""
        with self._store.look() as state:
            return result_of(state.staged.totals(self._id))

    def entities(self, fate: Fate, *, kind: str = "") -> Iterator[str]:
        """The keys of the CRM's records that came of rows: the new ones, or the updated ones."""
        for rows in self._pages(RowFilter(fates=[fate], actor_kind=kind)):
            yield from (row.entity for row in rows if row.entity)

    def table(self, which: RowFilter, *, kind: str = "") -> Iterator[Sequence[Value]]:
        """Rows of one kind for a file: the header first, then values, fate and reason."""
        parts = {part.actor.name: part for part in self._all_parts}
        part = parts[kind or self.state.actor_kind]
        yield ("key", *part.fields, "fate", "reason")
        for rows in self._pages(evolve(which, actor_kind=part.actor.name)):
            for row in rows:
                values = (row.values.get(field) for field in part.fields)
                yield (row.key, *values, row.fate.value if row.fate else "", row.fate_reason)

    def selection(self, fate: Fate) -> Iterator[EntityRef]:
        """The CRM's records that came of rows, those that others belong to first."""
        for part in self._all_parts:
            for key in self.entities(fate, kind=part.actor.name):
                yield EntityRef.of(part.mapping.entity_kind, key)


def _is_orphan(row: StagedRow) -> bool:
    return row.verdict is not None and row.verdict.reason.startswith(ORPHAN)


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
