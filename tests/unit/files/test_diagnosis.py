"""What a person is told who tries a configuration out, and what is proposed to them."""

import logging
import subprocess
import sys

import pytest

from erplink.adapters.context import make_context
from erplink.adapters.erp.files import FilesConnector
from erplink.connectors import Edit, Health, discover
from erplink.errors import Refused, Unauthorised, Unavailable


def test_what_works_is_said_with_what_was_found(tmp_path, diagnosed):
    """The kinds, and how many records of each."""
    path = tmp_path / "customers.csv"
    path.write_text("id,n\n1,a\n2,b\n")

    diagnosis = diagnosed(path)

    assert (Health.OK, "Found: customer (2).") == (diagnosis.health, diagnosis.message)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.csv", b"", "no-header"),
        ("x.csv", b",,\n1,2,3\n", "no-header"),
        ("x.csv", b"id,a,a\n1,2,3\n", "duplicate-columns"),
        ("x.csv", b"id,n\n1,a\n1,b\n", "duplicate-keys"),
        ("x.csv", b"id,n\n%b,a\n" % (b"k" * 255), "long-key"),
        ("x.csv", b"id,n\n1,\xe5\n", "ambiguous-encoding"),
        ("x.csv", b"id,n;m\n1,2;3\n", "ambiguous-delimiter"),
        ("x.csv", b'id,n\n1,"a\n', "damaged"),
        ("x.docx", b"PK", "not-a-workbook"),
        ("x.xlsx", b"id,n\n", "not-a-workbook"),
    ],
)
def test_each_fault_of_a_file_has_its_own_code(tmp_path, opened, diagnosed, name, content, code):
    """And is refused by the same code when it is opened."""
    path = tmp_path / name
    path.write_bytes(content)
    given = {"delimiter": ","} if code == "damaged" else {}

    assert (code, Health.ERROR) == (diagnosed(path, **given).code, diagnosed(path, **given).health)
    with pytest.raises(Refused) as caught:
        opened(path, **given)
    assert code == caught.value.code


def test_a_header_below_the_end_is_told(tmp_path, diagnosed, workbook):
    """Of a text file, and of a sheet."""
    (tmp_path / "x.csv").write_text("id,n\n1,a\n")

    assert "no-header" == diagnosed(tmp_path / "x.csv", header_row=9, delimiter=",").code
    book = workbook(tmp_path / "x.xlsx", X=[["id"], [1]])
    assert "no-header" == diagnosed(book, header_row=9).code


@pytest.mark.parametrize("name", ["nothing.csv", "x.csv/y.csv", "empty"])
def test_a_file_that_is_not_there_is_told(tmp_path, opened, diagnosed, name):
    """It may come: whoever opens it is told to try again."""
    (tmp_path / "x.csv").write_text("id\n1\n")
    (tmp_path / "empty").mkdir()

    assert "no-file" == diagnosed(tmp_path / name).code
    with pytest.raises(Unavailable):
        opened(tmp_path / name)


def test_a_file_that_may_not_be_read_is_told(tmp_path, opened, diagnosed, monkeypatch):
    """A person must give the rights, and trying again does not help."""
    path = tmp_path / "x.csv"
    path.write_text("id\n1\n")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)  # whoever runs the tests may read anything

    assert "not-readable" == diagnosed(path).code
    with pytest.raises(Unauthorised):
        opened(path)


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("open", OSError(5, "Input/output error"), "not-readable"),
        ("resolve", PermissionError(13, "Permission denied"), "not-readable"),
        ("iterdir", PermissionError(13, "Permission denied"), "not-readable"),
    ],
)
def test_a_drive_that_fails_is_told(tmp_path, diagnosed, monkeypatch, step, error, code):
    """Whatever fails, the finding names it and the connector does not."""
    (tmp_path / "x.csv").write_text("id\n1\n")

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(f"pathlib.Path.{step}", fail)

    assert code == diagnosed(tmp_path).code


def test_what_is_not_as_one_would_wish_is_a_warning(tmp_path, diagnosed):
    """It works; the first remark is in the message, and all of them are there to read."""
    path = tmp_path / "customers.csv"
    path.write_text("id;amount;staff;day\n1;1,50;5;01/02/2024\n;;;total\n2;2,50;x;\n")

    diagnosis = diagnosed(path, kinds='{"customer": {"types": {"staff": "integer"}}}')

    assert (Health.WARNING, "no-keys") == (diagnosis.health, diagnosis.code)
    assert "Found: customer (2). customers: 1 rows have no key" in diagnosis.message
    for told in ("amount holds numbers", "row 4, staff: 'x'"):
        assert told in diagnosis.technical


