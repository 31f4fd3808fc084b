"""Evidence: what there is to be judged when a history is over, as plain values."""

from collections.abc import Mapping
from functools import cached_property

from attrs import field as attr
from attrs import frozen

from erplink.domain.links import LinkStatus, Pin
from erplink.domain.records import CRM
from erplink.domain.values import UNSET, Value
from erplink.sync.state import RunMode, Side
from erplink.testing.simulation.chronicle import Entry
from erplink.testing.simulation.setting import ACTOR, ERPS, Telling, canon
from erplink.testing.simulation.world import Tie, World

__all__ = ["Bond", "Evidence", "Loss", "gather"]

Place = tuple[str, str]
"""A system and the key of a record in it."""


@frozen(kw_only=True)
class Bond:
    """A link as it is at the end."""

    entity: str
    connection: str
    actor: str
    active: bool = True
    pins: Mapping[str, Pin] = attr(factory=dict)


@frozen
class Loss:
    """A value that the history says was lost, or was overwritten by an operator's wish."""

    system: str
    field: str
    value: object


@frozen(kw_only=True, slots=False)
class Evidence:
    """The end of a history, and how it came to that."""

    entries: tuple[Entry, ...] = ()
    #: The records there are, by system and key.
    rows: Mapping[str, Mapping[str, Mapping[str, Value]]] = attr(factory=dict)
    bonds: tuple[Bond, ...] = ()
    #: All links that there ever were.
    ties: frozenset[Tie] = frozenset()
    #: Which way every field went, by connection: from which entry on.
    ways: Mapping[str, Mapping[str, tuple[tuple[int, str], ...]]] = attr(factory=dict)
    #: The systems of which deletions are only known by what a listing does without.
    silent: frozenset[str] = frozenset()
    #: The open questions: the key of the entity, and the text.
    questions: tuple[tuple[str, str], ...] = ()
    #: What is parked: system, key and reason.
    parked: tuple[tuple[str, str, str], ...] = ()
    #: What the history tells of lost values.
    losses: frozenset[tuple[Place, Loss]] = frozenset()
    #: What the history tells of all values that were written over.
    old: frozenset[tuple[Place, Loss]] = frozenset()
    #: The connections whose values may stay although the CRM has none, as an operator wanted it.
    kept_filled: frozenset[str] = frozenset()
    #: Entries between which an operator had people overruled.
    overruled: tuple[tuple[int, int], ...] = ()
    #: How many writes were asked for by passes after everything was quiet.
    restless: int = 0
    raised: tuple[str, ...] = ()
    rude: tuple[str, ...] = ()
    #: Totals: read, what was counted, how many needed a reason, how many reasons there are.
    reports: tuple[tuple[int, int, int, int], ...] = ()
    #: Everything that was said to anybody.
    said: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    #: The connection that was down at the end, and what did not converge of the others.
    isolation: tuple[str, ...] = ()

    @cached_property
    def clusters(self) -> "Clusters":
        """Which records are about the same thing."""
        return Clusters(self)

    def directions(self, connection: str, field: str, at: int | None = None) -> str:
        """Which way a field went when an entry was written; at the end where none is given."""
        ways = self.ways.get(connection, {}).get(field, ((0, "<>"),))
        return [way for begin, way in ways if at is None or begin <= at][-1]


class Clusters:
    """Records that were ever linked or are one another's successors."""

    def __init__(self, evidence: Evidence) -> None:
        """Join what belongs together."""
        self._above: dict[Place, Place] = {}
        for entity, connection, actor in evidence.ties:
            self._join((CRM, entity), (connection, actor))
        for entry in evidence.entries:
            if entry.renamed:
                self._join((entry.system, entry.key), (entry.system, entry.renamed))

    def _join(self, one: Place, other: Place) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        if first != second:
            self._above[second] = first

    def of(self, place: Place) -> Place:
        """The record that stands for all that belong to a record."""
        while place in self._above:
            place = self._above[place]
        return place


def gather(world: World, **more: object) -> Evidence:
    """Everything about a world that laws are about."""
    with world.store.look() as state:
        links = [link for name in ERPS for link in state.links.of(name, ACTOR)]
        issues = [issue for name in ERPS for issue in state.issues.of(name)]
        parked = [each for name in ERPS for each in state.pending.parked(name)]
        runs = {run.id: run for name in ERPS for run in state.runs.of(name, most=100_000)}
        history = [row for run in runs for _, row in state.history.of_run(run, most=100_000)]
    bonds = [
        Bond(
            entity=link.entity.key,
            connection=link.connection,
            actor=link.actor.key,
            active=link.status is LinkStatus.ACTIVE,
            pins=link.pins,
        )
        for link in links
        if link.status is not LinkStatus.DEAD
    ]
    losses: set[tuple[Place, Loss]] = set()
    written_over: set[tuple[Place, Loss]] = set()
    by_wish = (RunMode.FROM_CRM, RunMode.FROM_ERP)
    for row in history:
        place = (row.record.system, row.record.key)
        for change in row.changes:
            for lost in change.lost:
                was = None if lost.value is UNSET else lost.value
                value = canon(lost.system, change.field, was)
                losses.add((place, Loss(lost.system, change.field, value)))
            old = None if change.old is UNSET else change.old
            value = canon(row.record.system, change.field, old)
            told = place, Loss(row.record.system, change.field, value)
            written_over.add(told)
            if runs[row.run].mode in by_wish or change.rule == "pin":
                losses.add(told)
    rows = {
        system: {key: row.values for key, row in world.alive(system).items()}
        for system in world.systems
    }
    reports = [
        (
            each.report.read,
            sum(each.report.counts.values()),
            sum(n for result, n in each.report.counts.items() if result.needs_reason),
            sum(each.report.reasons.values()),
        )
        for each in world.results
    ]
    return Evidence(
        entries=tuple(world.chronicle.entries),
        rows=rows,
        bonds=tuple(bonds),
        ties=frozenset(world.ties),
        ways=world.ways,
        silent=frozenset(
            name for name, each in world.setting.telling.items() if each is not Telling.ALL
        ),
        questions=tuple((issue.record, issue.text) for issue in issues),
        parked=tuple(
            (CRM if each.feed.side is Side.CRM else each.feed.connection, each.key, each.reason)
            for each in parked
        ),
        losses=frozenset(losses),
        old=frozenset(written_over),
        kept_filled=frozenset(world.kept_filled),
        overruled=tuple(world.overruled),
        raised=tuple(world.raised),
        rude=tuple(world.rude + world.outside.rude),
        reports=tuple(reports),
        said=tuple(world.said),
        **more,  # type: ignore[arg-type]
    )
