"""Retention: what is over for long enough is removed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.moments import to_stored
from erplink.sync.store import Retention

__all__ = ["removals"]

_OF_A_CONNECTION: Final = (
    "expire_mappings",
    "expire_links",
    "expire_fingerprints",
    "expire_pending",
    "expire_feeds",
    "expire_intents",
    "expire_issues",
    "connections_expire",
)


def removals(retention: Retention, now: datetime) -> Mapping[str, Callable[[Database], int]]:
    """What removes what is over, by the names of the retention; each says how much it removed."""
    lengths = {
        "history": retention.history,
        "runs": retention.runs,
        "dead_links": retention.dead_links,
        "deleted_connections": retention.deleted_connections,
    }
    return {
        name: partial(_WAYS[name], before=to_stored(now - length))
        for name, length in lengths.items()
        if length is not None
    }


def _remove_history(database: Database, before: int) -> int:
    return database.execute("history_expire", before=before)


def _remove_dead_links(database: Database, before: int) -> int:
    return database.execute("dead_links_expire", before=before)


def _remove_runs(database: Database, before: int) -> int:
    database.execute("held_expire", before=before)
    return database.execute("runs_expire", before=before)


def _remove_connections(database: Database, before: int) -> int:
    gone = [each for (each,) in database.query("connections_expired", before=before)]
    if gone:
        for statement in _OF_A_CONNECTION:
            database.execute(statement, connections=gone)
    return len(gone)


_WAYS: Final[Mapping[str, Callable[..., int]]] = {
    "history": _remove_history,
    "runs": _remove_runs,
    "dead_links": _remove_dead_links,
    "deleted_connections": _remove_connections,
}
