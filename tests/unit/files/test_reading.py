"""What becomes of cells that are not what they were taken for, and of files that change."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from erplink.adapters.erp.files.textbook import TextBook
from erplink.connectors import Edit, EditRefused, EditStale, Removal, Saved
from erplink.errors import Refused, Unauthorised

openpyxl = pytest.importorskip("openpyxl", reason="the extra [files] is not installed")

AT_NINE = datetime(2024, 1, 31, 9)  # noqa: DTZ001 - cells tell no zone


def pinned(**types):
    return json.dumps({"x": {"types": types}})


@pytest.mark.parametrize(
    ("kind", "fits", "misfits"),
    [
        ("decimal", {2: 2, 2.5: Decimal("2.5"), "1.50": Decimal("1.50")}, [True, "x", "1 000"]),
        ("integer", {2: 2, 1e9: 10**9, "7": 7}, [2.5, date(2024, 1, 1)]),
        ("checkbox", {True: True, "false": False}, [1, "yes"]),
        ("date", {date(2024, 1, 31): date(2024, 1, 31), "2024-01-31": date(2024, 1, 31)},
         [AT_NINE, "31.1.2024", 7]),
        ("datetime", {
            AT_NINE: datetime(2024, 1, 31, 9, tzinfo=UTC),
            date(2024, 1, 31): datetime(2024, 1, 31, tzinfo=UTC),
            "2024-01-31T09:00+01:00": datetime(2024, 1, 31, 8, tzinfo=UTC),
        }, [7, "yesterday", "0001-01-01T00:00+01:00", "2024-02-30"]),
        ("text", {
            2: "2", 2.5: "2.5", True: "TRUE", date(2024, 1, 31): "2024-01-31",
            AT_NINE: "2024-01-31 09:00:00", time(9, 30): "09:30:00",
            timedelta(hours=30): "1 day, 6:00:00",
        }, []),
    ],
)  # fmt: skip
def test_a_cell_is_told_as_its_type_or_not_at_all(
    tmp_path, workbook, opened, all_of, kind, fits, misfits
):
    """A cell of another type that means the same is read; any other leaves its field unsaid."""
    cells = [*fits, *misfits]
    rows = [["id", "n"], *([str(at), cell] for at, cell in enumerate(cells))]
    path = workbook(tmp_path / "x.xlsx", x=rows)

    records = all_of(opened(path, kinds=pinned(n=kind)), "x")

    told = [records[str(at)].fields.get("n", "unsaid") for at in range(len(cells))]
    assert [*fits.values(), *("unsaid" for _ in misfits)] == told


@pytest.mark.parametrize("cell", ["x", "2024-02-30", "24-01-01", "2024-01-31T25:00"])
def test_a_text_that_is_no_day_is_not_told(tmp_path, opened, all_of, cell):
    """Neither as a day nor as a time."""
    path = tmp_path / "x.csv"
    path.write_text(f"id,day,met\n1,{cell},{cell}\n")

    fields = all_of(opened(path, kinds=pinned(day="date", met="datetime")), "x")["1"].fields

    assert {"id": "1"} == fields


def test_what_did_not_fit_may_be_written_over(tmp_path, opened):
    """The new value fits."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n1,many\n")

    (saved,) = opened(path, kinds=pinned(n="integer")).save("x", [Edit({"n": 3}, "1")])

    assert 3 == saved.record.fields["n"]


def test_a_number_takes_the_place_of_a_date(tmp_path, workbook, opened):
    """It is not shown as a day because one stood there before."""
    path = workbook(tmp_path / "x.xlsx", x=[["id", "n"], ["1", date(2024, 1, 31)]])

    (saved,) = opened(path, kinds=pinned(n="decimal")).save("x", [Edit({"n": Decimal(5)}, "1")])

    assert Decimal(5) == saved.record.fields["n"]
    assert "General" == openpyxl.load_workbook(path)["x"]["B2"].number_format


def test_an_unknown_field_is_refused_with_the_likely_one(tmp_path, opened):
    """And nothing of the edit is done."""
    path = tmp_path / "x.csv"
    path.write_text("id,name\n1,a\n")

    (refused,) = opened(path).save("x", [Edit({"nmae": "b", "name": "c"}, "1")])

    assert isinstance(refused, EditRefused)
    assert "did you mean 'name'" in refused.reason
    assert "id,name\n1,a\n" == path.read_text()


def test_a_stale_removal_is_not_done(tmp_path, opened, all_of):
    """And tells what is there now."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n1,a\n2,b\n")
    session = opened(path)
    version = all_of(session, "x")["1"].version
    path.write_text("id,n\n1,c\n2,b\n")

    (stale,) = session.delete("x", [Removal("1", version)])

    assert isinstance(stale, EditStale)
    assert "c" == stale.current.fields["n"]
    assert "id,n\n1,c\n2,b\n" == path.read_text()


def test_a_key_column_that_is_gone_is_told(tmp_path, opened):
    """Without keys there are no records."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n1,a\n")
    session = opened(path)
    path.write_text("n,m\na,b\n")

    with pytest.raises(Refused, match="column 'id' with the keys is gone"):
        session.get("x", ["1"], ["n"])


@pytest.mark.parametrize(
    ("rows", "code"),
    [([["a", "x"], ["a", "y"]], "duplicate-keys"), ([["=1", "x"]], "unknown-key")],
)
def test_a_list_without_clear_keys_is_told(tmp_path, workbook, opened, diagnosed, rows, code):
    """When it is tried out, and when it is asked for."""
    lists = {"list y": [["key", "text"], *rows]}
    path = workbook(tmp_path / "x.xlsx", x=[["id"], ["1"]], **lists)

    assert code == diagnosed(path).code
    with pytest.raises(Refused) as caught:
        opened(path).list_items("y")
    assert code == caught.value.code


