"""Rails: how much one plan may do before a person has to approve it, decided before it begins.

A plan that trips a rail is not carried out in part: nothing of it is done until somebody says so.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import field as attr
from attrs import fields, frozen
from attrs.validators import ge, optional

from erplink.domain.plan import Change, Create, Delete, Patch, Plan, RemoveLink, Step
from erplink.domain.values import UNSET, is_empty

__all__ = ["Rail", "Rails", "Tally", "Trip"]


@frozen
class Rail:
    """A limit as a number and as a share of the linked records; it trips beyond *both*.

    A few changes in a small stock are beyond a share, and many in a large one are beyond a number,
    without anything being wrong; where both are exceeded, something is. A limit that is None is
    not asked: with one of the two, the other alone decides; with neither, there is no limit.
    """

    count: int | None = attr(default=None, validator=optional(ge(0)))
    #: Of the linked records; where none is linked, anything at all is beyond it.
    percent: int | None = attr(default=None, validator=optional(ge(0)))

    def trips(self, count: int, linked: int) -> bool:
        """Whether ``count`` is beyond every limit there is, with so many records linked."""
        exceeded = []
        if self.count is not None:
            exceeded.append(count > self.count)
        if self.percent is not None:
            exceeded.append(100 * count > self.percent * linked)
        return bool(exceeded) and all(exceeded)

    def __str__(self) -> str:
        """The limits as they are told to a person."""
        told = [] if self.count is None else [str(self.count)]
        if self.percent is not None:
            told.append(f"{self.percent} %")
        return " or ".join(told) or "any number"


@frozen(kw_only=True)
class Tally:
    """How much plans would do, all systems together; tallies add up plan by plan."""

    creates: int = 0
    updates: int = 0
    deletes: int = 0
    #: Fields that hold something now and would hold something else, or nothing.
    overwrites: int = 0

    @classmethod
    def of(cls, plan: Plan) -> "Tally":
        """Count the writes of a plan; a link that goes with its record counts as a deletion."""
        steps = plan.steps
        patches = [step for step in steps if isinstance(step, Patch)]
        return cls(
            creates=sum(isinstance(step, Create) for step in steps),
            updates=len(patches),
            deletes=max(_count(steps, Delete), _count(steps, RemoveLink)),
            overwrites=sum(_overwrites(each) for patch in patches for each in patch.changes),
        )

    def __add__(self, other: "Tally") -> "Tally":
        """What both would do."""
        return Tally(
            creates=self.creates + other.creates,
            updates=self.updates + other.updates,
            deletes=self.deletes + other.deletes,
            overwrites=self.overwrites + other.overwrites,
        )


def _count(steps: Iterable[Step], kind: type) -> int:
    return sum(isinstance(step, kind) for step in steps)


def _overwrites(change: Change) -> bool:
    return not (change.old is UNSET or is_empty(change.old) or _only_adds(change))


def _only_adds(change: Change) -> bool:
    """Whether a field with many values keeps all it has; compound ones never change in length."""
    old, new = change.old, change.new
    if isinstance(old, tuple) and isinstance(new, tuple) and len(new) > len(old):
        return set(old) <= set(new)
    return False


@frozen
class Trip:
    """A rail that a plan would break."""

    #: What there is too much of: ``creates``, ``updates``, ``deletes`` or ``overwrites``.
    what: str
    count: int
    linked: int
    rail: Rail

    def __str__(self) -> str:
        """One sentence with the figures and the limits."""
        return f"{self._told()}; allowed are {self.rail}"

    def _told(self) -> str:
        done, linked = _DONE[self.what], _counted(self.linked, "linked record")
        if self.what == "overwrites":
            return f"{_counted(self.count, 'filled field')} of {linked} would be {done}"
        if self.what == "creates" or self.count > self.linked:
            return f"{_counted(self.count, 'record')} would be {done} beside {linked}"
        return f"{self.count} of {linked} would be {done}"


_DONE: Final = {
    "creates": "created",
    "updates": "updated",
    "deletes": "deleted",
    "overwrites": "overwritten",
}


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@frozen(kw_only=True)
class Rails:
    """The rails of a connection, one for each way in which a plan can do too much."""

    creates: Rail = Rail(1000, 100)
    updates: Rail = Rail(100, 50)
    deletes: Rail = Rail(10, 10)
    #: In fields: 50 % is a field in every second linked record.
    overwrites: Rail = Rail(100, 50)

    @classmethod
    def none(cls) -> "Rails":
        """No rails at all, for whoever has looked at the plan."""
        return cls(creates=Rail(), updates=Rail(), deletes=Rail(), overwrites=Rail())

    def check(self, tally: Tally, linked: int) -> tuple[Trip, ...]:
        """The rails that are tripped by so much, with so many records linked; none is good."""
        return tuple(self._trips(tally, linked))

    def _trips(self, tally: Tally, linked: int) -> Iterator[Trip]:
        for attribute in fields(Rails):
            rail: Rail = getattr(self, attribute.name)
            count: int = getattr(tally, attribute.name)
            if rail.trips(count, linked):
                yield Trip(attribute.name, count, linked, rail)
