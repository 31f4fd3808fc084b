"""Header: the titles of a sheet's columns, by which everything else finds them."""

from collections.abc import Iterable

from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["header_of"]


def header_of(cells: Iterable[str]) -> tuple[str, ...]:
    """The titles, on one line each; FileTrouble where there are none or two of one name."""
    titles = [" ".join(cell.split()) for cell in cells]
    if not any(titles):
        message = "There is no header; the first row must name the columns."
        raise FileTrouble("no-header", message)
    seen = set[str]()
    for title in filter(None, titles):
        if title in seen:
            message = f"Two columns are called {title!r}; give one of them another name."
            raise FileTrouble("duplicate-columns", message)
        seen.add(title)
    return tuple(titles)
