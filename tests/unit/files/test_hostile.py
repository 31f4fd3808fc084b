"""Files that were made to do harm, and files that are too much: each limit, and each refusal."""

import io
import struct
import zipfile

import pytest

from erplink.adapters.erp.files import FileLimits
from erplink.connectors import Edit, EditRefused
from erplink.errors import Refused

openpyxl = pytest.importorskip("openpyxl", reason="the extra [files] is not installed")

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path, workbook):
    return workbook(tmp_path / "erp.xlsx", Customers=[["id", "name"], ["1", "Acme"], ["2", "B"]])


def sheet_of(rows, after=b""):
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>%b</sheetData>%b</worksheet>" % (rows, after)
    )


def text(place, said):
    return b'<c r="%b" t="inlineStr"><is><t>%b</t></is></c>' % (place, said)


HEADER = b'<row r="1">%b%b</row>' % (text(b"A1", b"id"), text(b"B1", b"n"))


# too much ----------------------------------------------------------------------------------------


def refused_by(diagnosed, path, name, **limits):
    diagnosis = diagnosed(path, limits=FileLimits(**limits))

    assert "too-large" == diagnosis.code
    assert name in diagnosis.technical


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("file_bytes_max", 1000),
        ("unpacked_bytes_max", 2000),
        ("parts_max", 3),
        ("rows_max", 2),
        ("columns_max", 1),
        ("cells_max", 5),
        ("cell_characters_max", 3),
    ],
)
def test_a_workbook_over_a_limit_is_refused(path, diagnosed, name, most):
    """Each limit holds, and the finding names it."""
    refused_by(diagnosed, path, name, **{name: most})


def test_a_workbook_at_its_limits_is_read(path, diagnosed):
    """A limit is the most that is taken, and not the first that is too much."""
    limits = FileLimits(rows_max=3, columns_max=2, cells_max=6, cell_characters_max=9, sheets_max=1)

    assert diagnosed(path, limits=limits).works


def test_too_many_sheets_are_refused(tmp_path, workbook, diagnosed):
    """Of a workbook as of a folder."""
    rows = [["id"], [1]]
    refused_by(
        diagnosed, workbook(tmp_path / "erp.xlsx", A=rows, B=rows), "sheets_max", sheets_max=1
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("id\n1\n")
    refused_by(diagnosed, folder, "sheets_max", sheets_max=1)


def test_a_text_file_over_a_limit_is_refused(tmp_path, diagnosed):
    """Also before it is known what stands between its cells."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n" + "1,2\n" * 5)

    refused_by(diagnosed, path, "rows_max", rows_max=5)


def test_a_large_text_file_is_refused_unread(tmp_path, diagnosed):
    """Its size is known before it is read."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n" + "1,2\n" * 1000)

    refused_by(diagnosed, path, "file_bytes_max", file_bytes_max=1000)


def test_a_long_list_is_refused(tmp_path, workbook, diagnosed):
    """A list is held in memory as a whole."""
    items = [["key"], ["a"], ["b"], ["c"]]
    path = workbook(tmp_path / "erp.xlsx", Customers=[["id"], ["1"]], **{"list x": items})

    refused_by(diagnosed, path, "list_items_max", list_items_max=2)


def test_a_full_sheet_takes_no_more_rows(path, opened):
    """What could not be read again is not written."""
    session = opened(path, limits=FileLimits(rows_max=4))

    first, second = session.save("customer", [Edit({"name": "x"}), Edit({"name": "y"})])
    assert "x" == first.record.fields["name"]
    assert isinstance(second, EditRefused)
    assert "rows_max" in second.reason


# bombs -------------------------------------------------------------------------------------------


def test_a_part_that_unpacks_to_a_thousand_times_its_size_is_refused(path, repack, diagnosed):
    """A few kilobytes of zeros are megabytes of nothing."""
    repack(path, {"xl/styles2.xml": b"<x>" + b" " * 4_000_000 + b"</x>"})

    refused_by(diagnosed, path, "ratio_max")


def test_an_archive_that_lies_about_a_size_is_refused(path, repack, diagnosed):
    """What a part says of its size is not believed: it is counted."""
    repack(path, {"xl/big.bin": b"x" * 100_000})
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/big.bin"))
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    path.write_bytes(data)

    diagnosis = diagnosed(path)

    assert "not-a-workbook" == diagnosis.code
    assert "another size" in diagnosis.technical


@pytest.mark.parametrize("place", [b"XFD1048576", b"A1048576", b"XFD2"])
def test_a_cell_in_the_far_corner_is_refused_before_the_sheet_is_laid_out(
    path, repack, diagnosed, place
):
    """Two cells would otherwise be seventeen thousand million."""
    row = b'<row r="%b">%b</row>' % (place.lstrip(b"AXFD"), text(place, b"x"))
    repack(path, {SHEET: sheet_of(HEADER + row)})

    assert "too-large" == diagnosed(path).code


def test_rows_and_columns_that_are_only_counted_count(path, repack, diagnosed):
    """A cell that does not say where it stands, stands beside the one before."""
    rows = b"".join(b"<row><c><v>%d</v></c><c><v>2</v></c></row>" % n for n in range(3))
    repack(path, {SHEET: sheet_of(HEADER + rows)})

    assert diagnosed(path, limits=FileLimits(rows_max=4)).works
    refused_by(diagnosed, path, "rows_max", rows_max=3)
    refused_by(diagnosed, path, "columns_max", columns_max=1)


