"""SqlIntents: the journal, with one intent at most for each record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_bytes, to_bytes
from erplink.adapters.stores.moments import from_stored, to_stored
from erplink.sync.state import Intent

__all__ = ["SqlIntents"]


@frozen
class SqlIntents:
    """The journal: what is being written, record by record."""

    _database: Database

    def add(self, intents: Sequence[Intent]) -> Collection[str]:
        """Make intents durable; the records of which there is one already are named, and left."""
        taken: set[str] = set()
        news: dict[str, Intent] = {}
        for intent in intents:
            if intent.record in news:
                taken.add(intent.record)
            news.setdefault(intent.record, intent)
        while news:
            there = {record for (record,) in self._query("intents_there", sorted(news))}
            taken |= there
            news = {record: intent for record, intent in news.items() if record not in there}
            if self._added([_row(news[record]) for record in sorted(news)]):
                break
        self._moves()
        return taken

    def _added(self, rows: list[dict[str, Any]]) -> bool:
        """Whether all were added; if somebody was quicker, none is, and one looks again."""
        if not rows:
            return True
        tenant = self._database.tenant
        with self._database.savepoint() as undo:
            added = self._database.execute_many(
                "intent_add", [{**row, "tenant": tenant} for row in rows]
            )
            if added < len(rows):
                undo()
        return added == len(rows)

    def of(self, records: Sequence[str]) -> Mapping[str, Intent]:
        """The intents for some records, by record."""
        return {row[0]: _read(row) for row in self._query("intents_of", list(records))}

    def _query(self, statement: str, records: list[str]) -> Sequence[Row]:
        return self._database.query(statement, records=records)

    def remove(self, records: Iterable[str], *, run: str) -> None:
        """Forget the intents of a run, which are resolved."""
        if gone := sorted(set(records)):
            self._database.execute("intents_remove", records=gone, run=run)
            self._moves()

    def replace(self, intent: Intent, *, run: str) -> bool:
        """Take over the intent of another run, or keep its new document; False if it is gone."""
        return bool(self._database.execute("intent_replace", **_row(intent), before=run))

    def orphans(self, connection: str, now: datetime, *, most: int = 1000) -> Sequence[Intent]:
        """The intents whose lease has expired, is gone, or went on to a higher fence."""
        rows = self._database.query(
            "intents_orphans", connection=connection, now=to_stored(now), most=most
        )
        return [_read(row) for row in rows]

    def count(self, connection: str) -> int:
        """How many intents there are."""
        ((count,),) = self._database.query("intents_count", connection=connection)
        return int(count)

    def mark(self) -> str | None:
        """What is another one once an intent was made or resolved; None while there is any."""
        ((moves, there),) = self._database.query("intents_mark")
        return None if there else str(moves or 0)

    def _moves(self) -> None:
        self._database.execute("intents_move")


def _row(intent: Intent) -> dict[str, Any]:
    return {
        "record": intent.record,
        "run": intent.run,
        "connection": intent.connection,
        "actor_kind": intent.actor_kind,
        "lease": intent.lease,
        "fence": intent.fence,
        "at": to_stored(intent.at),
        "document": to_bytes(intent.document),
    }


def _read(row: Row) -> Intent:
    record, run, connection, actor_kind, lease, fence, at, document = row
    return Intent(
        record=record,
        run=run,
        connection=connection,
        actor_kind=actor_kind,
        lease=lease,
        fence=fence,
        document=from_bytes(document),
        at=from_stored(at),
    )
