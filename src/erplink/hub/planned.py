"""Planned: what a pass would do, as whoever asked may see it, until it is applied."""

from collections.abc import Iterable

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.plan import Plan, Report
from erplink.hub.masking import Mask
from erplink.sync import Preview, Trip

__all__ = ["Planned"]


@frozen(eq=False)
class Planned:
    """A preview; what is applied is the whole, and nothing else than what was planned."""

    _preview: Preview = attr(repr=False)
    _mask: Mask = attr(repr=False)

    @property
    def connection(self) -> str:
        """The connection whose records are about to be synced."""
        return self._preview.connection

    @property
    def actor_kind(self) -> str:
        """Their kind."""
        return self._preview.actor_kind

    @property
    def plan(self) -> Plan:
        """All steps and questions, without what belongs to systems out of sight."""
        return self._mask.plan(self._preview.plan)

    @property
    def records(self) -> tuple[str, ...]:
        """The names of the records that something would be done about."""
        return tuple(each.record for each in self._preview.plans)

    @property
    def report(self) -> Report:
        """What was looked at; the planned records are counted as skipped."""
        return self._mask.report(self._preview.report)

    @property
    def trips(self) -> tuple[Trip, ...]:
        """The guard rails that the whole would trip."""
        return self._preview.trips

    def only(self, records: Iterable[str]) -> "Planned":
        """The same for some of the records, by name."""
        return evolve(self, preview=self._preview.only(records))

    def explain(self) -> str:
        """What would be done and why, line by line."""
        return self.plan.explain()

    @property
    def whole(self) -> Preview:
        """What is applied, with all that is out of sight; not to be shown."""
        return self._preview

    def __repr__(self) -> str:
        """Whose records, and what would be done."""
        return f"Planned({self.connection}/{self.actor_kind}: {self.plan})"
