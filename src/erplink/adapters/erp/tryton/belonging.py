"""Belonging: which records make a kind, and under which customer each of them is."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Dialect, Domain
from erplink.adapters.erp.tryton.draft import Draft, Raw
from erplink.adapters.erp.tryton.rpc import Caller
from erplink.adapters.erp.tryton.scopes import Scope
from erplink.errors import BadValue

__all__ = ["Belonging", "OfParty", "Related", "UnderParty"]


class Belonging(Protocol):
    """Tells the records of a kind from others of the same model."""

    @property
    def creates(self) -> bool:
        """Whether a new record can be made so that it belongs."""
        ...

    @property
    def is_exact(self) -> bool:
        """Whether :meth:`domain` alone says which records belong."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """The names that the server is asked for."""
        ...

    def domain(self) -> Domain:
        """Holds for every record that belongs."""
        ...

    def changed(self, caller: Caller, dialect: Dialect, since: datetime) -> list[Domain]:
        """Hold for what may have come to belong without having been changed itself."""
        ...

    def parents(self, caller: Caller, rows: Iterable[Raw]) -> dict[int, int | None]:
        """The ids of those of ``rows`` that belong, each with that of its customer, if any."""
        ...

    def under(self, parent: int) -> Domain:
        """Holds for the records under a customer."""
        ...

    def admit(self, draft: Draft, parent: int | None) -> None:
        """Have a new record belong, under ``parent``; BadValue where it needs one."""
        ...


@frozen
class OfParty:
    """The parties of a scope."""

    scope: Scope
    reads: tuple[str, ...] = ()

    @property
    def creates(self) -> bool:
        """As the scope."""
        return self.scope.creates

    @property
    def is_exact(self) -> bool:
        """As the scope."""
        return self.scope.is_exact

    def domain(self) -> Domain:
        """As the scope."""
        return self.scope.domain("")

    def changed(self, caller: Caller, dialect: Dialect, since: datetime) -> list[Domain]:
        """Those that joined the scope."""
        return _with_ids("id", self.scope.joined_since(caller, dialect, since))

    def parents(self, caller: Caller, rows: Iterable[Raw]) -> dict[int, int | None]:
        """Those of the scope; a party is under nobody."""
        return dict.fromkeys(self.scope.members(caller, {int(row["id"]) for row in rows}))

    def under(self, parent: int) -> Domain:
        """None is."""
        del parent
        return [["id", "<", 0]]

    def admit(self, draft: Draft, parent: int | None) -> None:
        """Have it in the scope."""
        del parent
        self.scope.admit(draft)


@frozen
class UnderParty:
    """What has a party: addresses, and projects."""

    #: Which parties are customers.
    scope: Scope
    #: Whether a record without a customer belongs all the same.
    free: bool = False
    fixed: tuple[Any, ...] = ()
    reads: tuple[str, ...] = ("party",)
    creates: bool = True

    @property
    def is_exact(self) -> bool:
        """As the scope."""
        return self.free or self.scope.is_exact

    def domain(self) -> Domain:
        """What is fixed, and the scope."""
        of_scope = [] if self.free else self.scope.domain("party.")
        return [*map(list, self.fixed), *of_scope]

    def changed(self, caller: Caller, dialect: Dialect, since: datetime) -> list[Domain]:
        """What is under those that joined the scope."""
        return _with_ids("party", self.scope.joined_since(caller, dialect, since))

    def parents(self, caller: Caller, rows: Iterable[Raw]) -> dict[int, int | None]:
        """What is under a customer, or may be without one."""
        of_row = {int(row["id"]): row.get("party") for row in rows}
        customers = self.scope.members(caller, {party for party in of_row.values() if party})
        return {
            id_: party if party in customers else None
            for id_, party in of_row.items()
            if self.free or party in customers
        }

    def under(self, parent: int) -> Domain:
        """The party's."""
        return [["party", "=", parent]]

    def admit(self, draft: Draft, parent: int | None) -> None:
        """Put it under the party."""
        if parent is None and not self.free:
            raise BadValue("it is made under a customer: name its parent", value="None")
        draft.values["party"] = parent
        draft.values.update({name: value for name, _, value in self.fixed})


@frozen
class Related:
    """Parties with a relation of some type to a customer: persons."""

    scope: Scope
    #: The id of the type of the relation.
    type: int
    creates: bool = True

    @property
    def is_exact(self) -> bool:
        """Whether a relation is still valid is said by dates, which a domain does not know."""
        return False

    @property
    def reads(self) -> tuple[str, ...]:
        """The relations."""
        return tuple(f"relations.{name}" for name in ("type", "to", "active"))

    def domain(self) -> Domain:
        """Has a relation of the type."""
        return [self._related(self.scope.domain("to."))]

    def changed(self, caller: Caller, dialect: Dialect, since: datetime) -> list[Domain]:
        """Whose relation is new, or whose company joined the scope."""
        # The moment of the last change is always now for a relation, which is no table.
        stamped = [[f"relations.{name}", ">=", since] for name in ("create_date", "write_date")]
        joined = self.scope.joined_since(caller, dialect, since)
        return [[stamp] for stamp in stamped] + _with_ids("relations.to", joined)

    def parents(self, caller: Caller, rows: Iterable[Raw]) -> dict[int, int | None]:
        """The first relation to a customer says under whom a person is."""
        related = {int(row["id"]): self._companies(row) for row in rows}
        every = {party for parties in related.values() for party in parties}
        customers = self.scope.members(caller, every)
        first = {id_: _first(parties, customers) for id_, parties in related.items()}
        return {id_: party for id_, party in first.items() if party is not None}

    def under(self, parent: int) -> Domain:
        """Related to the party."""
        return [self._related([["to", "=", parent]])]

    def admit(self, draft: Draft, parent: int | None) -> None:
        """Relate it to the party."""
        if parent is None:
            raise BadValue("a person is made under a customer: name the parent", value="None")
        draft.create("relations", type=self.type, to=parent)

    def _related(self, domain: Domain) -> Domain:
        return ["relations", "where", [["type", "=", self.type], *domain]]

    def _companies(self, raw: Raw) -> list[int]:
        relations = sorted(raw.get("relations.") or (), key=lambda each: each["id"])
        return [
            int(each["to"])
            for each in relations
            if each["type"] == self.type and each.get("active")
        ]


def _first(parties: Iterable[int], customers: Collection[int]) -> int | None:
    return next((party for party in parties if party in customers), None)


def _with_ids(path: str, ids: list[int]) -> list[Domain]:
    return [[[path, "in", ids]]] if ids else []
