"""Reading: a feed or a search to its end, page by page, within bounds."""

from collections.abc import Callable, Iterator, Sequence

from erplink.connectors.limits import Limits
from erplink.connectors.page import Page
from erplink.connectors.protocol import Session
from erplink.connectors.query import Query
from erplink.errors import BrokenPromise

__all__ = ["all_changes", "all_found"]


def all_changes(
    session: Session,
    kind: str,
    fields: Sequence[str],
    since: str | None = None,
    *,
    pages_max: int | None = None,
) -> Iterator[Page]:
    """The pages of a change feed until there is no more; a feed without an end is stopped."""
    return _pages(
        lambda cursor: session.changes(kind, cursor, fields), since, pages_max, f"changes of {kind}"
    )


def all_found(
    session: Session,
    kind: str,
    query: Query,
    fields: Sequence[str],
    *,
    pages_max: int | None = None,
) -> Iterator[Page]:
    """The pages of a search until there is no more; a search without an end is stopped."""
    return _pages(
        lambda cursor: session.search(kind, query, fields, cursor),
        None,
        pages_max,
        f"search of {kind}",
    )


def _pages(
    fetch: Callable[[str | None], Page], cursor: str | None, pages_max: int | None, what: str
) -> Iterator[Page]:
    limit = Limits().pages_max if pages_max is None else pages_max
    for _ in range(limit):
        page = fetch(cursor)
        yield page
        if not page.more:
            return
        cursor = page.cursor
    raise BrokenPromise("session", what, f"there are more than {limit} pages")
