"""SqlIssues: the questions that wait for a person."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from attrs import frozen

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.moments import from_stored, to_stored
from erplink.sync.state import FeedName, Issue, Side

__all__ = ["SqlIssues"]


@frozen
class SqlIssues:
    """The questions that wait for a person."""

    _database: Database

    def put(self, issues: Iterable[Issue]) -> None:
        """Ask, or ask again: one that is asked already keeps the moment it was first asked."""
        tenant = self._database.tenant
        rows = [
            {**_row(issue), "tenant": tenant} for issue in sorted(issues, key=lambda each: each.id)
        ]
        if rows:
            self._database.execute_many("issue_put", rows)

    def withdraw(self, records: Collection[str], *, but: Collection[str] = ()) -> None:
        """Withdraw what is asked about records, all but the named ones."""
        if records:
            self._database.execute("issues_withdraw", records=sorted(records), but=sorted(but))

    def get(self, issue: str) -> Issue | None:
        """The question with this id."""
        rows = self._database.query("issue_get", id=issue)
        return _read(rows[0]) if rows else None

    def of(self, connection: str, *, after: str = "", most: int = 1000) -> Sequence[Issue]:
        """The questions about a connection by id; ``after`` an id."""
        rows = self._database.query("issues_of", connection=connection, after=after, most=most)
        return [_read(row) for row in rows]

    def count(self, connection: str) -> int:
        """How many questions are open."""
        ((count,),) = self._database.query("issues_count", connection=connection)
        return int(count)


def _row(issue: Issue) -> dict[str, Any]:
    return {
        "id": issue.id,
        "connection": issue.feed.connection,
        "actor_kind": issue.feed.actor_kind,
        "side": issue.feed.side.value,
        "key": issue.key,
        "kind": issue.kind.value,
        "record": issue.record,
        "asked_at": to_stored(issue.asked_at),
        "told": to_json([issue.text, dict(issue.options)]),
    }


def _read(row: Row) -> Issue:
    each, connection, actor_kind, side, key, kind, record, asked_at, told = row
    text, options = from_json(told)
    return Issue(
        id=each,
        kind=kind,
        record=record,
        feed=FeedName(connection, actor_kind, Side(side)),
        key=key,
        text=text,
        options=options,
        asked_at=from_stored(asked_at),
    )
