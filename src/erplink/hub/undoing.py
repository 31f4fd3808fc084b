"""PlannedUndo: what it takes to take a run back, as whoever asked may see it, and three lists."""

from collections.abc import Iterable, Sequence

from attrs import field as attr
from attrs import frozen

from erplink.domain.plan import Create, Delete, Patch, Plan
from erplink.hub.masking import Mask
from erplink.sync.undo import NotUndone, Undo

__all__ = ["PlannedUndo"]


@frozen(eq=False)
class PlannedUndo:
    """The three lists: what goes back, what is kept because it was edited since, what cannot."""

    _undo: Undo = attr(repr=False)
    _mask: Mask = attr(repr=False)

    @property
    def run(self) -> str:
        """The run that is to be taken back."""
        return self._undo.run

    @property
    def plan(self) -> Plan:
        """What would be written, without what belongs to systems out of sight."""
        return self._mask.plan(self._undo.plan)

    @property
    def reversed(self) -> Sequence[str]:
        """The records of which something goes back, each as ``system/kind/key``."""
        writes = (each for each in self.plan.steps if isinstance(each, Create | Patch | Delete))
        return [str(each.target) for each in writes if not isinstance(each, Create)]

    @property
    def kept(self) -> Sequence[NotUndone]:
        """What was edited since, and stays as it is."""
        return self._shown(self._undo.kept)

    @property
    def impossible(self) -> Sequence[NotUndone]:
        """What cannot be taken back, and why."""
        return self._shown(self._undo.impossible)

    @property
    def whole(self) -> Undo:
        """What is carried out, with all that is out of sight; not to be shown."""
        return self._undo

    def _shown(self, rows: Iterable[NotUndone]) -> list[NotUndone]:
        return [each for each in rows if self._mask.shows(each.record.split("/", 1)[0])]

    def explain(self) -> str:
        """The three lists, line by line."""
        lines = [self.plan.explain()]
        lines += [f"kept: {each.record} {each.field}: {each.reason}" for each in self.kept]
        lines += [f"cannot: {each.record} {each.field}: {each.reason}" for each in self.impossible]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """The run, and how long each list is."""
        counts = f"{len(self.reversed)} reversed, {len(self.kept)} kept"
        return f"PlannedUndo({self.run}: {counts}, {len(self.impossible)} impossible)"
