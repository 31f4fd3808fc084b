"""History: what was written, and why."""

from collections.abc import Iterator, Sequence

from erplink.domain.history import Explanation, RecordChange, explain
from erplink.domain.links import Link
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET, Maybe
from erplink.errors import BadName, PluginError, SessionError
from erplink.hub.committing import Committed, carry_out
from erplink.hub.operations import Group, command, query
from erplink.hub.reading import Reader
from erplink.hub.restoring import Loss, Restoration, losses_in, restoration_of
from erplink.hub.undoing import PlannedUndo
from erplink.sync import PassResult, Run

__all__ = ["History"]

_PAGE = 1000


class History(Group):
    """What was written through the connections that the user sees."""

    # looking --------------------------------------------------------------------------------------

    @query
    def of(
        self, record: ActorRef | EntityRef, *, field: str = "", most: int = 1000
    ) -> Sequence[RecordChange]:
        """What was written to a record, or to one field of it, the newest first."""
        rows = self._rows(record, most)
        return [row for row in rows if row.change(field)] if field else rows

    @query
    def runs(self, connection: str | None = None, *, most: int = 100) -> Sequence[Run]:
        """The runs of one connection or all, the newest first."""
        names = self._desk.sight.connections() if connection is None else [connection]
        with self._desk.wiring.store.look() as state:
            runs = [run for name in names for run in state.runs.of(name, most=most)]
        runs.sort(key=lambda run: (run.started, run.id), reverse=True)
        return list(map(self._desk.sight.mask.run, runs[:most]))

    @query
    def run(self, run: str) -> Sequence[RecordChange]:
        """What a run wrote, in the order it was written."""
        return self._desk.sight.history(self._of_run(run))

    @query
    def explain(self, record: ActorRef | EntityRef, field: str) -> Explanation:
        """Why a field of a record holds what it holds: who chose it, over what, and when.

        Where it was edited since, that is told too.
        """
        rows = self._rows(record, _PAGE)
        return explain(rows, field, system=record.system, current=self._current(record, field))

    # a value that lost ----------------------------------------------------------------------------

    @query
    def losses(
        self, record: ActorRef | EntityRef, *, field: str = "", most: int = 1000
    ) -> Sequence[Loss]:
        """The values of a record, or of one field, that others were chosen over; newest first."""
        found = losses_in(self._rows(record, most))
        return [loss for loss in found if field in ("", loss.field)]

    @query
    def plan_restore(self, loss: Loss) -> Restoration:
        """What it takes to put a value that lost back; nothing is written."""
        with Reader(self._desk.wiring) as reader:
            return restoration_of(reader, loss, self._link(loss))

    @command
    def restore(self, restoration: Restoration) -> Committed:
        """Put a value that lost back, on both sides of its link; the others get it next."""
        return carry_out(self._desk.wiring, restoration.record_plan, self._desk.user)

    # undo -----------------------------------------------------------------------------------------

    @query
    def plan_undo(self, run: str, *, field: str = "") -> PlannedUndo:
        """What it takes to take a run back, or one field of it; nothing is written.

        Three lists: what goes back, what is kept because it was edited since, what cannot.
        """
        fields = [field] if field else None
        found = self._desk.wiring.engine.plan_undo(run, fields=fields)
        return PlannedUndo(found, self._desk.sight.mask)

    @command
    def undo(self, undo: PlannedUndo) -> PassResult:
        """Take back what was planned; what moved since is refused record by record."""
        result = self._desk.wiring.engine.undo(undo.whole, principal=self._desk.user)
        return self._desk.sight.mask.result(result)

    # helpers --------------------------------------------------------------------------------------

    def _rows(self, record: ActorRef | EntityRef, most: int) -> list[RecordChange]:
        with self._desk.wiring.store.look() as state:
            rows = state.history.of_record(record, most=most)
        return self._desk.sight.history(rows)

    def _of_run(self, run: str) -> Iterator[RecordChange]:
        after = 0
        while True:
            with self._desk.wiring.store.look() as state:
                page = state.history.of_run(run, after=after, most=_PAGE)
            yield from (row for _, row in page)
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def _current(self, record: ActorRef | EntityRef, field: str) -> Maybe:
        """What a field holds now; UNSET where its system cannot be asked, or has it no more."""
        keys = field.split("+")
        with Reader(self._desk.wiring) as reader:
            try:
                known = {each.key for each in reader.kind(record).fields}
                if not known.issuperset(keys):
                    return UNSET
                found = reader.record(record, keys)
            except (SessionError, PluginError, BadName):
                return UNSET
        parts = tuple(found.value(key) for key in keys)
        whole: Maybe = parts[0] if len(parts) == 1 else parts  # type: ignore[assignment]
        return whole

    def _link(self, loss: Loss) -> Link:
        """The link that a value was lost through, as it is now."""
        ref = loss.record
        with self._desk.wiring.store.look() as state:
            if isinstance(ref, EntityRef):
                found = list(state.links.of_entities(ref.kind, [ref.key]).get(ref.key, ()))
            else:
                found = list(state.links.by_actor(ref.system, ref.kind, [ref.key]).values())
        for link in self._desk.sight.links(found):
            if link.key == loss.link:
                return link
        raise BadName(f"there is no link {loss.link} any more")
