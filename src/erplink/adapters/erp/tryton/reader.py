"""RecordReader: makes records of what the server tells of one kind."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from erplink.adapters.erp.tryton.dialect import Dialect
from erplink.adapters.erp.tryton.draft import Raw
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.rpc import Rows
from erplink.connectors import Context
from erplink.domain.records import Actor

__all__ = ["RecordReader"]

_VERSION_BYTES = 12


class RecordReader:
    """Knows what to ask of the server for a kind, and what its answers come to.

    Everything is asked for each time, whichever fields are wanted: a version is of the whole
    record with its children, for Tryton's own stamp does not move with them, and on some
    databases moves once in a second only.
    """

    def __init__(self, kind: TrytonKind, dialect: Dialect, context: Context) -> None:
        """Read records of ``kind``."""
        self._kind, self._dialect, self._context = kind, dialect, context
        own = ("_timestamp", "write_uid", *dialect.stamps)
        names = dict.fromkeys(own)
        for child in kind.children:
            names |= dict.fromkeys(f"{child}.{name}" for name in own)
        for part in kind.parts.values():
            names |= dict.fromkeys(part.reads)
        names |= dict.fromkeys(kind.belonging.reads)
        if kind.merges:
            names["replaced_by"] = None
        #: What the server is asked for.
        self.names: tuple[str, ...] = tuple(names)

    def actor(self, raw: Raw, parent: int | None, fields: Sequence[str]) -> Actor:
        """The record, with those of its fields."""
        kind, context = self._kind, self._context
        return Actor(
            context.ref(kind.name, str(raw["id"])),
            None if parent is None else context.ref(kind.parent, str(parent)),
            version=self.version(raw),
            modified=self.modified(raw),
            fields={key: kind.parts[key].value(raw) for key in fields if key in kind.parts},
        )

    def actors(
        self, rows: Rows, parents: dict[int, int | None], fields: Sequence[str]
    ) -> list[Actor]:
        """The records of those of ``rows`` that belong to the kind."""
        return [self.actor(row, parents[row["id"]], fields) for row in rows if row["id"] in parents]

    def version(self, raw: Raw) -> str:
        """Which state of the record this is, its children included."""
        text = json.dumps(raw, sort_keys=True, default=str, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=_VERSION_BYTES).hexdigest()

    def modified(self, raw: Raw) -> datetime | None:
        """When the record, or the last of its children, was changed."""
        told = [self._dialect.modified(each) for each in (raw, *self._children(raw))]
        return max((each for each in told if each is not None), default=None)

    def stamps(self, raw: Raw) -> dict[str, str]:
        """What the server is to expect of the record and its children when it writes them."""
        stamps = {f"{self._kind.model},{raw['id']}": raw.get("_timestamp")}
        for name in self._kind.children:
            for child in raw.get(f"{name}.") or ():
                stamps[f"{self._kind.models[name]},{child['id']}"] = child.get("_timestamp")
        return {key: stamp for key, stamp in stamps.items() if isinstance(stamp, str)}

    def writers(self, raw: Raw) -> set[Any]:
        """Who wrote last to the record and to its children."""
        return {each.get("write_uid") for each in (raw, *self._children(raw))} - {None}

    def _children(self, raw: Raw) -> list[Raw]:
        return [child for name in self._kind.children for child in raw.get(f"{name}.") or ()]
