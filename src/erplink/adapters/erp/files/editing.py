"""Editing: what edits and removals come to on a snapshot, and the changes of rows they take."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from erplink.adapters.erp.files.cellmaker import CellMaker, Draft
from erplink.adapters.erp.files.cells import (
    Book,
    Cell,
    CellsSet,
    RowAdded,
    RowChange,
    RowRemoved,
)
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.newkeys import creation_mark, next_number
from erplink.adapters.erp.files.settings import NewKeys
from erplink.adapters.erp.files.snapshot import Snapshot
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import (
    Context,
    Deleted,
    DeletionResult,
    Edit,
    EditRefused,
    EditResult,
    EditStale,
    Record,
    Removal,
    Saved,
)
from erplink.domain.canonical import canonical, same
from erplink.domain.records import KEY_LENGTH_MAX
from erplink.domain.values import Value, shorten
from erplink.errors import BadName, BadValue

__all__ = ["Editing"]

Answer: TypeAlias = Callable[[Snapshot], Any]
"""Gives the answer to an edit, once it is known what came of all of them."""


class Editing:
    """Does edits one after the other, on paper; nothing of a refused one is done."""

    def __init__(
        self, snapshot: Snapshot, book: Book, context: Context, limits: FileLimits
    ) -> None:
        """Begin with what there is."""
        self._now, self._book, self._context, self._limits = snapshot, book, context, limits
        self._plan, self._table = snapshot.plan, snapshot.table
        self._cells = CellMaker(snapshot, book, context.clock)
        self._drafts: dict[str, Draft] = {}
        #: The keys of what was created here, by what remembers the creations.
        self._created: dict[str, str] = {}
        self._sent: dict[str, dict[str, Value]] = {}
        self._answers: list[Answer] = []

    @property
    def changes(self) -> list[RowChange]:
        """What is to be done to the sheet, in the order in which it was asked for."""
        found = list[RowChange]()
        for draft in self._drafts.values():
            if draft.row is None and not draft.removed:
                found.append(RowAdded(draft.cells))
            elif draft.row is not None and draft.removed:
                found.append(RowRemoved(draft.row.number))
            elif draft.row is not None and draft.cells:
                found.append(CellsSet(draft.row.number, draft.cells))
        return found

    def answers(self, after: Snapshot) -> list[Any]:
        """The answer to everything that was asked for, in order."""
        return [answer(after) for answer in self._answers]

    def check(self, after: Snapshot) -> None:
        """Refuse to go on where something would come back as it was not sent, or not left."""
        for key, kept in self._now.rows.items():
            if key not in self._drafts and not self._now.is_same(kept, after.rows.get(key)):
                message = "Writing the file would change something that is not to be changed."
                raise FileTrouble("would-lose", message, f"row {kept.number}, {key[:60]}")
        for key, sent in self._sent.items():
            row = after.rows.get(key)
            told = {} if row is None else after.values(row, list(sent))
            for name, value in sent.items():
                field = self._plan.columns[name].field
                if name not in told or not same(field, value, told[name]):
                    message = "The file would not keep a value as it was sent."
                    raise FileTrouble("not-kept", message, f"{key[:60]}, {name}")

    # edits ------------------------------------------------------------------------------------

    def save(self, edit: Edit) -> None:
        """Do an edit, or find why it is not done."""
        self._answers.append(self._save(edit))

    def _save(self, edit: Edit) -> Answer:
        try:
            return self._create(edit) if edit.key is None else self._patch(edit.key, edit)
        except BadName as error:
            return _always(EditRefused(str(error), code="unknown-field"))
        except BadValue as error:
            return _always(EditRefused(error.rule, error.field))

    def _patch(self, key: str, edit: Edit) -> Answer:
        draft = self._draft(key)
        if draft is None:
            return _always(EditStale(None))
        if self._is_stale(draft, edit.expects):
            return lambda after: EditStale(self._record(after, key))
        cells = self._cells.of_patch(edit.patch, draft)
        if cells:
            self._cells.stamp(cells)
            draft.cells |= cells
            self._drafts[key] = draft
            self._remember(key, edit.patch)
        return lambda after: self._saved(after, key)

    def _create(self, edit: Edit) -> Answer:
        plan, mark = self._plan, creation_mark(edit.idempotency_key)
        known = self._created.get(mark) or self._now.by_creation(mark)
        if plan.new_keys is NewKeys.UUID and self._draft(mark) is not None:
            known = mark
        if known is not None and self._draft(known) is not None:
            found = known
            return lambda after: self._saved(after, found)  # the same creation, sent again
        self._check_room()
        draft = Draft(None)
        key = self._new_key(edit.patch, mark)
        cells = self._cells.of_patch(edit.patch, draft)
        cells[self._cells.at(plan.key)] = self._cells.of_key(plan.key, key)
        if edit.parent is not None:
            cells |= self._parent_cells(edit)
        if plan.creation:
            cells[self._cells.at(plan.creation)] = mark
        self._cells.stamp(cells)
        draft.cells = cells
        self._drafts[key] = draft
        self._created[mark] = key
        self._remember(key, edit.patch)
        return lambda after: self._saved(after, key)

    def _check_room(self) -> None:
        last = self._table.rows[-1].number if self._table.rows else self._plan.place.header_row
        added = sum(draft.row is None for draft in self._drafts.values())
        number = last + added + 1
        if number > self._limits.rows_max:
            raise BadValue("the sheet is full (rows_max)", value=str(self._limits.rows_max))
        if self._table.has_totals:
            raise BadValue("the table ends with a row of totals", value=self._plan.place.sheet)
        if any(top <= number <= bottom for top, bottom, _, _ in self._table.merged):
            raise BadValue("the cells below the last row are merged", value=str(number))

    def _new_key(self, patch: Mapping[str, Value], mark: str) -> str:
        plan = self._plan
        if plan.new_keys is NewKeys.UUID:
            return mark
        if plan.new_keys is NewKeys.GIVEN:
            return self._given_key(patch.get(plan.key)) or mark
        return next_number({*self._now.rows, *self._drafts})

    def _given_key(self, given: Value) -> str:
        title = self._plan.key
        key = given.strip() if isinstance(given, str) else ""
        if len(key) > KEY_LENGTH_MAX:
            rule = f"a key has at most {KEY_LENGTH_MAX} characters"
            raise BadValue(rule, value=shorten(given), field=title)
        if key and self._draft(key) is not None:
            raise BadValue("another record has this key", value=shorten(key), field=title)
        return key

    def _parent_cells(self, edit: Edit) -> dict[int, Cell]:
        plan, parent = self._plan, edit.parent
        assert parent is not None  # noqa: S101 - the caller looked
        if not plan.parent or parent.kind != plan.parent:
            rule = f"a {plan.name} is made under no {parent.kind}"
            raise BadValue(rule, value=str(parent))
        code = self._cells.of_key(plan.parent_column, parent.key)
        return {self._cells.at(plan.parent_column): code}

    # removals ---------------------------------------------------------------------------------

    def remove(self, removal: Removal) -> None:
        """Do a removal, or find why it is not done."""
        self._answers.append(self._remove(removal))

    def _remove(self, removal: Removal) -> Answer:
        key = removal.key
        draft = self._draft(key)
        if draft is None:
            return _always(Deleted(key))
        if self._is_stale(draft, removal.expects):
            return lambda after: EditStale(self._record(after, key))
        draft.removed = True
        self._drafts[key] = draft
        return _always(Deleted(key))

    # parts of both ----------------------------------------------------------------------------

    def _draft(self, key: str) -> Draft | None:
        """The row with a key as it will be; None where there is none, or none any more."""
        if key in self._drafts:
            return None if self._drafts[key].removed else self._drafts[key]
        row = self._now.rows.get(key)
        return None if row is None else Draft(row)

    def _is_stale(self, draft: Draft, expects: str | None) -> bool:
        if expects is None:
            return False
        # Whoever expects a version has not seen what another edit has just made of the row.
        return draft.row is None or bool(draft.cells) or expects != self._now.version(draft.row)

    # answers ----------------------------------------------------------------------------------

    def _record(self, after: Snapshot, key: str) -> Record | None:
        row = after.rows.get(key)
        return None if row is None else after.record(self._context, row, list(self._plan.columns))

    def _saved(self, after: Snapshot, key: str) -> EditResult:
        record = self._record(after, key)
        return EditStale(None) if record is None else Saved(record)

    def _remember(self, key: str, patch: Mapping[str, Value]) -> None:
        fields = self._plan.fields
        stored = {name: canonical(fields[name], value) for name, value in patch.items()}
        self._sent.setdefault(key, {}).update(stored)


def _always(answer: EditResult | DeletionResult) -> Answer:
    return lambda _: answer
