"""A host with a CRM in SQL tables, a Hub, and a real Tryton."""

import pytest

from erplink.adapters.context import make_context
from erplink.adapters.erp.tryton import TrytonConnector
from erplink.connectors import open_session

from .house import House


@pytest.fixture
def opened():
    """Opens sessions to a server, and closes them."""
    sessions = []

    def open_to(server, connector=None, **config):
        config = server.config(**config)
        context = make_context("erp", config)
        sessions.append(open_session(connector or TrytonConnector(), config, context))
        return sessions[-1]

    yield open_to
    for session in sessions:
        session.close()


@pytest.fixture
def own_tryton(run_tryton):
    """A server and a database that no other test sees."""
    with run_tryton() as server:
        yield server


@pytest.fixture
def house(own_tryton, tmp_path):
    """A host over a Tryton of its own."""
    with House(own_tryton, tmp_path) as made:
        yield made
