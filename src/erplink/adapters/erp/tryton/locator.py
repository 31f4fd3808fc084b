"""Locator: reads records by their ids, and finds what a creation made."""

from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from erplink.adapters.erp.tryton.children import CREATION_KEY
from erplink.adapters.erp.tryton.dialect import Domain
from erplink.adapters.erp.tryton.draft import Draft, Raw
from erplink.adapters.erp.tryton.keys import id_of
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.reader import RecordReader
from erplink.adapters.erp.tryton.rpc import Caller
from erplink.adapters.erp.tryton.walking import by_ids
from erplink.domain.records import Actor

__all__ = ["CreationKey", "Found", "Locator"]


@frozen(eq=False)
class Found:
    """A record as the server told it, and under whom it is."""

    raw: Raw
    parent: int | None


@frozen
class CreationKey:
    """Where it is kept which creation made a party: in an identifier, or in its code."""

    in_code: bool = False

    def keep(self, draft: Draft, key: str) -> None:
        """Have a new party know its creation."""
        if self.in_code:
            draft.values["code"] = key
        else:
            draft.create("identifiers", type=None, code=f"{CREATION_KEY}{key}")

    def domain(self, keys: Sequence[str]) -> Domain:
        """Holds for what the creations with ``keys`` made."""
        if self.in_code:
            return [["code", "in", list(keys)]]
        return [["identifiers.code", "in", [f"{CREATION_KEY}{key}" for key in keys]]]

    def told(self, raw: Raw) -> list[str]:
        """The keys of the creations that a party knows."""
        if self.in_code:
            return [str(raw["code"])]
        codes = [str(each["code"]) for each in raw.get("identifiers.") or ()]
        return [code.removeprefix(CREATION_KEY) for code in codes if code.startswith(CREATION_KEY)]


@frozen(eq=False)
class Locator:
    """Reads records of one kind."""

    kind: TrytonKind
    caller: Caller
    reader: RecordReader
    #: None where a creation leaves no trace in what it makes.
    creation_key: CreationKey | None = None

    def with_keys(self, keys: Collection[str]) -> dict[str, Found]:
        """The records with ``keys``, by them; one that is not there is left out."""
        ids = [number for key in keys if (number := id_of(key)) is not None]
        return {str(number): found for number, found in self.with_ids(ids).items()}

    def with_ids(self, ids: Collection[int]) -> dict[int, Found]:
        """The records with ``ids`` that belong to the kind."""
        return self._found(by_ids(self.caller, self.kind.model, ids, self.reader.names))

    def made_by(self, keys: Sequence[str]) -> dict[str, Found]:
        """What the creations with ``keys`` made, by them."""
        creation_key = self.creation_key
        asked = [key for key in keys if key]
        if creation_key is None or not asked:
            return {}
        domain = creation_key.domain(asked)
        rows = self.caller.rows(self.kind.model, domain, self.reader.names)
        made: dict[str, Found] = {}
        for found in self._found(rows).values():
            for key in creation_key.told(found.raw):
                if key in asked:
                    made.setdefault(key, found)
        return made

    def actor(self, found: Found, fields: Sequence[str] | None = None) -> Actor:
        """The record, with some of its fields or with all."""
        asked = list(self.kind.parts) if fields is None else fields
        return self.reader.actor(found.raw, found.parent, asked)

    def _found(self, rows: Sequence[Raw]) -> dict[int, Found]:
        there = [dict(row) for row in rows if not row.get("replaced_by")]
        parents: Mapping[int, int | None] = self.kind.belonging.parents(self.caller, there)
        return {
            int(row["id"]): Found(row, parents[row["id"]]) for row in there if row["id"] in parents
        }
