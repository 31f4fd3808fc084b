"""Reading and writing workbooks: what openpyxl keeps is kept, what it would lose is not risked."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from erplink.connectors import Edit, EditRefused, EditStale, Removal, Saved
from erplink.domain.fields import FieldType
from erplink.errors import Refused

openpyxl = pytest.importorskip("openpyxl", reason="the extra [files] is not installed")

ROWS = [
    ["No", "Name", "Zip", "Credit", "Active", "Since", "Met"],
    [1, "Acme", "0150", 10.5, True, date(2024, 1, 31), datetime(2024, 1, 31, 9)],  # noqa: DTZ001
    [2, "Beta", "5003", 20, False, None, None],
]


@pytest.fixture
def path(tmp_path, workbook):
    return workbook(tmp_path / "erp.xlsx", Customers=ROWS, Notes=[["a", "b"], [1, "=1+1"]])


def cells(path, sheet="Customers"):
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def change(path, do):
    book = openpyxl.load_workbook(path)
    do(book)
    book.save(path)


def test_a_sheet_is_a_kind_whose_cells_know_their_types(path, opened, all_of):
    """Texts stay texts there, numbers are told to the digit, moments in UTC."""
    session = opened(path, time_zone="Europe/Oslo")
    customers = session.kinds()[0]

    types = [FieldType.TEXT, FieldType.TEXT, FieldType.TEXT, FieldType.DECIMAL]
    types += [FieldType.CHECKBOX, FieldType.DATE, FieldType.DATETIME]
    assert ("customer", types) == (customers.name, [field.type for field in customers.fields])
    expected = {
        "No": "1",
        "Name": "Acme",
        "Zip": "0150",
        "Credit": Decimal("10.5"),
        "Active": True,
        "Since": date(2024, 1, 31),
        "Met": datetime(2024, 1, 31, 8, tzinfo=UTC),
    }
    assert expected == all_of(session, "customer")["1"].fields


def test_an_edit_keeps_everything_else(path, opened):
    """Other cells, sheets, styles, widths, comments and number formats stay as they are."""

    def dress(book):
        sheet = book["Customers"]
        sheet["B2"].font = openpyxl.styles.Font(bold=True)
        sheet["B2"].comment = openpyxl.comments.Comment("call first", "sales")
        sheet["D2"].number_format = "#,##0.00"
        sheet.column_dimensions["B"].width = 42
        sheet.freeze_panes = "A2"
        choice = openpyxl.worksheet.datavalidation.DataValidation(
            "list", formula1='"0150,5003"', sqref="C2:C9"
        )
        sheet.add_data_validation(choice)
        red = openpyxl.formatting.rule.CellIsRule(
            operator="lessThan", formula=["0"], font=openpyxl.styles.Font(color="FF0000")
        )
        sheet.conditional_formatting.add("D2:D9", red)
        sheet["B3"].hyperlink = "https://erp.example/2"
        book.defined_names["Zips"] = openpyxl.workbook.defined_name.DefinedName(
            "Zips", attr_text="Customers!$C$2:$C$9"
        )

    change(path, dress)
    opened(path).save("customer", [Edit({"Name": "New", "Credit": Decimal("0.1")}, "1")])

    book = openpyxl.load_workbook(path)
    sheet = book["Customers"]
    expected = [row[:] for row in cells(path)]
    expected[1][1], expected[1][3] = "New", 0.1
    assert expected == cells(path)
    assert [["a", "b"], [1, "=1+1"]] == cells(path, "Notes")
    assert sheet["B2"].font.bold
    assert "call first" == sheet["B2"].comment.text
    assert "#,##0.00" == sheet["D2"].number_format
    assert (42, "A2") == (sheet.column_dimensions["B"].width, sheet.freeze_panes)
    assert ["C2:C9"] == [str(each.sqref) for each in sheet.data_validations.dataValidation]
    assert ["D2:D9"] == [str(each.sqref) for each in sheet.conditional_formatting]
    assert "https://erp.example/2" == sheet["B3"].hyperlink.target
    assert "Customers!$C$2:$C$9" == book.defined_names["Zips"].attr_text


def test_texts_that_cells_share_are_kept_with_their_formats(path, repack, opened, all_of):
    """As most programs write them: each text once, some with a bold word in it."""
    rich = b"<si><r><rPr><b/></rPr><t>Ac</t></r><r><t>me</t></r></si>"
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
        b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    inline = b't="inlineStr"><is><t>Acme</t></is>'
    repack(
        path,
        {
            "xl/sharedStrings.xml": b"<sst %b>%b<si><t>_x000D_</t></si></sst>" % (main, rich),
            "[Content_Types].xml": lambda part: part.replace(b"</Types>", kind),
            "xl/worksheets/sheet1.xml": lambda part: part.replace(
                inline, b't="s"><v>0</v>'
            ).replace(inline.replace(b"Acme", b"5003"), b't="s"><v>1</v>'),
        },
    )
    session = opened(path)
    assert "Acme" == all_of(session, "customer")["1"].fields["Name"]
    assert "\r" == all_of(session, "customer")["2"].fields["Zip"]

    session.save("customer", [Edit({"Zip": "x"}, "1")])

    name = openpyxl.load_workbook(path, rich_text=True)["Customers"]["B2"].value
    assert ("Acme", True) == (str(name), name[0].font.b)
    assert "\r" == all_of(opened(path), "customer")["2"].fields["Zip"]


def test_a_new_row_is_dressed_like_the_one_above(path, opened):
    """Its formats are those of its column, and a number is its key where numbers are."""
    change(path, lambda book: setattr(book["Customers"]["D3"], "number_format", "0.00"))

    (saved,) = opened(path).save("customer", [Edit({"Name": "New", "Credit": Decimal(7)})])

    sheet = openpyxl.load_workbook(path)["Customers"]
    assert ("3", 3, "0.00") == (saved.record.ref.key, sheet["A4"].value, sheet["D4"].number_format)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "'x", "#N/A", "=", "\t=1", "12", "_x0041_"]
)
def test_a_text_never_becomes_anything_else(path, opened, all_of, text):
    """A text that looks like a formula, an error or a number is stored as a text, and told so."""
    (saved,) = opened(path).save("customer", [Edit({"Name": text}, "1")])

    assert text == saved.record.fields["Name"]
    assert text == all_of(opened(path), "customer")["1"].fields["Name"]
    assert "s" == openpyxl.load_workbook(path)["Customers"]["B2"].data_type


def test_a_text_that_begins_like_a_formula_is_kept_a_text_for_who_edits_it(path, opened):
    """The cell says that it begins with a quote, as if somebody had typed one."""
    session = opened(path)
    session.save("customer", [Edit({"Name": "=1+1"}, "1")])
    assert openpyxl.load_workbook(path)["Customers"]["B2"].quotePrefix

    for name in ("Acme", "=1+1", None):
        session.save("customer", [Edit({"Name": name}, "1")])
        quotes = openpyxl.load_workbook(path)["Customers"]["B2"].quotePrefix
        assert bool(quotes) == (name == "=1+1")


def test_a_text_of_somebody_else_stays_a_text(path, opened):
    """Writing a row does not make a formula of a text that begins with = in another."""

    def type_it(book):
        book["Customers"]["B3"].value = "=2+2"
        book["Customers"]["B3"].data_type = "s"

    change(path, type_it)
    opened(path).save("customer", [Edit({"Name": "New"}, "1")])

    cell = openpyxl.load_workbook(path)["Customers"]["B3"]
    assert ("=2+2", "s") == (cell.value, cell.data_type)


@pytest.mark.parametrize(
    ("patch", "rule"),
    [
        ({"Credit": Decimal("1234567890.1234567")}, "15 digits"),
        ({"Since": date(1903, 12, 31)}, "days before 1904"),
        ({"Name": "_x0041_" * 3000}, "32767 characters"),
        ({"Name": "x" * 32_767}, "longer than"),
        ({"Name": "\ud800"}, "half a character"),
    ],
)
def test_what_a_workbook_would_not_keep_is_refused(path, opened, patch, rule):
    """Digits, days and characters are never lost in silence."""
    before = path.read_bytes()

    (refused,) = opened(path).save("customer", [Edit(patch, "1")])

    assert isinstance(refused, EditRefused)
    assert (next(iter(patch)), True) == (refused.field, rule in refused.reason)
    assert before == path.read_bytes()


def test_a_removed_row_is_emptied_in_its_place(path, opened, all_of):
    """No formula that refers to other rows loses them."""
    session = opened(path)
    session.delete("customer", [Removal("1")])

    assert ["2"] == list(all_of(session, "customer"))
    assert [ROWS[0], [None] * 7] == [row[:7] for row in cells(path)[:2]]
    (saved,) = session.save("customer", [Edit({"Name": "New"})])
    assert "3" == saved.record.ref.key
    assert 4 == len(cells(path))


# formulas --------------------------------------------------------------------------------------


@pytest.fixture
def with_formulas(tmp_path, workbook, repack):
    """As a spreadsheet program leaves it: formulas with what they came to."""
    rows = [["No", "Price", "Twice", "Words", "Never"], [1, 2, "=B2*2", '="<a>"', "=B2"], [2, 3]]
    path = workbook(tmp_path / "erp.xlsx", Items=rows)

    def calculate(part):
        part = part.replace(b"<f>B2*2</f><v />", b"<f>B2*2</f><v>4</v>")
        words = b'<c r="D2"><f>"&lt;a&gt;"</f><v />'
        assert words in part
        return part.replace(
            words, words.replace(b'"D2"', b'"D2" t="str"')[:-5] + b"<v>&lt;a&gt;</v>"
        )

    return repack(path, {"xl/worksheets/sheet1.xml": calculate})


def test_a_formula_tells_what_it_came_to(with_formulas, opened, all_of):
    """And nothing where it was not calculated: that is not the same as being empty."""
    expected = {"No": "1", "Price": 2, "Twice": 4, "Words": "<a>"}

    assert expected == all_of(opened(with_formulas), "items")["1"].fields


def test_nothing_is_written_to_a_column_of_formulas(with_formulas, opened):
    """The field says that it is read-only, and an edit of it is refused, in any row."""
    session = opened(with_formulas)
    access = {field.key: field.why_not_writable for field in session.kinds()[0].fields}

    assert ("", "it is read-only") == (access["Price"], access["Twice"])
    for key in ("1", "2", None):
        (refused,) = session.save("items", [Edit({"Twice": Decimal(5)}, key)])
        assert EditRefused("it is read-only", "Twice") == refused


def test_a_formula_that_came_later_is_not_overwritten(tmp_path, workbook, opened):
    """Also where the field was described before there was a formula in its column."""
    path = workbook(tmp_path / "erp.xlsx", Items=[["No", "Price"], [1, 2], [2, 3]])
    session = opened(path)
    change(path, lambda book: setattr(book["Items"]["B3"], "value", "=B2"))

    refused = session.save("items", [Edit({"Price": 9}, "1"), Edit({"Price": 9})])

    assert [EditRefused("formulas stand in this column", "Price")] * 2 == list(refused)


def test_formulas_tell_the_same_after_a_write(with_formulas, opened, all_of):
    """Whoever reads the workbook before it is calculated again finds what was there before."""
    session = opened(with_formulas)
    versions = {key: record.version for key, record in all_of(session, "items").items()}

    session.save("items", [Edit({"Price": 7}, "1")])

    records = all_of(opened(with_formulas), "items")
    assert {"No": "1", "Price": 7, "Twice": 4, "Words": "<a>"} == records["1"].fields
    assert versions["2"] == records["2"].version
    sheet = openpyxl.load_workbook(with_formulas)["Items"]
    assert ["=B2*2", '="<a>"', "=B2"] == [sheet[at].value for at in ("C2", "D2", "E2")]


def test_what_a_formula_came_to_is_no_change_of_its_row(with_formulas, opened, all_of, repack):
    """The version is of what people typed, so that a calculation makes no edit stale."""
    session = opened(with_formulas)
    before = all_of(session, "items")["1"]
    change_it = {"xl/worksheets/sheet1.xml": lambda part: part.replace(b"<v>4</v>", b"<v>5</v>")}
    repack(with_formulas, change_it)

    after = all_of(session, "items")["1"]

    assert (4, 5) == (before.fields["Twice"], after.fields["Twice"])
    assert before.version == after.version


def test_keys_that_are_formulas_are_only_read(tmp_path, workbook, repack, opened, diagnosed):
    """Written, their rows would have no keys until they are calculated."""
    path = workbook(tmp_path / "erp.xlsx", Items=[["id", "n"], ["=1", "x"]])
    assert "unknown-key" == diagnosed(path).code

    part = {"xl/worksheets/sheet1.xml": lambda part: part.replace(b"<v />", b"<v>1</v>")}
    repack(path, part)
    assert "not-writable" == diagnosed(path).code
    assert not opened(path).capabilities.of("items").save


def test_an_error_in_a_cell_is_not_told(tmp_path, workbook, opened, all_of):
    """It is neither empty nor a text; and it may be written over."""
    path = workbook(tmp_path / "erp.xlsx", Items=[["id", "n"], ["a", "#N/A"], ["b", "x"]])
    session = opened(path)

    assert {"id": "a"} == all_of(session, "items")["a"].fields
    (saved,) = session.save("items", [Edit({"n": "y"}, "a")])
    assert {"id": "a", "n": "y"} == saved.record.fields


# what would be lost ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/charts/chart1.xml", "xl/charts/chart1.xml"),
        ("xl/media/image1.png", "image1.png"),
        ("customXml/item1.xml", "customXml"),
    ],
)
def test_a_workbook_with_more_than_is_kept_is_only_read(
    path, repack, opened, all_of, diagnosed, part, told
):
    """Nothing is written where something would be lost by it, and the diagnosis says what."""
    repack(path, {part: b"<x/>"})

    assert "Acme" == all_of(opened(path), "customer")["1"].fields["Name"]
    claims = opened(path).capabilities.of("customer")
    assert (False, False, False) == (claims.save, claims.create, claims.delete)
    diagnosis = diagnosed(path)
    assert (True, "not-writable") == (diagnosis.works, diagnosis.code)
    assert told in diagnosis.message


@pytest.mark.parametrize("element", [b"<extLst/>", b"<x:drawing xmlns:x='y'/>"])
def test_a_sheet_with_more_than_is_kept_is_only_read(path, repack, diagnosed, element):
    """Sparklines, rules of newer programs, drawings."""
    add = {
        "xl/worksheets/sheet2.xml": lambda part: part.replace(
            b"</worksheet>", element + b"</worksheet>"
        )
    }
    repack(path, add)

    assert "not-writable" == diagnosed(path).code


def test_a_workbook_that_openpyxl_warns_of_is_not_written(path, repack, opened):
    """A warning of it is about something that it would not write again."""
    header = b"<headerFooter><oddHeader>no section is named</oddHeader></headerFooter></worksheet>"
    add = {"xl/worksheets/sheet2.xml": lambda part: part.replace(b"</worksheet>", header)}
    before = repack(path, add).read_bytes()

    with pytest.raises(Refused, match="would lose something") as caught:
        opened(path).save("customer", [Edit({"Name": "x"}, "1")])

    assert "would-lose" == caught.value.code
    assert before == path.read_bytes()


def test_macros_are_read_only(path, opened, all_of):
    """An .xlsm is read and never written."""
    macro = path.rename(path.with_suffix(".xlsm"))

    assert all_of(opened(macro), "customer")
    assert not opened(macro).capabilities.of("customer").save


# places ------------------------------------------------------------------------------------------


def test_a_merged_cell_is_not_written(path, opened):
    """What is under it would be seen by nobody; the other edits of the batch are done."""
    change(path, lambda book: book["Customers"].merge_cells("B2:B3"))
    edits = [Edit({"Name": "x"}, "2"), Edit({"Name": "y"}, "1"), Edit({"Zip": "z"}, "2")]

    refused, first, second = opened(path).save("customer", edits)

    opened(path).delete("customer", [Removal("2")])

    assert EditRefused("the cell is merged with others", "Name") == refused
    assert [None] * 7 == cells(path)[2]
    assert ("y", "z") == (first.record.fields["Name"], second.record.fields["Zip"])


def test_a_table_grows_with_its_rows(path, opened):
    """A new row below a table becomes one of it."""

    def add_tables(book):
        table = openpyxl.worksheet.table.Table(
            displayName="T",
            ref="A1:G3",
            autoFilter=openpyxl.worksheet.filters.AutoFilter(ref="A1:G3"),
        )
        book["Customers"].add_table(table)
        book["Customers"].add_table(
            openpyxl.worksheet.table.Table(displayName="Other", ref="I1:I2")
        )
        book["Customers"]["I1"] = "aside"

    change(path, add_tables)

    opened(path).save("customer", [Edit({"Name": "one"}), Edit({"Name": "two"})])

    tables = openpyxl.load_workbook(path)["Customers"].tables
    assert ("A1:G5", "A1:G5") == (tables["T"].ref, tables["T"].autoFilter.ref)
    assert "I1:I2" == tables["Other"].ref


def test_nothing_is_added_below_totals(path, opened):
    """A table that ends with its totals has no place for a new row; others can be changed."""

    def total(book):
        sheet = book["Customers"]
        sheet["B4"] = "Total"
        sheet.add_table(
            openpyxl.worksheet.table.Table(displayName="T", ref="A1:G4", totalsRowCount=1)
        )

    change(path, total)
    session = opened(path)
    refused, saved = session.save("customer", [Edit({"Name": "one"}), Edit({"Name": "x"}, "1")])

    assert "the table ends with a row of totals" == refused.reason
    assert isinstance(saved, Saved)


def test_hidden_and_empty_sheets_hold_no_records_unless_they_are_named(path, opened):
    """What nobody sees is not offered; whoever knows of it may ask for it."""

    def hide(book):
        book["Notes"].sheet_state = "hidden"
        book.create_sheet("Empty")

    change(path, hide)

    assert ["customer"] == [kind.name for kind in opened(path).kinds()]
    assert ["notes"] == [kind.name for kind in opened(path, sheets="Notes").kinds()]
    assert ["customer", "n"] == [
        kind.name for kind in opened(path, kinds='{"n": {"sheet": "Notes"}}').kinds()
    ]


def test_a_header_may_stand_further_down(tmp_path, workbook, opened, all_of):
    """What stands above it is left alone."""
    rows = [["Our customers"], [], ["id", "n"], ["a", 1]]
    path = workbook(tmp_path / "erp.xlsx", Customers=rows)
    session = opened(path, header_row=3)

    session.save("customer", [Edit({"n": 2}, "a"), Edit({"n": 3})])

    assert {2, 3} == {record.fields["n"] for record in all_of(session, "customer").values()}
    assert ["Our customers", None] == cells(path)[0]


def test_a_sheet_that_is_gone_is_told(path, opened):
    """The kind is still there, and its sheet is not."""
    session = opened(path)
    change(path, lambda book: book.remove(book["Customers"]))

    with pytest.raises(Refused, match="no sheet 'Customers' any more"):
        session.get("customer", ["1"], ["Name"])


def test_a_column_that_is_gone_is_not_told(path, opened, all_of):
    """And not written; the others are."""
    session = opened(path)
    change(path, lambda book: book["Customers"].delete_cols(3))

    assert "Zip" not in all_of(session, "customer")["1"].fields
    refused, saved = session.save("customer", [Edit({"Zip": "1"}, "1"), Edit({"Name": "x"}, "1")])
    assert EditRefused("its column is gone", "Zip") == refused
    assert isinstance(saved, Saved)


def test_columns_are_found_by_their_titles(path, opened, all_of):
    """A column that somebody moved is the same one."""
    session = opened(path)
    change(path, lambda book: book["Customers"].move_range("B1:B3", cols=8))

    assert "Acme" == all_of(session, "customer")["1"].fields["Name"]
    session.save("customer", [Edit({"Name": "New"}, "1")])
    assert "New" == openpyxl.load_workbook(path)["Customers"]["J2"].value


def test_a_removed_row_makes_an_edit_of_it_stale(path, opened):
    """There is nothing there any more."""
    session = opened(path)
    session.delete("customer", [Removal("1")])

    assert [EditStale(None)] == list(session.save("customer", [Edit({"Name": "x"}, "1")]))
