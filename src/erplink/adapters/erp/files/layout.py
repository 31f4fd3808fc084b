"""Layout: which sheets of the files hold which kinds and lists."""

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from erplink.adapters.erp.files.cells import Book, is_blank
from erplink.adapters.erp.files.columns import ColumnMaker
from erplink.adapters.erp.files.kindplan import KindPlan, KindPlanner, Place
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.naming import list_name
from erplink.adapters.erp.files.neutral import restored
from erplink.adapters.erp.files.settings import Settings
from erplink.adapters.erp.files.source import Source
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.adapters.erp.files.typedcells import shown
from erplink.domain.frozen import FrozenDict
from erplink.errors import likely

__all__ = ["Layout", "layout_of"]


@frozen
class Layout:
    """The kinds, by their names, and where the lists are."""

    kinds: FrozenDict[str, KindPlan]
    lists: FrozenDict[str, Place]

    def items(self, source: Source, name: str, limits: FileLimits) -> dict[str, str]:
        """The items of a list, key to text."""
        place = self.lists.get(name)
        if place is None:
            return {}
        book = source.book(Path(place.file))
        table = book.table(place.sheet, place.header_row)
        items: dict[str, str] = {}
        for row in table.rows:
            if 0 in row.unsaid:
                message = f"A key of the list {name!r} is a formula that was not calculated."
                raise FileTrouble("unknown-key", message, f"row {row.number}")
            key, text = (_told(book, row.cell(index)) for index in (0, 1))
            if key in items:
                message = f"Two items of the list {name!r} have the same key."
                raise FileTrouble("duplicate-keys", message, f"row {row.number}")
            if key:
                items[key] = text or key
        if len(items) > limits.list_items_max:
            message = f"The list {name!r} has more items than are read of one."
            raise FileTrouble("too-large", message, f"{len(items)} items; list_items_max")
        return items


def _told(book: Book, cell: object) -> str:
    text = "" if is_blank(cell) else shown(cell)  # type: ignore[arg-type]
    return (text if book.typed else restored(text)).strip()


@frozen
class _Sheet:
    path: Path
    title: str
    hidden: bool


def layout_of(source: Source, settings: Settings, limits: FileLimits) -> Layout:
    """Find the kinds and the lists; FileTrouble where what is set does not fit what is there."""
    sheets = list(_sheets(source))
    lists = {}
    kinds: dict[str, tuple[_Sheet, Place]] = {}
    _check_named(sheets, settings)
    for sheet in sheets:
        name = list_name(sheet.title, settings.list_prefix)
        if name:
            lists[name] = Place(str(sheet.path), sheet.title, 1)
        elif _is_kind(sheet, settings):
            _add(kinds, sheet, settings)
    if not kinds:
        message = "There is no sheet that holds records; name one, or check what is hidden."
        raise FileTrouble("no-sheet", message)
    folded_lists = {name.casefold(): name for name in lists}
    plans = {}
    for name, (sheet, place) in kinds.items():
        book = source.book(sheet.path)
        table = book.table(place.sheet, place.header_row)
        maker = ColumnMaker(table, settings.notation, limits, typed=book.typed)
        planner = KindPlanner(name, place, table, settings.of(name))
        plans[name] = planner.plan(maker, kinds, folded_lists)
    return Layout(FrozenDict(plans), FrozenDict(lists))


def _sheets(source: Source) -> Iterator[_Sheet]:
    for path in source.files():
        book = source.book(path)
        for title in book.sheets:
            yield _Sheet(path, title, hidden=False)
        for title in book.hidden:
            yield _Sheet(path, title, hidden=True)


def _is_kind(sheet: _Sheet, settings: Settings) -> bool:
    name, is_set = settings.kind_of(sheet.title)
    if settings.sheets:
        wanted = {each.casefold() for each in settings.sheets}
        return sheet.title.casefold() in wanted or name.casefold() in wanted
    return is_set or not sheet.hidden


def _add(kinds: dict[str, tuple[_Sheet, Place]], sheet: _Sheet, settings: Settings) -> None:
    name, _ = settings.kind_of(sheet.title)
    if name in kinds:
        message = f"Two sheets are of the kind {name!r}; name the ones that hold records."
        raise FileTrouble("bad-settings", message, f"{kinds[name][0].title}, {sheet.title}")
    header_row = settings.of(name).header_row
    kinds[name] = sheet, Place(str(sheet.path), sheet.title, header_row)


def _check_named(sheets: list[_Sheet], settings: Settings) -> None:
    titles = {sheet.title.casefold() for sheet in sheets}
    names = titles | {settings.kind_of(sheet.title)[0].casefold() for sheet in sheets}
    wanted = [kind.sheet or name for name, kind in settings.kinds.items()]
    for each in (*settings.sheets, *wanted):
        if each.casefold() not in names:
            hint = likely(each, (sheet.title for sheet in sheets))
            raise FileTrouble("no-sheet", f"There is no sheet or file {each!r}{hint}.")
