"""Whether the sheet of a kind may be written to, and if not, why."""

import os
from collections.abc import Iterator
from pathlib import Path

from erplink.adapters.erp.files.kindplan import KindPlan
from erplink.adapters.erp.files.layout import Layout
from erplink.adapters.erp.files.settings import Settings
from erplink.adapters.erp.files.source import Source

__all__ = ["why_not_writable"]


def why_not_writable(plan: KindPlan, layout: Layout, source: Source, settings: Settings) -> str:
    """The reason why nothing of a kind may be written; empty where something may."""
    if settings.of(plan.name).read_only:
        return "it is set to be read only"
    path = Path(plan.place.file)
    if not os.access(path.parent, os.W_OK):
        return "its folder may not be written to"
    if not os.access(path, os.W_OK):
        return "the file may not be written to"
    book = source.book(path)
    return book.why_not_writable or next(_calculated(path, layout, source), "")


def _calculated(path: Path, layout: Layout, source: Source) -> Iterator[str]:
    """The columns that must stay known, and would not be once their formulas are written again."""
    book = source.book(path)
    for plan in layout.kinds.values():
        if Path(plan.place.file) == path:
            table = book.table(plan.place.sheet, plan.place.header_row)
            for title in (plan.key, plan.parent_column, plan.modified, plan.creation):
                if title and table.header.index(title) in table.computed:
                    yield f"formulas stand in the column {title!r} of {plan.place.sheet!r}"
    for place in layout.lists.values():
        if Path(place.file) == path and book.table(place.sheet, 1).computed & {0, 1}:
            yield f"formulas stand in the list {place.sheet!r}"
