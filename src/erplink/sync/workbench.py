"""Workbench: everything that one pass works with, put together by the engine."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Clock, Event
from erplink.domain.links import Link
from erplink.domain.matching import MatchRule
from erplink.domain.values import Value
from erplink.sync.fingerprint import BLAKE2B, Fingerprinter, Hashing
from erplink.sync.pairing import Pairing
from erplink.sync.rails import Rails
from erplink.sync.settled import Settled
from erplink.sync.store import Store, Transaction
from erplink.sync.systems import Systems

__all__ = ["Also", "Observer", "Options", "Progress", "Watcher", "Workbench"]

Also: TypeAlias = Callable[[Transaction, Sequence[Settled]], None]
"""Remembers something of its own with what became of plans; a plan may be told of twice."""

Observer: TypeAlias = Callable[[Event], None]
"""Hears of everything that happens; must return soon, and may not veto."""


def _nothing_else(_state: Transaction, _settled: Sequence[Settled]) -> None:
    """Nothing more is to be remembered."""


def _no_event(_: Event) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False


@frozen(kw_only=True)
class Progress:
    """How far a run has come."""

    run: str
    connection: str
    actor_kind: str
    #: How many records were looked at.
    done: int
    #: How many there are, as far as that can be estimated.
    total: int | None = None


Watcher: TypeAlias = Callable[[Progress], None]
"""Hears how far a run has come, after every page; must return soon, and may not veto."""


@frozen(kw_only=True)
class Options:
    """How passes are done; the same for all connections of an engine unless said otherwise."""

    rails: Rails = attr(factory=Rails)
    #: How many records' plans are sent between two transactions.
    batch: int = 1000
    #: How many plans a pass keeps in memory; the rest lies in the store until it is their turn.
    plans_in_memory_max: int = 20_000
    #: How often a record that moved meanwhile is decided again within one pass.
    rounds_max: int = 3
    #: How many batches may be on their way to one system at once, where it allows that.
    concurrency: int = 8
    #: How the counterparts of unlinked records are found, by kind of entity.
    match_rules: Mapping[str, tuple[MatchRule, ...]] = attr(factory=dict)
    hashing: Hashing = BLAKE2B


@frozen(kw_only=True)
class Workbench:
    """The parts of one pass."""

    store: Store
    systems: Systems
    pairing: Pairing
    clock: Clock
    #: Gives numbers from 0 to 1, by which tries in vain are scattered.
    random: Callable[[], float]
    options: Options = attr(factory=Options)
    #: The pairing of a link of another connection; None where that is not active.
    pairing_of: Callable[[Link], Pairing | None] = lambda _: None
    #: The pairing of the parents of these records, where they have any.
    parents: Pairing | None = None
    #: What persons answered, by the id of the question.
    answers: Mapping[str, Value] = attr(factory=dict)
    observe: Observer = _no_event
    #: What else is remembered, in the same transaction, with what became of plans.
    also: Also = _nothing_else
    #: Whether the pass is to stop at the next page, because somebody cancelled it.
    cancelled: Callable[[], bool] = _never
    #: Hears how many records were looked at, and how many there are, as far as that is known.
    progress: Callable[[int, int | None], None] | None = None

    @property
    def fingerprinter(self) -> Fingerprinter:
        """Makes the fingerprints of the records of this pairing."""
        return Fingerprinter(self.pairing.salt, self.options.hashing)
