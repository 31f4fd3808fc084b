"""Imports through a Hub: begun, previewed and run by those who see the connection."""

import pytest

from erplink.domain.staging import ImportSettings, RowFilter
from erplink.errors import BadName, NotNow
from erplink.imports import Result

from .conftest import EVE

BY_NAME = ImportSettings(match={"company": "name"})


@pytest.fixture
def import_id(busy):
    busy.hub.connections.deactivate("south")
    for key, name in (("K-1", "ACME"), ("K-2", "Fjord Boats")):
        busy.south.put("customer", key, {"name": name, "city": "Oslo"})
    begun = busy.hub.imports.start("south", "customer", settings=BY_NAME)
    assert 2 == busy.hub.imports.add(begun)
    return begun


def test_an_import_is_refused_while_its_connection_is_synced(busy):
    """With the reason, and with what to do."""
    with pytest.raises(NotNow, match="synced automatically; pause it"):
        busy.hub.imports.start("north", "customer")


def test_what_is_not_mapped_cannot_be_imported(busy):
    """The kinds that can are proposed."""
    busy.hub.connections.deactivate("north")
    with pytest.raises(BadName, match="'customer'"):
        busy.hub.imports.start("north", "custmer")


def test_an_import_is_previewed_run_and_told_of(busy, import_id):
    """Nothing is in the CRM before it runs; afterwards there is a list of what is new."""
    imports = busy.hub.imports
    shown = imports.preview(import_id)
    assert ({"customer": 2}, {}) == (shown.new, shown.changed)
    assert {} == dict(busy.crm.rows("company"))

    imports.check(import_id, RowFilter(key="K-2"), checked=False)
    assert ["ACME"] == [row.title for row in imports.rows(import_id, RowFilter(checked=True))]
    imports.preview(import_id)
    assert Result(created=1, left=1) == imports.run(import_id)
    (made,) = imports.new(import_id)
    assert "ACME" == busy.crm.rows("company")[made.key].values["name"]
    assert [] == imports.updated(import_id)
    assert [import_id] == [each.id for each in imports.all()]


def test_an_import_out_of_scope_is_as_if_there_were_none(busy, import_id):
    """Neither its rows nor that it is there can be told from outside."""
    imports = busy.hub.as_user(EVE).imports
    for ask in (imports.get, imports.preview, imports.rows, imports.run, imports.result):
        with pytest.raises(BadName, match="there is no import"):
            ask(import_id)
    assert [] == imports.all()


def test_an_import_can_be_forgotten(busy, import_id):
    """Its rows go with it."""
    busy.hub.imports.discard(import_id)

    assert [] == busy.hub.imports.all()
