"""Imports of files without a connection, and files that come out of imports."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import Workbook, load_workbook

from erplink.adapters.erp.files import FilesConnector
from erplink.connectors import Announcement, hookimpl
from erplink.domain.staging import Fate, ImportSettings, RowFilter
from erplink.errors import BadName, BadValue, InputError, Refused
from erplink.imports import Result

from .conftest import ADA, EVE, Office

BY_NAME = ImportSettings(match={"company": "name"}, on_duplicate="replace")
TEXT = "Name;Town;Land;Limit;Remark\nACME;Oslo;Norway;1,5;x\nBoats;Bergen;Finland;;\n;;;;\n"


class Files(Office):
    """An office with the connector of files besides."""

    @hookimpl
    def erplink_connectors(self):
        return (*super().erplink_connectors(), Announcement("files", FilesConnector(), "Files"))


@pytest.fixture
def office():
    made = Files()
    with made.hub:
        yield made


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "companies.csv"
    path.write_text(TEXT)
    return path


COLUMNS = {"Name": "name", "Town": "city", "Land": "land", "Limit": "limit"}


def config(path, **more):
    return {"path": str(path), "locale": "de-DE", **more}


def begun(office, path, settings=BY_NAME, **more):
    return office.hub.imports.start_file(
        config(path), "company", columns=COLUMNS, settings=settings, **more
    )


def companies(office):
    rows = office.crm.rows("company").values()
    return [
        {key: value for key, value in row.values.items() if value is not None}
        for row in rows
        if not row.gone
    ]


def test_columns_are_suggested_for_fields_and_the_required_ones_are_named(office, path):
    """As far as their names tell; the others are there to be assigned."""
    told = office.hub.imports.file_columns(config(path), "company")

    assert ("Name", "Town", "Land", "Limit", "Remark") == told.columns
    assert {"Name": "name", "Land": "land", "Limit": "limit"}.items() <= told.suggested.items()
    assert ("name",) == told.required
    assert {"name", "city", "land", "limit", "note"} == set(told.fields)


def test_a_file_is_imported_without_a_connection(office, path):
    """Numbers as its locale writes them, list items by their texts; nothing is linked."""
    imports, import_id = office.hub.imports, begun(office, path)
    assert ["ACME", "Boats"] == [row.title for row in imports.rows(import_id)]
    assert {"companies": 2} == imports.preview(import_id).new
    assert Result(created=2) == imports.run(import_id)

    acme, boats = companies(office)
    assert {"name": "ACME", "city": "Oslo", "land": "no"} == {
        key: acme[key] for key in ("name", "city", "land")
    }
    assert ("1.50", "land" in boats) == (str(acme["limit"]), False)
    with office.store.look() as state:
        assert [] == state.links.of(import_id, "companies")
    assert [] == office.hub.connections.all()


def test_a_workbook_is_imported_like_a_text_file(office, tmp_path):
    """The suggested columns are taken where nobody says which."""
    book = Workbook()
    for row in (("name", "city"), ("ACME", "Oslo")):
        book.active.append(row)
    path = tmp_path / "companies.xlsx"
    book.save(path)
    import_id = office.hub.imports.start_file({"path": str(path)}, "company", settings=BY_NAME)
    office.hub.imports.preview(import_id)
    office.hub.imports.run(import_id)

    assert [("ACME", "Oslo")] == [(each["name"], each["city"]) for each in companies(office)]


@pytest.mark.parametrize(
    ("columns", "error", "text"),
    [
        ({"Nam": "name"}, BadName, "'Nam'"),
        ({"Name": "nam"}, BadName, "'nam'"),
        ({"Name": "name", "Town": "name"}, BadValue, "assigned one column"),
        ({"Name": "id"}, BadValue, "id"),
        ({}, BadValue, "no column is assigned"),
    ],
)
def test_what_cannot_be_assigned_is_named(office, path, columns, error, text):
    """And no import is begun."""
    with pytest.raises(error, match=text):
        office.hub.imports.start_file(config(path), "company", columns=columns)
    assert [] == office.hub.imports.all()


@pytest.mark.parametrize("content", [b"name;city\n\xff\xfe\xfa;x\n", b"PK\x03\x04broken"])
def test_a_file_that_cannot_be_read_is_refused(office, tmp_path, content):
    """Nothing is silently replaced, and no import is begun."""
    path = tmp_path / ("broken.csv" if content.startswith(b"name") else "broken.xlsx")
    path.write_bytes(content)

    with pytest.raises((Refused, InputError)):
        office.hub.imports.start_file({"path": str(path)}, "company")
    assert [] == office.hub.imports.all()


def test_who_took_a_file_in_sees_it_and_nobody_else(office, path):
    """But the host."""
    import_id = begun(Owned(office, ADA), path)

    assert [import_id] == [each.id for each in office.hub.imports.all()]
    assert [import_id] == [each.id for each in office.hub.as_user(ADA).imports.all()]
    assert [] == office.hub.as_user(EVE).imports.all()
    with pytest.raises(BadName, match="there is no import"):
        office.hub.as_user(EVE).imports.rows(import_id)


class Owned:
    def __init__(self, office, who):
        self.hub = office.hub.as_user(who)


def test_a_cell_that_cannot_be_read_is_told(office, path):
    """The row comes without it, and says so before."""
    path.write_text("Name;Limit\nACME;a lot\n")
    import_id = office.hub.imports.start_file(
        config(path), "company", columns={"Name": "name", "Limit": "limit"}, settings=BY_NAME
    )
    office.hub.imports.preview(import_id)
    (row,) = office.hub.imports.rows(import_id)

    assert ["Limit: its cell cannot be read"] == [each.text for each in row.verdict.problems]
    assert Result(created=1) == office.hub.imports.run(import_id)


# files that come out ------------------------------------------------------------------------------


def failed(office, path):
    """An import of which a row went stale, and one failed."""
    path.write_text("Name;Town\n=HYPERLINK(1);+47\nACME;Oslo\n'=x;-1\n")
    office.crm.put("company", "1", {"name": "ACME", "city": "old"})
    import_id = office.hub.imports.start_file(
        config(path), "company", columns={"Name": "name", "Town": "city"}, settings=BY_NAME
    )
    office.hub.imports.preview(import_id)
    office.crm.put("company", "1", {"city": "other"})
    office.crm.put("company", "2", {"name": "=HYPERLINK(1)"})
    assert Result(created=1, stale=2) == office.hub.imports.run(import_id)
    return import_id


MOVED = "the CRM is not what was shown any more"


def test_what_failed_is_a_file_that_holds_no_formula(office, path):
    """Exactly those rows, with the reasons; a spreadsheet program runs nothing of it."""
    content = office.hub.imports.error_file(failed(office, path))

    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert ["key", "Name", "Town", "fate", "reason"] == rows[0]
    assert [["'=HYPERLINK(1)", "'+47"], ["ACME", "Oslo"]] == [row[1:3] for row in rows[1:]]
    assert [["stale", MOVED]] * 2 == [row[3:] for row in rows[1:]]


@pytest.mark.parametrize("file_type", ["csv", "xlsx"])
def test_what_failed_can_be_imported_again(office, path, tmp_path, file_type):
    """As it is, or after somebody has edited it; what was meant is what is read."""
    import_id = failed(office, path)
    again = tmp_path / f"again.{file_type}"
    again.write_bytes(office.hub.imports.error_file(import_id, file_type=file_type))
    second = office.hub.imports.start_file(
        {"path": str(again)},
        "company",
        columns={"Name": "name", "Town": "city"},
        settings=BY_NAME,
    )
    assert ["=HYPERLINK(1)", "ACME"] == [row.title for row in office.hub.imports.rows(second)]
    office.hub.imports.preview(second)
    assert Result(updated=2) == office.hub.imports.run(second)
    assert {"=HYPERLINK(1)": "+47", "ACME": "Oslo", "=x": "-1"} == {
        each["name"]: each["city"] for each in companies(office)
    }


def test_no_cell_of_a_workbook_is_a_formula(office, path):
    """Whatever a text looks like."""
    content = office.hub.imports.error_file(failed(office, path), file_type="xlsx")

    sheet = load_workbook(BytesIO(content)).active
    assert {"s"} == {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}


def test_the_new_and_the_updated_records_are_selections_that_can_be_exported(office, path):
    """By kind and key."""
    import_id = begun(office, path)
    office.hub.imports.preview(import_id)
    office.hub.imports.run(import_id)

    content = office.hub.imports.export(import_id, Fate.CREATED).decode("utf-8-sig")
    assert [["kind", "key"], ["company", "1"], ["company", "2"]] == list(
        csv.reader(StringIO(content))
    )
    assert b"\xef\xbb\xbfkind,key\r\n" == office.hub.imports.export(import_id, Fate.UPDATED)
    with pytest.raises(BadName, match=r"'ods'.*csv, xlsx"):
        office.hub.imports.export(import_id, Fate.CREATED, file_type="ods")


def test_an_import_of_a_file_is_taken_back(office, path):
    """Like any other."""
    import_id = begun(office, path)
    office.hub.imports.preview(import_id)
    office.hub.imports.run(import_id)
    result = office.hub.imports.undo(import_id, office.hub.imports.plan_undo(import_id))

    assert (2, (), ()) == (len(result.reversed), result.kept, result.failed)
    assert [] == companies(office)


def test_the_same_row_twice_in_a_file_is_told(office, path):
    """Rows are told apart by their numbers; what they are about may be the same."""
    path.write_text("Name\nACME\nACME\n")
    import_id = office.hub.imports.start_file(
        config(path), "company", columns={"Name": "name"}, settings=BY_NAME
    )
    office.hub.imports.preview(import_id)
    (row,) = office.hub.imports.rows(import_id, RowFilter(severity=2))

    assert "the same company as row 1 of this import" == row.verdict.reason
