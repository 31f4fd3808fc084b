"""Reading and writing CSV files: whatever is not changed stays as it is, to the byte."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from erplink.connectors import Deleted, Edit, EditRefused, EditStale, Removal, Saved
from erplink.domain.fields import FieldType

CUSTOMERS = b'id;"na me";amount;since;zip\r\n1;"A; B";1.50;2024-01-31;0150\r\n2;C;2.00;;5003\r\n'


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "Customers.csv"
    file.write_bytes(CUSTOMERS)
    return file


def test_a_file_is_a_kind_with_a_field_for_each_column(path, opened):
    """The kind is called as the file is, the fields as the columns are."""
    (kind,) = opened(path).kinds()

    expected = {
        "id": FieldType.TEXT,
        "na me": FieldType.TEXT,
        "amount": FieldType.DECIMAL,
        "since": FieldType.DATE,
        "zip": FieldType.TEXT,
    }
    assert "customer" == kind.name
    assert expected == {field.key: field.type for field in kind.fields}
    assert ["id"] == [field.key for field in kind.fields if field.is_key]


def test_rows_are_records(path, opened, all_of):
    """Cells become values; an empty one is None; a leading zero stays."""
    expected = {
        "id": "1",
        "na me": "A; B",
        "amount": Decimal("1.50"),
        "since": date(2024, 1, 31),
        "zip": "0150",
    }
    records = all_of(opened(path), "customer")

    assert expected == records["1"].fields
    assert records["2"].fields["since"] is None


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"amount": Decimal("1.5")}, b"1.50;2024-01-31"),  # the same number: not touched
        ({"amount": Decimal(7)}, b"7.0;2024-01-31"),
        ({"amount": Decimal("2.125")}, b"2.1250;2024-01-31"),
        ({"amount": None}, b";2024-01-31"),
        ({"since": date(2024, 2, 1)}, b"1.50;2024-02-01"),
    ],
)
def test_an_edit_changes_its_cells_and_nothing_else(path, opened, patch, expected):
    """Other cells keep their quotes, zeros and everything."""
    (saved,) = opened(path).save("customer", [Edit(patch, "1")])

    assert isinstance(saved, Saved)
    assert CUSTOMERS.replace(b"1.50;2024-01-31", expected) == path.read_bytes()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])  # noqa: RUF001 - full-width is meant
def test_a_text_is_written_so_that_it_is_no_formula(tmp_path, opened, all_of, text):
    """With an apostrophe before it, which nobody sees who reads it here; numbers have none."""
    path = tmp_path / "thing.csv"
    path.write_text("id,name,amount,count\n1,a,2.50,3\n")

    opened(path).save("thing", [Edit({"name": text, "amount": Decimal("-5.25"), "count": -5}, "1")])

    with path.open(encoding="utf-8", newline="") as file:
        assert ["1", f"'{text}", "-5.25", "-5"] == list(csv.reader(file))[1]
    record = all_of(opened(path), "thing")["1"]
    assert (text, Decimal("-5.25"), -5) == tuple(
        record.fields[key] for key in ("name", "amount", "count")
    )


def test_a_changed_cell_keeps_its_quotes(path, opened):
    """A column that is written in quotes goes on being written so."""
    opened(path).save("customer", [Edit({"na me": "D"}, "1")])

    assert b'1;"D";1.50' in path.read_bytes()


def test_an_edit_that_changes_nothing_leaves_the_file_alone(path, opened):
    """What is there already is not written again."""
    before = path.stat()

    opened(path).save("customer", [Edit({"na me": "A; B", "amount": Decimal("1.500")}, "1")])

    assert (before.st_mtime_ns, before.st_ino) == (path.stat().st_mtime_ns, path.stat().st_ino)


def test_a_new_row_goes_to_the_end(path, opened):
    """It has a cell for each column, and ends as the other lines do."""
    (saved,) = opened(path).save("customer", [Edit({"na me": "x;y", "zip": "007"})])

    assert "3" == saved.record.ref.key
    assert CUSTOMERS + b'3;"x;y";;;007\r\n' == path.read_bytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"id,n\n1,a", b"id,n\n1,a\n2,b"),
        (b"id,n\r\n1,a\r\n\r\n,\r\n", b"id,n\r\n1,a\r\n2,b\r\n\r\n,\r\n"),
        (b"id,n,\n1,a", b"id,n,\n1,a\n2,b,"),
        (b"sep=,\nid,n\n1,a\n", b"sep=,\nid,n\n1,a\n2,b\n"),
        (b"\xef\xbb\xbfid,n\n1,a\n", b"\xef\xbb\xbfid,n\n1,a\n2,b\n"),
        (b'"id","n"\n"1","a"\n', b'"id","n"\n"1","a"\n"2","b"\n'),
        (b"id,n\r1,a\r", b"id,n\r1,a\r2,b\r"),
    ],
)
def test_a_file_keeps_its_manners(tmp_path, opened, text, expected):
    """Marks, ends of lines, quotes everywhere, a missing last line break: all of it is kept."""
    path = tmp_path / "x.csv"
    path.write_bytes(text)

    opened(path).save("x", [Edit({"n": "b"})])

    assert expected == path.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_file_keeps_its_encoding(tmp_path, opened, encoding):
    """What was written in an encoding is changed in it."""
    path = tmp_path / "x.csv"
    path.write_bytes("id,n\n1,å\n".encode(encoding))
    given = encoding if encoding == "cp1252" else ""

    opened(path, encoding=given).save("x", [Edit({"n": "ø"})])

    assert "id,n\n1,å\n2,ø\n".encode(encoding) == path.read_bytes()


def test_a_letter_the_encoding_lacks_is_refused(tmp_path, opened):
    """Nothing is replaced by a question mark."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,n\n1,\xe5\n")

    (refused,) = opened(path, encoding="cp1252").save("x", [Edit({"n": "Łódź"}, "1")])

    assert EditRefused("'Ł' cannot be written in cp1252", "n") == refused
    assert b"id,n\n1,\xe5\n" == path.read_bytes()


