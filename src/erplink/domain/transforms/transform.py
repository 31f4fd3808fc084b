"""Transform: a named pair of functions between an ERP's writing of a value and the CRM's."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.fields import FieldType
from erplink.domain.frozen import FrozenDict
from erplink.domain.transforms.likeness import alike
from erplink.domain.values import Value, check_value, shorten
from erplink.errors import BadValue

__all__ = ["Laws", "OneWay", "Transform", "Trial", "TypeMap"]

OneWay: TypeAlias = Callable[[Value], Value]
"""One direction of a transform; raises BadValue for a value it cannot take."""

TypeMap: TypeAlias = Callable[[FieldType], frozenset[FieldType]]
"""The CRM's field types that a transform can fill from one of the ERP's; empty for none."""


class Laws(Enum):
    """What a transform promises about the way there and back."""

    #: Both round trips give back what went in.
    LOSSLESS = "lossless"
    #: One round trip may tidy a value up; the next one changes nothing.
    CANONICALISING = "canonicalising"
    #: There is no way back to the ERP.
    TO_CRM_ONLY = "to CRM only"
    #: There is no way on to the CRM.
    TO_ERP_ONLY = "to ERP only"

    @property
    def two_way(self) -> bool:
        """Whether values travel in both directions."""
        return self in (Laws.LOSSLESS, Laws.CANONICALISING)


def same_type(erp: FieldType) -> frozenset[FieldType]:
    """The type map of a transform that leaves the type as it is."""
    return frozenset({erp})


def _params(params: Mapping[str, Any]) -> FrozenDict[str, Any]:
    return FrozenDict(params)


@frozen
class Trial:
    """What became of one value that was sent through a transform and back."""

    given: Value
    #: What the other side would hold; None where it was refused.
    becomes: Value
    #: What would come back; None where there is no way back or it was refused.
    comes_back: Value
    #: Why the value, or the way back, was refused; empty where neither was.
    problem: str = ""

    @property
    def stable(self) -> bool:
        """Whether the value came back as it was given."""
        return not self.problem and alike(self.given, self.comes_back)

    def __str__(self) -> str:
        """One line: there, and back."""
        there = f"{shorten(self.given)} -> {shorten(self.becomes)}"
        return (
            f"{there}: {self.problem}" if self.problem else f"{there} -> {shorten(self.comes_back)}"
        )


@frozen(repr=False)
class Transform:
    """A two-way pair, or one direction of one; equal by name and parameters."""

    #: The name under which a catalogue makes it again.
    name: str
    #: From the ERP's value to the CRM's; None where there is no such way.
    to_crm: OneWay | None = attr(eq=False)
    #: From the CRM's value to the ERP's; None where there is no such way.
    to_erp: OneWay | None = attr(eq=False)
    laws: Laws
    gives: TypeMap = attr(default=same_type, eq=False)
    #: What the catalogue's factory was given; plain data, transforms, or tuples of them.
    params: FrozenDict[str, Any] = attr(factory=FrozenDict, converter=_params)

    def __attrs_post_init__(self) -> None:
        """Refuse laws that the given directions cannot keep."""
        ways = (self.to_crm is not None, self.to_erp is not None)
        expected = (self.laws is not Laws.TO_ERP_ONLY, self.laws is not Laws.TO_CRM_ONLY)
        if ways != expected:
            rule = f"a transform that is {self.laws.value} has other directions than these"
            raise BadValue(rule, value=self.name)

    def __repr__(self) -> str:
        """As the call that makes it."""
        given = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.name}({given})"

    def try_out(self, value: Value, *, from_crm: bool = False) -> Trial:
        """Show what ``value`` becomes on the other side, and what comes back from there."""
        there, back = (self.to_erp, self.to_crm) if from_crm else (self.to_crm, self.to_erp)
        if there is None:
            return Trial(value, None, None, f"{self.name} is {self.laws.value}")
        becomes: Value = None
        try:
            becomes = check_value(there(value))
            comes_back = None if back is None else check_value(back(becomes))
        except BadValue as error:
            return Trial(value, becomes, None, str(error))
        return Trial(value, becomes, comes_back)
