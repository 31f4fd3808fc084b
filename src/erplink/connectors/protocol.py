"""Connector and Session: what a plug-in author writes. Plain objects; nothing to inherit from.

A connector describes and tests its configuration and opens sessions. A session is an open
connection to one system. What a session does not claim in its capabilities need not be written:
the guard answers for it. Every method may raise what :mod:`erplink.errors` calls a SessionError.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast

from attrs import field as attr
from attrs import frozen

from erplink.connectors.capabilities import Capabilities
from erplink.connectors.context import Context
from erplink.connectors.diagnosis import Diagnosis
from erplink.connectors.edit import DeletionResult, Edit, EditResult, Removal
from erplink.connectors.page import Page, Record
from erplink.connectors.query import Query
from erplink.domain.connections import Configured
from erplink.domain.fields import Field
from erplink.domain.values import Value
from erplink.errors import Unsupported

__all__ = ["Configuration", "Connector", "Kind", "ListAdder", "Session", "add_item"]

Configuration = Mapping[str, Configured]
"""The values of a connection's configuration fields, by key."""


def _fields(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(fields)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen(repr=False)
class Kind:
    """A kind of record as its system describes it."""

    name: str
    fields: tuple[Field, ...] = attr(converter=_fields)
    #: The fields in which a search by text looks, and which criteria may name.
    searchable: tuple[str, ...] = attr(default=(), converter=_names)
    #: The kind of a record's parent; empty where records have none.
    parent: str = ""
    title: str = ""

    @property
    def lists(self) -> frozenset[str]:
        """The lists that the fields refer to."""
        return frozenset(field.list_name for field in self.fields if field.list_name)

    def field(self, key: str) -> Field | None:
        """The field named ``key``, if there is one."""
        return next((field for field in self.fields if field.key == key), None)

    def __repr__(self) -> str:
        """The name and how many fields there are."""
        return f"Kind({self.name}: {len(self.fields)} fields)"


class Session(Protocol):
    """An open connection to one system; the CRM is one more system."""

    @property
    def capabilities(self) -> Capabilities:
        """What this session claims it can do."""
        ...

    def kinds(self) -> Sequence[Kind]:
        """The kinds of records there are, with their fields."""
        ...

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``, in their order; None for one that does not exist.

        Only the asked ``fields`` are delivered. A missing record is no error.
        """
        ...

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed on or after the cursor ``since``; everything there is without one.

        Inclusive: the same record may come again. The cursor comes from what was observed and
        never from a clock, so that nothing that becomes visible later is passed over.
        """
        ...

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """The records that ``query`` finds, a page at a time; a blank query finds all."""
        ...

    def count(self, kind: str, query: Query) -> int:
        """How many records ``query`` finds."""
        ...

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit by itself, and answer each in its place, with the record as stored."""
        ...

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records, and answer each removal in its place."""
        ...

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What the creation with ``idempotency_key`` made, or else what has the natural key."""
        ...

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list, key to text; all of them, or those with ``keys``."""
        ...

    def close(self) -> None:
        """Let go of everything; the session is not used again."""
        ...


class ListAdder(Protocol):
    """A session whose lists can be added to, as it claims with ``add_items``."""

    def add_item(self, name: str, text: str) -> str:
        """The key of the item of a list with this text, which is made where there is none yet.

        Asked again, it is the same item: texts are told apart without regard to case.
        """
        ...


def add_item(session: Session, name: str, text: str) -> str:
    """Have an item in a list of a session, and give its key; Unsupported where none is added."""
    if not session.capabilities.add_items:
        raise Unsupported("the system does not claim to add items to lists")
    return cast("ListAdder", session).add_item(name, text)


class Connector(Protocol):
    """Talks to one kind of system; made once, and shared by all its connections."""

    @property
    def name(self) -> str:
        """The name that connections refer to; lower case, unique among all plug-ins."""
        ...

    @property
    def title(self) -> str:
        """What a person reads."""
        ...

    @property
    def versions(self) -> str:
        """The versions of the system that it works with, for a person."""
        ...

    def config_fields(self) -> Sequence[Field]:
        """The configuration form."""
        ...

    def test(self, config: Configuration, context: Context) -> Diagnosis:
        """Try a configuration out without saving anything; tells faults apart, raises none."""
        ...

    def open(self, config: Configuration, context: Context) -> Session:
        """Open a session; bad credentials fail here and not on the first write."""
        ...