def test_a_dimension_that_is_too_large_is_not_believed(path, repack, diagnosed):
    """What a sheet says of its size does not matter, only where its cells are."""
    claim = b'<dimension ref="A1:XFD1048576"/><sheetData>'
    repack(path, {SHEET: lambda part: part.replace(b"<sheetData>", claim)})

    assert diagnosed(path).works


@pytest.mark.parametrize(
    "mark",
    [
        b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>',
    ],
)
def test_a_mark_over_a_whole_sheet_is_refused(path, repack, diagnosed, mark):
    """Every cell under it would be made in memory when the workbook is written."""
    repack(path, {SHEET: lambda part: part.replace(b"</sheetData>", b"</sheetData>" + mark)})

    refused_by(diagnosed, path, "cells_max")


def test_a_long_text_shared_by_many_cells_is_refused(path, repack, diagnosed):
    """One text of a thousand letters in a thousand cells is a million letters."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(2, 99)
    )
    texts = b"<sst><si><t>%b</t></si></sst>" % (b"x" * 1000)
    repack(path, {SHEET: sheet_of(HEADER + cells), "xl/sharedStrings.xml": texts})

    refused_by(diagnosed, path, "text_characters_max", text_characters_max=96_000)


@pytest.mark.parametrize(
    "start",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "docProps/app.xml"])
def test_a_part_that_declares_entities_is_refused(path, repack, diagnosed, start, part):
    """No workbook does, and what they stand for may be anything."""
    repack(path, {part: start + b"<x/>"})

    diagnosis = diagnosed(path)
    assert "not-a-workbook" == diagnosis.code
    assert "document type" in diagnosis.technical


# damaged -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, b"<worksheet><sheetData>"),
        (SHEET, sheet_of(b'<row r="0"/>')),
        (SHEET, sheet_of(b'<row r="1"><c r="1A"/></row>')),
        (SHEET, sheet_of(b'<row r="1"><c r="A1" t="s"><v>7</v></c></row>')),
        (
            SHEET,
            sheet_of(HEADER + b'<row r="2"><c r="A2" t="s"><v>%b</v></c></row>' % (b"9" * 5000)),
        ),
        (SHEET, '<?xml version="1.0" encoding="utf-16"?><worksheet/>'.encode("utf-16")),
        (SHEET, sheet_of(HEADER + b'<row r="2"><c r="A2" t="strange"><v>1</v></c></row>')),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/workbook.xml", None),
    ],
)
def test_a_damaged_workbook_is_refused(path, repack, diagnosed, part, content):
    """It is told before any library is asked to make sense of it."""
    repack(path, {part: content})

    assert "not-a-workbook" == diagnosed(path).code


def test_a_sheet_that_is_none_holds_no_records(path, repack, diagnosed):
    """A chart in the place of a sheet is passed over."""
    repack(path, {SHEET: b"<chartsheet/>"})

    assert "no-sheet" == diagnosed(path).code


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"id,n\n1,a\n", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x05\x06" + b"\0" * 18],
)
def test_what_is_no_workbook_is_told(tmp_path, diagnosed, data):
    """Whatever its name says."""
    path = tmp_path / "erp.xlsx"
    path.write_bytes(data)

    assert "not-a-workbook" == diagnosed(path).code


def test_half_a_workbook_is_none(path, diagnosed):
    """As it looks while somebody copies it."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])

    assert "not-a-workbook" == diagnosed(path).code


def test_parts_of_one_name_are_refused(path, diagnosed):
    """Each reader might take another one."""
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, sheet_of(HEADER))

    assert "two parts have the same name" in diagnosed(path).technical


def test_a_part_packed_in_a_strange_way_is_refused(path, diagnosed):
    """Workbooks are packed in one way, and other ways shrink more."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/more.xml", b"<x/>")

    assert "packed in a way" in diagnosed(path).technical


def test_a_broken_part_is_refused(path, diagnosed):
    """One wrong byte is found by its checksum."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(SHEET)
    data[info.header_offset + 30 + len(SHEET) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(data)

    assert "not-a-workbook" == diagnosed(path).code


def test_a_number_that_is_none_is_not_told(path, repack, opened, all_of):
    """A number beyond all numbers is no value of the record."""
    rows = HEADER + b'<row r="2">%b<c r="B2"><v>1e999</v></c></row>' % text(b"A2", b"a")
    repack(path, {SHEET: sheet_of(rows)})
    kinds = '{"customer": {"types": {"n": "decimal"}}}'

    assert {"id": "a"} == all_of(opened(path, kinds=kinds), "customer")["a"].fields


def test_a_file_that_became_too_large_is_refused_in_the_middle(path, opened):
    """The limits hold for every reading, not just the first."""
    session = opened(path, limits=FileLimits(rows_max=3))
    book = openpyxl.load_workbook(path)
    book["Customers"].append(["3", "C"])
    book.save(path)

    with pytest.raises(Refused, match="rows_max"):
        session.get("customer", ["1"], ["name"])