def test_a_removed_row_takes_its_line_along(path, opened):
    """And no other."""
    (deleted,) = opened(path).delete("customer", [Removal("1")])

    assert Deleted("1") == deleted
    assert CUSTOMERS.replace(b'1;"A; B";1.50;2024-01-31;0150\r\n', b"") == path.read_bytes()


def test_a_short_row_is_filled_up_to_what_is_written(tmp_path, opened, all_of):
    """A row that ends early has empty cells, and gets them when one of them is written."""
    path = tmp_path / "x.csv"
    path.write_text("id,a,b,c\n1\n2,x,y,z\n")
    session = opened(path)

    assert {"id": "1", "a": None, "b": None, "c": None} == all_of(session, "x")["1"].fields
    session.save("x", [Edit({"b": "new"}, "1")])
    assert "id,a,b,c\n1,,new\n2,x,y,z\n" == path.read_text()


def test_a_row_with_more_cells_than_columns_is_refused(tmp_path, diagnosed):
    """Its cells may stand under the wrong titles."""
    path = tmp_path / "x.csv"
    path.write_text("id,a\n1,x,y\n")

    assert "damaged" == diagnosed(path, delimiter=",").code


def test_numbers_and_days_are_written_as_in_the_locale(tmp_path, opened, all_of):
    """What is read with a locale is written with it."""
    path = tmp_path / "x.csv"
    path.write_text("id;amount;since;met\n1;1.234,50;31.01.2024;31.01.2024 10:00\n")
    session = opened(path, locale="de-DE", time_zone="Europe/Berlin")

    values = all_of(session, "x")["1"].fields
    expected = {
        "id": "1",
        "amount": Decimal("1234.50"),
        "since": date(2024, 1, 31),
        "met": datetime(2024, 1, 31, 9, tzinfo=UTC),
    }
    assert expected == values

    patch = {
        "amount": Decimal("-0.5"),
        "since": date(2024, 2, 1),
        "met": datetime(2024, 7, 1, 12, tzinfo=UTC),
    }
    (saved,) = session.save("x", [Edit(patch, "1")])
    assert expected | patch == saved.record.fields
    assert "1;-0,5;01.02.2024;01.07.2024 14:00:00\n" == path.read_text().partition("\n")[2]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-07-01 12:00", "2024-07-02 08:30:00"),
        ("2024-07-01T12:00:00", "2024-07-02T08:30:00"),
        ("2024-07-01T12:00:00Z", "2024-07-02T06:30:00Z"),
    ],
)
def test_times_are_written_as_their_column_writes_them(tmp_path, opened, cell, expected):
    """With a T or a blank, with a zone or in the configured one."""
    path = tmp_path / "x.csv"
    path.write_text(f"id,met\n1,{cell}\n")
    moment = datetime(2024, 7, 2, 6, 30, tzinfo=UTC)

    opened(path, time_zone="Europe/Oslo").save("x", [Edit({"met": moment}, "1")])

    assert f"id,met\n1,{expected}\n" == path.read_text()