def test_a_list_of_formulas_makes_its_workbook_read_only(tmp_path, workbook, repack, opened):
    """Written, the list would have no items until it is calculated."""
    lists = {"list y": [["key", "text"], ["a", "=1"]]}
    path = workbook(tmp_path / "x.xlsx", x=[["id"], ["1"]], **lists)
    repack(path, {"xl/worksheets/sheet2.xml": lambda part: part.replace(b"<v />", b"<v>1</v>")})

    assert not opened(path).capabilities.of("x").save


def test_a_change_of_something_else_stops_a_write(tmp_path, workbook, repack, opened):
    """What a library would write in another way than it was is found before it is written."""
    path = workbook(tmp_path / "x.xlsx", x=[["id", "n"], ["1", "a"], ["2", "one-two"]])
    part = {"xl/worksheets/sheet1.xml": lambda part: part.replace(b"one-two", b"one&#13;two")}
    before = repack(path, part).read_bytes()

    with pytest.raises(Refused, match=r"not to be changed.*row 3"):
        opened(path).save("x", [Edit({"n": "b"}, "1")])

    assert before == path.read_bytes()


@pytest.mark.parametrize(
    ("written", "told"),
    [("id,n\n1,other\n2,b\n", "as it was sent"), ("id,n\n1,new\n", "not to be changed")],
)
def test_a_write_that_goes_wrong_is_not_done(tmp_path, opened, monkeypatch, written, told):
    """What is to be put in place is read first, and compared with what was meant."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n1,a\n2,b\n")
    monkeypatch.setattr(TextBook, "changed", lambda *_: written.encode())

    with pytest.raises(Refused, match=told):
        opened(path).save("x", [Edit({"n": "new"}, "1")])

    assert "id,n\n1,a\n2,b\n" == path.read_text()


def test_a_workbook_that_openpyxl_cannot_load_is_not_written(tmp_path, workbook, repack, opened):
    """It is read all the same."""
    path = workbook(tmp_path / "x.xlsx", x=[["id", "n"], ["1", "a"]])

    def created(part):
        return re.sub(b"(created[^>]*>)[^<]*", rb"\1long ago", part)

    repack(path, {"docProps/core.xml": created})
    session = opened(path)

    with pytest.raises(Refused, match="cannot be written again"):
        session.save("x", [Edit({"n": "b"}, "1")])
    assert "a" == session.get("x", ["1"], ["n"])[0].fields["n"]


def test_nothing_is_added_where_cells_are_merged(tmp_path, workbook, opened):
    """Below the last row there may be an area that looks like one cell."""
    path = workbook(tmp_path / "x.xlsx", x=[["id", "n"], ["k", "a"]])
    book = openpyxl.load_workbook(path)
    book["x"].merge_cells("A3:B4")
    book.save(path)

    refused, saved = opened(path).save("x", [Edit({"n": "b"}), Edit({"n": "c"}, "k")])

    assert EditRefused("the cells below the last row are merged") == refused
    assert isinstance(saved, Saved)


def test_a_file_in_an_encoding_that_writes_otherwise_is_only_read(tmp_path, opened, all_of):
    """Some encodings have two ways to write a letter, and this file has the other one."""
    path = tmp_path / "x.csv"
    text = "id,n\n1,あ\n".encode("iso2022_jp")
    path.write_bytes(text.replace(b"\x1b(B\n", b"\x1b(J\x1b(B\n"))
    session = opened(path, encoding="iso2022_jp")

    assert "あ" == all_of(session, "x")["1"].fields["n"]
    assert not session.capabilities.of("x").save


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path, opened, monkeypatch):
    """By the claims where that is known, and by an error where it comes later."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n1,a\n")
    session = opened(path)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:  # whoever runs the tests may write everywhere
        patch.setattr("os.open", refuse)
        with pytest.raises(Unauthorised, match="may not be written to"):
            session.save("x", [Edit({"n": "b"}, "1")])
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkstemp", refuse)
        with pytest.raises(Unauthorised, match="may not be replaced"):
            session.save("x", [Edit({"n": "b"}, "1")])
    for refused in (tmp_path, path):
        monkeypatch.setattr("os.access", lambda each, _, refused=refused: each != refused)
        assert not opened(path).capabilities.of("x").save
    assert "id,n\n1,a\n" == path.read_text()


def test_a_name_of_a_column_may_be_on_two_lines(tmp_path, opened):
    """It is one name, with a blank in it."""
    path = tmp_path / "x.csv"
    path.write_text('id,"Phone\n(work)"\n1,a\n')

    assert ["id", "Phone (work)"] == [field.key for field in opened(path).kinds()[0].fields]


def test_moments_are_kept_to_the_millisecond_in_a_workbook(tmp_path, workbook, opened):
    """The field says so, so that nobody takes what is cut off for a change."""
    path = workbook(tmp_path / "x.xlsx", x=[["id", "met"], ["1", AT_NINE]])
    session = opened(path, kinds=pinned(met="datetime"))
    moment = datetime(2024, 1, 31, 9, 30, 15, 123_456, tzinfo=UTC)

    (saved,) = session.save("x", [Edit({"met": moment}, "1")])

    assert 3 == session.kinds()[0].field("met").decimals
    assert moment.replace(microsecond=123_000) == saved.record.fields["met"]
