"""Paging: walk through a long list by offset, by key or by link, within bounds.

A server that sends the same page for ever, or a cursor that leads back, is found at once: these
raise PluginError, because the connector's author must mend it, and no waiting will.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from erplink.adapters.http.addresses import resolve_link
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.response import Response
from erplink.domain.values import shorten
from erplink.errors import PluginError

__all__ = ["PAGES_MAX", "link_header", "pages_by_key", "pages_by_link", "pages_by_offset"]

PAGES_MAX = 100_000

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)

_PARAMETER = r'\s*;\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s",;]+)))?'
_LINK = re.compile(rf"<([^<>]*)>((?:{_PARAMETER})*)")


def pages_by_offset(
    fetch: Callable[[int], Sequence[_T]],
    *,
    start: int = 0,
    size: int | None = None,
    pages_max: int = PAGES_MAX,
) -> Iterator[Sequence[_T]]:
    """The pages from ``start`` on, until one is empty.

    Where rows are deleted during the walk, as many are skipped: where there is a choice, walk by
    key. The offset moves by what came, for a server may give less than it was asked for.

    Args:
        fetch: Gets the rows from an offset on.
        start: The first offset.
        size: How many rows fill a page, where the system is known to fill them: then a shorter
            page is the last one, and one request is saved.
        pages_max: More pages than this are a mistake.
    """
    offset, before = start, None
    for _ in range(pages_max):
        page = fetch(offset)
        if not page:
            return
        if page == before:
            raise PluginError(f"paging stands still: offset {offset} gave the same rows again")
        yield page
        if size is not None and len(page) < size:
            return
        offset, before = offset + len(page), page
    raise PluginError(_too_many(pages_max))


def pages_by_key(
    fetch: Callable[[_K | None], Sequence[_T]],
    key: Callable[[_T], _K],
    *,
    after: _K | None = None,
    pages_max: int = PAGES_MAX,
) -> Iterator[Sequence[_T]]:
    """The pages behind ``after``, each asked for by the key of the last row, until one is empty.

    Args:
        fetch: Gets the rows behind a key in the order of keys; None asks for the first ones.
        key: The key of a row.
        after: Where to go on; None to begin.
        pages_max: More pages than this are a mistake.
    """
    cursor, seen = after, {after}
    for _ in range(pages_max):
        page = fetch(cursor)
        if not page:
            return
        cursor = key(page[-1])
        if cursor in seen:
            raise PluginError(f"paging stands still: key {shorten(cursor)} was reached before")
        seen.add(cursor)
        yield page
    raise PluginError(_too_many(pages_max))


def pages_by_link(
    fetch: Callable[[str], Response],
    first: str,
    *,
    link: Callable[[Response], str | None] | None = None,
    rehost: bool = False,
    pages_max: int = PAGES_MAX,
) -> Iterator[Response]:
    """The answers from ``first`` on, each found by the link on the one before.

    Args:
        fetch: Gets what a path or URL leads to: ``client.get``.
        first: Path or URL of the first page.
        link: Finds the link to the next page; the ``Link`` header's ``next`` where none is given.
        rehost: Take the link's path and query only; see :func:`resolve_link`.
        pages_max: More pages than this are a mistake.

    Raises:
        Refused: A link leads to another origin.
    """
    find = _next_in_header if link is None else link
    url, seen = first, {first}
    for _ in range(pages_max):
        page = fetch(url)
        target = find(page)
        yield page
        if not target:
            return
        url = resolve_link(page.url, target, rehost=rehost)
        if url in seen or url == page.url:
            raise PluginError("paging stands still: the next link leads to a page already seen")
        seen.update((url, page.url))
    raise PluginError(_too_many(pages_max))


def link_header(headers: Headers, rel: str = "next") -> str | None:
    """The target of the ``Link`` header's link of kind ``rel`` (RFC 8288); None without one."""
    for link in _LINK.finditer(headers.get("Link", "")):
        found = re.findall(_PARAMETER, link[2])
        # Only the first `rel` counts; it may name several kinds.
        kinds = [quoted or bare for name, quoted, bare in found if name.lower() == "rel"]
        if kinds and rel.lower() in kinds[0].lower().split():
            return link[1]
    return None


def _next_in_header(page: Response) -> str | None:
    return link_header(page.headers)


def _too_many(pages_max: int) -> str:
    return f"paging never ends: {pages_max} pages were read, and there is more"
