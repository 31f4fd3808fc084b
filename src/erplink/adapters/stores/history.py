"""SqlHistory: what was written, one row for each record that was."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from erplink.adapters.stores.changes import changes_from_json, changes_to_json
from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.moments import from_stored, to_stored
from erplink.domain.history import RecordChange
from erplink.domain.records import CRM, ActorRef, EntityRef

__all__ = ["SqlHistory"]


@frozen
class SqlHistory:
    """What was written, record by record."""

    _database: Database

    def add(self, changes: Iterable[RecordChange]) -> None:
        """Keep what was written."""
        tenant = self._database.tenant
        rows = [{**_row(change), "tenant": tenant} for change in changes]
        if rows:
            self._database.execute_many("history_add", rows)

    def follow(self, link: str, to: str) -> None:
        """Have a link's history told under the name that the link has now."""
        self._database.execute("history_follow", link=link, to=to)

    def of_link(self, link: str, *, most: int = 1000) -> Sequence[RecordChange]:
        """What was written through a link, the newest first."""
        rows = self._database.query("history_of_link", link=link, most=most)
        return [_read(row) for row in rows]

    def of_record(
        self, record: ActorRef | EntityRef, *, most: int = 1000
    ) -> Sequence[RecordChange]:
        """What was written to a record, the newest first."""
        rows = self._database.query(
            "history_of_record", system=record.system, kind=record.kind, key=record.key, most=most
        )
        return [_read(row) for row in rows]

    def of_run(
        self, run: str, *, after: int = 0, most: int = 1000
    ) -> Sequence[tuple[int, RecordChange]]:
        """What a run wrote, with positions, in the order it was written."""
        rows = self._database.query("history_of_run", run=run, after=after, most=most)
        return [(row[0], _read(row)) for row in rows]


def _row(change: RecordChange) -> dict[str, Any]:
    return {
        "link": change.link,
        "system": change.record.system,
        "kind": change.record.kind,
        "key": change.record.key,
        "run": change.run,
        "at": to_stored(change.at),
        "principal": to_json(change.principal),
        "document": changes_to_json(change.changes, created=change.created, version=change.version),
    }


def _read(row: Row) -> RecordChange:
    _, link, system, kind, key, run, principal, at, document = row
    return RecordChange(
        link,
        (EntityRef if system == CRM else ActorRef)(system, kind, key),
        run,
        from_json(principal),
        from_stored(at),
        *changes_from_json(document, system),
    )
