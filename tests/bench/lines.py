"""LinesSession: a source of lines of JSON, as the plainest session there can be."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import sources
from systems import ACTOR, CUSTOMER, ERP
from world import PAGE

from erplink.connectors import Capabilities, Kind, KindCapabilities, Page, Query
from erplink.domain.records import Actor, ActorRef


class LinesSession:
    """The rows of the source of W4, to be searched once from its beginning to its end."""

    capabilities = Capabilities(
        kinds={CUSTOMER: KindCapabilities(read=True, search=True, page_max=PAGE)}
    )

    def __init__(self, data: Path) -> None:
        """Read the source of a workload."""
        self._pages: Iterator[list[bytes]] = sources.lines(data)
        self._next = next(self._pages, [])

    def kinds(self) -> Sequence[Kind]:
        """Customers."""
        return (ACTOR,)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """The next page; nobody asks for less than all."""
        lines, self._next = self._next, next(self._pages, [])
        records = [
            Actor(ActorRef(ERP, kind, row["key"]), fields={key: row[key] or None for key in fields})
            if not (row["org_number"] and row["email"])
            else Actor(ActorRef(ERP, kind, row["key"]), fields={key: row[key] for key in fields})
            for row in map(json.loads, lines)
        ]
        return Page(records, cursor=str(int(cursor or 0) + 1), more=bool(self._next))

    def close(self) -> None:
        """Close the file."""
