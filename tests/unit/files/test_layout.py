"""Which sheets and files are kinds and lists, which columns are keys, marks and parents."""

import pytest

from erplink.adapters.erp.files import FileLimits
from erplink.adapters.erp.files.naming import kind_name, list_name
from erplink.connectors import Edit, Query
from erplink.domain.fields import FieldType
from erplink.errors import Refused


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("Customers", "customer"),
        ("People", "person"),
        ("sale", "sale"),
        ("Price List 2024", "price_list_2024"),
        ("Kunden", "kunden"),
        ("---", "---"),
    ],
)
def test_a_kind_is_called_as_its_sheet_is(sheet, expected):
    """In one word, and in the singular where it is one of the usual kinds."""
    assert expected == kind_name(sheet)


@pytest.mark.parametrize(
    ("sheet", "prefix", "expected"),
    [
        ("list countries", "list", "countries"),
        ("List: Countries", "list", "Countries"),
        ("list_x", "list", "x"),
        ("Listing", "list", ""),
        ("list", "list", ""),
        ("_countries", "_", "countries"),
        ("customers", "list", ""),
    ],
)
def test_a_list_is_called_as_its_sheet_is_without_the_prefix(sheet, prefix, expected):
    """A sheet whose name only begins alike is no list."""
    assert expected == list_name(sheet, prefix)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Customers.csv").write_text("Customer no,name,country\nc1,Acme,NO\n")
    (tmp_path / "people.tsv").write_text("key\tcustomer\tname\np1\tc1\tAnn\np2\t\tBo\n")
    (tmp_path / "list Country.csv").write_text("key,text\nNO,Norway\nSE,'=Sweden\n,\nFI,\n")
    (tmp_path / ".hidden.csv").write_text("x")
    (tmp_path / "readme.txt").write_text("x")
    return tmp_path


def test_a_folder_is_a_system_of_its_files(folder, opened):
    """A file for each kind, a file for each list; what is hidden or something else is passed by."""
    customers, people = opened(folder).kinds()

    assert ("customer", "") == (customers.name, customers.parent)
    assert ("person", "customer") == (people.name, people.parent)
    assert (FieldType.LIST, "Country") == (
        customers.field("country").type,
        customers.field("country").list_name,
    )


def test_lists_tell_their_items(folder, opened):
    """All of them, or those with some keys; without a text, the key is the text."""
    session = opened(folder)

    expected = {"NO": "Norway", "SE": "=Sweden", "FI": "FI"}
    assert expected == session.list_items("Country")
    assert {"NO": "Norway"} == session.list_items("Country", ["NO", "DK"])
    assert {} == session.list_items("nothing")


def test_children_are_found_under_their_parents(folder, opened):
    """By the column that is called as the kind of the parents."""
    session = opened(folder)
    (parent,) = [record.ref for record in session.search("customer", Query(), [])]

    found = session.search("person", Query(parent=parent), ["name"])

    assert ["Ann"] == [record.fields["name"] for record in found]
    assert session.get("person", ["p2"], [])[0].parent is None


def test_columns_of_parents_may_be_set_or_unwanted(folder, opened):
    """The column by its name, or none at all."""
    kinds = '{"person": {"parent": "customer", "parent_column": "NAME"}}'
    assert "Ann" == opened(folder, kinds=kinds).get("person", ["p1"], [])[0].parent.key

    none = opened(folder, kinds='{"person": {"parent": "none"}}')
    assert "" == none.kinds()[1].parent
    assert "c1" == none.get("person", ["p1"], ["customer"])[0].fields["customer"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("name,id", "id"),
        ("code,Number", "Number"),
        ("name,customer_no", "customer_no"),
        ("first,second", "first"),
        (",first", "first"),
    ],
)
def test_the_key_column_is_found(tmp_path, opened, header, expected):
    """One of the usual names, or else the first column with a title."""
    (tmp_path / "customers.csv").write_text(f"{header}\n1,2\n")

    (kind,) = opened(tmp_path / "customers.csv", delimiter=",").kinds()

    assert expected == next(field.key for field in kind.fields if field.is_key)


def test_only_named_sheets_are_kinds(folder, opened):
    """By the name of the file or of the kind; lists are always lists."""
    assert ["person"] == [kind.name for kind in opened(folder, sheets="people").kinds()]
    assert ["customer"] == [kind.name for kind in opened(folder, sheets="customer").kinds()]


def test_a_kind_may_name_its_sheet(folder, opened):
    """Whatever the sheet is called."""
    kinds = '{"client": {"sheet": "customers", "key": "name"}}'

    assert ["client", "person"] == [kind.name for kind in opened(folder, kinds=kinds).kinds()]
    assert opened(folder, kinds=kinds).get("client", ["Acme"], []) != [None]


def test_a_kind_may_be_read_only(folder, opened):
    """And so may all of them."""
    one = opened(folder, kinds='{"person": {"read_only": true}}').capabilities
    none = opened(folder, read_only=True).capabilities

    assert (True, False) == (one.of("customer").save, one.of("person").save)
    assert (False, False) == (none.of("customer").create, none.of("person").delete)


@pytest.mark.parametrize(
    ("config", "code", "told"),
    [
        ({"sheets": "custommers"}, "no-sheet", "did you mean 'Customers'"),
        ({"kinds": '{"x": {"sheet": "y"}}'}, "no-sheet", "'y'"),
        ({"kinds": '{"customer": {"key": "nmae"}}'}, "no-key-column", "did you mean 'name'"),
        ({"kinds": '{"customer": {"types": {"x": "text"}}}'}, "no-column", "'x'"),
        ({"kinds": '{"customer": {"natural_key": "x"}}'}, "no-column", "'x'"),
        ({"kinds": '{"customer": {"modified": "name"}}'}, "no-marks", "no dates or numbers"),
        ({"kinds": '{"person": {"parent": "x"}}'}, "bad-settings", "no kind 'x'"),
        ({"kinds": '{"customer": {"parent": "person"}}'}, "bad-settings", "parent_column"),
        ({"kinds": '{"person": {"sheet": "customers"}}'}, "bad-settings", "Two sheets"),
        ({"key_column": "nothing"}, "no-key-column", "'nothing'"),
        ({"list_prefix": "nothing", "sheets": "nothing"}, "no-sheet", "nothing"),
    ],
)
def test_settings_that_do_not_fit_are_told(folder, opened, diagnosed, config, code, told):
    """With what would, and the same whether it is tried out or opened."""
    diagnosis = diagnosed(folder, **config)

    assert code == diagnosis.code
    assert told in diagnosis.message
    with pytest.raises(Refused) as caught:
        opened(folder, **config)
    assert code == caught.value.code


def test_a_search_sees_texts_and_criteria(folder, opened):
    """As every connector does; page by page in the order of the keys."""
    session = opened(folder, limits=FileLimits(page_records_max=2))
    session.save("customer", [Edit({"name": f"New {n}"}) for n in range(2)])
    session.save("customer", [Edit({"name": "New 2"})])

    first = session.search("customer", Query("new"), ["name"])
    second = session.search("customer", Query("new"), ["name"], first.cursor)

    assert (2, True, 1, False) == (len(first), first.more, len(second), second.more)
    assert 3 == session.count("customer", Query("new"))
