"""Step: one write to one record, or one change of a link, with what it expects to find."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import Maybe, Value, shorten

__all__ = [
    "Advance",
    "Change",
    "Create",
    "Delete",
    "MakeLink",
    "Patch",
    "Promise",
    "RemoveLink",
    "Step",
    "Target",
]


@frozen
class Change:
    """One field that a step writes: from what to what, and by which rule."""

    field: str
    old: Maybe
    new: Value
    rule: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """Field, old and new value, and why."""
        why = f" ({self.rule}: {self.reason})" if self.rule else ""
        return f"{self.field}: {shorten(self.old)} -> {shorten(self.new)}{why}"


@frozen
class Promise:
    """What a link may remember for one field, once the writes in ``needs`` are confirmed."""

    field: str
    agreed: Agreed
    #: The fields of either side that the agreement is about.
    crm_keys: tuple[str, ...]
    erp_keys: tuple[str, ...]
    #: The ids of the steps that must be confirmed first; empty where nothing had to be written.
    needs: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """What is remembered, and after which steps."""
        agreed = f"{shorten(self.agreed.crm)} = {shorten(self.agreed.erp)}"
        after = f" after {', '.join(sorted(self.needs))}" if self.needs else ""
        return f"{self.field}: {agreed}{after}"


Target: TypeAlias = ActorRef | EntityRef | str
"""A record that exists, or the id of the step that creates it."""


def _changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(changes)


def _promises(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    return tuple(promises)


def _values(values: Mapping[str, Value]) -> FrozenDict[str, Value]:
    return FrozenDict(values)


@frozen
class Create:
    """Make a new record; ``key`` tells this creation from every other, also after a crash."""

    system: str
    kind: str
    values: FrozenDict[str, Value] = attr(converter=_values)
    #: The idempotency key: stable for the same creation, however often it is planned or sent.
    key: str
    parent: Target | None = None
    changes: tuple[Change, ...] = attr(default=(), converter=_changes)

    @property
    def id(self) -> str:
        """The step's name in its plan."""
        return f"create {self.system}/{self.kind} {self.key}"


@frozen
class Patch:
    """Change some fields of a record; the fields that are not named stay as they are."""

    target: ActorRef | EntityRef
    patch: FrozenDict[str, Value] = attr(converter=_values)
    #: The version the record had when the plan was made; None where its system has none.
    expects: str | None = None
    changes: tuple[Change, ...] = attr(default=(), converter=_changes)

    @property
    def id(self) -> str:
        """The step's name in its plan: a plan writes a record once."""
        return f"patch {self.target}"


@frozen
class Delete:
    """Remove a record."""

    target: ActorRef | EntityRef
    expects: str | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        """The step's name in its plan."""
        return f"delete {self.target}"


@frozen
class MakeLink:
    """Tie an entity to an actor; either may be one that the plan itself creates."""

    entity: Target
    actor: Target

    @property
    def id(self) -> str:
        """The step's name in its plan."""
        return f"link {self.entity}={self.actor}"


@frozen
class RemoveLink:
    """Untie an entity from an actor; both records stay as they are."""

    link: str
    expects: int | None = None
    reason: str = ""
    #: Whether it is kept as a dead one, which takes part in nothing and stands in nobody's way.
    dead: bool = False

    @property
    def id(self) -> str:
        """The step's name in its plan."""
        return f"unlink {self.link}"


@frozen
class Advance:
    """Remember for a link what both sides now agree on, field by field, as it is confirmed."""

    link: str
    promises: tuple[Promise, ...] = attr(converter=_promises)
    #: The version of the link the plan was made from; None for a link the plan makes.
    expects: int | None = None

    @property
    def id(self) -> str:
        """The step's name in its plan."""
        return f"advance {self.link}"


Step: TypeAlias = Create | Patch | MakeLink | Advance | RemoveLink | Delete
"""Everything a plan may hold; in this order where nothing else decides."""
