"""Scopes: which parties are customers, suppliers or persons; Tryton has no such mark itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Dialect, Domain
from erplink.adapters.erp.tryton.draft import Draft
from erplink.adapters.erp.tryton.rpc import Caller
from erplink.adapters.erp.tryton.walking import by_ids, walk

__all__ = ["Everyone", "InCategory", "Scope", "WithDocuments"]


class Scope(Protocol):
    """Tells which parties belong to a kind."""

    @property
    def creates(self) -> bool:
        """Whether a new party can be made so that it belongs."""
        ...

    @property
    def is_exact(self) -> bool:
        """Whether :meth:`domain` alone says who belongs."""
        ...

    def domain(self, path: str) -> Domain:
        """Holds for all that belong, and perhaps for others; ``path`` leads to the party."""
        ...

    def members(self, caller: Caller, ids: Collection[int]) -> set[int]:
        """Those of ``ids`` that belong."""
        ...

    def joined_since(self, caller: Caller, dialect: Dialect, since: datetime) -> list[int]:
        """Parties that may have come to belong without having been changed themselves."""
        ...

    def admit(self, draft: Draft) -> None:
        """Have a new party belong."""
        ...


@frozen
class Everyone:
    """Every party belongs."""

    creates: bool = True
    is_exact: bool = True

    def domain(self, path: str) -> Domain:
        """No condition."""
        del path
        return []

    def members(self, caller: Caller, ids: Collection[int]) -> set[int]:
        """All of them."""
        del caller
        return set(ids)

    def joined_since(self, caller: Caller, dialect: Dialect, since: datetime) -> list[int]:
        """Nobody comes to belong."""
        del caller, dialect, since
        return []

    def admit(self, draft: Draft) -> None:
        """It belongs anyway."""


@frozen
class InCategory:
    """The parties of a category belong."""

    category: int
    creates: bool = True
    is_exact: bool = True

    def domain(self, path: str) -> Domain:
        """Holds for the parties of the category."""
        return [[f"{path}categories.id", "=", self.category]]

    def members(self, caller: Caller, ids: Collection[int]) -> set[int]:
        """Those that are in the category."""
        rows = by_ids(caller, "party.party", ids, ["id"], self.domain(""))
        return {int(row["id"]) for row in rows}

    def joined_since(self, caller: Caller, dialect: Dialect, since: datetime) -> list[int]:
        """To be put into a category changes a party."""
        del caller, dialect, since
        return []

    def admit(self, draft: Draft) -> None:
        """Put it into the category."""
        draft.add("categories", self.category)


@frozen
class WithDocuments:
    """The parties that have sales, or purchases, belong."""

    #: The model of the documents.
    model: str
    creates: bool = False
    is_exact: bool = False

    def domain(self, path: str) -> Domain:
        """A party does not know its documents."""
        del path
        return []

    def members(self, caller: Caller, ids: Collection[int]) -> set[int]:
        """Those that have a document."""
        rows = by_ids(caller, self.model, ids, ["party"], field="party")
        return {int(row["party"]) for row in rows}

    def joined_since(self, caller: Caller, dialect: Dialect, since: datetime) -> list[int]:
        """The parties of documents that are new, or are another party's now."""
        rows = walk(caller, self.model, dialect.changed("", since), ["party"])
        return sorted({int(row["party"]) for row in rows if row["party"]})

    def admit(self, draft: Draft) -> None:
        """Nothing is made of which this could be said; see :attr:`creates`."""
