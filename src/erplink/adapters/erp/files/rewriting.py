"""Rewriting: a workbook with some cells changed, made with openpyxl.

It loads the whole workbook and writes it again, so that what it does not know is lost: whoever
calls this has asked first whether there is any of that, and whether the cells can be changed.
"""

import warnings
from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from io import BytesIO
from typing import Any, Final, TypeVar

from erplink.adapters.erp.files.archive import with_parts
from erplink.adapters.erp.files.cells import Cell, CellsSet, RowAdded, RowChange, RowRemoved, Table
from erplink.adapters.erp.files.drivers import driver
from erplink.adapters.erp.files.results import Results, with_results
from erplink.adapters.erp.files.textforms import escaped
from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["rewritten"]

T = TypeVar("T")

#: What openpyxl takes out of every text that it reads, and how it is spared that.
_EATEN: Final = b"x005F_"
_SHELTERED: Final = "\ue005x005F\ue00f".encode()
_LOSES_NOTHING: Final = "Workbook contains no default style"


def rewritten(
    data: bytes,
    sheet: str,
    table: Table,
    header_row: int,
    changes: list[RowChange],
    results: Mapping[str, Results],
) -> bytes:
    """The workbook ``data`` with some changes made.

    Args:
        data: The workbook as it is.
        sheet: The sheet in which they are made.
        table: What is in it.
        header_row: The number of the row of its header.
        changes: What is to be done, in this order.
        results: By the titles of all sheets, in their order: what their formulas came to.
    """
    openpyxl = driver("openpyxl")
    sheltered = with_parts(data, lambda _, part: part.replace(_EATEN, _SHELTERED))
    workbook = _loaded(lambda: openpyxl.load_workbook(BytesIO(sheltered), rich_text=True))
    worksheet = workbook[sheet]
    last = table.rows[-1].number if table.rows else header_row
    for change in changes:
        match change:
            case CellsSet(number, cells):
                for index, cell in cells.items():
                    _set(worksheet.cell(number, index + 1), cell)
            case RowRemoved(number):
                _clear(worksheet, number, len(table.header))
            case RowAdded(cells):
                _add(worksheet, last, cells, styled=last > header_row)
                last += 1
    made = BytesIO()
    _attempted(lambda: workbook.save(made))
    parts = {f"xl/worksheets/sheet{at}.xml": told for at, told in enumerate(results.values(), 1)}

    def finish(name: str, part: bytes) -> bytes:
        part = part.replace(_SHELTERED, _EATEN)
        return with_results(part, parts[name]) if parts.get(name) else part

    return with_parts(made.getvalue(), finish)


def _set(target: Any, cell: Cell) -> None:
    if isinstance(cell, str):
        target.value = escaped(cell)
        # Said to be a text, whatever it looks like; and shown as one that begins with a quote,
        # so that it stays a text where a person edits it.
        target.data_type = "s"
        target.quotePrefix = cell[:1] in tuple("=+-@'")
        return
    target.value = cell
    if target.quotePrefix:
        target.quotePrefix = False
    if target.is_date and cell is not None and not isinstance(cell, date):
        target.number_format = "General"


def _clear(worksheet: Any, number: int, width: int) -> None:
    """Empty a row; it stays where it is, so that no formula or format loses its place."""
    (row,) = worksheet.iter_rows(number, number, max_col=width)
    for target in row:
        if type(target).__name__ != "MergedCell":
            target.value = None
            target.hyperlink = None
            target.comment = None


def _add(worksheet: Any, last: int, cells: Mapping[int, Cell], *, styled: bool) -> None:
    for table in worksheet.tables.values():
        _grow(table, last)
    for index, cell in cells.items():
        target, above = worksheet.cell(last + 1, index + 1), worksheet.cell(last, index + 1)
        if styled and above.has_style:
            target._style = copy(above._style)  # noqa: SLF001 - openpyxl has no other way
        _set(target, cell)


def _grow(table: Any, last: int) -> None:
    """Have a table that ends here take the next row in."""
    begin, _, end = table.ref.partition(":")
    column = end.rstrip("0123456789")
    if end != f"{column}{last}":
        return
    table.ref = f"{begin}:{column}{last + 1}"
    if table.autoFilter is not None:
        table.autoFilter.ref = table.ref


def _loaded(load: Callable[[], T]) -> T:
    """What openpyxl loaded; a warning of it is about something that it would not write again."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        loaded = _attempted(load)
    lost = [str(each.message) for each in warned if _LOSES_NOTHING not in str(each.message)]
    if lost:
        message = "Writing the workbook would lose something that is in it."
        raise FileTrouble("would-lose", message, lost[0])
    return loaded


def _attempted(do: Callable[[], T]) -> T:
    try:
        return do()
    except Exception as error:  # what openpyxl raises on what it does not know is anything
        message = "The workbook has something in it that cannot be written again."
        raise FileTrouble("would-lose", message, f"{type(error).__name__}: {error}") from error
