"""Link: one entity, one actor, and per field what both sides last agreed on."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import BadValue

__all__ = ["Agreed", "AlikeBase", "Base", "Link", "LinkStatus", "Pin"]


@frozen
class Agreed:
    """What both sides held when they last agreed on a field, each in its own words.

    Two values, not one: what a target stores may differ from what it was sent, and each side
    is later compared with what that side itself held.
    """

    crm: Value
    erp: Value


class AlikeBase(FrozenDict[str, Agreed]):
    """Agreements on fields of which both sides hold the same, as they mostly do.

    It is a mapping like any other; the agreements in it are made when one is first asked for.
    """

    __slots__ = ("alike",)

    def __init__(self, alike: dict[str, Value]) -> None:
        """Agree on ``alike``, the values by field, which nobody changes any more."""
        self.alike = alike

    def __getattr__(self, name: str) -> Any:
        """The agreements, which are made now."""
        if name != "_items":
            raise AttributeError(name)
        self._items = {field: Agreed(value, value) for field, value in self.alike.items()}
        return self._items

    def moved_on(self, confirmed: Mapping[str, Agreed]) -> FrozenDict[str, Agreed]:
        """The same with ``confirmed`` laid over it; itself where that says nothing new."""
        alike = self.alike
        news = {
            field: agreed
            for field, agreed in confirmed.items()
            if field not in alike or not agreed.crm == alike[field] == agreed.erp
        }
        if not news:
            return self
        if all(_is_alike(agreed) for agreed in news.values()):
            told = {field: agreed.crm for field, agreed in news.items()}
            return AlikeBase({**alike, **told})
        return self | news

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy as the values alone."""
        return (type(self), (self.alike,))


def _is_alike(agreed: Agreed) -> bool:
    crm, erp = agreed.crm, agreed.erp
    return crm is erp or (type(crm) is type(erp) and type(crm) in _PLAIN and crm == erp)


_PLAIN: Final = frozenset({str, int, bool})


def _base(fields: Mapping[str, Agreed]) -> FrozenDict[str, Agreed]:
    return fields if isinstance(fields, FrozenDict) else FrozenDict(fields)


Base = FrozenDict[str, Agreed]
"""The agreements of a link, by the key of the mapping's rule."""


class Pin(Enum):
    """The side whose value a pinned field keeps, whatever happens."""

    CRM = "crm"
    ERP = "erp"


class LinkStatus(Enum):
    """Whether a link takes part in passes."""

    ACTIVE = "active"
    #: Left out of passes until somebody resumes it.
    SUSPENDED = "suspended"
    #: One of its records is gone.
    DEAD = "dead"


def _pins(pins: Mapping[str, Pin]) -> FrozenDict[str, Pin]:
    return FrozenDict(pins)


@frozen
class Link:
    """The tie between an entity and an actor; frozen, and counted up by every change."""

    entity: EntityRef
    actor: ActorRef
    base: FrozenDict[str, Agreed] = attr(
        factory=FrozenDict, converter=_base, repr=lambda base: f"{len(base)} fields"
    )
    pins: FrozenDict[str, Pin] = attr(factory=FrozenDict, converter=_pins)
    status: LinkStatus = LinkStatus.ACTIVE
    #: Why the link is not active; empty while it is.
    reason: str = ""
    #: Since when it has its status; given by the caller, for the domain has no clock.
    since: datetime | None = None
    #: The system whose record erplink itself made for this link; empty where both were there.
    created: str = ""
    #: Grows with every change; whoever changes a link says which version they saw.
    version: int = 1

    @property
    def key(self) -> str:
        """The link's name: an entity has one link per connection, an actor one at all."""
        return f"{self.entity}={self.actor}"

    @property
    def connection(self) -> str:
        """The id of the connection the link goes through."""
        return self.actor.system

    def advance(self, confirmed: Mapping[str, Agreed]) -> "Link":
        """The link with the base moved on for the ``confirmed`` fields, and only for those."""
        base = self.base
        if isinstance(base, AlikeBase):
            moved = base.moved_on(confirmed)
            return self if moved is base else self._changed(base=moved)
        news = {key: value for key, value in confirmed.items() if base.get(key) != value}
        return self._changed(base=base | news) if news else self

    def forgetting(self, fields: Iterable[str]) -> "Link":
        """The link without what was agreed on ``fields``: each of them is decided anew."""
        gone = self.base.keys() & set(fields)
        rest = {key: value for key, value in self.base.items() if key not in gone}
        return self._changed(base=rest) if gone else self

    def pinned(self, field: str, pin: Pin | None) -> "Link":
        """The link with ``field`` pinned to a side, or released by None."""
        if self.pins.get(field) is pin:
            return self
        rest = {key: value for key, value in self.pins.items() if key != field}
        return self._changed(pins=rest if pin is None else {**rest, field: pin})

    def suspended(self, reason: str, since: datetime) -> "Link":
        """The link left out of passes, with the reason."""
        return self._changed(status=LinkStatus.SUSPENDED, reason=reason, since=since)

    def dead(self, reason: str, since: datetime) -> "Link":
        """The link of which one record is gone; its base and pins are kept."""
        return self._changed(status=LinkStatus.DEAD, reason=reason, since=since)

    def resumed(self, since: datetime) -> "Link":
        """The link back in passes."""
        return self._changed(status=LinkStatus.ACTIVE, reason="", since=since)

    def moved_to(self, actor: ActorRef) -> "Link":
        """The link to an actor that was renumbered or merged away; what was agreed stays."""
        if actor.system != self.connection:
            raise BadValue("a link does not move to another connection", value=str(actor))
        return self._changed(actor=actor)

    def _changed(self, **changes: Any) -> "Link":
        return evolve(self, version=self.version + 1, **changes)
