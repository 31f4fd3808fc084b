"""What is written is read again as it was sent, whatever it is, and by whoever reads the file."""

import csv
import json
import re
import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from erplink.connectors import Edit, EditRefused, Saved
from erplink.domain.canonical import same
from erplink.domain.values import is_empty

openpyxl = pytest.importorskip("openpyxl", reason="the extra [files] is not installed")
calamine = pytest.importorskip("python_calamine", reason="the extra [files] is not installed")

DANGEROUS = "=+-@\t\r\n＝＋－＠'"  # noqa: RUF001 - the full-width signs are meant
texts = st.text(alphabet=f'{DANGEROUS}a1,;"| é_x0D😀', max_size=8) | st.text(max_size=20)
numbers = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4
) | st.sampled_from([Decimal("1.234"), Decimal("-999.000"), Decimal("1E+3"), Decimal("0.10")])
moments = st.datetimes(
    min_value=datetime(1904, 1, 3),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
VALUES = {
    "text": texts,
    "decimal": numbers,
    "integer": st.integers(-(10**14), 10**14),
    "checkbox": st.booleans(),
    "date": st.dates(min_value=date(1904, 1, 3)),
    "datetime": moments,
    "texts comma": st.lists(st.text(string.ascii_letters + DANGEROUS), min_size=1).map(tuple),
}
KINDS = json.dumps({"x": {"types": {name: name for name in VALUES}}})
patches = st.fixed_dictionaries(
    {}, optional={name: st.none() | values for name, values in VALUES.items()}
)
tables = st.lists(patches, min_size=1, max_size=3)


def written_and_read(path, opened, patches):
    """Create rows, change the first one to the last patch, and read all of it anew."""
    session = opened(path, kinds=KINDS, new_keys="uuid")
    answers = session.save("x", [Edit(patch) for patch in patches])
    (changed,) = session.save("x", [Edit(patches[-1], answers[0].record.ref.key)])
    assert all(isinstance(each, Saved) for each in (*answers, changed))
    expected = [patches[0] | patches[-1], *patches[1:]]

    again = opened(path, kinds=KINDS)
    keys = [each.record.ref.key for each in answers]
    fields = {field.key: field for field in again.kinds()[0].fields}
    for patch, record in zip(expected, again.get("x", keys, list(fields)), strict=True):
        for name in VALUES:
            sent, told = patch.get(name), record.fields[name]
            assert same(fields[name], sent, told), (name, sent, told)
    return session


@given(tables, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n", "\r"]))
@example([{"text": "'=1", "decimal": Decimal("1.234")}], ",", "\n")
def test_what_is_written_to_a_text_file_comes_back(
    tmp_path_factory, opened, patches, delimiter, end
):
    """To the letter and the digit; and no text in it begins like a formula."""
    assume(not any(has_surrogate(patch) for patch in patches))
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes((delimiter.join(["id", *VALUES]) + end).encode())

    written_and_read(path, opened, patches)

    rows = csv.DictReader(StringIO(path.read_bytes().decode(), newline=""), delimiter=delimiter)
    for row in rows:
        for name in ("id", "text", "texts comma"):
            assert not (row[name] or "").startswith(tuple(DANGEROUS[:-1]))


@settings(max_examples=25)
@given(tables)
@example([{"text": "=1+1"}, {"text": "_x000D_\r\n"}, {"text": " \t"}])
def test_what_is_written_to_a_workbook_comes_back(tmp_path_factory, opened, workbook, patches):
    """To the letter and the digit; and none of it is a formula."""
    assume(not any(has_surrogate(patch) for patch in patches))
    path = workbook(tmp_path_factory.mktemp("xlsx") / "x.xlsx", x=[["id", *VALUES]])

    written_and_read(path, opened, patches)

    (sheet,) = openpyxl.load_workbook(path).worksheets
    assert {"f", "e"}.isdisjoint(cell.data_type for row in sheet.iter_rows() for cell in row)


odd = st.sampled_from(
    [
        "_x005F_",
        "_x005F_x000D_",
        "x005F_",
        "_x000D_",
        " ",
        " a ",
        "=1",
        "#N/A",
        "a\nb",
        "é😀",
        "<&>",
    ]
)
odd_cells = (
    odd | st.floats(-1e9, 1e9) | st.booleans() | moments.map(lambda m: m.replace(tzinfo=None))
)


@settings(max_examples=25)
@given(st.lists(st.lists(odd_cells, min_size=3, max_size=3), min_size=1, max_size=4))
def test_cells_of_a_workbook_that_are_not_changed_stay_as_they_are(
    tmp_path_factory, opened, workbook, rows
):
    """Whatever stands in them, and in whichever form its writer put it there."""
    path = workbook(tmp_path_factory.mktemp("kept") / "x.xlsx", x=[["id", "a", "b", "c", "n"]])
    book = openpyxl.load_workbook(path)
    for number, row in enumerate(rows, 2):
        for column, value in enumerate((f"k{number}", *row, "old"), 1):
            cell = book["x"].cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    before = seen(path)

    (saved,) = opened(path).save("x", [Edit({"n": "new"}, "k2")])

    before[1][4] = "new"
    assert isinstance(saved, Saved)
    assert before == seen(path)


def seen(path):
    """What stands in the cells of a workbook; space by itself is nothing to any reader."""
    rows = calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [["" if isinstance(c, str) and not c.strip() else c for c in row] for row in rows]


def has_surrogate(patch):
    found = (
        part
        for value in patch.values()
        for part in (value if isinstance(value, tuple) else (value,))
    )
    return any(isinstance(each, str) and re.search("[\0\ud800-\udfff]", each) for each in found)


SEEDS = {"text": "x", "decimal": "1.5", "integer": "7", "checkbox": "true", "date": "2024-01-31"}
SEEDS |= {"datetime": "2024-01-31T10:00:00Z"}


@given(st.fixed_dictionaries({name: VALUES[name] for name in SEEDS}))
@example(
    {
        "text": "5003",
        "decimal": Decimal("2.125"),
        "integer": 1,
        "checkbox": False,
        "date": date(2024, 1, 2),
        "datetime": datetime(2024, 1, 2, tzinfo=UTC),
    }
)
def test_a_write_does_not_change_what_columns_are_taken_for(tmp_path_factory, opened, patch):
    """A code stays a text, a price a number with decimals, when nothing else is left to tell."""
    assume(not has_surrogate(patch) and not is_empty(patch["text"].strip()))
    path = tmp_path_factory.mktemp("types") / "x.csv"
    path.write_text(",".join(["id", *SEEDS]) + "\n" + ",".join(["k", *SEEDS.values()]) + "\n")
    session = opened(path)

    session.save("x", [Edit(patch, "k")])

    again = opened(path)
    assert session.kinds() == again.kinds()
    (record,) = again.get("x", ["k"], list(SEEDS))
    fields = {field.key: field for field in again.kinds()[0].fields}
    assert all(same(fields[name], value, record.fields[name]) for name, value in patch.items())


# untouched bytes ---------------------------------------------------------------------------------

raw_cells = st.sampled_from(
    [
        "",
        "a",
        "00123",
        "1.50",
        '"q"',
        '"a ""b"""',
        '"x,y"',
        '"two\nlines"',
        "'=1",
        "=1",
        " s ",
        '5"',
    ]
)


@given(
    st.lists(st.tuples(raw_cells, raw_cells, raw_cells), min_size=1, max_size=5),
    st.integers(0, 4),
    st.integers(0, 2),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_cells_that_are_not_changed_keep_their_bytes(
    tmp_path_factory, opened, rows, at, column, end, encoding, ended
):
    """What stands before a changed cell and what stands after it is the same to the byte."""
    at %= len(rows)
    lines = [f"k{n},{','.join(row)}" for n, row in enumerate(rows)]
    lines.insert(0, "id,a,b,c")
    text = end.join(lines) + (end if ended else "")
    path = tmp_path_factory.mktemp("bytes") / "x.csv"
    path.write_bytes(text.encode(encoding))
    kinds = '{"x": {"types": {"a": "text", "b": "text", "c": "text"}}}'

    session = opened(path, delimiter=",", kinds=kinds)
    (saved,) = session.save("x", [Edit({"abc"[column]: "NEW"}, f"k{at}")])

    before = end.join(lines[: at + 1]) + end + ",".join((f"k{at}", *rows[at][:column])) + ","
    after = "".join(f",{cell}" for cell in rows[at][column + 1 :])
    after += "".join(f"{end}{line}" for line in lines[at + 2 :]) + (end if ended else "")
    new = '"NEW"' if rows[at][column].startswith('"') else "NEW"
    assert isinstance(saved, Saved)
    assert (before + new + after).encode(encoding) == path.read_bytes()


# what cannot come back is refused ----------------------------------------------------------------


@given(st.text(alphabet="a\0\ud800é", min_size=1))
def test_a_text_that_no_file_holds_is_refused(tmp_path_factory, opened, text):
    """Rather than that a letter of it is lost."""
    path = tmp_path_factory.mktemp("refused") / "x.csv"
    path.write_text("id,n\nk,a\n")

    (answer,) = opened(path).save("x", [Edit({"n": text}, "k")])

    fits = not {"\0", "\ud800"} & set(text)
    assert fits == isinstance(answer, Saved)
    assert fits or isinstance(answer, EditRefused)


@settings(max_examples=30)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Oslo", "America/New_York", "Asia/Kolkata"])
@given(hours=st.integers(0, 9_000))
def test_moments_come_back_in_whatever_zone_a_file_is_kept(tmp_path_factory, opened, zone, hours):
    """Or are refused, in the hour that its clocks show twice."""
    path = tmp_path_factory.mktemp("zone") / "x.csv"
    path.write_text("id,met\nk,2024-01-01 00:00:00\n")
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours)

    (answer,) = opened(path, time_zone=zone).save("x", [Edit({"met": moment}, "k")])

    if isinstance(answer, Saved):
        assert moment == answer.record.fields["met"]
    else:
        assert "twice" in answer.reason
