"""Connection: a connector with its configuration, who may see it, and where it ranks."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.records import CRM
from erplink.domain.secret import Secret
from erplink.domain.values import Value, shorten
from erplink.errors import BadName, BadValue

__all__ = ["EVERYONE", "Configured", "Connection", "Principal", "Ranking", "Scope"]

Configured: TypeAlias = Value | Secret
"""What a configuration field may hold."""


def _distinct(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class Principal:
    """On whose behalf something is done: a user of the host, with the groups they are in."""

    user: str
    groups: frozenset[str] = attr(factory=frozenset, converter=_distinct)


@frozen
class Scope:
    """Who may see a connection: everyone, or the named users and groups."""

    everyone: bool = False
    users: frozenset[str] = attr(factory=frozenset, converter=_distinct)
    groups: frozenset[str] = attr(factory=frozenset, converter=_distinct)

    def covers(self, principal: Principal) -> bool:
        """Whether ``principal`` may see what has this scope."""
        return self.everyone or principal.user in self.users or bool(self.groups & principal.groups)


EVERYONE = Scope(everyone=True)
"""The scope of what every user may see."""


def _freeze_configuration(items: Mapping[str, Configured]) -> FrozenDict[str, Configured]:
    return FrozenDict(items)


@frozen
class Connection:
    """One configured way into one ERP; its id accompanies every call and never changes."""

    id: str
    name: str
    connector: str
    configuration: FrozenDict[str, Configured] = attr(
        factory=FrozenDict, converter=_freeze_configuration, repr=lambda items: f"{len(items)} set"
    )
    scope: Scope = Scope()
    active: bool = False
    description: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse an id that could be taken for the CRM."""
        if not self.id or self.id == CRM:
            raise BadValue(f"a connection needs an id other than {CRM!r}", value=shorten(self.id))

    def configured(self, **changes: Configured) -> "Connection":
        """The same connection with some configuration fields set anew."""
        return evolve(self, configuration=self.configuration | changes)


def _names(order: Iterable[str]) -> tuple[str, ...]:
    return tuple(order)


@frozen
class Ranking:
    """The total order of the systems, the CRM among them: who is served first and wins a tie."""

    order: tuple[str, ...] = attr(default=(CRM,), converter=_names)

    def __attrs_post_init__(self) -> None:
        """Refuse an order that leaves the CRM out or names a system twice."""
        if CRM not in self.order:
            raise BadValue("the ranking must place the CRM", value=shorten(self.order))
        if len(set(self.order)) != len(self.order):
            raise BadValue("the ranking names a system twice", value=shorten(self.order))

    def position(self, system: str) -> int:
        """How far from the top ``system`` stands; 0 is the top."""
        try:
            return self.order.index(system)
        except ValueError:
            raise BadName.among("system in the ranking", system, self.order) from None

    def highest(self, systems: Iterable[str]) -> str:
        """The one of ``systems`` that stands highest."""
        return min(systems, key=self.position)

    def with_last(self, system: str) -> "Ranking":
        """The same order with ``system`` added at the end."""
        return Ranking((*self.order, system))

    def without(self, system: str) -> "Ranking":
        """The same order without ``system``."""
        self.position(system)
        return Ranking(name for name in self.order if name != system)

    def rearranged(self, systems: Iterable[str]) -> "Ranking":
        """The same order with ``systems`` in a new one among themselves; the others stay put."""
        wanted = tuple(systems)
        for system in wanted:
            self.position(system)
        if len(set(wanted)) != len(wanted):
            raise BadValue("the ranking names a system twice", value=shorten(wanted))
        rest = iter(wanted)
        return Ranking(next(rest) if name in wanted else name for name in self.order)

    def moved(self, system: str, position: int) -> "Ranking":
        """The same order with ``system`` moved to ``position``."""
        rest = list(self.without(system).order) if system != CRM else self._without_crm()
        rest.insert(position, system)
        return Ranking(rest)

    def _without_crm(self) -> list[str]:
        return [name for name in self.order if name != CRM]
