"""Edit: one write that a session is asked for; and the closed set of answers to it."""

from collections.abc import Mapping
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.connectors.page import Record
from erplink.domain.frozen import FrozenDict
from erplink.domain.records import Ref
from erplink.domain.values import Value

__all__ = [
    "Deleted",
    "DeletionResult",
    "Edit",
    "EditRefused",
    "EditResult",
    "EditStale",
    "EditUnknown",
    "Removal",
    "Saved",
]


def _patch(patch: Mapping[str, Value]) -> FrozenDict[str, Value]:
    return FrozenDict(patch)


@frozen
class Edit:
    """Change the named fields of a record and leave the others; without a key, make a new one."""

    patch: FrozenDict[str, Value] = attr(converter=_patch)
    #: Which record; None for a creation.
    key: str | None = None
    #: The version the record must still have; None where it does not matter.
    expects: str | None = attr(default=None, kw_only=True)
    #: The same for the same write, however often it is sent.
    idempotency_key: str = attr(default="", kw_only=True)
    #: Under which record a new one is made.
    parent: Ref | None = attr(default=None, kw_only=True)

    @property
    def creates(self) -> bool:
        """Whether a new record is asked for."""
        return self.key is None


@frozen
class Removal:
    """Remove a record."""

    key: str
    #: The version the record must still have; None where it does not matter.
    expects: str | None = None


@frozen
class Saved:
    """The system took the edit; this is the record as it stores it now, with its new version."""

    record: Record


@frozen
class Deleted:
    """The system removed the record."""

    key: str


@frozen
class EditRefused:
    """The system said no, and nothing of this edit was done."""

    reason: str
    field: str = ""
    code: str = ""


@frozen
class EditStale:
    """The record is not at the expected version; nothing of this edit was done."""

    #: What is there now; None where the record is gone.
    current: Record | None = None


@frozen
class EditUnknown:
    """The system may have acted; it must be read back."""

    reason: str = ""


EditResult: TypeAlias = Saved | EditRefused | EditStale | EditUnknown
DeletionResult: TypeAlias = Deleted | EditRefused | EditStale | EditUnknown
