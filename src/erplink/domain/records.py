"""Actor and Entity: a record in an ERP and a record in the CRM, and how one is pointed at."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.values import UNSET, Maybe, Value, check_value, shorten
from erplink.errors import BadValue

__all__ = ["CRM", "KEY_LENGTH_MAX", "Actor", "ActorRef", "Entity", "EntityRef", "Mark", "Ref"]

CRM = "crm"
"""The name of the CRM among the systems; every other system is a connection's id."""

KEY_LENGTH_MAX = 254

Mark: TypeAlias = datetime | int | str | None
"""What tells an older state of a record from a newer one across its system; opaque, in order."""


#: Types of which every value may stand in a field.
_SURE: Final = frozenset({str, int, bool, type(None), date})


def freeze(items: Mapping[str, Value]) -> FrozenDict[str, Value]:
    """A copy of ``items`` that cannot change."""
    return items if isinstance(items, FrozenDict) else FrozenDict(items)


@frozen
class Ref:
    """Where a record is: its system, its kind there, and its key there."""

    system: str
    kind: str
    key: str

    def __attrs_post_init__(self) -> None:
        """Refuse a pointer that points nowhere."""
        for name in ("system", "kind", "key"):
            part = getattr(self, name)
            if not isinstance(part, str) or not part:
                raise BadValue(f"a reference needs a {name}", value=shorten(part))
        if len(self.key) > KEY_LENGTH_MAX:
            rule = f"a key has at most {KEY_LENGTH_MAX} characters"
            raise BadValue(rule, value=shorten(self.key))

    def __str__(self) -> str:
        """The three parts as a path."""
        return f"{self.system}/{self.kind}/{self.key}"

    def __repr__(self) -> str:
        """The class and the path."""
        return f"{type(self).__name__}({self})"


@frozen(repr=False)
class ActorRef(Ref):
    """Points at a record in an ERP; its system is the connection's id."""

    def __attrs_post_init__(self) -> None:
        """Refuse the CRM as an ERP."""
        Ref.__attrs_post_init__(self)
        if self.system == CRM:
            raise BadValue("an actor lives in a connection, not in the CRM", value=str(self))


@frozen(repr=False)
class EntityRef(Ref):
    """Points at a record in the CRM."""

    def __attrs_post_init__(self) -> None:
        """Refuse any system but the CRM."""
        Ref.__attrs_post_init__(self)
        if self.system != CRM:
            raise BadValue("an entity lives in the CRM", value=str(self))

    @classmethod
    def of(cls, kind: str, key: str) -> "EntityRef":
        """Point at the CRM's record of ``kind`` with ``key``."""
        return cls(CRM, kind, key)


_PLAIN: Final = frozenset({str, int, bool, type(None)})
"""The types whose values are all allowed."""


def _check(ref: Ref, fields: Mapping[str, Value]) -> None:
    if _PLAIN.issuperset(map(type, fields.values())):
        return  # as most records are
    for key, value in fields.items():
        if type(value) in _SURE:  # most are: this runs for every record there is
            continue
        try:
            check_value(value)
        except BadValue as error:
            raise error.at(field=key, record=str(ref)) from None


@frozen(repr=False)
class _Record:
    #: Which state of the record this is; opaque, compared for equality only. None where unknown.
    version: str | None = attr(default=None, kw_only=True)
    modified: Mark = attr(default=None, kw_only=True)
    fields: FrozenDict[str, Value] = attr(factory=FrozenDict, converter=freeze, kw_only=True)

    def value(self, key: str) -> Maybe:
        """The value of field ``key``, or UNSET where the system did not say."""
        value: Maybe = self.fields.get(key, UNSET)
        return value


@frozen(repr=False)
class Actor(_Record):
    """A record in an ERP, as a connector delivered it."""

    ref: ActorRef
    parent: ActorRef | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a value that no field may hold, naming the record and the field."""
        _check(self.ref, self.fields)

    def __repr__(self) -> str:
        """The reference and the names of the fields, for values may be many."""
        return f"Actor({self.ref}: {', '.join(self.fields)})"


@frozen(repr=False)
class Entity(_Record):
    """A record in the CRM, as the host delivered it."""

    ref: EntityRef
    parent: EntityRef | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a value that no field may hold, naming the record and the field."""
        _check(self.ref, self.fields)

    def __repr__(self) -> str:
        """The reference and the names of the fields, for values may be many."""
        return f"Entity({self.ref}: {', '.join(self.fields)})"
