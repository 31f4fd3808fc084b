"""What becomes of a row whose record the CRM has already."""

import pytest
from attrs import evolve
from tests.integration.imports.office import BY_NAME, Office

from erplink.imports import Result

BEFORE = {"name": "ACME Inc.", "street": "Main street 456", "code": "ACME1"}
ROW = {"name": "ACME Inc.", "street": "Broadway 123", "vat_number": "11223344"}


@pytest.fixture
def office():
    office = Office()
    office.company("1", **BEFORE)
    office.customer("K-1", **ROW)
    return office


def imported(office, wish):
    importer = office.begun(evolve(BY_NAME, on_duplicate=wish))
    importer.preview()
    return importer.run()


def test_merge_fills_only_what_is_empty(office):
    """Street and code stay, the VAT number comes."""
    assert Result(updated=1) == imported(office, "merge")
    assert {"1": BEFORE | {"vat_number": "11223344"}} == office.companies()


def test_replace_overwrites_and_what_the_row_leaves_empty_stays(office):
    """The street is the row's, the code stays."""
    assert Result(updated=1) == imported(office, "replace")
    assert {"1": ROW | {"code": "ACME1"}} == office.companies()


def test_skip_leaves_the_record_as_it_is(office):
    """Nothing is written."""
    assert Result(skipped=1) == imported(office, "skip")
    assert {"1": BEFORE} == office.companies()


def test_always_add_makes_a_second_record(office):
    """What the CRM has stays beside the new one."""
    assert Result(created=1) == imported(office, "always add")
    assert [BEFORE, ROW] == list(office.companies().values())


@pytest.mark.parametrize("wish", ["merge", "replace"])
def test_what_was_imported_stays_as_it_is_when_it_is_synced(office, wish):
    """The link remembers both sides as they are, so that a pass after the import writes nothing."""
    imported(office, wish)
    companies, customers = office.companies(), dict(office.erp.rows("customer"))
    result, _ = office.engine.sync()

    assert result.report.read == sum(
        result.report.counts[each] for each in result.report.counts if each.value == "unchanged"
    )
    assert companies == office.companies()
    assert customers == dict(office.erp.rows("customer"))
