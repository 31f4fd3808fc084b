"""How hard the property tests try: `pytest --hypothesis-profile=long` tries much harder.

And `pytest --erplink-report=docs/_build/matrix.json` leaves what the documentation shows.
"""

import os
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Not by `-p`: what is imported before coverage has begun is not counted.
pytest_plugins = ["erplink.testing.pytest_plugin"]

settings.register_profile("usual", deadline=None, print_blob=True)
settings.register_profile(
    "long",
    parent=settings.get_profile("usual"),
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("usual")


@pytest.fixture(scope="session")
def tryton_workshop(tmp_path_factory):
    """Where Tryton servers are made; ``ERPLINK_TRYTON`` names a folder that outlives the run."""
    from erplink.testing.tryton import TrytonWorkshop  # noqa: PLC0415 - only who needs it waits

    kept = os.environ.get("ERPLINK_TRYTON")
    return TrytonWorkshop(Path(kept) if kept else tmp_path_factory.mktemp("tryton"))


@contextmanager
def _running(workshop, **what):
    from erplink.testing.tryton import NoTryton  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        try:
            server = stack.enter_context(workshop.server(**what))
        except NoTryton as why:
            pytest.skip(str(why))
        yield server


@pytest.fixture(scope="session")
def run_tryton(tryton_workshop):
    """Starts a server of its own for a test; skips it where there can be none."""
    return partial(_running, tryton_workshop)


@pytest.fixture(scope="module")
def tryton(run_tryton):
    """Tryton 8.0 over SQLite."""
    with run_tryton() as server:
        yield server


@pytest.fixture(scope="session")
def tryton_postgres():
    """A PostgreSQL for Trytons."""
    from erplink.testing.postgres import postgres_server, why_no_postgres  # noqa: PLC0415 - as above

    if missing := why_no_postgres():
        pytest.skip(missing)
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def tryton_on_postgres(run_tryton, tryton_postgres):
    """Tryton 8.0 over PostgreSQL."""
    with run_tryton(postgres=tryton_postgres) as server:
        yield server


@pytest.fixture(scope="module")
def old_tryton(run_tryton):
    """Tryton 7.0 over SQLite."""
    with run_tryton(series="7.0") as server:
        yield server
