"""Customers by their sales and suppliers by their purchases, which need modules of their own."""

import os

import pytest

from erplink.connectors import Edit, Query, all_changes
from erplink.errors import Unsupported

NAME = ["name"]


@pytest.fixture
def server(run_tryton):
    """A server with the modules; they take long to be activated."""
    if not os.environ.get("ERPLINK_TRYTON_ALL"):
        pytest.skip("the modules take long to be activated: set ERPLINK_TRYTON_ALL to try it")
    with run_tryton(sales=True) as running:
        yield running


def read(session, kind, since=None):
    pages = list(all_changes(session, kind, NAME, since))
    return {record.fields["name"] for page in pages for record in page}, pages[-1].cursor


def test_a_party_becomes_a_customer_with_its_first_sale(server, opened):
    """It was not changed itself, and is told all the same; nobody is made a customer by hand."""
    ids = server.call("model.party.party.create", [{"name": "Fjord"}, {"name": "Nordic"}])
    session = opened(server, customers="sales", suppliers="purchases")
    found, cursor = read(session, "customer")
    assert set() == found

    server.call("model.sale.sale.create", [{"party": ids[0]}])

    assert {"Fjord"} == read(session, "customer", cursor)[0] == read(session, "customer")[0]
    assert 1 == session.count("customer", Query())
    assert set() == read(session, "supplier")[0]
    assert [None] == list(session.get("customer", [str(ids[1])], NAME))
    with pytest.raises(Unsupported):
        session.save("customer", [Edit({"name": "Inn"})])
    server.call("model.purchase.purchase.create", [{"party": ids[1]}])
    assert {"Nordic"} == read(session, "supplier")[0]