def test_a_time_that_the_clock_shows_twice_is_not_told(tmp_path, opened, all_of, caplog):
    """When clocks are set back nobody knows which hour was meant; the rest of the row is told."""
    path = tmp_path / "x.csv"
    path.write_text("id,met,n\n1,2024-10-27 02:30:00,a\n2,2024-10-28 02:30:00,b\n")
    types = '{"x": {"types": {"met": "datetime"}}}'
    session = opened(path, time_zone="Europe/Oslo", kinds=types)

    assert {"id": "1", "n": "a"} == all_of(session, "x")["1"].fields
    assert "shows this time twice" in caplog.text.replace("show this", "shows this")

    twice = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    (refused,) = session.save("x", [Edit({"met": twice}, "2")])
    assert isinstance(refused, EditRefused)
    assert "met" == refused.field


@pytest.mark.parametrize(("yes", "no"), [("TRUE", "FALSE"), ("True", "False"), ("true", "false")])
def test_yes_and_no_are_written_as_they_are_found(tmp_path, opened, yes, no):
    """In the case of the letters that the column has."""
    path = tmp_path / "x.csv"
    path.write_text(f"id,active\n1,{yes}\n")

    opened(path).save("x", [Edit({"active": False}, "1")])

    assert f"id,active\n1,{no}\n" == path.read_text()


def test_a_type_that_is_set_is_not_found_out(tmp_path, opened, all_of):
    """Words for yes and no, several texts in a cell, columns that are left out."""
    path = tmp_path / "x.csv"
    path.write_text('id,on,mails,code,note\n1,ja,"a@x.no, b@x.no",7,secret\n')
    kinds = """
        [x.types]
        on = "checkbox ja/nei"
        mails = "texts comma e-mail"
        code = "text"
        note = "ignore"
    """
    session = opened(path, kinds=kinds)

    expected = {"id": "1", "on": True, "mails": ("a@x.no", "b@x.no"), "code": "7"}
    assert expected == all_of(session, "x")["1"].fields
    patch = {"on": False, "mails": ("c@x.no", "d@x.no")}
    assert expected | patch == session.save("x", [Edit(patch, "1")])[0].record.fields
    assert '1,nei,"c@x.no,d@x.no",7,secret\n' == path.read_text().partition("\n")[2]

    for texts, told in (("a,b",), "','"), (("x" * 20_000, "y" * 20_000), "32767"):
        (refused,) = session.save("x", [Edit({"mails": texts}, "1")])
        assert "mails" == refused.field
        assert told in refused.reason


def test_a_stale_edit_is_told_what_is_there(path, opened, all_of):
    """And leaves it there."""
    session = opened(path)
    before = all_of(session, "customer")["1"]
    path.write_bytes(CUSTOMERS.replace(b"0150", b"0151"))

    edit = Edit({"na me": "mine"}, "1", expects=before.version)
    other = Edit({"na me": "fresh"}, "2")
    stale, saved = session.save("customer", [edit, other])

    assert isinstance(stale, EditStale)
    assert "0151" == stale.current.fields["zip"]
    assert "fresh" == saved.record.fields["na me"]
    assert b"mine" not in path.read_bytes()


def test_two_edits_of_a_row_in_one_batch_are_one_after_the_other(path, opened, all_of):
    """The second one that expects what was there before the first is stale."""
    session = opened(path)
    version = all_of(session, "customer")["1"].version

    edits = [
        Edit({"na me": "one"}, "1", expects=version),
        Edit({"zip": "two"}, "1"),
        Edit({"na me": "three"}, "1", expects=version),
    ]
    first, second, third = session.save("customer", edits)

    assert isinstance(third, EditStale)
    assert first.record == second.record == third.current
    assert ("one", "two") == (first.record.fields["na me"], first.record.fields["zip"])


def test_keys_are_read_without_space_around_them(tmp_path, opened, all_of):
    """A key is the same one with a blank before it."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n 1 ,a\n")

    assert ["1"] == list(all_of(opened(path), "x"))
