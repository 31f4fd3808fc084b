"""Exported: rows as a new file that anybody may open, in which no text is a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

from erplink.adapters.erp.files.drivers import driver
from erplink.adapters.erp.files.neutral import neutralised
from erplink.adapters.erp.files.trouble import translated
from erplink.domain.values import Value
from erplink.errors import BadName

__all__ = ["exported"]


def exported(header: Sequence[str], rows: Iterable[Sequence[Value]], file_type: str) -> bytes:
    """The rows as the content of a ``csv`` or ``xlsx`` file.

    In a text file, what a spreadsheet program would take for a formula gets an apostrophe before
    it, which the files connector takes away again; in a workbook, every cell is told to be a text.
    Several values of a field stand with commas between.
    """
    lines = [list(header), *([_text(value) for value in row] for row in rows)]
    if file_type == "csv":
        return _csv([[neutralised(text) for text in line] for line in lines])
    if file_type == "xlsx":
        return _xlsx(lines)
    raise BadName.among("type of file", file_type, ["csv", "xlsx"])


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(lines)
    # With a mark by which spreadsheet programs know the encoding.
    return text.getvalue().encode("utf-8-sig")


def _xlsx(lines: Iterable[Sequence[str]]) -> bytes:
    with translated():
        openpyxl, cells = driver("openpyxl"), driver("openpyxl.cell")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    for line in lines:
        row = [cells.WriteOnlyCell(sheet, value=_printable(text)) for text in line]
        for cell in row:
            # Whatever it looks like, it is a text.
            cell.data_type = "s"
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _printable(text: str) -> str:
    """The text without signs that no workbook can hold."""
    return "".join(each for each in text if each in "\t\n\r" or each.isprintable())
