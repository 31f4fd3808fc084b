"""The stores keep every promise of the port: SQLite in a file and in memory, and PostgreSQL."""

from itertools import count

import pytest

from erplink.testing import StoreConformance
from erplink.testing.postgres import postgres_server, why_no_postgres

numbers = count()


class TestSqliteFile(StoreConformance):
    @pytest.fixture
    def store_url(self, tmp_path):
        return f"sqlite:///{tmp_path}/erplink.db"


class TestSqliteMemory(StoreConformance):
    alone = "the memory of a store is its own"

    @pytest.fixture
    def store_url(self):
        return "sqlite:///:memory:"


@pytest.fixture(scope="module")
def postgres():
    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        yield server


class TestPostgres(StoreConformance):
    @pytest.fixture
    def store_url(self, postgres):
        with postgres.database(f"store_{next(numbers)}") as url:
            yield url