def test_formulas_are_worth_knowing(tmp_path, workbook, repack, diagnosed):
    """No warning, but something that may surprise."""
    path = workbook(tmp_path / "x.xlsx", X=[["id", "n"], ["1", "=2"]])
    repack(path, {"xl/worksheets/sheet1.xml": lambda part: part.replace(b"<v />", b"<v>2</v>")})

    diagnosis = diagnosed(path)

    assert (Health.INFORMATION, "formulas") == (diagnosis.health, diagnosis.code)


def test_what_fits_no_value_is_logged_a_few_times(tmp_path, opened, all_of, caplog):
    """A log is no place for a whole file."""
    path = tmp_path / "x.csv"
    path.write_text("id,n\n,a\n" + "".join(f"{key},a\n" for key in range(50)))
    kinds = '{"x": {"types": {"n": "integer"}}}'

    with caplog.at_level(logging.WARNING):
        records = all_of(opened(path, kinds=kinds), "x")

    assert 50 == len(records)
    assert 1 == caplog.text.count("1 rows have no key")
    assert 10 == caplog.text.count("not told")


# proposals ---------------------------------------------------------------------------------------


def proposed(path, **config):
    configuration = {"path": str(path), **config}
    return discover(FilesConnector(), configuration, make_context("f", configuration))


def test_sheets_and_columns_are_proposed(tmp_path):
    """What there is, and how the text files are written."""
    path = tmp_path / "customers.csv"
    path.write_bytes(b"no;name;modified\n1;\xe5;2024-01-01\n")

    found = proposed(path, encoding="cp1252")

    assert {"customers": "customers.csv"} == found["sheets"]
    assert {"cp1252"} == found["encoding"].keys()
    assert {"semicolon"} == found["delimiter"].keys()
    assert {"no", "name", "modified"} == found["key_column"].keys()
    assert {"modified", "none"} == found["modified_column"].keys()
    assert {"auto", "number", "uuid", "given"} == found["new_keys"].keys()


def test_what_was_found_out_can_be_fixed(tmp_path, opened):
    """The proposed settings say what everything was taken for, and it stays so."""
    (tmp_path / "customers.csv").write_text(
        "no,name,zip,amount,active,since,modified\n1,a,0150,1.5,true,2024-01-31,2024-01-01\n"
    )
    (tmp_path / "people.csv").write_text("id,customer,country\nx,1,NO\n")
    (tmp_path / "list country.csv").write_text("k,t\nNO,Norway\n")
    (fixed,) = proposed(tmp_path)["kinds"]
    before = opened(tmp_path)

    (tmp_path / "customers.csv").write_text("no,name,zip,amount,active,since,modified\n")
    (tmp_path / "people.csv").write_text("id,customer,country\n")
    after = opened(tmp_path, kinds=fixed)

    assert before.kinds() == after.kinds()
    assert before.capabilities == after.capabilities


def test_a_proposal_for_files_that_cannot_be_read_is_refused(tmp_path):
    """By the same errors as opening them."""
    with pytest.raises(Unavailable, match="There is no file"):
        proposed(tmp_path / "x.csv")


# the connector itself ----------------------------------------------------------------------------


def test_importing_the_connector_loads_no_library():
    """Whoever has no workbook needs no library for one."""
    code = (
        "import sys; from erplink.adapters.erp.files import FilesConnector; "
        "FilesConnector().config_fields(); "
        "assert not {'openpyxl', 'python_calamine'} & sys.modules.keys()"
    )

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


@pytest.mark.parametrize("library", ["python_calamine", "openpyxl"])
def test_a_missing_library_is_told_with_how_to_get_it(
    tmp_path, workbook, opened, diagnosed, monkeypatch, library
):
    """CSV files need none."""
    path = workbook(tmp_path / "x.xlsx", X=[["id", "n"], ["1", "a"]])
    (tmp_path / "y.csv").write_text("id,n\n1,a\n")
    session = opened(path)
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)

    assert diagnosed(tmp_path / "y.csv").works
    if library == "python_calamine":
        assert "missing-library" == diagnosed(path).code
    else:
        with pytest.raises(Refused, match=r"pip install 'erplink\[files\]'"):
            session.save("x", [Edit({"n": "b"}, "1")])
