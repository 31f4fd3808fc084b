"""FieldRule: which ERP field corresponds to which CRM field, which way, and who wins."""

from collections.abc import Iterable
from enum import Enum
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.transforms import Transform, identity
from erplink.errors import BadValue

__all__ = ["Direction", "FieldKey", "FieldRule", "as_keys"]

FieldKey: TypeAlias = str | tuple[str, ...]
"""A field, or the parts of a compound one: ``"name"`` or ``("first_name", "last_name")``."""


class Direction(Enum):
    """Which way a field's values travel."""

    TO_CRM = ">"
    TO_ERP = "<"
    BOTH = "<>"
    NONE = "-"

    @property
    def to_crm(self) -> bool:
        """Whether the ERP's value may be written to the CRM."""
        return self in (Direction.TO_CRM, Direction.BOTH)

    @property
    def to_erp(self) -> bool:
        """Whether the CRM's value may be written to the ERP."""
        return self in (Direction.TO_ERP, Direction.BOTH)


def as_keys(key: str | Iterable[str]) -> tuple[str, ...]:
    """One key or several as a tuple; none says "do not sync"."""
    return (key,) if isinstance(key, str) else tuple(key)


@frozen
class FieldRule:
    """One line of a mapping."""

    #: The ERP's field, or the parts of a compound one.
    erp: tuple[str, ...] = attr(converter=as_keys)
    #: The CRM's field or parts; none says that the ERP's field is left alone on purpose.
    crm: tuple[str, ...] = attr(default=(), converter=as_keys)
    direction: Direction = attr(default=Direction.BOTH, converter=Direction)
    transform: Transform = attr(factory=identity)
    #: Who wins when both sides moved apart; empty for the usual: union for many values, else rank.
    rule: str = ""
    show_in_search: bool = False
    show_in_tab: bool = False
    #: Where the field stands in the tab.
    rank: int = 0
    #: Whether a person must give a value before a link is made.
    mandatory: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a rule about no field."""
        if not self.erp or not all(self.erp) or not all(self.crm):
            raise BadValue("a rule names its fields", value=repr((self.erp, self.crm)))

    @property
    def key(self) -> str:
        """The rule's own name in its mapping: the ERP's field, or its parts joined by ``+``."""
        return "+".join(self.erp)

    @property
    def crm_key(self) -> str:
        """The CRM's field, or its parts joined by ``+``."""
        return "+".join(self.crm)

    @property
    def syncs(self) -> bool:
        """Whether values travel at all."""
        return bool(self.crm) and self.direction is not Direction.NONE

    def __str__(self) -> str:
        """The line as a person would write it."""
        return f"{self.key} {self.direction.value} {self.crm_key or '(nothing)'}"
